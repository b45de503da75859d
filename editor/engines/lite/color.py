"""Colour: white balance, saturation, tint, recolouring, black and white, sepia, vintage.

White balance is a chromatic adaptation in linear light; everything else moves in
OKLab, where lightness and hue stay where they are unless they are what is asked for.
"""

from collections.abc import Callable

import cv2
import numpy as np

from editor.engines.base import Pixels
from editor.engines.lite import space
from editor.engines.lite.space import Floats
from editor.engines.lite.vocabulary.colors import rgb_of
from editor.engines.lite.work import Work, strips

_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_RGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_D65_KELVIN = 6504.0
_MIREDS = 110.0
"""Reciprocal megakelvins that a warmth of 100 % moves; 30 % is what a light amber filter does."""


def white_balance(image: Pixels, work: Work) -> Pixels:
    """Warmer above zero, cooler below, at the same luminance."""
    kelvin = 1e6 / max(50.0, 1e6 / _D65_KELVIN + _MIREDS * work.strength)
    return _apply_matrix(image, work, _adaptation(kelvin))


def _adaptation(kelvin: float) -> np.ndarray:
    """The linear RGB matrix that shows D65 white as daylight of this temperature (Bradford)."""
    cones = _BRADFORD @ _RGB_TO_XYZ
    change = (_BRADFORD @ _white(kelvin)) / (_BRADFORD @ _white(_D65_KELVIN))
    return np.asarray(np.linalg.inv(cones) @ np.diag(change) @ cones)


def _white(kelvin: float) -> np.ndarray:
    """XYZ at Y = 1 of a blackbody. Kim et al., US patent 7024034 (cubic fit of the Planckian locus)."""
    t = 1e3 / np.clip(kelvin, 1667.0, 25000.0)
    if kelvin < 4000:
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _apply_matrix(image: Pixels, work: Work, matrix: np.ndarray) -> Pixels:
    result = np.empty_like(image)
    for _, rows, _ in strips(image, work):
        moved = cv2.transform(space.linear_of(image[rows]), matrix).astype(np.float32)
        result[rows] = space.bytes_of(space.in_gamut(moved))
    return result


def balance(image: Pixels, work: Work) -> Pixels:
    """Take most of a colour cast away: shades of grey, by Finlayson and Trezzi (2004), held back."""
    linear = work.painted(space.linear_of(image)).astype(np.float64)
    sound = linear[(linear.max(axis=-1) < 0.95) & (linear.max(axis=-1) > 0.01)]
    if len(sound) < 16:
        return image.copy()
    strength = np.clip(0.75 * work.strength, 0, 1)
    cast = np.power((sound**4).mean(axis=0), 1 / 4)
    gains = np.clip(cast.mean() / cast, 0.6, 1.6) ** strength
    gains /= gains @ space.LUMINANCE
    return _apply_matrix(image, work, np.diag(gains))


def saturation(image: Pixels, work: Work) -> Pixels:
    """More or less colour everywhere; the strongest colours gain least."""

    def change(lab: Floats) -> None:
        chroma = space.chroma_of(lab)
        restraint = 1.0 if work.strength < 0 else 1 - 0.6 * space.smoothstep(chroma, 0.08, 0.3)
        lab[..., 1:] *= np.maximum(0, 1 + work.strength * restraint)[..., None]

    return _in_oklab(image, work, change)


def vibrance(image: Pixels, work: Work) -> Pixels:
    """More colour where there is little of it, and gently on skin."""

    def change(lab: Floats) -> None:
        chroma = space.chroma_of(lab)
        muted = 1 - space.smoothstep(chroma, 0.03, 0.24)
        hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
        skin = space.smoothstep(np.abs(hue - 52).astype(np.float32), 40, 15)
        factor = work.strength * (0.25 + 0.75 * muted) * (1 - 0.5 * skin)
        lab[..., 1:] *= np.maximum(0, 1 + 1.4 * factor)[..., None]

    return _in_oklab(image, work, change)


def tint(image: Pixels, work: Work) -> Pixels:
    """Lay a colour over the picture, or take it away; black, white and lightness stay."""
    _, a, b = _target(work.color)

    def change(lab: Floats) -> None:
        light = lab[..., 0]
        weight = space.smoothstep(light, 0.0, 0.35) * (0.25 + 0.75 * space.smoothstep(light, 1.0, 0.75))
        shift = 0.75 * work.strength * weight
        lab[..., 1] += shift * a
        lab[..., 2] += shift * b

    return _in_oklab(image, work, change)


