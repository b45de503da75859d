"""The scales a person speaks of, and which operations move along them.

A scale is what words like "bright", "noisy" or "gloomy" lie on. Moving up or down it
means one or more operations, each with its amount at plain strength. Independent of
any language.
"""

from dataclasses import dataclass

Moves = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """What to do for more and for less of it; nothing means that it cannot be done.

    fault: the direction (+1 or -1) that is a complaint when merely stated, 0 for neither.
    removable: whether "remove it" makes sense.
    """

    up: Moves = ()
    down: Moves = ()
    fault: int = 0
    removable: bool = False

    def moves(self, sign: int) -> Moves:
        return self.up if sign > 0 else self.down


SCALES: dict[str, Scale] = {
    "brightness": Scale((("exposure", 0.4),), (("exposure", -0.3),), fault=-1),
    "contrast": Scale((("contrast", 0.3),), (("contrast", -0.3),), fault=-1),
    "warmth": Scale((("white_balance", 0.3),), (("white_balance", -0.3),)),
    "saturation": Scale((("saturation", 0.3),), (("saturation", -0.3),), removable=True),
    "vibrance": Scale((("vibrance", 0.4),), (("vibrance", -0.3),), fault=-1),
    "sharpness": Scale((("sharpen", 0.5),), (("blur", 0.12),), fault=-1),
    "blur": Scale((("blur", 0.4),), (("sharpen", 0.6),), fault=1, removable=True),
    "noise": Scale((("grain", 0.4),), (("denoise", 0.5),), fault=1, removable=True),
    "haze": Scale((), (("dehaze", 0.5),), fault=1, removable=True),
    "clarity": Scale((("clarity", 0.4),), (("clarity", -0.3),)),
    "gloom": Scale(
        (("exposure", -0.25), ("saturation", -0.2), ("white_balance", -0.15)),
        (("exposure", 0.3), ("shadows", 0.3), ("white_balance", 0.12)),
        fault=1,
    ),
    "dullness": Scale(
        (("contrast", -0.15), ("saturation", -0.25)), (("contrast", 0.15), ("vibrance", 0.4)), fault=1
    ),
    "fading": Scale(
        (("contrast", -0.25), ("saturation", -0.2)), (("contrast", 0.25), ("saturation", 0.2)), fault=1
    ),
    "drama": Scale((("contrast", 0.35), ("clarity", 0.35)), (("contrast", -0.2), ("clarity", -0.25))),
    "shadows": Scale((("shadows", 0.4),), (("shadows", -0.4),), fault=-1),
    "highlights": Scale((("highlights", 0.4),), (("highlights", -0.4),), fault=1),
}

CAST_MOVES: dict[str, float] = {"yellow": -0.3, "orange": -0.3, "amber": -0.3, "blue": 0.3}
"""White balance that takes away a cast of this colour; other casts are taken away by tint."""

COLOR_OPERATIONS = frozenset(
    {
        "saturation",
        "vibrance",
        "white_balance",
        "balance",
        "enhance",
        "tint",
        "recolor",
        "monochrome",
        "sepia",
    }
    | {"vintage", "invert"}
)
"""What "keep the colours" rules out."""

FAULTS = frozenset(
    {"overexposed", "over exposed", "overlit", "blown out", "underexposed", "under exposed", "underlit"}
    | {"oversaturated", "over saturated", "undersaturated", "under saturated", "garish", "harsh"}
    | {"oversharpened", "over sharpened", "washed out", "bleached out", "lacking contrast", "murky"}
)
"""Adjectives that complain by themselves: nobody asks for an overexposed picture."""
