"""What happens to an upload inside the decoder: from foreign bytes to a normalised picture.

Runs in a child process (`python -m editor.imaging.decoding`, see `sandbox`), because this is where
C libraries meet bytes that somebody else made. The order is what makes it quick: read the header
and refuse; reduce while decoding; fit; then convert colours and turn, on the small picture.
"""

import math
import struct
from io import BytesIO
from typing import Any

from PIL import Image, ImageChops, ImageFile, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from editor.imaging import color, rights, sandbox, stripes
from editor.imaging.formats import Anatomy, dissect
from editor.imaging.limits import REFUSALS, ImageAnimated, Limits, check_size, damaged, too_costly
from freeai.common.errors import InvalidInput
from freeai.common.sentences import sentence as _

JPEG_QUALITY = 95
PNG_LEVEL = 1

SCANNED_PIXELS_MAX = 1_500_000_000
"""Pixels times scans of a JPEG: fifteen passes over the largest picture; an honest file has about ten."""

SNAP_SHORTFALL = 0.025
"""A picture divided by a whole number may miss the box by this much: 4,032 and 4,000 pixels become 2,016
and 2,000. Exactly 2,048 would cost a resampling of the whole picture, for 2 % more of a side."""

DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    RuntimeError,
    LookupError,
    TypeError,
    ArithmeticError,
    struct.error,
    Image.DecompressionBombError,
)
"""What Pillow and libheif have been seen to raise for broken files. Anything else ends the process."""

_TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}


def handle(request: sandbox.Message) -> sandbox.Message:
    """Normalise one upload, or say why not: `code` and `message` of the refusal."""
    try:
        return normalise(request.body, Limits(**request.note["picture"]))
    except REFUSALS as refusal:
        return _refused(refusal)
    except MemoryError:
        return _refused(too_costly())
    except DECODER_ERRORS:
        return _refused(damaged())


def _refused(refusal: InvalidInput) -> sandbox.Message:
    return sandbox.Message({"code": refusal.code, "message": refusal.message.pack()})


def normalise(data: bytes, limits: Limits) -> sandbox.Message:
    """Return the normalised picture and its facts.

    Raises the refusals of `limits`, or whatever the decoders raise.
    """
    anatomy = dissect(data)
    _check(anatomy, limits)
    if _is_normal_jpeg(anatomy, limits.box):
        size = _prove(anatomy)
        return _answer(anatomy, anatomy.stream, "image/jpeg", size, has_alpha=False)
    picture = _develop(anatomy, limits.box)
    has_alpha = picture.mode == "RGBA"
    was_resized = max(anatomy.upright_size) > limits.box
    encoded, media_type = _encode(picture, as_jpeg=was_resized and not anatomy.is_lossless and not has_alpha)
    return _answer(anatomy, encoded, media_type, picture.size, has_alpha=has_alpha)


def _check(anatomy: Anatomy, limits: Limits) -> None:
    """Refuse by what the header declares."""
    if anatomy.is_animated:
        raise ImageAnimated(
            _("This file is an animation or a sequence of pictures. Upload a single picture."), param="image"
        )
    check_size(*anatomy.upright_size, limits)
    if anatomy.jpeg is not None and anatomy.jpeg.scans * anatomy.width * anatomy.height > SCANNED_PIXELS_MAX:
        raise too_costly()


def _answer(
    anatomy: Anatomy, data: bytes, media_type: str, size: tuple[int, int], *, has_alpha: bool
) -> sandbox.Message:
    original_width, original_height = anatomy.upright_size
    note: dict[str, Any] = {
        "media_type": media_type,
        "width": size[0],
        "height": size[1],
        "has_alpha": has_alpha,
        "source_format": anatomy.format,
        "is_lossless": anatomy.is_lossless,
        "was_resized": size != anatomy.upright_size,
        "original_width": original_width,
        "original_height": original_height,
        "rights": rights.facts(anatomy),
    }
    return sandbox.Message(note, data)


def _is_normal_jpeg(anatomy: Anatomy, box: int) -> bool:
    """Tell whether a JPEG needs nothing but its metadata taken out: then not one pixel changes."""
    if anatomy.jpeg is None or anatomy.orientation != 1 or max(anatomy.upright_size) > box:
        return False
    mode = {1: "L", 3: "RGB"}.get(anatomy.jpeg.components)
    return mode is not None and color.is_neutral(anatomy.icc, mode)


def _prove(anatomy: Anatomy) -> tuple[int, int]:
    """Decode a JPEG that is kept as it is, once: what others will read must be whole."""
    picture = _open(JpegImagePlugin.JpegImageFile, anatomy)
    picture.load()
    return picture.size


def _develop(anatomy: Anatomy, box: int) -> Image.Image:
    """Return the upright sRGB picture within the box, in a mode that can be saved."""
    target = _fitted(anatomy.width, anatomy.height, box)
    if anatomy.format == "jpeg":
        picture = _read_jpeg(anatomy, target)
    elif anatomy.format == "png":
        picture = _read_png(anatomy)
    elif anatomy.format == "webp":
        picture = _plain(_open(WebPImagePlugin.WebPImageFile, anatomy))
    else:
        picture = _read_heif(anatomy)
    picture = _without_idle_alpha(picture)
    picture = _fit(picture, target)
    if picture.mode != "YCbCr":
        picture = color.to_srgb(picture, anatomy.icc)
    for turn in _TURNS.get(anatomy.orientation, ()):
        picture = picture.transpose(turn)
    return picture


