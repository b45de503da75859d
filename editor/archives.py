"""Many stored pictures as one zip, written while it is sent.

Nothing is packed beforehand and no more than one picture is in memory. Pictures are stored as
they are: they are compressed already.
"""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import NamedTuple

from django.core.files.storage import default_storage

PIECE_BYTES = 256 * 1024


class Entry(NamedTuple):
    """One file of the archive: its name inside, where its bytes are stored, and when it was made."""

    name: str
    stored_as: str
    made_at: datetime


class _Outbox:
    """Something to write to that cannot seek; what was written is taken away piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """There is nothing behind us to flush to."""

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def pieces(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Yield the zip's bytes. A picture that expired meanwhile is left out."""
    outbox = _Outbox()
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        for entry in entries:
            try:
                with default_storage.open(entry.stored_as) as file:
                    data = file.read()
            except FileNotFoundError:
                continue
            info = zipfile.ZipInfo(entry.name, entry.made_at.timetuple()[:6])
            info.external_attr = 0o644 << 16
            with archive.open(info, "w") as target:
                for start in range(0, len(data), PIECE_BYTES):
                    target.write(data[start : start + PIECE_BYTES])
                    yield outbox.take()
            yield outbox.take()
    yield outbox.take()


class Names:
    """Gives each file its name in the archive: the original one, numbered where two would meet."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def give(self, path: str, suffix: str) -> str:
        """Return `path` with the result's suffix, and a number if that name is taken.

        A suffix that means the same stays as it was: holiday.JPEG stays holiday.JPEG.
        """
        original = PurePosixPath(path)
        keeps = original.suffix[1:].lower() in {suffix, {"jpg": "jpeg"}.get(suffix, suffix)}
        stem = original.with_suffix("") if original.suffix else original
        ending = original.suffix if keeps else f".{suffix}"
        name, number = f"{stem}{ending}", 1
        while name.casefold() in self._taken:  # some file systems cannot tell capitals
            number += 1
            name = f"{stem} ({number}){ending}"
        self._taken.add(name.casefold())
        return name
