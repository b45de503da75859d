"""Seconds and memory of every freeai-lite operation on 4 megapixels, beside the plain way.

    python benchmarks/lite.py [OPERATION …]

The plain way is what Pillow does for the same word, in the same run, where it has one. Memory
is the process's peak after each operation; it can only rise. Run it on an idle machine.
"""

import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import cv2
import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from skimage import data

from editor.engines.base import EditRequest, NotUnderstood, Pixels, Plane
from editor.engines.lite.engine import carry_out
from editor.engines.lite.plan import MASK_ONLY, WORDINGS, Plan, Step

SIZE = (2340, 1760)

PLAIN_WAY: dict[str, Callable[[Image.Image], Image.Image]] = {
    "exposure": lambda image: ImageEnhance.Brightness(image).enhance(1.4),
    "contrast": lambda image: ImageEnhance.Contrast(image).enhance(1.3),
    "saturation": lambda image: ImageEnhance.Color(image).enhance(1.3),
    "sharpen": lambda image: image.filter(ImageFilter.UnsharpMask(1.5, 120)),
    "blur": lambda image: image.filter(ImageFilter.GaussianBlur(16)),
    "denoise": lambda image: image.filter(ImageFilter.MedianFilter(5)),
    "monochrome": ImageOps.grayscale,
    "posterize": lambda image: ImageOps.posterize(image, 3),
    "invert": ImageOps.invert,
    "balance": ImageOps.autocontrast,
}


def main() -> None:
    """Print one line per operation."""
    coffee = np.asarray(data.coffee(), np.uint8)  # type: ignore[no-untyped-call]
    image = np.asarray(cv2.resize(coffee, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.circle(mask, (SIZE[0] // 3, SIZE[1] // 2), 160, 255, -1)
    astronaut = np.asarray(data.astronaut(), np.uint8)  # type: ignore[no-untyped-call]
    face = np.asarray(cv2.resize(astronaut, (2048, 2048), interpolation=cv2.INTER_CUBIC), np.uint8)
    sign = np.asarray(cv2.putText(image.copy(), "SALE", (200, 1500), 0, 9, (250, 250, 240), 24), np.uint8)
    print(f"{'operation':24}{'seconds':>8}{'of CPU':>8}{'plain':>8}{'peak MB':>9}")
    for step in _steps():
        if len(sys.argv) > 1 and step.operation not in sys.argv[1:]:
            continue
        masked = mask if step.operation in MASK_ONLY and not step.region else None
        picture = face if step.region == "faces" else sign if step.operation == "reword" else image
        seconds, busy = _seconds(picture, step, masked)
        plain = PLAIN_WAY.get(step.operation) if not step.region else None
        told = f"{_plain_seconds(image, plain):8.2f}" if plain else f"{'':8}"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{step.operation + ' ' + step.region:24}{seconds:8.2f}{busy:8.2f}{told}{peak:9.0f}", flush=True
        )


_COLORS = {"tint": "blue", "recolor": "blue", "fill": "blue", "style": "Van Gogh"}


def _steps() -> list[Step]:
    steps = [Step(name, 0.5, _COLORS.get(name, "")) for name in WORDINGS]
    whole = [step for step in steps if step.operation not in ("cutout", "reword")]
    return [
        *whole,
        Step("cutout", 1.0, "", "background"),
        Step("blur", 0.4, "", "background"),
        Step("blur", 0.4, "", "faces"),
        Step("reword", 1.0, "SALE → OPEN"),
    ]


def _seconds(image: Pixels, step: Step, mask: Plane | None) -> tuple[float, float]:
    """Seconds by the clock, and of all cores together; a first run loads what is loaded once."""
    with suppress(NotUnderstood):
        carry_out(Plan((step,)), EditRequest(image=image[:400, :400], prompt=""))
    started, busy = time.perf_counter(), time.process_time()
    with suppress(NotUnderstood):
        carry_out(Plan((step,)), EditRequest(image=image, prompt="", mask=mask))
    return time.perf_counter() - started, time.process_time() - busy


def _plain_seconds(image: Pixels, plain: Callable[[Image.Image], Image.Image]) -> float:
    picture = Image.fromarray(image)
    started = time.perf_counter()
    plain(picture)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
