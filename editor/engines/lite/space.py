"""Colour spaces: sRGB bytes, linear light, OKLab.

Light adds up in linear light, so exposure, white balance and blur happen there.
Differences look even in OKLab, so saturation, tint and recolouring happen there.
OKLab: Björn Ottosson, "A perceptual color space for image processing" (2020).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.engines.base import Pixels

Floats = NDArray[np.float32]

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
"""Share of the linear primaries in luminance Y (ITU-R BT.709)."""

_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_LAB_TO_LMS = np.linalg.inv(_LMS_TO_LAB)
_LMS_TO_RGB = np.linalg.inv(_RGB_TO_LMS)


def _decoded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """sRGB values in 0..1 to linear light."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


_LINEAR_OF_BYTE = _decoded(np.arange(256) / 255).astype(np.float32)

_STEPS = 65535
_linear = np.arange(_STEPS + 1) / _STEPS
_ENCODED = np.where(_linear <= 0.0031308, _linear * 12.92, 1.055 * _linear ** (1 / 2.4) - 0.055)
_BYTE_OF_LINEAR = np.rint(_ENCODED * 255).astype(np.uint8)
"""sRGB byte for linear light in 65,536 steps: in the deepest shadows one step is a twentieth of a byte."""


def floats(values: object) -> Floats:
    """The same numbers as float32; OpenCV's own annotations leave their type open."""
    return np.asarray(values, dtype=np.float32)


def pixels(values: object) -> Pixels:
    """Rounded and clipped to bytes."""
    return np.asarray(np.rint(np.clip(floats(values), 0, 255)), dtype=np.uint8)


def linear_of(image: Pixels) -> Floats:
    """Linear light in 0..1 of sRGB bytes."""
    return np.asarray(cv2.LUT(image, _LINEAR_OF_BYTE), dtype=np.float32)


def bytes_of(linear: Floats) -> Pixels:
    """sRGB bytes of linear light; what lies outside 0..1 is clipped."""
    scaled = np.clip(linear, 0.0, 1.0) * np.float32(_STEPS) + np.float32(0.5)
    return np.asarray(_BYTE_OF_LINEAR.take(scaled.astype(np.uint16)), dtype=np.uint8)


def luminance(linear: Floats) -> Floats:
    """Y, (H, W), of linear light (H, W, 3)."""
    return floats(cv2.transform(linear, LUMINANCE.reshape(1, 3))).reshape(linear.shape[:2])


def power(values: Floats, exponent: float) -> Floats:
    """Values to a power, negatives as 0: many times faster than numpy's."""
    return np.asarray(cv2.pow(np.maximum(values, 0), exponent), dtype=np.float32)


def in_gamut(linear: Floats) -> Floats:
    """Draw colours outside 0..1 towards the grey of their own luminance until they fit.

    Clipping each channel would turn hues (an orange flame becomes yellow); this only pales.
    """
    red, green, blue = cv2.split(linear)
    highest = cv2.max(cv2.max(red, green), blue)
    lowest = cv2.min(cv2.min(red, green), blue)
    outside = (highest > 1) | (lowest < 0)
    if not outside.any():
        return linear
    colors = linear[outside]
    grey = np.clip(colors @ LUMINANCE, 0.0, 1.0)
    above, below = highest[outside] - grey, grey - lowest[outside]
    tiny = np.float32(1e-6)
    room = np.minimum((1 - grey) / np.maximum(above, tiny), grey / np.maximum(below, tiny))
    fitted = linear.copy()
    fitted[outside] = grey[:, None] + (colors - grey[:, None]) * np.minimum(room, 1)[:, None]
    return fitted


def oklab_of(linear: Floats) -> Floats:
    """OKLab of linear light, (H, W, 3) each: lightness 0..1 and two colour axes around 0."""
    cones = floats(cv2.transform(linear, _RGB_TO_LMS))
    return floats(cv2.transform(power(cones, 1 / 3), _LMS_TO_LAB))


def chroma_of(lab: Floats) -> Floats:
    """How colourful, (H, W): the distance from grey."""
    return np.asarray(cv2.magnitude(lab[..., 1].copy(), lab[..., 2].copy()), dtype=np.float32)


def linear_of_oklab(lab: Floats) -> Floats:
    """Linear light of OKLab, drawn into the gamut."""
    cones = cv2.transform(lab, _LAB_TO_LMS)
    return in_gamut(cv2.transform(cones * cones * cones, _LMS_TO_RGB).astype(np.float32))


def oklab_of_color(rgb: tuple[int, int, int]) -> tuple[float, float, float]:
    """OKLab of one sRGB colour."""
    lab = oklab_of(linear_of(np.array([[rgb]], dtype=np.uint8)))[0, 0]
    return float(lab[0]), float(lab[1]), float(lab[2])


def smoothstep(values: Floats, low: float, high: float) -> Floats:
    """0 below `low`, 1 above `high`, smooth between; falls instead when `low` > `high`."""
    t = np.clip((values - np.float32(low)) / np.float32(high - low), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)


def guided(guide: Floats, plane: Floats, radius: int, epsilon: float) -> Floats:
    """Smooth a plane along the edges of its guide: He, Sun, Tang, "Guided Image Filtering" (2013)."""
    window = (2 * radius + 1, 2 * radius + 1)
    mean_guide, mean_plane = cv2.blur(guide, window), cv2.blur(plane, window)
    covariance = cv2.blur(guide * plane, window) - mean_guide * mean_plane
    variance = np.maximum(cv2.blur(guide * guide, window) - mean_guide * mean_guide, 0)
    slope = covariance / (variance + np.float32(epsilon))
    offset = mean_plane - slope * mean_guide
    return floats(cv2.blur(slope, window) * guide + cv2.blur(offset, window))
