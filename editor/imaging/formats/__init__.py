"""What a picture file says about itself, read from its bytes and before any decoding.

`dissect` tells the format by content, never by name, and splits the file into what the
decoder needs and what surrounds it. Nothing here decodes a pixel.
"""

from editor.imaging.formats import heif, jpeg, png, webp
from editor.imaging.formats.anatomy import Anatomy, SourceFormat
from editor.imaging.limits import SUPPORTED, ImageUnsupportedFormat
from freeai.common.sentences import sentence as _

__all__ = ["Anatomy", "SourceFormat", "dissect", "sniff"]

_FOREIGN = (
    (b"GIF8", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
    (b"<svg", "SVG"),
    (b"<?xml", "SVG"),
    (b"%PDF", "PDF"),
    (b"8BPS", "Photoshop"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\0\0\1\0", "icon"),
)


def sniff(data: bytes) -> SourceFormat:
    """Tell the format by its first bytes. Raises `ImageUnsupportedFormat`."""
    if data.startswith(png.SIGNATURE):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp" and heif.is_hevc(heif.brands(data)):
        return "heic"
    raise _unsupported(data)


def dissect(data: bytes) -> Anatomy:
    """Tell the format and take the file apart.

    Raises `ImageUnsupportedFormat`, or `ImageCorrupt` where the structure is broken or cut off.
    """
    readers = {"png": png.dissect, "jpeg": jpeg.dissect, "webp": webp.dissect, "heic": heif.dissect}
    return readers[sniff(data)](data)


def _unsupported(data: bytes) -> ImageUnsupportedFormat:
    """Name what the file is, where we can tell: "GIF is not supported" helps more than "unknown"."""
    start = data[:64].lstrip()
    name = next((name for magic, name in _FOREIGN if start.startswith(magic) or data.startswith(magic)), None)
    if data[4:8] == b"ftyp":
        name = "AVIF" if heif.is_av1(heif.brands(data)) else _("This kind of video or picture")
    if name is None:
        sentence = _("This file is not a picture that we can read. Upload a %(kinds)s.", kinds=SUPPORTED)
    else:
        sentence = _(
            "%(name)s is not supported. Save the picture as %(kinds)s and upload that.",
            name=name,
            kinds=SUPPORTED,
        )
    return ImageUnsupportedFormat(sentence, param="image")
