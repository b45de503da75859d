"""The cast and the situations. Alice owns, Bob is another customer and must see nothing."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpResponse
from django.test import Client, TransactionTestCase
from numpy.typing import NDArray
from PIL import Image

from accounts import owners
from accounts.models import Owner
from editor import runner, sources, submission, workers
from editor.models import Edit, Source, Worker
from freeai.common import append_only
from tests import pictures

Submit = Callable[..., Edit]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what tests have counted, whichever process they ran in."""
    for report in terminalreporter.getreports("passed"):
        for what, count in report.user_properties:
            terminalreporter.write_line(f"{what}: {count}")


APPEND_ONLY = ("billing_transfer", "billing_entry", "editor_decision")
_empty_tables = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


def _empty_tables_books_included(case: TransactionTestCase) -> None:
    """Django empties the tables after a test with real transactions; the books would not let it."""
    with connection.schema_editor() as editor:
        append_only.take_down(editor, APPEND_ONLY)
    _empty_tables(case)
    with connection.schema_editor() as editor:
        append_only.put_up(editor, APPEND_ONLY)


TransactionTestCase._fixture_teardown = _empty_tables_books_included  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def own_storage(settings: LazySettings, tmp_path: Path) -> None:
    """Every test keeps its pictures in a folder of its own."""
    default = {**settings.STORAGES["default"]}
    default["OPTIONS"] = {**default["OPTIONS"], "location": str(tmp_path / "media")}
    settings.STORAGES = {**settings.STORAGES, "default": default}


@pytest.fixture
def alice(db: None) -> Owner:
    return Owner.objects.create()


@pytest.fixture
def bob(db: None) -> Owner:
    return Owner.objects.create()


def client_of(owner: Owner) -> Client:
    """Return a browser that carries this visitor's cookie."""
    response = HttpResponse()
    owners.remember(response, owner)
    client = Client()
    client.cookies[owners.COOKIE] = response.cookies[owners.COOKIE].value
    return client


@pytest.fixture
def alices_browser(alice: Owner) -> Client:
    return client_of(alice)


@pytest.fixture
def bobs_browser(bob: Owner) -> Client:
    return client_of(bob)


@pytest.fixture
def photo_bytes() -> bytes:
    """A small PNG with texture."""
    return pictures.png(pictures.photo(96, 64))


@pytest.fixture
def photo(alice: Owner, photo_bytes: bytes) -> Source:
    """Alice's picture, ready to be edited."""
    return sources.receive(photo_bytes, name="garden.png", owner=lambda: alice)


@pytest.fixture
def worker_for(db: None) -> Iterator[Callable[[str], Worker]]:
    """Make a live worker for an engine, served by this very process."""

    def make(engine: str) -> Worker:
        worker = workers.enlist(engine)
        Worker.objects.filter(pk=worker.pk).update(is_ready=True)
        runner.hand.workers[engine] = worker
        return worker

    yield make
    runner.hand.workers.clear()
    runner.hand.is_draining = False


@pytest.fixture
def submit(alice: Owner, photo: Source, worker_for: Callable[[str], Worker]) -> Submit:
    """Submit an edit, by default Alice's and on her photo, to a model somebody serves."""

    def make(
        model: str = "test-invert", *, owner: Owner = alice, source: Source = photo, **fields: object
    ) -> Edit:
        if model not in workers.served_engines():
            worker_for(model)
        wish = submission.Wish(prompt=str(fields.pop("prompt", "invert it")), model=model, **fields)  # type: ignore[arg-type]
        return submission.submit_edit(owner, source, wish)

    return make


def run(edit: Edit) -> Edit:
    """Let this process's worker run everything its engine has, and read the edit again."""
    runner.work(edit.engine)
    return Edit.objects.get(pk=edit.pk)


def stored(name: str) -> NDArray[np.uint8]:
    """Return a stored picture's pixels."""
    with default_storage.open(name) as file:
        return np.asarray(Image.open(BytesIO(file.read())))