def recolor(image: Pixels, work: Work) -> Pixels:
    """Give what is painted another colour, keeping its folds, shading and shine."""
    target, a, b = _target(work.color)
    lab_inside = space.oklab_of(work.painted(space.linear_of(image)).reshape(1, -1, 3))[0]
    own = float(np.clip(np.median(lab_inside[:, 0]), 0.08, 0.95))
    own_color = np.median(lab_inside[:, 1:], axis=0)
    strength = float(np.clip(work.strength, 0, 1))
    drawn = 0.7 if np.hypot(a, b) > 0.04 else 0.9  # black and white are nothing but lightness
    goal = float(np.clip(own + strength * drawn * (target - own), 0.1, 0.95))
    power = np.log(goal) / np.log(own)

    def change(lab: Floats) -> None:
        light = np.clip(lab[..., 0], 1e-4, 1)
        neutral = space.chroma_of(lab) < 0.5 * np.hypot(*own_color)
        shine = space.smoothstep(light, min(0.97, own + 0.2), 1.0) * neutral
        lab[..., 0] = space.power(light, float(power))
        depth = np.clip(lab[..., 0] / max(goal, 0.05), 0, 1.15) * (1 - 0.8 * shine)
        variety = 0.2 * depth * ~neutral
        for channel, goal_color in ((1, a), (2, b)):
            own_variety = lab[..., channel] - own_color[channel - 1]
            made = depth * goal_color + variety * own_variety
            lab[..., channel] += strength * (made - lab[..., channel])

    return _in_oklab(image, work, change)


def monochrome(image: Pixels, work: Work) -> Pixels:
    """Black and white through a mild orange filter, which flatters skin and deepens skies."""
    return _mixed(image, work, lambda grey: np.repeat(grey[..., None], 3, axis=2))


def sepia(image: Pixels, work: Work) -> Pixels:
    """A brown-toned print: warm blacks, cream whites."""

    def toned(grey: Floats) -> Floats:
        light = space.power(grey, 1 / 3)
        lab = np.empty((*grey.shape, 3), dtype=np.float32)
        lab[..., 0] = 0.03 + 0.955 * light
        chroma = 0.068 * np.sin(np.pi * np.clip(light * 0.86 + 0.07, 0, 1))
        lab[..., 1] = chroma * np.cos(np.radians(68))
        lab[..., 2] = chroma * np.sin(np.radians(68))
        return space.linear_of_oklab(lab)

    return _mixed(image, work, toned)


def _mixed(image: Pixels, work: Work, picture_of: Callable[[Floats], Floats]) -> Pixels:
    """Blend a picture made from the grey print with the coloured one; full at strength 1."""
    filtered = np.array([[0.36, 0.52, 0.12]])
    share = np.float32(np.clip(work.strength, 0, 1))
    result = np.empty_like(image)
    for _, rows, _ in strips(image, work):
        linear = space.linear_of(image[rows])
        grey = cv2.transform(linear, filtered).reshape(linear.shape[:2]).astype(np.float32)
        made = space.bytes_of(picture_of(grey))
        blended = image[rows] + share * (made.astype(np.float32) - image[rows])
        result[rows] = np.rint(blended).astype(np.uint8)
    return result


def vintage(image: Pixels, work: Work) -> Pixels:
    """A faded colour print: lifted blacks, warm lights, shadows towards teal, calmer colours."""

    def change(lab: Floats) -> None:
        light = lab[..., 0].copy()
        bright = space.smoothstep(light, 0.35, 0.95) * work.strength
        dark = space.smoothstep(light, 0.55, 0.05) * work.strength
        lab[..., 0] = light + work.strength * (0.1 * (1 - light) ** 2 - 0.035 * light**3)
        lab[..., 1:] *= 1 - 0.28 * min(1.5, work.strength)
        lab[..., 1] += 0.008 * bright - 0.014 * dark
        lab[..., 2] += 0.036 * bright - 0.004 * dark

    return _in_oklab(image, work, change)


def invert(image: Pixels, work: Work) -> Pixels:
    """A negative."""
    share = np.float32(np.clip(work.strength, 0, 1))
    work.report(0.0)
    return np.rint(image + share * (255 - 2 * image.astype(np.float32))).astype(np.uint8)


def _target(color: str) -> tuple[float, float, float]:
    rgb, lighter = rgb_of(color)
    light, a, b = space.oklab_of_color(rgb)
    calmer = 1 - 1.6 * max(0.0, -lighter)  # a dark blue is less blue, too
    return float(np.clip(light + lighter, 0.08, 0.96)), a * calmer, b * calmer


def _in_oklab(image: Pixels, work: Work, change: Callable[[Floats], None]) -> Pixels:
    """Let `change` alter OKLab in place, strip by strip."""
    result = np.empty_like(image)
    for _, rows, _ in strips(image, work):
        lab = space.oklab_of(space.linear_of(image[rows]))
        change(lab)
        result[rows] = space.bytes_of(space.linear_of_oklab(lab))
    return result
