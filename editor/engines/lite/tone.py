"""Light: exposure, shadows and highlights, contrast, clarity, haze, vignette.

Curves change luminance and take the colour along in proportion, so that hues stay;
every curve keeps black at 0 and white at 1 at most, so that nothing clips.
"""

from collections.abc import Callable

import cv2
import numpy as np

from editor.engines.base import Pixels
from editor.engines.lite import space
from editor.engines.lite.space import Floats
from editor.engines.lite.work import Work, strips

_GAMMA = 1 / 2.2
"""Luminance to the power of this is roughly as light as it looks."""

_DARK = np.float32(1e-5)


def exposure(image: Pixels, work: Work) -> Pixels:
    """Give `1 + strength` times the light to the dark and middle tones, rolling off towards white."""
    gain = max(0.05, 1 + work.strength)
    shoulder = 1.0 if gain > 1 else 0.6  # a darker picture may lose its brightest white, too

    def curve(y: Floats) -> Floats:
        return np.asarray(gain * y / (1 + (gain - 1) * shoulder * y), dtype=np.float32)

    return _apply_curve(image, work, curve)


def contrast(image: Pixels, work: Work) -> Pixels:
    """Spread or narrow the tones around the picture's own middle."""
    y = space.luminance(space.linear_of(image[::4, ::4] if work.mask is None else image))
    pivot = float(np.clip(np.median(work.painted(y) if work.mask is not None else y) ** _GAMMA, 0.35, 0.6))
    strength = work.strength

    def curve(luminance: Floats) -> Floats:
        p = space.power(luminance, _GAMMA)
        if strength < 0:
            p = space.floats(pivot + (p - pivot) * max(0.1, 1 + 0.7 * strength))
        else:
            p = _s_curve(p, pivot, 1 + 1.1 * strength)
        return np.asarray(space.power(p, 1 / _GAMMA), dtype=np.float32)

    return _apply_curve(image, work, curve)


def _s_curve(p: Floats, pivot: float, power: float) -> Floats:
    """An S through (0, 0), (pivot, pivot) and (1, 1): two power curves that meet in the pivot."""
    below = pivot * space.power(space.floats(np.minimum(p, pivot) / pivot), power)
    above = 1 - (1 - pivot) * space.power(space.floats((1 - np.clip(p, pivot, 1)) / (1 - pivot)), power)
    return np.asarray(np.where(p < pivot, below, above), dtype=np.float32)


def shadows(image: Pixels, work: Work) -> Pixels:
    """Lift or deepen the dark regions, keeping the detail inside them."""
    return _apply_regional_gain(image, work, low=0.55, high=0.05)


def highlights(image: Pixels, work: Work) -> Pixels:
    """Brighten or soften the bright regions, keeping the detail inside them."""
    return _apply_regional_gain(image, work, low=0.5, high=0.95)


def _apply_regional_gain(image: Pixels, work: Work, *, low: float, high: float) -> Pixels:
    """Change exposure by how bright a pixel's surroundings are, from `low` (not) to `high` (fully)."""
    base = _surroundings(image, work)
    result = np.empty_like(image)
    for _, rows, _ in strips(image, work):
        stops = np.float32(1.7 * work.strength) * space.smoothstep(base[rows], low, high)
        y = space.luminance(space.linear_of(image[rows]))
        gain = np.exp2(stops)
        lifted = gain * y / (1 + np.maximum(gain - 1, 0) * y)
        result[rows] = _with_luminance(image[rows], y, lifted.astype(np.float32))
    return result


