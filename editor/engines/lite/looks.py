"""Grades: the light of an hour, the look of a film.

A grade is a curve for lightness and a lean of the colours that depends on lightness,
in OKLab; its amount blends it with the picture, so that any share of it is smooth.
They change what light a picture seems to be taken in, never what stands in it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from editor.engines.base import Pixels
from editor.engines.lite import space
from editor.engines.lite.space import Floats
from editor.engines.lite.work import Work, strips

_STRENGTH_MAX = 1.6


@dataclass(frozen=True, slots=True)
class Grade:
    """What a look does at full strength.

    light: lightness (OKLab L, 0..1) to lightness. colors: factor for chroma.
    dark, middle, bright: what is added to (a, b) in shadows, middle tones and lights.
    glow: how much brighter, warm lights are spared from the curve, as lamps at night are.
    """

    light: Callable[[Floats], Floats]
    colors: float = 1.0
    dark: tuple[float, float] = (0.0, 0.0)
    middle: tuple[float, float] = (0.0, 0.0)
    bright: tuple[float, float] = (0.0, 0.0)
    glow: float = 0.0


def _night(light: Floats) -> Floats:
    return space.floats(0.03 + 0.52 * light**1.25)


def _dusk(light: Floats) -> Floats:
    return space.floats(0.02 + 0.8 * light**1.15)


def _golden(light: Floats) -> Floats:
    return space.floats(light + 0.05 * np.sin(np.pi * light) - 0.02 * light**4)


def _cinematic(light: Floats) -> Floats:
    return space.floats(light - 0.045 * np.sin(2 * np.pi * light) - 0.01 * light)


def _film(light: Floats) -> Floats:
    return space.floats(0.045 + 0.925 * light - 0.03 * np.sin(2 * np.pi * light))


_NIGHT = Grade(_night, 0.6, dark=(-0.006, -0.035), middle=(-0.008, -0.04), bright=(-0.004, -0.015), glow=0.65)
_DUSK = Grade(_dusk, 0.85, dark=(0.012, -0.045), middle=(0.018, -0.012), bright=(0.022, 0.03), glow=0.3)
_GOLDEN = Grade(_golden, 1.06, dark=(0.008, 0.01), middle=(0.016, 0.036), bright=(0.01, 0.044))
_CINEMATIC = Grade(_cinematic, 0.95, dark=(-0.02, -0.022), middle=(0.004, 0.006), bright=(0.014, 0.024))
_FILM = Grade(_film, 0.9, dark=(-0.008, 0.002), middle=(0.004, 0.008), bright=(0.004, 0.016))


def night(image: Pixels, work: Work) -> Pixels:
    """Moonlight: dark, blue and pale, while lamps and flames keep their warmth."""
    return _graded(image, work, _NIGHT)


def dusk(image: Pixels, work: Work) -> Pixels:
    """The hour after sunset: violet shade, a last pink in the lights."""
    return _graded(image, work, _DUSK)


def golden(image: Pixels, work: Work) -> Pixels:
    """A low sun: amber lights, soft warm shade."""
    return _graded(image, work, _GOLDEN)


def cinematic(image: Pixels, work: Work) -> Pixels:
    """Teal shadows, orange lights and a firm contrast."""
    return _graded(image, work, _CINEMATIC)


def film(image: Pixels, work: Work) -> Pixels:
    """A colour negative: lifted blacks, soft shoulder, a trace of warmth."""
    return _graded(image, work, _FILM)


def _graded(image: Pixels, work: Work, grade: Grade) -> Pixels:
    share = np.float32(np.clip(work.strength, 0, _STRENGTH_MAX))
    result = np.empty_like(image)
    for _, rows, _ in strips(image, work):
        lab = space.oklab_of(space.linear_of(image[rows]))
        light = np.clip(lab[..., 0], 0, 1)
        spared = _lamps(lab) * np.float32(grade.glow) if grade.glow else np.float32(0)
        amount = share * (1 - spared)
        lab[..., 0] = np.clip(light + amount * (grade.light(light) - light), 0, 1)
        dark = space.smoothstep(light, 0.55, 0.1)
        bright = space.smoothstep(light, 0.5, 0.95)
        middle = np.clip(1 - dark - bright, 0, 1)
        # Pure black and white have no room for colour; leaning there would only band.
        room = space.smoothstep(light, 0.0, 0.12) * (1 - 0.7 * space.smoothstep(light, 0.93, 1.0))
        for channel in (1, 2):
            lean = (
                grade.dark[channel - 1] * dark
                + grade.middle[channel - 1] * middle
                + grade.bright[channel - 1] * bright
            )
            lab[..., channel] *= 1 + amount * np.float32(grade.colors - 1)
            lab[..., channel] += amount * room * lean
        result[rows] = space.bytes_of(space.linear_of_oklab(lab))
    return result


def _lamps(lab: Floats) -> Floats:
    """How much a pixel looks like a light that burns: bright, and warm in colour."""
    warm = space.smoothstep(lab[..., 2], 0.03, 0.1)
    return np.asarray(space.smoothstep(lab[..., 0], 0.7, 0.92) * warm, dtype=np.float32)
