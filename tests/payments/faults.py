"""Faults a test asks for: each meets one request to the API, the next whose path fits."""

import threading
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Fault:
    """`drop` and `delay` come after the work is done; `fail` may come before it."""

    kind: Literal["drop", "fail", "delay"]
    path: str = "/v1/"
    method: str | None = None
    does_work: bool = True
    seconds: float = 0.0


class Faults:
    """The faults that still wait for their request."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append(fault)

    def take(self, method: str, path: str) -> Fault | None:
        with self._lock:
            for fault in self._waiting:
                if path.startswith(fault.path) and fault.method in (None, method):
                    self._waiting.remove(fault)
                    return fault
        return None

    @property
    def waiting(self) -> int:
        return len(self._waiting)
