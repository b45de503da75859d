"""Named colours: what a person calls them, and their sRGB values.

The values follow the CSS named colours where those have the name, toned to what paint
or cloth of that name looks like where CSS is a pure screen primary.
"""

COLORS: dict[str, tuple[int, int, int]] = {
    "red": (200, 32, 38),
    "crimson": (164, 20, 48),
    "scarlet": (214, 44, 28),
    "burgundy": (110, 16, 40),
    "maroon": (112, 20, 28),
    "pink": (238, 140, 168),
    "magenta": (204, 40, 150),
    "fuchsia": (208, 40, 160),
    "coral": (244, 124, 92),
    "salmon": (242, 140, 116),
    "orange": (238, 124, 28),
    "amber": (240, 168, 36),
    "peach": (248, 196, 160),
    "apricot": (246, 182, 130),
    "yellow": (246, 208, 44),
    "gold": (212, 168, 52),
    "mustard": (204, 162, 44),
    "cream": (246, 236, 208),
    "beige": (224, 208, 178),
    "tan": (204, 172, 130),
    "brown": (112, 70, 40),
    "chocolate": (92, 54, 32),
    "green": (48, 140, 60),
    "lime": (156, 206, 48),
    "olive": (116, 118, 40),
    "mint": (152, 218, 184),
    "emerald": (24, 140, 92),
    "forest green": (36, 92, 48),
    "sage": (156, 172, 136),
    "teal": (18, 124, 128),
    "turquoise": (56, 190, 186),
    "cyan": (40, 184, 208),
    "aqua": (76, 200, 208),
    "blue": (36, 84, 188),
    "navy": (24, 36, 92),
    "navy blue": (24, 36, 92),
    "royal blue": (48, 80, 190),
    "sky blue": (124, 184, 232),
    "baby blue": (160, 204, 236),
    "indigo": (66, 40, 130),
    "violet": (118, 60, 176),
    "purple": (108, 44, 140),
    "lavender": (186, 168, 220),
    "lilac": (196, 160, 210),
    "plum": (124, 52, 108),
    "black": (22, 22, 24),
    "white": (244, 243, 240),
    "grey": (128, 128, 128),
    "gray": (128, 128, 128),
    "silver": (188, 190, 194),
}

DERIVED_COLORS: dict[str, str] = {
    "redder": "red",
    "reddish": "red",
    "pinker": "pink",
    "pinkish": "pink",
    "rosy": "pink",
    "bluer": "blue",
    "bluish": "blue",
    "blueish": "blue",
    "greener": "green",
    "greenish": "green",
    "yellower": "yellow",
    "yellowish": "yellow",
    "oranger": "orange",
    "orangish": "orange",
    "browner": "brown",
    "brownish": "brown",
    "purplish": "purple",
    "golden": "gold",
    "pinky": "pink",
    "yellowy": "yellow",
    "orangey": "orange",
}

COLOR_LIGHTNESS_WORDS: dict[str, float] = {
    "light": 0.16,
    "pale": 0.2,
    "pastel": 0.18,
    "bright": 0.07,
    "dark": -0.16,
    "deep": -0.1,
}
"""What these words add to the lightness (OKLab L) of the colour after them."""


def rgb_of(name: str) -> tuple[tuple[int, int, int], float]:
    """The sRGB value of a colour name and what its shade word adds to its lightness."""
    shade, _, color = name.partition(" ")
    if name in COLORS:
        return COLORS[name], 0.0
    return COLORS[color], COLOR_LIGHTNESS_WORDS[shade]
