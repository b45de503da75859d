"""Many threads that do one thing at the same moment, each with a database connection of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

from django.db import connection

SIZE = 64

AtOnce = Callable[[Callable[[], bool]], list[bool]]


@contextmanager
def crowd() -> Iterator[AtOnce]:
    """Give a function that lets all threads do a thing at once, and returns what each answered."""
    start = Barrier(SIZE)

    def one(thing: Callable[[], bool]) -> bool:
        connection.ensure_connection()
        start.wait()
        return thing()

    def leave() -> None:
        start.wait()
        connection.close()

    with ThreadPoolExecutor(SIZE) as threads:
        yield lambda thing: list(threads.map(one, [thing] * SIZE))
        for going in [threads.submit(leave) for _ in range(SIZE)]:
            going.result()
