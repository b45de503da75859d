"""Detail: blur, pixels, sharpness, noise, grain."""

import cv2
import numpy as np

from editor.engines.base import Pixels
from editor.engines.lite import space
from editor.engines.lite.work import Work, strips

_BLUR_SIGMA_SHARE = 0.022
"""Standard deviation of a blur of 100 %, as a share of the picture's shorter side."""


def blur(image: Pixels, work: Work) -> Pixels:
    """Defocus in linear light, so that lights spread as they do in a lens."""
    height, width = image.shape[:2]
    sigma = max(0.3, work.strength * _BLUR_SIGMA_SHARE * min(height, width))
    scale = min(1.0, 3.0 / sigma)  # a wide blur has no detail to lose at a smaller size
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(space.linear_of(image), size, interpolation=cv2.INTER_AREA)
    work.report(0.3)
    small = cv2.GaussianBlur(small, (0, 0), sigma * scale, borderType=cv2.BORDER_REFLECT)
    work.report(0.6)
    return space.bytes_of(space.floats(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)))


def pixelate(image: Pixels, work: Work) -> Pixels:
    """Replace squares by their mean colour; under a mask, about eight across what is painted."""
    height, width = image.shape[:2]
    extent = min(height, width) / 4
    if work.mask is not None:
        _, _, mask_width, mask_height = cv2.boundingRect(work.mask)
        extent = max(mask_width, mask_height)
    side = max(2, round(extent / 8 * work.strength))
    linear = space.linear_of(image)
    rows = np.arange(0, height, side)
    columns = np.arange(0, width, side)
    sums = np.add.reduceat(np.add.reduceat(linear, rows, axis=0), columns, axis=1)
    work.report(0.5)
    counts = np.outer(np.diff(np.append(rows, height)), np.diff(np.append(columns, width)))
    squares = space.bytes_of((sums / counts[..., None]).astype(np.float32))
    return squares.repeat(side, axis=0)[:height].repeat(side, axis=1)[:, :width]


def sharpen(image: Pixels, work: Work) -> Pixels:
    """Unsharp masking of lightness alone; noise is spared, and edges may not overshoot far.

    Overshoot is what shows as a halo: a pixel may pass its neighbours by a fraction only.
    """
    sigma = 0.6 + 0.45 * min(image.shape[:2]) / 1000
    amount = np.float32(1.8 * work.strength)
    neighbours = np.ones((3, 3), np.uint8)
    result = np.empty_like(image)
    for read, rows, inner in strips(image, work, halo=8):
        luma = cv2.cvtColor(image[read], cv2.COLOR_RGB2GRAY).astype(np.float32)
        detail = luma - cv2.GaussianBlur(luma, (0, 0), sigma)
        detail *= space.smoothstep(np.abs(detail), 0.4, 2.5)
        wanted = luma + amount * detail
        highest, lowest = cv2.dilate(luma, neighbours), cv2.erode(luma, neighbours)
        over = np.maximum(wanted - highest, 0) - np.maximum(lowest - wanted, 0)
        change = (wanted - 0.75 * over - luma)[inner]
        sharpened = image[rows].astype(np.float32) + change[..., None]
        result[rows] = np.rint(np.clip(sharpened, 0, 255)).astype(np.uint8)
    return result


def denoise(image: Pixels, work: Work) -> Pixels:
    """Non-local means on lightness, measured by the noise there is; colour noise goes more strongly."""
    ycc = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb)
    noise = max(1.5, _noise_deviation(ycc[..., 0]))
    strength = max(0.1, work.strength)
    lightness = np.float32(1.9 * noise * strength)
    result = np.empty_like(image)
    for read, rows, inner in strips(image, work, halo=8):
        part = ycc[read]
        calm = np.empty_like(part)
        calm[..., 0] = cv2.fastNlMeansDenoising(part[..., 0].copy(), None, float(lightness), 5, 9)
        guide = calm[..., 0].astype(np.float32)
        for channel in (1, 2):
            epsilon = float((2.5 * noise * strength) ** 2)
            smooth = space.guided(guide, part[..., channel].astype(np.float32), 6, epsilon)
            calm[..., channel] = np.rint(np.clip(smooth, 0, 255)).astype(np.uint8)
        result[rows] = cv2.cvtColor(calm, cv2.COLOR_YCrCb2RGB)[inner]
    return result


def _noise_deviation(plane: np.ndarray) -> float:
    """Standard deviation of the noise, from the fine diagonal detail of the calmer half.

    Median absolute deviation of the Haar diagonal (Donoho and Johnstone, 1994).
    """
    even = plane[: plane.shape[0] // 2 * 2, : plane.shape[1] // 2 * 2].astype(np.float32)
    diagonal = (even[::2, ::2] - even[::2, 1::2] - even[1::2, ::2] + even[1::2, 1::2]) / 2
    return float(np.median(np.abs(diagonal)) / 0.6745)


def grain(image: Pixels, work: Work) -> Pixels:
    """Film grain: soft-edged noise in lightness, strongest in the middle tones."""
    size = max(0.5, min(image.shape[:2]) / 1600)
    white = work.random().standard_normal(image.shape[:2], dtype=np.float32)
    noise = space.floats(cv2.GaussianBlur(white, (0, 0), size))
    noise *= np.float32(1 / max(1e-6, float(noise.std())))
    result = np.empty_like(image)
    for _, rows, _ in strips(image, work):
        luma = cv2.cvtColor(image[rows], cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
        weight = space.floats(30 * work.strength * (0.25 + 3 * luma * (1 - luma)))
        grained = image[rows] + (noise[rows] * weight * np.float32(0.7))[..., None]
        result[rows] = np.rint(np.clip(grained, 0, 255)).astype(np.uint8)
    return result
