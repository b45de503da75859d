"""Pictures with marks, and pictures with ordinary writing, drawn in code: as many as wanted, from a seed."""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from tests.pictures import photo

Drawn = NDArray[np.uint8]
Kind = Literal["notice", "agency", "tiled", "faint", "rotated", "ai"]
KINDS: tuple[Kind, ...] = ("notice", "agency", "tiled", "faint", "rotated", "ai")

_PEOPLE = ("Jane Miller", "Tom Becker", "Ana Souza", "Li Wei", "Priya Nair", "Marc Dubois", "Olga Petrova")
_NOTICES = (
    "© {year} {person}",
    "(c) {year} {person} Photography",
    "Copyright {year} {person}",
    "© {person}. All rights reserved",
    "Photo by {person}",
    "{person} Photography",
    "Foto: {person}",
)
_AGENCIES = (
    "shutterstock",
    "gettyimages",
    "Adobe Stock",
    "alamy",
    "iStock",
    "depositphotos",
    "dreamstime",
    "123RF",
)
_AI = ("AI generated", "Made with AI", "Generated with AI", "AI-generated image")
_ORDINARY = (
    "FRESH BREAD", "OPEN", "Exit 24", "Main Street", "COFFEE & TEA", "No Parking", "Chapter One", "SALE 50%",
    "Grand Hotel", "Central Station", "PULL", "Tomato soup 4.50", "Grilled salmon 12.90", "The Old Garden",
    "Happy Birthday", "RUNNING CLUB", "Team 17", "Pharmacy", "BOOKS", "City Museum", "Platform 3", "Bus stop",
    "Beware of the dog", "ICE CREAM", "Welcome home", "STOP", "One way", "Bicycle repair", "Free Wi-Fi",
)  # fmt: skip


def marked(kind: Kind, seed: int) -> Drawn:
    """Return a photo that carries one kind of mark."""
    random = np.random.default_rng(seed)
    picture = _ground(random, seed)
    draw: dict[Kind, Callable[[Image.Image, np.random.Generator], Image.Image]] = {
        "notice": _notice,
        "agency": _agency,
        "tiled": _tiled,
        "faint": _faint,
        "rotated": _rotated,
        "ai": _ai,
    }
    return np.asarray(draw[kind](picture, random).convert("RGB"))


