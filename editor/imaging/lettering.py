"""Letters on a picture: what stands there, where, and how sure the reader is.

A packaged reader (rapidocr: PP-OCRv6, weights inside the wheel, Apache-2.0) on the processor;
nothing is fetched. It is loaded once per process, at the first picture, and reads one picture at a
time on at most two threads. Where the package is absent, `ScannerMissing` says so and the caller
does without. Says nothing about what the letters mean: `editor.policy.marks` judges that.
"""

import importlib.util
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from editor.imaging.pixels import Pixels

THREADS_MAX = 2
SIDE_MAX = 960
"""Pixels of the longer side at which letters are looked for; they are read at full size. Letters
of 12 px on a 2,048 px picture are still found; time grows with the square."""
CONFIDENCE_MIN = 0.5
_LOCK = threading.Lock()


class ScannerMissing(Exception):
    """The packaged reader is not installed here."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of letters.

    box: four corners (x, y) in pixels, clockwise from the text's own top left.
    confidence: 0 to 1, of the reading.
    """

    text: str
    box: tuple[tuple[float, float], ...]
    confidence: float


def is_here() -> bool:
    """Tell whether letters can be read here, without loading anything."""
    return importlib.util.find_spec("rapidocr") is not None


def read(image: Pixels, *, side_max: int = SIDE_MAX) -> tuple[Line, ...]:
    """Return the lines on a picture, (H, W, 3) uint8 sRGB. Raises ScannerMissing."""
    with _LOCK:
        reader = _reader()
        backwards = np.ascontiguousarray(image[..., ::-1])
        reader._load_det_model().limit_side_len = side_max  # noqa: SLF001 - it has no other door for this
        found = reader(backwards, use_cls=False)
    boxes, texts, scores = (getattr(found, name, None) for name in ("boxes", "txts", "scores"))
    if boxes is None or texts is None or scores is None:
        return ()
    return tuple(
        Line(str(text), tuple((float(x), float(y)) for x, y in box), float(score))
        for text, box, score in zip(texts, boxes, scores, strict=True)
    )


@cache
def _reader() -> Any:
    if not is_here():
        raise ScannerMissing("rapidocr is not installed")
    import rapidocr  # noqa: PLC0415 - a second to load, and optional

    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            # Named files are opened and nothing else is: no name here may lead to a download.
            "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
            "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
            "Cls.model_path": str(models / "ch_ppocr_mobile_v2.0_cls_mobile.onnx"),
            "Det.limit_type": "max",
            "Det.limit_side_len": SIDE_MAX,
            "Global.use_cls": False,
            "Global.max_side_len": 8192,
            "Global.text_score": CONFIDENCE_MIN,
            # Its logger writes to a stream of its own, and might quote what stands on a picture.
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS_MAX,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
