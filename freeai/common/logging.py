"""Logs are events with fields, one line each; never a prompt, a picture or a secret.

log.info("edit.claimed", extra={"edit_id": edit.pk, "attempt": 1})
→ 2026-11-22T10:00:00.123Z INFO edit.claimed edit_id=edit_01… attempt=1
"""

import logging
import traceback
from datetime import UTC, datetime

_BUILT_IN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message"}


class EventFormatter(logging.Formatter):
    """Writes the event name, then every field that was passed in `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = [
            f"{name}={value}"
            for name, value in record.__dict__.items()
            if name not in _BUILT_IN and isinstance(value, str | int | float | bool | None)
        ]
        line = " ".join([at.replace("+00:00", "Z"), record.levelname, record.getMessage(), *fields])
        if record.exc_info:
            line = f"{line}\n{self.formatException(record.exc_info)}"
        return line


def describe(error: BaseException) -> str:
    """Return an error's type and the lines it came through, without its message.

    A message may quote the prompt or the picture, and those never reach a log.
    """
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    path = " > ".join(f"{frame.name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} at {path}"
