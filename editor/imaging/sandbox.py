"""A few persistent child processes that work on hostile bytes, so that these cost a request and no server.

The parent asks, the child answers, over pipes and one at a time. A child that is late, dies or
answers nonsense is killed, and the next request gets a fresh one. A child holds none of the
parent's files, sockets or environment, cannot write files, and ends when its parent does.

    parent:  Children(module).ask(request)      child:  python -m module → serve(handle)
"""

import atexit
import contextlib
import json
import os
import resource
import select
import signal
import struct
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from freeai.common.errors import Busy

_FRAME = struct.Struct(">4sII")
_MAGIC = b"FAi1"
_NOTE_BYTES_MAX = 65_536
_PIPE_BYTES = 1_048_576
_CHUNK_BYTES = 1_048_576
_START_SECONDS_MAX = 30.0
_STOP_SECONDS_MAX = 2.0
_REQUESTS_PER_CHILD_MAX = 500
_RESIDENT_BYTES_MAX = 629_145_600
"""A child that stays larger than this after a request is replaced: freed memory does not always go back."""
_OPEN_FILES_MAX = 32
_MEMORY = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(64 * 2**20),
}
"""For glibc: a child keeps up to 64 MB that it has used. Asking the system for pages again at every photo
costs a fifth of the whole intake."""

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Message:
    """What goes through a pipe: a small JSON note and the bytes it is about."""

    note: dict[str, Any]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one request may cost a child, and how large its answer may be."""

    seconds_max: float
    memory_bytes_max: int
    answer_bytes_max: int


class ChildLost(Exception):
    """The child died, was late or answered nonsense; it is gone, and so is this request."""


class Children:
    """A pool of at most `size` children running `python -m module`, started when first needed.

    Safe to use from many threads. After a fork, the new process starts children of its own.
    """

    def __init__(self, module: str, *, size: int = 2, wait_seconds_max: float = 20.0) -> None:
        self.module = module
        self.size = size
        self.wait_seconds_max = wait_seconds_max
        self.started = 0
        self._reset()
        _pools.add(self)

    def ask(self, request: Message, cost: Cost) -> Message:
        """Have a child answer a request.

        Raises `ChildLost`; `Busy` if no child came free in time; RuntimeError if none starts.
        """
        slots = self._slots
        if not slots.acquire(timeout=self.wait_seconds_max):
            raise Busy("Too many pictures are being read at the moment. Try again in a few seconds.")
        try:
            return self._ask(self._take(), request, cost)
        finally:
            slots.release()

    def pids(self) -> list[int]:
        """Return the process ids of the idle children."""
        return [child.pid for child in self._idle]

    def close(self) -> None:
        """End all idle children; a later request starts new ones."""
        while (child := self._pop()) is not None:
            child.stop()

    def _ask(self, child: "_Child", request: Message, cost: Cost) -> Message:
        """Put the question; keep the child only if nothing went wrong, a signal in this thread included."""
        is_sound = False
        try:
            answer = child.ask(request, cost)
            is_sound = not answer.note.get("retiring")
        finally:
            if is_sound:
                self._idle.append(child)
            else:
                child.stop()
        return answer

    def _take(self) -> "_Child":
        """Return an idle child that is still alive, or a new one."""
        while (child := self._pop()) is not None:
            if child.is_alive():
                return child
            child.stop()
        self.started += 1
        return _Child(self.module)

    def _pop(self) -> "_Child | None":
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _reset(self) -> None:
        self._slots = threading.BoundedSemaphore(self.size)
        self._idle: list[_Child] = []

    def _forget(self) -> None:
        """In a forked process: let go of the parent's children without touching them."""
        for child in self._idle:
            child.abandon()
        self._reset()


class _Child:
    """One process and the two pipes to it."""

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-B", "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_environment(),
            bufsize=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests: IO[bytes] = self._process.stdin
        self._answers: IO[bytes] = self._process.stdout
        _live.add(self)
        for pipe in (self._requests, self._answers):
            os.set_blocking(pipe.fileno(), False)
            _widen(pipe.fileno())
        self._greet(module)

    def _greet(self, module: str) -> None:
        """Wait until the child has loaded; one that cannot is our fault and not the picture's."""
        try:
            self._receive(time.monotonic() + _START_SECONDS_MAX, 0)
        except ChildLost as lost:
            self.stop()
            raise RuntimeError(f"The decoder did not start. Run python -m {module} to see why.") from lost
        except BaseException:
            self.stop()
            raise

    def ask(self, request: Message, cost: Cost) -> Message:
        """Send a request and wait for its answer. Raises `ChildLost`."""
        deadline = time.monotonic() + cost.seconds_max
        limits = {"cpu_seconds_max": int(cost.seconds_max * 2) + 1, "memory_bytes_max": cost.memory_bytes_max}
        self._send(_framed(Message(request.note | {"limits": limits}, request.body)), deadline)
        return self._receive(deadline, cost.answer_bytes_max)

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def _exit_code(self) -> int | None:
        """Return how the process ended, minus a signal's number; None if it only closed its pipe."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(_STOP_SECONDS_MAX)
        return None

    def stop(self) -> None:
        """Kill the process, wait for it, close the pipes. It holds nothing worth a goodbye."""
        _live.discard(self)
        self._process.kill()
        self._process.wait()
        self._requests.close()
        self._answers.close()

    def abandon(self) -> None:
        """Close this process's copies of the pipes; the child belongs to the process we forked from."""
        _live.discard(self)
        self._process.returncode = 0
        for pipe in (self._requests, self._answers):
            with contextlib.suppress(OSError):
                pipe.close()

    def _send(self, parts: list[bytes], deadline: float) -> None:
        for part in parts:
            rest = memoryview(part)
            while rest:
                _wait_for(self._requests, select.POLLOUT, deadline)
                try:
                    rest = rest[os.write(self._requests.fileno(), rest) :]
                except BrokenPipeError as error:
                    raise ChildLost("the decoder died before it had read the request") from error

    def _receive(self, deadline: float, body_bytes_max: int) -> Message:
        magic, note_bytes, body_bytes = _FRAME.unpack(self._read(_FRAME.size, deadline))
        if magic != _MAGIC or note_bytes > _NOTE_BYTES_MAX or body_bytes > body_bytes_max:
            raise ChildLost("the decoder answered nonsense")
        note = _note(self._read(note_bytes, deadline))
        return Message(note, self._read(body_bytes, deadline))

    def _read(self, size: int, deadline: float) -> bytes:
        parts: list[bytes] = []
        while size:
            _wait_for(self._answers, select.POLLIN, deadline)
            parts.append(os.read(self._answers.fileno(), min(size, _CHUNK_BYTES)))
            if not parts[-1]:
                raise ChildLost(f"the decoder died with exit code {self._exit_code()}")
            size -= len(parts[-1])
        return b"".join(parts)


