"""A child that does what a request tells it to, for the tests of `sandbox`. Run with -m."""

import os
import sys
import time
from pathlib import Path

from editor.imaging import sandbox


def handle(request: sandbox.Message) -> sandbox.Message:
    order = request.note["order"]
    if order == "die":
        os._exit(3)
    if order == "raise":
        raise NotImplementedError
    if order == "hang":
        time.sleep(60)  # stands for a decoder in an endless loop; nobody waits for its end
    if order == "fill memory":
        try:
            return sandbox.Message({"bytes": len(bytearray(10**9))})
        except MemoryError:
            return sandbox.Message({"bytes": 0})
    if order == "babble":
        os.write(_answers(), b"<html>" * 1000)
    if order == "print":
        print("a library's remark", flush=True)
        os.write(1, b"another one")
    if order == "tell":
        return sandbox.Message({"environment": dict(os.environ), "files": _open_files(), "argv": sys.argv})
    if order == "write a file":
        return sandbox.Message({"written": _try_to_write(Path(request.note["path"]))})
    return sandbox.Message({"pid": os.getpid()}, request.body)


def _answers() -> int:
    return next(fd for fd, target in _open_files().items() if target.startswith("pipe:") and fd > 3)


def _open_files() -> dict[int, str]:
    found = {}
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found[int(entry.name)] = str(entry.readlink())
        except FileNotFoundError:
            continue  # the descriptor that listed the directory
    return found


def _try_to_write(path: Path) -> bool:
    try:
        path.write_bytes(b"here I was")
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sandbox.serve(handle)