def _fitted(width: int, height: int, box: int) -> tuple[int, int]:
    """Return the size within the box; the aspect is kept, nothing is enlarged or lost to zero."""
    longest = max(width, height)
    if longest <= box:
        return width, height
    return max(1, round(width * box / longest)), max(1, round(height * box / longest))


def _open(plugin: type[ImageFile.ImageFile], anatomy: Anatomy) -> ImageFile.ImageFile:
    """Open with one decoder; it must see the size that has been checked."""
    picture = plugin(BytesIO(anatomy.stream))
    if picture.size != (anatomy.width, anatomy.height):
        raise damaged()
    return picture


def _read_jpeg(anatomy: Anatomy, target: tuple[int, int]) -> Image.Image:
    """Decode a JPEG at the smallest of its four scales that is large enough.

    YCbCr stays YCbCr where it will be saved as such and no profile asks for RGB.
    """
    assert anatomy.jpeg is not None
    picture = _open(JpegImagePlugin.JpegImageFile, anatomy)
    stays_ycbcr = anatomy.jpeg.is_ycbcr and target != picture.size and color.is_srgb(anatomy.icc)
    scale = next(
        (scale for scale in (8, 4, 2) if _is_enough(math.ceil(max(picture.size) / scale), target)), 1
    )
    picture.draft("YCbCr" if stays_ycbcr else picture.mode, (picture.width // scale, picture.height // scale))
    # In one piece: at the end of every 64 kB that Pillow would hand over, libjpeg takes its slow path.
    picture.decodermaxblock = len(anatomy.stream)
    picture.load()
    if anatomy.jpeg.components == 4 and not anatomy.jpeg.has_adobe:
        # Pillow takes every CMYK JPEG for one of Adobe's, which hold the inverse.
        return ImageChops.invert(picture)
    return picture


def _read_png(anatomy: Anatomy) -> Image.Image:
    """Decode a PNG. Its transparent colour is written in the file's depth; Pillow compares it in 8 bits."""
    picture = _open(PngImagePlugin.PngImageFile, anatomy)
    depth, hidden = anatomy.stream[24], picture.info.get("transparency")
    if picture.mode == "RGB" and depth == 16 and hidden is not None:
        picture.info["transparency"] = tuple(value >> 8 for value in hidden)
    elif picture.mode == "L" and depth in (2, 4) and hidden is not None:
        picture.info["transparency"] = hidden * 255 // (2**depth - 1)
    return _plain(picture)


def _plain(picture: Image.Image) -> Image.Image:
    """Bring the modes that PNG and WebP come in down to L, RGB or RGBA with 8 bits."""
    picture.load()
    if picture.mode.startswith("I;16"):
        return _grey_from_16_bits(picture)
    if picture.mode == "LA" or "transparency" in picture.info:
        return picture.convert("RGBA")
    if picture.mode == "1":
        return picture.convert("L")
    return picture if picture.mode in ("L", "RGB", "RGBA") else picture.convert("RGB")


def _grey_from_16_bits(picture: Image.Image) -> Image.Image:
    """Keep the high byte, as Pillow does for 16-bit colour; its conversion of grey clips instead."""
    samples = picture.tobytes("raw", "I;16B")
    high = Image.frombytes("L", picture.size, samples[::2])
    hidden = picture.info.get("transparency")
    if hidden is None:
        return high
    low = Image.frombytes("L", picture.size, samples[1::2])
    high_differs, low_differs = (
        plane.point([0 if value == byte else 255 for value in range(256)])
        for plane, byte in ((high, hidden >> 8), (low, hidden & 255))
    )
    see_through = high.convert("RGBA")
    see_through.putalpha(ImageChops.lighter(high_differs, low_differs))
    return see_through


def _read_heif(anatomy: Anatomy) -> Image.Image:
    """Decode the primary picture of a HEIC; libheif has turned it already."""
    assert anatomy.heif is not None
    picture = anatomy.heif
    data = picture.data
    if picture.size != (anatomy.width, anatomy.height):
        raise damaged()
    image = Image.frombytes(picture.mode, picture.size, data, "raw", picture.mode, picture.stride)
    straight = {"RGBa": "RGBA", "La": "LA"}.get(image.mode)
    image = image.convert(straight) if straight else image
    return image.convert("RGBA") if image.mode == "LA" else image


def _without_idle_alpha(picture: Image.Image) -> Image.Image:
    """Drop an alpha channel that hides nothing."""
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        return picture.convert("RGB")
    return picture


def _is_enough(longest: int, target: tuple[int, int]) -> bool:
    """Tell whether a side is as long as the target's, or short of it by what a snap may be."""
    return longest >= max(target) * (1 - SNAP_SHORTFALL)


def _fit(picture: Image.Image, target: tuple[int, int]) -> Image.Image:
    """Resample to the target, or to a whole fraction of the picture if that comes close enough.

    Whole factors are averaged away first; Lanczos does the remainder.
    """
    longest, box = max(picture.size), max(target)
    snap = math.ceil(longest / box)
    factor = snap if _is_enough(math.ceil(longest / snap), target) else longest // box
    if factor > 1:
        picture = picture.reduce(factor)
    return picture.resize(target, Image.Resampling.LANCZOS) if max(picture.size) > box else picture


def _encode(picture: Image.Image, *, as_jpeg: bool) -> tuple[bytes, str]:
    if as_jpeg:
        return stripes.jpeg(picture, JPEG_QUALITY), "image/jpeg"
    file = BytesIO()
    plain = picture if picture.mode == "RGBA" else picture.convert("RGB")
    plain.info.clear()
    plain.save(file, "PNG", compress_level=PNG_LEVEL)
    return file.getvalue(), "image/png"


if __name__ == "__main__":
    sandbox.serve(handle)
