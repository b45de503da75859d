"""The engine needs no network: it works where there is none at all, native code included."""

import shutil
import subprocess
import sys

_WORK = """
import socket
def refused(*args, **kwargs): raise AssertionError("a socket was opened")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refused
import cv2
import numpy as np
from skimage import data
from editor.engines.base import EditRequest
from editor.engines.lite.engine import carry_out
from editor.engines.lite.plan import WORDINGS, Plan, Step
image = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)
mask = np.zeros((48, 64), np.uint8)
mask[16:32, 20:44] = 255
colors = {"tint": "blue", "recolor": "blue", "fill": "blue", "style": "Van Gogh"}
for name in set(WORDINGS) - {"cutout", "reword"}:
    step = Step(name, 0.5, colors.get(name, ""))
    carry_out(Plan((step,)), EditRequest(image=image, prompt="", mask=mask))
astronaut = np.ascontiguousarray(data.astronaut())
sign = cv2.putText(np.full((120, 320, 3), 240, np.uint8), "SALE", (60, 80), 0, 2, (20, 20, 120), 5)
for step, picture in (
    (Step("cutout", 1.0, "", "background"), astronaut),
    (Step("blur", 0.4, "", "faces"), astronaut),
    (Step("reword", 1.0, "SALE → OPEN"), sign),
):
    carry_out(Plan((step,)), EditRequest(image=picture, prompt=""))
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
