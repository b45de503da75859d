"""Doorbells as files, for sites without a broker: kombu's filesystem transport, made safe for readers.

kombu opens a message's file under its final name and then writes it. A worker that looks in between
takes an empty file, cannot parse it, and its process ends. Here a message gets its name when it is
whole; what still cannot be read is passed over, for a lost bell is rung again by the sweep.
"""

import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]  # kombu's disagree
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        folder = Path(self.data_folder_out)
        # Readers look for what follows the first dot: of this name, they do not see the queue there.
        unfinished = folder / f".{name}"
        try:
            unfinished.write_text(dumps(payload), encoding="utf-8")
            unfinished.replace(folder / name)
        except OSError as error:
            raise ChannelError(f"Cannot add {name!r} to {str(folder)!r}") from error

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        try:
            return super()._get(queue)
        except ValueError:
            raise Empty from None

    def get_table(self, exchange: str) -> list[Any]:
        try:
            return list(super().get_table(exchange))
        except ValueError:
            return []


class Transport(filesystem.Transport):
    Channel = Channel
