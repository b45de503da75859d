"""A photo with detail down to the pixel, and an engine that works at a megapixel and misses the frame.

Shared by the tests of the frame and its benchmark.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage import data

from editor.imaging.pixels import Pixels
from editor.imaging.registration import NO_DRIFT, Drift

MEGAPIXEL = 1_000_000
Retouch = Callable[[Pixels], Pixels]


@cache
def photo(name: str = "astronaut", width: int = 2400, height: int = 1700) -> Pixels:
    """Return one of scikit-image's photos at the size asked, with texture and grain of its own."""
    taken: Any = getattr(data, name)()
    share = max(width / taken.shape[1], height / taken.shape[0])
    large = cv2.resize(taken, None, fx=share, fy=share, interpolation=cv2.INTER_CUBIC)[:height, :width]
    grain = cv2.GaussianBlur(np.random.default_rng(7).normal(size=(height, width)), (0, 0), 1)
    grass_field: Any = data.grass
    grass = grass_field().astype(float)
    tiles = (math.ceil(height / grass.shape[0]), math.ceil(width / grass.shape[1]))
    texture = np.tile((grass - grass.mean()) / grass.std(), tiles)[:height, :width]
    detailed: Pixels = np.clip(large + (6 * grain / grain.std() + 9 * texture)[..., None], 0, 255).astype(
        np.uint8
    )
    detailed.setflags(write=False)
    return detailed


@dataclass(frozen=True)
class SmallEngine:
    """Retouches a picture at its own size, then hands it back slid, zoomed and noisy."""

    retouch: Retouch = lambda picture: picture
    drift: Drift = NO_DRIFT
    pixels: int = MEGAPIXEL
    noise_levels: float = 0.0
    jpeg_quality: int | None = None

    def edit(self, source: Pixels) -> Pixels:
        height, width = source.shape[:2]
        moved: Any = source
        if self.drift != NO_DRIFT:
            motion = self.drift.matrix(width, height)
            moved = cv2.warpAffine(
                source, motion, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
            )
        share = math.sqrt(self.pixels / (width * height))
        size = (max(1, round(width * share / 16)) * 16, max(1, round(height * share / 16)) * 16)
        picture = self.retouch(np.asarray(cv2.resize(moved, size, interpolation=cv2.INTER_AREA), np.uint8))
        noise = np.random.default_rng(3).normal(0, self.noise_levels, picture.shape)
        noisy = np.clip(np.rint(picture + noise), 0, 255).astype(np.uint8)
        return noisy if self.jpeg_quality is None else through_jpeg(noisy, self.jpeg_quality, subsampling=2)


def through_jpeg(picture: Pixels, quality: int = 95, *, subsampling: int = 0) -> Pixels:
    """Write and read a picture as JPEG."""
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality, subsampling=subsampling)
    return np.asarray(Image.open(buffer))


def resized(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Return a picture or plane at another size, as an engine would shrink it."""
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def upscaled(picture: Pixels, width: int, height: int) -> Pixels:
    """Return what most services return: the output enlarged, with no look at the source."""
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def psnr(one: Pixels, other: Pixels, where: NDArray[np.bool_] | None = None) -> float:
    """Return the peak signal-to-noise ratio in dB, capped at 100."""
    rest = one.astype(float) - other
    mean = float(np.mean((rest if where is None else rest[where]) ** 2))
    return 10 * math.log10(255**2 / max(mean, 255**2 / 1e10))


def corner_error(true: Drift, measured: Drift, width: int, height: int) -> float:
    """Return how far apart two motions take the corners of a frame, at most, in pixels."""
    corners = np.array([[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1]])
    rest = true.matrix(width, height) - measured.matrix(width, height)
    return float(np.hypot(*(corners @ rest[:, :2].T + rest[:, 2]).T).max())


def patched(source: Pixels, *, margin_px: int = 0) -> tuple[Pixels, NDArray[np.bool_]]:
    """Put something else over the middle sixteenth; returns it and where (wider by `margin_px`)."""
    height, width = source.shape[:2]
    top, left, down, across = height // 3, width // 3, height // 4, width // 4
    other = source.copy()
    other[top : top + down, left : left + across] = cv2.GaussianBlur(source[:down, :across], (0, 0), 20)
    where = np.zeros((height, width), np.bool_)
    where[top - margin_px : top + down + margin_px, left - margin_px : left + across + margin_px] = True
    return other, where


def warmer(picture: Pixels) -> Pixels:
    return np.clip(picture * [1.12, 1.02, 0.86] + [4, 0, -3], 0, 255).astype(np.uint8)


def brighter(picture: Pixels) -> Pixels:
    return np.asarray(cv2.LUT(picture, (255 * (np.arange(256) / 255) ** 0.7).astype(np.uint8)), np.uint8)


def black_and_white(picture: Pixels) -> Pixels:
    return np.dstack([cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)] * 3).astype(np.uint8)


def sepia(picture: Pixels) -> Pixels:
    matrix = np.array([[0.393, 0.349, 0.272], [0.769, 0.686, 0.534], [0.189, 0.168, 0.131]])
    return np.asarray(np.clip(picture @ matrix, 0, 255), np.uint8)


def pencil_sketch(picture: Pixels) -> Pixels:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    shade = 255 - cv2.GaussianBlur(255 - grey, (0, 0), 8)
    return np.dstack([cv2.divide(grey, shade, scale=256)] * 3).astype(np.uint8)


def cartoon(picture: Pixels) -> Pixels:
    flat = cv2.bilateralFilter(cv2.bilateralFilter(picture, 9, 40, 7), 9, 40, 7) // 32 * 32 + 16
    grey = cv2.medianBlur(np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8), 7)
    lines = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 15, 5)
    return np.where((lines == 0)[..., None], 20, flat).astype(np.uint8)


def blurred(picture: Pixels) -> Pixels:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 4), np.uint8)


def denoised(picture: Pixels) -> Pixels:
    return np.asarray(cv2.bilateralFilter(picture, 9, 50, 5), np.uint8)
