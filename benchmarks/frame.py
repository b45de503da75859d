"""What a result in its frame keeps of the source, beside the plain upscale most services return.

A scripted engine works at one megapixel on a four-megapixel photo, slides it by 3 px, zooms it by 1 %
and repaints one region. Run with `python -m benchmarks.frame`.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import cv2
import numpy as np

from editor.imaging.frame import lay_over
from editor.imaging.registration import NO_DRIFT, Drift
from tests.editor.imaging.small_engine import (
    SmallEngine,
    brighter,
    corner_error,
    patched,
    photo,
    psnr,
    sepia,
    upscaled,
    warmer,
)

WIDTH, HEIGHT = 2400, 1700
MARGIN_PX = 24
SLID = Drift(dx=3, dy=-2, scale=1.01)
ENGINES = {
    "slid and zoomed": SmallEngine(drift=SLID),
    "with noise and JPEG 75": SmallEngine(drift=SLID, noise_levels=3, jpeg_quality=75),
    "the other way": SmallEngine(drift=Drift(dx=-5, dy=4, scale=0.985), noise_levels=4, jpeg_quality=75),
    "only smaller": SmallEngine(),
}


def print_what_is_kept() -> None:
    """Print registration error and PSNR outside the repainted region for each photo and engine."""
    print(f"{'photo':10} {'engine':24} {'error px':>8} {'kept dB':>8} {'upscale dB':>10} {'ms':>6}")
    for name in ("astronaut", "chelsea", "coffee"):
        source = photo(name, WIDTH, HEIGHT)
        edited, _ = patched(source)
        _, near = patched(source, margin_px=MARGIN_PX)
        for engine_name, engine in ENGINES.items():
            output = engine.edit(edited)
            seconds, framed = timed(partial(lay_over, source, output))
            error = corner_error(engine.drift, framed.drift, WIDTH, HEIGHT)
            upscaled = np.asarray(
                cv2.resize(output, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8
            )
            kept, plain = psnr(source, framed.image, ~near), psnr(source, upscaled, ~near)
            print(f"{name:10} {engine_name:24} {error:8.3f} {kept:8.1f} {plain:10.1f} {seconds * 1000:6.0f}")


def print_what_a_tone_keeps() -> None:
    """Print PSNR to the tone laid on the source itself, for an engine that works small."""
    source = photo("astronaut", WIDTH, HEIGHT)
    for name, tone in {"warmer": warmer, "brighter": brighter, "sepia": sepia}.items():
        output = SmallEngine(tone, drift=SLID, noise_levels=2, jpeg_quality=90).edit(source)
        ours = psnr(tone(source), lay_over(source, output).image)
        plain = psnr(tone(source), upscaled(output, WIDTH, HEIGHT))
        print(f"tone {name:10} ours {ours:.1f} dB, plain upscale {plain:.1f} dB")


def print_times_at_full_size() -> None:
    """Print how long a 3-megapixel picture takes when the engine worked at its full size."""
    source = photo("coffee", 2048, 1465)
    mask = np.zeros(source.shape[:2], np.uint8)
    mask[300:900, 500:1300] = 255
    local = source.copy()
    local[300:900, 500:1300] = 255 - local[300:900, 500:1300]
    for name, output, where in (
        ("unchanged", source.copy(), None),
        ("toned", warmer(source), None),
        ("masked", local, mask),
    ):
        seconds, framed = timed(partial(lay_over, source, output, mask=where))
        assert framed.drift == NO_DRIFT
        print(f"full size, {name:10} {seconds * 1000:.0f} ms")


Made = TypeVar("Made")


def timed(make: Callable[[], Made]) -> tuple[float, Made]:
    """Return the best of three times, and what was made."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        made = make()
        times.append(time.perf_counter() - started)
    return min(times), made


if __name__ == "__main__":
    # One core, as a worker beside others has it.
    cv2.setNumThreads(1)
    print_what_is_kept()
    print_what_a_tone_keeps()
    print_times_at_full_size()
