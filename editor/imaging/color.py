"""Colour: from whatever a file's profile says to sRGB.

A profile that makes no sense is ignored, as browsers do: a picture in slightly wrong colours
serves a person better than no picture. Transforms are kept, since a phone always embeds the same
profile.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from io import BytesIO
from itertools import product
from typing import Any

from PIL import Image, ImageCms

_SPACES = {"L": "GRAY", "RGB": "RGB ", "CMYK": "CMYK"}
_PROBE_LEVELS = (0, 8, 32, 64, 96, 128, 160, 192, 224, 255)
_STRIPED_PIXELS_MIN = 500_000


def to_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Convert a picture of mode L, RGB, RGBA or CMYK to sRGB of mode L, RGB or RGBA.

    L stays L only where no profile says otherwise.
    """
    if picture.mode == "RGBA":
        alpha = picture.getchannel("A")
        opaque = to_srgb(picture.convert("RGB"), profile)
        opaque.putalpha(alpha)
        return opaque
    if picture.mode == "L" and profile and _space(profile) == "RGB ":
        picture = picture.convert("RGB")
    transform = transform_for(profile, picture.mode) if profile else None
    if transform is not None:
        return _apply(transform, picture)
    return picture.convert("RGB") if picture.mode == "CMYK" else picture


def is_srgb(profile: bytes) -> bool:
    """Tell whether a profile leaves RGB as it is: absent, broken, or sRGB under whatever name."""
    return not profile or transform_for(profile, "RGB") is None


def is_neutral(profile: bytes, mode: str) -> bool:
    """Tell whether a picture of this mode with this profile is sRGB as it stands."""
    if mode == "L":
        return not profile or (_space(profile) == "RGB " and is_srgb(profile))
    return mode == "RGB" and is_srgb(profile)


@lru_cache(maxsize=16)
def transform_for(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the transform to sRGB, or None where there is nothing to do or nothing sensible."""
    try:
        embedded = ImageCms.ImageCmsProfile(BytesIO(profile))
        if embedded.profile.xcolor_space != _SPACES.get(mode):
            return None
        transform = ImageCms.buildTransform(
            embedded,
            _srgb(),
            mode,
            "RGB",
            renderingIntent=_intent(embedded),
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    return None if mode == "RGB" and _moves_nothing(transform) else transform


@cache
def _srgb() -> Any:
    return ImageCms.createProfile("sRGB")


def _space(profile: bytes) -> str:
    """Return the profile's colour space, as its header spells it."""
    return profile[16:20].decode("ascii", "replace")


def _intent(profile: ImageCms.ImageCmsProfile) -> ImageCms.Intent:
    """Perceptual where the profile has tables for it (print), else colorimetric (screens)."""
    is_table = profile.profile.xcolor_space == "CMYK"
    return ImageCms.Intent.PERCEPTUAL if is_table else ImageCms.Intent.RELATIVE_COLORIMETRIC


def _moves_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Tell whether no colour of a coarse grid moves by more than one level."""
    grid = bytes(value for color in product(_PROBE_LEVELS, repeat=3) for value in color)
    probe = Image.frombytes("RGB", (len(grid) // 3, 1), grid)
    moved = _apply(transform, probe).tobytes()
    return max(abs(a - b) for a, b in zip(grid, moved, strict=True)) <= 1


def _apply(transform: ImageCms.ImageCmsTransform, picture: Image.Image) -> Image.Image:
    """Apply a transform; a large picture in two halves side by side, since lcms uses one core."""
    if picture.width * picture.height < _STRIPED_PIXELS_MIN:
        return _converted(transform, picture)
    middle = picture.height // 2
    boxes = ((0, 0, picture.width, middle), (0, middle, picture.width, picture.height))
    with ThreadPoolExecutor(len(boxes)) as pool:
        halves = list(pool.map(lambda box: _converted(transform, picture.crop(box)), boxes))
    whole = Image.new("RGB", picture.size)
    for half, box in zip(halves, boxes, strict=True):
        whole.paste(half, box)
    return whole


def _converted(transform: ImageCms.ImageCmsTransform, picture: Image.Image) -> Image.Image:
    in_place = picture.mode == "RGB"
    done = ImageCms.applyTransform(picture, transform, inPlace=in_place)
    return picture if done is None else done