def _wait_for(pipe: IO[bytes], event: int, deadline: float) -> None:
    """Wait until a pipe can be read or written, or its other end is gone; not beyond the deadline."""
    poll = select.poll()
    poll.register(pipe.fileno(), event)
    seconds = deadline - time.monotonic()
    if seconds <= 0 or not poll.poll(seconds * 1000):
        raise ChildLost("the decoder took too long")


def _environment() -> dict[str, str]:
    """Return all that a child may know of our environment: where the code is, and where libraries are."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    return {"PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8", **_MEMORY, **kept}


def _widen(pipe: int) -> None:
    """Enlarge a pipe where the system lets us: a 4 MB photo then crosses in 1 ms instead of 3."""
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415 - the constant exists on Linux only

        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _framed(message: Message) -> list[bytes]:
    note = json.dumps(message.note).encode()
    return [_FRAME.pack(_MAGIC, len(note), len(message.body)) + note, message.body]


def _note(raw: bytes) -> dict[str, Any]:
    try:
        note = json.loads(raw)
    except ValueError as error:
        raise ChildLost("the decoder answered nonsense") from error
    if not isinstance(note, dict):
        raise ChildLost("the decoder answered nonsense")
    return note


# The child's side.


def serve(handle: Callable[[Message], Message]) -> None:
    """Answer requests from standard input until it closes. Runs as the child's whole life.

    An exception that `handle` lets through ends the process: the parent takes that for an answer.
    """
    requests, answers = _private_pipes()
    _confine()
    _write(answers, Message({"ready": True}))
    for served in range(1, _REQUESTS_PER_CHILD_MAX + 1):
        request = _read_request(requests)
        if request is None:
            return
        _limit(request.note["limits"])
        answer = handle(request)
        del request
        is_last = served == _REQUESTS_PER_CHILD_MAX or _resident_bytes() > _RESIDENT_BYTES_MAX
        _write(answers, Message(answer.note | {"retiring": is_last}, answer.body))


def _private_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Move the pipes away from where a library's stray print could reach them."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    return requests, answers


def _confine() -> None:
    """Give up what decoding does not need: files to write, many descriptors, core dumps.

    A terminal's Ctrl-C and a supervisor's SIGTERM go to the whole group; the parent decides when
    its child ends, by closing the pipe.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NOFILE, _OPEN_FILES_MAX)


def _limit(limits: dict[str, int]) -> None:
    """Set this request's limits. The CPU limit guards against hanging on as an orphan."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(spent.ru_utime + spent.ru_stime) + limits["cpu_seconds_max"]
    _lower(resource.RLIMIT_CPU, seconds)
    _lower(resource.RLIMIT_AS, limits["memory_bytes_max"])


def _lower(kind: int, value: int) -> None:
    """Set a soft limit; systems that know no such limit (macOS: address space) do without."""
    with contextlib.suppress(ValueError, OSError):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _resident_bytes() -> int:
    """Return what the process holds now; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def _read_request(requests: IO[bytes]) -> Message | None:
    """Read one request; None when the parent has gone."""
    head = requests.read(_FRAME.size)
    if len(head) < _FRAME.size:
        return None
    _, note_bytes, body_bytes = _FRAME.unpack(head)
    note, body = requests.read(note_bytes), requests.read(body_bytes)
    return Message(json.loads(note), body) if len(body) == body_bytes else None


def _write(answers: IO[bytes], message: Message) -> None:
    for part in _framed(message):
        answers.write(part)
    answers.flush()


_pools: "weakref.WeakSet[Children]" = weakref.WeakSet()
_live: "set[_Child]" = set()
"""Every child of this process, busy ones included: a fork must close its copies of all their pipes."""


def _close_all() -> None:
    for child in list(_live):
        child.stop()


def _after_fork() -> None:
    for child in list(_live):
        child.abandon()
    for pool in list(_pools):
        pool._forget()  # noqa: SLF001 - same module


atexit.register(_close_all)
os.register_at_fork(after_in_child=_after_fork)
