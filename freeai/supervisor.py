"""A foreground process tree: start children, restart what dies, stop all together.

Children hold the reading end of a pipe as their standard input. If this process is
killed, the pipe closes and they leave by themselves (`leave_with_parent`): no orphan
keeps the port or the database.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from types import FrameType

log = logging.getLogger(__name__)

SUPERVISED = "FREEAI_SUPERVISED"
GRACE_SECONDS = 8.0
"""Between SIGTERM and SIGKILL: an edit in hand may finish, a person need not wait long."""
RESTART_SECONDS_MAX = 5.0
STEADY_SECONDS = 3.0
"""A child that lived this long has started well: its next restart is immediate again."""


@dataclass(slots=True)
class Child:
    """One kind of process to keep alive."""

    name: str
    argv: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    pause_seconds: float = 0.25


class Supervisor:
    """Keeps children running until asked to stop."""

    def __init__(self, children: list[Child]) -> None:
        self._children = children
        self._stop = threading.Event()

    def run(self) -> None:
        """Start all, restart those that die, return when SIGINT or SIGTERM came and all have left."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask_to_stop)
        try:
            while not self._stop.is_set():
                for child in self._children:
                    self._tend(child)
                self._stop.wait(0.1)
        finally:
            self._stop_all()

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()

    def _tend(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_at:
                _start(child)
        elif (code := child.process.poll()) is not None:
            log.warning("child.died", extra={"child": child.name, "exit_code": code})
            was_steady = now - child.started_at > STEADY_SECONDS
            child.pause_seconds = 0.25 if was_steady else min(2 * child.pause_seconds, RESTART_SECONDS_MAX)
            child.start_at = now + child.pause_seconds
            child.process = None

    def _stop_all(self) -> None:
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _start(child: Child) -> None:
    # A session of its own, so that Ctrl-C reaches this process alone and we stop them in order.
    child.process = subprocess.Popen(  # noqa: S603  (our own command line)
        [sys.executable, *child.argv],
        stdin=subprocess.PIPE,
        env={**os.environ, SUPERVISED: "1"},
        start_new_session=True,
    )
    child.started_at = time.monotonic()
    log.info("child.started", extra={"child": child.name, "pid": child.process.pid})


def leave_with_parent() -> None:
    """In a supervised child: ask this process to stop when the supervisor is gone."""
    if os.environ.get(SUPERVISED) != "1":
        return

    def wait_for_the_end() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait_for_the_end, name="leave-with-parent", daemon=True).start()
