"""Reading letters: on a picture drawn here, offline, with the packaged weights."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from editor.imaging import lettering

pytest.importorskip("rapidocr")


def test_a_notice_is_read_and_its_place_told() -> None:
    picture = Image.new("RGB", (640, 400), (90, 110, 130))
    pen = ImageDraw.Draw(picture)
    pen.text((330, 350), "Jane Miller 2021", font=ImageFont.load_default(size=26), fill="white")

    (line,) = lettering.read(np.asarray(picture))

    assert line.text.replace(" ", "") == "JaneMiller2021"
    assert line.confidence > 0.8
    xs, ys = zip(*line.box, strict=True)
    assert min(xs) == pytest.approx(330, abs=12)
    assert min(ys) == pytest.approx(354, abs=14)
    assert len(line.box) == 4


def test_an_empty_picture_has_no_letters() -> None:
    assert lettering.read(np.full((200, 300, 3), 128, np.uint8)) == ()


def test_an_absent_package_is_told_by_name() -> None:
    script = (
        "import sys; sys.modules['rapidocr'] = None\n"
        "import importlib.util; importlib.util.find_spec = lambda name: None\n"
        "import numpy as np\n"
        "from editor.imaging import lettering\n"
        "try: lettering.read(np.zeros((64, 64, 3), np.uint8))\n"
        "except lettering.ScannerMissing: print('missing')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "missing"
