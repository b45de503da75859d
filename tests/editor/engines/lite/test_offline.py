"""The engine needs no network: it works where there is none at all, native code included."""

import shutil
import subprocess
import sys

_WORK = """
import socket
def refused(*args, **kwargs): raise AssertionError("a socket was opened")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refused
import numpy as np
from editor.engines.base import EditRequest
from editor.engines.lite.engine import carry_out
from editor.engines.lite.plan import WORDINGS, Plan, Step
image = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)
mask = np.zeros((48, 64), np.uint8)
mask[16:32, 20:44] = 255
for name in WORDINGS:
    if name != "cutout":
        step = Step(name, 0.5, "blue" if "{color}" in WORDINGS[name].more else "")
        carry_out(Plan((step,)), EditRequest(image=image, prompt="", mask=mask))
print("done", len(WORDINGS))
"""


def without_network() -> list[str]:
    """The command that takes the network away, where this system allows it; else none."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    command = [unshare, "--map-root-user", "--net"]
    allowed = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    return command if allowed else []


def test_every_operation_works_without_a_network() -> None:
    command = [*without_network(), sys.executable, "-c", _WORK]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("done")
