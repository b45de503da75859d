"""Alice and Bob with keys, and a worker that works while a call waits."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from accounts import keys
from accounts.keys import Minted
from accounts.models import Owner
from editor import runner
from editor.models import Worker
from tests import members


class Caller:
    """A program with a key."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._client = Client(raise_request_exception=False)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(path: str, *args: Any, **options: Any) -> Any:
            headers = {"Authorization": f"Bearer {self.text}", **options.pop("headers", {})}
            return getattr(self._client, method)(path, *args, headers=headers, **options)

        return call

    def edit(self, picture: bytes, **fields: Any) -> Any:
        headers = fields.pop("headers", {})
        image = SimpleUploadedFile("garden.png", picture, "application/octet-stream")
        data = {"image": image, "prompt": "invert it", "model": "test-invert", **fields}
        return self.post("/v1/images/edits", data, headers=headers)


def member(email: str) -> Owner:
    return Owner.objects.create(user=members.make(email))


@pytest.fixture(autouse=True)
def no_counts_of_other_tests() -> None:
    cache.clear()


@pytest.fixture
def alice(db: None) -> Owner:
    return member("alice@example.org")


@pytest.fixture
def bob(db: None) -> Owner:
    return member("bob@example.org")


@pytest.fixture
def alices_key(alice: Owner) -> Minted:
    return keys.mint(alice)


@pytest.fixture
def as_alice(alices_key: Minted) -> Caller:
    return Caller(alices_key.text)


@pytest.fixture
def as_bob(bob: Owner) -> Caller:
    return Caller(keys.mint(bob).text)


@pytest.fixture
def working(worker_for: Callable[[str], Worker]) -> Iterator[Callable[..., None]]:
    """Serve engines from a thread of this process until the test ends."""
    is_over = threading.Event()
    threads: list[threading.Thread] = []

    def start(*engines: str) -> None:
        for engine in engines:
            worker_for(engine)

        def work() -> None:
            try:
                while not is_over.wait(0.02):
                    for engine in engines:
                        runner.work(engine)
            finally:
                connection.close()

        threads.append(threading.Thread(target=work))
        threads[-1].start()

    yield start
    is_over.set()
    for thread in threads:
        thread.join()