def _surroundings(image: Pixels, work: Work, *, radius_share: float = 0.03) -> Floats:
    """Perceived lightness without its fine detail, but with its edges: a guided filter at small size."""
    height, width = image.shape[:2]
    scale = min(1.0, 512 / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = _lightness(space.pixels(cv2.resize(image, size, interpolation=cv2.INTER_AREA)))
    work.report(0.0)
    radius = max(2, round(radius_share * max(size)))
    slope, offset = _guided_coefficients(small, radius, 0.01)
    full = np.empty((height, width), dtype=np.float32)
    slope = space.floats(cv2.resize(slope, (width, height)))
    offset = space.floats(cv2.resize(offset, (width, height)))
    for _, rows, _ in strips(image, work):
        full[rows] = slope[rows] * _lightness(image[rows]) + offset[rows]
    return full


def _guided_coefficients(guide: Floats, radius: int, epsilon: float) -> tuple[Floats, Floats]:
    """He, Sun, Tang: "Guided Image Filtering" (2013), of a plane by itself."""
    window = (2 * radius + 1, 2 * radius + 1)
    mean = cv2.blur(guide, window)
    variance = np.maximum(cv2.blur(guide * guide, window) - mean * mean, 0)
    slope = variance / (variance + np.float32(epsilon))
    return (
        np.asarray(cv2.blur(slope, window), dtype=np.float32),
        np.asarray(cv2.blur(mean - slope * mean, window), dtype=np.float32),
    )


def _lightness(image: Pixels) -> Floats:
    return np.asarray(space.power(space.luminance(space.linear_of(image)), _GAMMA), dtype=np.float32)


def clarity(image: Pixels, work: Work) -> Pixels:
    """Strengthen or weaken middle-sized detail, least where it is already strong, so without halos."""
    base = _surroundings(image, work, radius_share=0.02)
    result = np.empty_like(image)
    for _, rows, _ in strips(image, work):
        y = space.luminance(space.linear_of(image[rows]))
        p = space.power(y, _GAMMA)
        detail = p - base[rows]
        restrained = detail / (1 + 6 * np.abs(detail))
        middle = 4 * p * (1 - p)
        p = np.clip(p + np.float32(max(-0.9, 1.6 * work.strength)) * restrained * middle, 0, 1)
        result[rows] = _with_luminance(image[rows], y, space.power(p, 1 / _GAMMA))
    return result


def enhance(image: Pixels, work: Work) -> Pixels:
    """What a careful hand does first: stretch the tones, lift a dark middle, enliven the colours a little."""
    p = _lightness(image)
    inside = work.painted(p)
    low, middle, high = (float(x) for x in np.quantile(inside, (0.004, 0.5, 0.996)))
    low, high = min(low, 0.12), max(high, 0.75)  # a fog or a dusk is to stay one
    share = min(1.5, work.strength)
    centre = float(np.clip((middle - low) / (high - low), 0.1, 0.9))
    power = float(np.clip(np.log(0.46) / np.log(centre), 0.75, 1.15))
    result = np.empty_like(image)
    for _, rows, _ in strips(image, work):
        lightness = p[rows]
        stretched = np.power(np.clip((lightness - low) / (high - low), 0, 1), np.float32(power))
        stretched = np.clip(lightness + share * 0.6 * (stretched - lightness), 0, 1)
        y = space.power(lightness, 1 / _GAMMA)
        toned = _with_luminance(image[rows], y, space.power(stretched, 1 / _GAMMA))
        lab = space.oklab_of(space.linear_of(toned))
        chroma = space.chroma_of(lab)
        lab[..., 1:] *= (1 + 0.14 * share * (1 - space.smoothstep(chroma, 0.03, 0.22)))[..., None]
        result[rows] = space.bytes_of(space.linear_of_oklab(lab))
    return result


def dehaze(image: Pixels, work: Work) -> Pixels:
    """Take away the veil of air.

    He, Sun, Tang: "Single Image Haze Removal Using Dark Channel Prior" (2009).
    """
    height, width = image.shape[:2]
    scale = min(1.0, 600 / max(height, width))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    linear = small.astype(np.float32) / 255
    patch = np.ones((max(3, round(0.02 * max(small.shape[:2]))),) * 2, np.uint8)
    dark = cv2.erode(linear.min(axis=2), patch)
    air = linear[dark >= np.quantile(dark, 0.995)].mean(axis=0).clip(0.5, 1.0)
    veil = cv2.erode((linear / air).min(axis=2), patch)
    guide = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    veil = space.guided(space.floats(guide), space.floats(veil), round(0.05 * max(small.shape[:2])) + 1, 1e-3)
    work.report(0.1)
    thin = np.clip(1 - min(0.95, 1.2 * work.strength) * cv2.resize(veil, (width, height)), 0.25, 1)
    result = np.empty_like(image)
    for _, rows, _ in strips(image, work):
        clear = (image[rows].astype(np.float32) / 255 - air) / thin[rows][..., None] + air
        result[rows] = np.rint(np.clip(clear, 0, 1) * 255).astype(np.uint8)
    return result


def vignette(image: Pixels, work: Work) -> Pixels:
    """Let the light fall off towards the corners, as an old lens does."""
    height, width = image.shape[:2]
    down = ((np.arange(height, dtype=np.float32) + 0.5) / height * 2 - 1)[:, None]
    across = ((np.arange(width, dtype=np.float32) + 0.5) / width * 2 - 1)[None, :]
    noise = work.random()
    result = np.empty_like(image)
    for _, rows, _ in strips(image, work):
        distance = np.sqrt((down[rows] ** 2 + across**2) / 2)
        light = np.exp2(np.float32(-1.5 * work.strength) * space.smoothstep(distance, 0.35, 1.1))
        # A hair of noise keeps the smooth fall-off from showing as rings in a plain sky.
        grain = noise.uniform(-0.002, 0.002, light.shape).astype(np.float32) * (1 - light)
        result[rows] = space.bytes_of(space.linear_of(image[rows]) * (light + grain)[..., None])
    return result


def _apply_curve(image: Pixels, work: Work, curve: Callable[[Floats], Floats]) -> Pixels:
    """Send luminance through a curve, strip by strip."""
    result = np.empty_like(image)
    for _, rows, _ in strips(image, work):
        y = space.luminance(space.linear_of(image[rows]))
        result[rows] = _with_luminance(image[rows], y, curve(y))
    return result


def _with_luminance(image: Pixels, before: Floats, after: Floats) -> Pixels:
    """The same colours with another luminance."""
    ratio = (after + _DARK) / (before + _DARK)
    return space.bytes_of(space.in_gamut(space.linear_of(image) * ratio[..., None].astype(np.float32)))