def ordinary(seed: int) -> Drawn:
    """Return a photo with one to five pieces of ordinary writing: signs, menus, shirts, book covers."""
    random = np.random.default_rng(seed)
    picture = _ground(random, seed)
    for _ in range(int(random.integers(1, 6))):
        text = str(random.choice(_ORDINARY))
        size = int(picture.width * random.uniform(0.025, 0.07))
        font = ImageFont.load_default(size=size)
        width, height = _extent(text, font)
        board = Image.new("RGBA", (width + size, height + size), (*_colour(random, 30, 225), 255))
        bright = sum(board.getpixel((0, 0))[:3]) > 380  # type: ignore[index]
        ink = (20, 20, 30, 255) if bright else (240, 240, 230, 255)
        ImageDraw.Draw(board).text((size // 2, size // 2), text, font=font, fill=ink)
        board = board.rotate(float(random.normal(0, 3)), expand=True, resample=Image.Resampling.BICUBIC)
        x = int(random.integers(0, max(1, picture.width - board.width)))
        y = int(random.integers(0, max(1, picture.height - board.height)))
        picture.alpha_composite(board, (x, y))
    return np.asarray(picture.convert("RGB"))


def _ground(random: np.random.Generator, seed: int) -> Image.Image:
    width = int(random.integers(700, 1700))
    height = int(width * random.uniform(0.6, 1.3))
    small = photo(width // 2, height // 2, seed=seed)
    ground = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    return ground.filter(ImageFilter.GaussianBlur(1)).convert("RGBA")


def _text(random: np.random.Generator) -> str:
    form, person = str(random.choice(_NOTICES)), str(random.choice(_PEOPLE))
    return form.format(person=person, year=int(random.integers(2005, 2027)))


def _extent(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> tuple[int, int]:
    left, top, right, bottom = font.getbbox(text)
    return int(right - left) + 4, int(bottom - top) + 8


def _layer(text: str, size: int, ink: tuple[int, int, int, int]) -> Image.Image:
    font = ImageFont.load_default(size=size)
    layer = Image.new("RGBA", _extent(text, font), (*ink[:3], 0))
    ImageDraw.Draw(layer).text((2, 0), text, font=font, fill=ink)
    return layer


def _ink(random: np.random.Generator, alpha: int) -> tuple[int, int, int, int]:
    shade = 255 if random.random() < 0.7 else 0
    return shade, shade, shade, alpha


def _colour(random: np.random.Generator, low: int, high: int) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in random.integers(low, high, 3))
    return red, green, blue


def _at_an_edge(picture: Image.Image, layer: Image.Image, random: np.random.Generator) -> Image.Image:
    margin = int(picture.width * 0.02)
    x = margin if random.random() < 0.4 else picture.width - layer.width - margin
    y = margin if random.random() < 0.2 else picture.height - layer.height - margin
    picture.alpha_composite(layer, (max(0, x), max(0, y)))
    return picture


def _notice(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    size = int(picture.width * random.uniform(0.018, 0.035))
    return _at_an_edge(picture, _layer(_text(random), size, _ink(random, 230)), random)


def _ai(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    size = int(picture.width * random.uniform(0.02, 0.035))
    return _at_an_edge(picture, _layer(str(random.choice(_AI)), size, _ink(random, 220)), random)


def _agency(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    size = int(picture.width * random.uniform(0.05, 0.1))
    layer = _layer(str(random.choice(_AGENCIES)), size, _ink(random, int(random.integers(110, 200))))
    x = int((picture.width - layer.width) * random.uniform(0.1, 0.9))
    y = int((picture.height - layer.height) * random.uniform(0.1, 0.9))
    picture.alpha_composite(layer, (max(0, x), max(0, y)))
    return picture


def _tiled(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    """Repeat a name or an agency over the whole picture, tilted."""
    text = str(random.choice((*_AGENCIES, *_PEOPLE, "SAMPLE", "PREVIEW")))
    size = int(picture.width * random.uniform(0.03, 0.055))
    layer = _layer(text, size, _ink(random, int(random.integers(90, 160))))
    reach = int(1.5 * max(picture.size))
    sheet = Image.new("RGBA", (reach, reach), (0, 0, 0, 0))
    for row, y in enumerate(range(0, reach - layer.height, int(layer.height * 4.5))):
        for x in range((row % 2) * layer.width // 2, reach - layer.width, int(layer.width * 1.5)):
            sheet.alpha_composite(layer, (x, y))
    turned = sheet.rotate(float(random.choice((-1, 1)) * random.uniform(20, 45)), Image.Resampling.BICUBIC)
    left, top = (reach - picture.width) // 2, (reach - picture.height) // 2
    picture.alpha_composite(turned.crop((left, top, left + picture.width, top + picture.height)))
    return picture


def _faint(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    text = str(random.choice((*_AGENCIES, "© 2019 Jane Miller", "Copyright Tom Becker")))
    size = int(picture.width * random.uniform(0.05, 0.09))
    layer = _layer(text, size, _ink(random, int(random.integers(45, 80))))
    x, y = (picture.width - layer.width) // 2, int(picture.height * random.uniform(0.3, 0.7))
    picture.alpha_composite(layer, (max(0, x), y))
    return picture


def _rotated(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    text = str(random.choice((*_AGENCIES, _text(random))))
    layer = _layer(text, int(picture.width * random.uniform(0.04, 0.06)), _ink(random, 190))
    angle = float(random.choice((-1, 1)) * random.uniform(15, 60))
    turned = layer.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    x, y = (picture.width - turned.width) // 2, (picture.height - turned.height) // 2
    picture.alpha_composite(turned, (max(0, x), max(0, y)))
    return picture
