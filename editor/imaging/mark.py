"""The invisible mark: a second sign, beside the credentials, that a model changed this picture.

A keyed pattern of 64 × 64 px is laid over the lightness of what changed, again and again, stronger
where the picture is busy. To find it, the picture is folded into one such tile, where the copies add
up and the picture averages out, and only the phases are compared with the key's, at every shift.

The phases of a picture that knows nothing of the key are random, whatever the picture shows: so the
chance of a false find follows from the number of phases alone. The mark says "made here" and nothing
else: no number, no owner. It survives JPEG, halving, cropping; not rotation or an odd scale.
"""

import hashlib
import math
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.imaging.pixels import Pixels, Plane

TILE = 64
SIDE_MIN = 2 * TILE
"""A picture that holds less than four tiles is left alone: nobody could find the mark again."""
RING = (4.0, 13.0)
"""Cycles per tile: periods of 5 to 16 px. Slower ones show in skies, faster ones die in a JPEG."""

FLAT_LEVELS = 0.9
BUSY_SHARE = 0.18
"""Strength (levels, root mean square): this much everywhere, and a share of the local contrast on top."""
UNITS = 104
"""Strength is counted in these parts of a level, so that a byte holds 2.45: at 2.55 all over, a picture
would differ by 40 dB from what the engine said."""
PATTERN_UNITS = 80
"""The pattern is counted in these parts of its own root mean square, so that a byte holds its peaks."""
PIECE = 8
"""Local contrast is measured in squares of this many pixels."""

SCALES = (1.0, 0.5, 0.75, 2 / 3)
"""Sizes at which the mark is looked for, relative to the one at which it was laid."""
FOUND = 6.0
"""Strength above which the mark is there, in standard deviations of what chance gives at one shift;
chance reaches it at one of 4,096 shifts and four scales in 2 of 100,000 pictures."""


def lay(image: Pixels, source: Pixels, key: str) -> Pixels:
    """Return the image with the mark in every pixel that differs from the source, and in no other."""
    if min(image.shape[:2]) < SIDE_MIN:
        return image
    red, green, blue = cv2.split(cv2.absdiff(image, source))
    _, changed = cv2.threshold(cv2.max(cv2.max(red, green), blue), 0, 255, cv2.THRESH_BINARY)
    strong = cv2.resize(_strength(image), changed.shape[::-1], interpolation=cv2.INTER_LINEAR)
    strong = cv2.bitwise_and(strong, changed)
    brighter, darker = (
        cv2.merge([cv2.multiply(strong, half, scale=1 / (UNITS * PATTERN_UNITS))] * 3)
        for half in _tiled(key, *changed.shape)
    )
    return np.asarray(cv2.subtract(cv2.add(image, brighter), darker), np.uint8)


def strength(grey: Plane, key: str) -> float:
    """Return how clearly the mark is in a picture, in standard deviations; `FOUND` and more is a find."""
    return max((_strength_at(grey, key, scale) for scale in SCALES), default=0.0)


def _strength_at(grey: Plane, key: str, scale: float) -> float:
    """Look for the mark in a picture that was scaled by `scale` after the mark was laid."""
    period = math.ceil(TILE * scale)
    grow = period / (TILE * scale)
    height, width = (round(side * grow) for side in grey.shape)
    if min(height, width) < 2 * period:
        return 0.0
    image = grey if grow == 1 else cv2.resize(grey, (width, height), interpolation=cv2.INTER_CUBIC)
    spectrum = _spectrum(np.asarray(image, np.uint8), period)
    ring = _ring()
    phases = np.where(ring, spectrum / np.maximum(np.abs(spectrum), 1e-9), 0)
    likeness = np.fft.ifft2(phases * np.conj(_phases(key))).real * TILE * TILE
    # Each pair of mirrored frequencies is one random phase: its cosine has a variance of a half.
    return float(likeness.max() / np.sqrt(ring.sum()))


def _spectrum(image: Plane, period: int) -> NDArray[np.complex128]:
    """Add up all whole tiles of a picture; return their spectrum as a tile of full size would have it."""
    rough = image.astype(np.float32)
    around = 2 * (period // 8) + 1
    fine = rough - cv2.blur(rough, (around, around))
    # Strong edges would drown the rest: a place counts by its sign more than by its size.
    fine = fine / (np.abs(fine) + 4)
    rows, columns = image.shape[0] // period, image.shape[1] // period
    whole = fine[: rows * period, : columns * period].reshape(rows, period, columns, period)
    small = np.fft.fft2(whole.mean(axis=(0, 2)))
    reach = min(math.ceil(RING[1]), (period - 1) // 2)
    kept = np.arange(-reach, reach + 1)
    spectrum = np.zeros((TILE, TILE), np.complex128)
    spectrum[np.ix_(kept % TILE, kept % TILE)] = small[np.ix_(kept % period, kept % period)]
    return spectrum


def _strength(image: Pixels) -> Plane:
    """Return how strongly the mark may be laid, one value per piece, in levels times UNITS."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    size = (max(1, grey.shape[1] // PIECE), max(1, grey.shape[0] // PIECE))
    contrast = cv2.resize(cv2.absdiff(grey, cv2.blur(grey, (5, 5))), size, interpolation=cv2.INTER_AREA)
    contrast = cv2.erode(contrast, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.convertScaleAbs(contrast, alpha=BUSY_SHARE * UNITS, beta=FLAT_LEVELS * UNITS))


@lru_cache(maxsize=1)
def _tiled(key: str, height: int, width: int) -> tuple[Plane, Plane]:
    """Return what the pattern adds and what it takes away, times PATTERN_UNITS. Sizes repeat."""
    tile = np.fft.ifft2(_phases(key)).real
    levels = np.rint(PATTERN_UNITS * tile / tile.std())
    halves = (np.clip(sign * levels, 0, 255).astype(np.uint8) for sign in (1, -1))
    times = (-(-height // TILE), -(-width // TILE))
    brighter, darker = (np.ascontiguousarray(np.tile(half, times)[:height, :width]) for half in halves)
    return brighter, darker


@lru_cache(maxsize=8)
def _phases(key: str) -> NDArray[np.complex128]:
    """Return the key's random phases on the ring, mirrored so that the tile is real; 0 elsewhere."""
    seed = int.from_bytes(hashlib.sha256(f"freeai mark {key}".encode()).digest(), "big")
    noise = np.fft.fft2(np.random.default_rng(seed).normal(size=(TILE, TILE)))
    return np.where(_ring(), noise / np.abs(noise), 0)


@lru_cache(maxsize=1)
def _ring() -> NDArray[np.bool_]:
    axis = np.fft.fftfreq(TILE, 1 / TILE)
    radius = np.hypot(axis[:, None], axis[None, :])
    return np.asarray((radius >= RING[0]) & (radius <= RING[1]))
