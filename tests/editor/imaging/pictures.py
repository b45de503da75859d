"""Picture files drawn in code: four corners to know up from down, in every format and colour space.

Pictures that are to be judged as photographs are in `tests.pictures`.
"""

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from editor.imaging.display_profile import matrix_profile
from tests.pictures import photo

pillow_heif.register_heif_opener()

RED, GREEN, BLUE, YELLOW = (220, 40, 40), (40, 180, 60), (50, 70, 210), (230, 210, 60)
CORNERS = (RED, GREEN, BLUE, YELLOW)
"""Top left, top right, bottom left, bottom right."""

PLACE = "Exif GPS 52.5200 N"
"""Stands in the EXIF of every file from `exif`; nothing of it may survive."""

_UNTURN = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def corners(width: int, height: int, *, alpha: int | None = None) -> Image.Image:
    """Draw a picture with a colour in each quarter; with `alpha`, the left half is that opaque."""
    picture = Image.new("RGB", (width, height))
    x, y = width // 2, height // 2
    boxes = ((0, 0, x, y), (x, 0, width, y), (0, y, x, height), (x, y, width, height))
    for color, box in zip(CORNERS, boxes, strict=True):
        picture.paste(color, box)
    if alpha is not None:
        plane = Image.new("L", (width, height), 255)
        plane.paste(alpha, (0, 0, x, height))
        picture.putalpha(plane)
    return picture


def noisy(width: int, height: int, *, seed: int = 0) -> Image.Image:
    """Draw something with detail everywhere, like a photo."""
    return Image.fromarray(photo(width, height, seed=seed))


def stored(picture: Image.Image, orientation: int) -> Image.Image:
    """Turn an upright picture into what a camera stores beside this orientation."""
    turn = _UNTURN.get(orientation)
    return picture if turn is None else picture.transpose(turn)


def corner_colors(pixels: np.ndarray[Any, Any]) -> list[tuple[int, ...]]:
    """Return the colours in the middle of the four quarters, in the order of `CORNERS`."""
    height, width = pixels.shape[:2]
    ys, xs = (height // 4, height * 3 // 4), (width // 4, width * 3 // 4)
    return [tuple(int(v) for v in pixels[y, x]) for y in ys for x in xs]


def exif(orientation: int | None = None, *, artist: str = "", rights: str = "") -> bytes:
    """Write EXIF with a place in it."""
    tags = Image.Exif()
    if orientation is not None:
        tags[0x0112] = orientation
    if artist:
        tags[0x013B] = artist
    if rights:
        tags[0x8298] = rights
    tags[0x010E] = PLACE
    tags.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    return tags.tobytes()


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description xmpRights:Marked="True" '
    b'xmpRights:WebStatement="https://example.org/licence"><dc:rights><rdf:Alt><rdf:li xml:lang="x-default">'
    b"\xc2\xa9 Alice &amp; Co</rdf:li></rdf:Alt></dc:rights><exif:GPSLatitude>52,31N</exif:GPSLatitude>"
    b"</rdf:Description></rdf:RDF></x:xmpmeta>"
)


def encoded(picture: Image.Image, image_format: str, **options: Any) -> bytes:
    """Encode as PNG, JPEG, WEBP or HEIF with Pillow's options; `exif` and `icc_profile` among them."""
    defaults: dict[str, dict[str, Any]] = {
        "PNG": {"compress_level": 1},
        "JPEG": {"quality": 95, "subsampling": 0},
        "WEBP": {"quality": 95, "method": 0},
        "HEIF": {"quality": 95, "chroma": 444},
    }
    if image_format == "PNG" and "xmp" in options:
        text = PngInfo()
        text.add_itxt("XML:com.adobe.xmp", options.pop("xmp").decode())
        options["pnginfo"] = text
    file = BytesIO()
    picture.save(file, image_format, **(defaults[image_format] | options))
    return file.getvalue()


def sideways(picture: Image.Image, image_format: str, orientation: int, **options: Any) -> bytes:
    """Encode an upright picture as a camera held in this orientation does.

    A HEIC then has both the turn in its properties (`irot`, `imir`) and the EXIF remark.
    """
    tags = exif(orientation)
    return encoded(stored(picture, orientation), image_format, exif=tags, **options)


_HEIF_ORIENTATION = b"\x01\x12\x00\x03\x00\x00\x00\x01\x00"


def heic_turned_by_properties_only(picture: Image.Image, orientation: int) -> bytes:
    """Encode a HEIC whose EXIF says "upright" although its properties turn it."""
    data = sideways(picture, "HEIF", orientation)
    assert data.count(_HEIF_ORIENTATION) == 1
    return data.replace(_HEIF_ORIENTATION + bytes([orientation]), _HEIF_ORIENTATION + b"\x01")


def heic_turned_by_exif_only(picture: Image.Image, orientation: int) -> bytes:
    """Encode an upright HEIC with a stale EXIF remark, as some editors leave behind."""
    data = encoded(picture, "HEIF", exif=exif(1))
    assert data.count(_HEIF_ORIENTATION) == 1
    return data.replace(_HEIF_ORIENTATION + b"\x01", _HEIF_ORIENTATION + bytes([orientation]))


def display_p3() -> bytes:
    """Return a Display P3 profile."""
    return matrix_profile(12)


def srgb() -> bytes:
    """Return littleCMS's sRGB profile, without the time of its making."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + bytes(12) + profile[36:]


def grey_profile(gamma: float) -> bytes:
    """Return a profile for grey pictures with this gamma."""
    return _profile(b"GRAY", b"XYZ ", {b"wtpt": _D50, b"kTRC": _gamma(gamma)}, kind=b"mntr")


def print_profile() -> bytes:
    """Return a small CMYK profile: each ink takes away its light, black takes it all."""
    corner_labs = b"".join(
        _lab_of(255 * (1 - c) * (1 - k), 255 * (1 - m) * (1 - k), 255 * (1 - y) * (1 - k))
        for c in (0, 1)
        for m in (0, 1)
        for y in (0, 1)
        for k in (0, 1)
    )
    ramp = bytes(range(256))
    identity = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    table = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + identity + ramp * 4 + corner_labs + ramp * 3
    return _profile(b"CMYK", b"Lab ", {b"wtpt": _D50, b"A2B0": table}, kind=b"prtr")


def _lab_of(red: float, green: float, blue: float) -> bytes:
    """Return the 8-bit Lab of an sRGB colour, as ICC tables hold it."""
    lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    pixel = Image.new("RGB", (1, 1), (round(red), round(green), round(blue)))
    lightness, a, b = ImageCms.applyTransform(pixel, lab).tobytes()  # type: ignore[union-attr]
    # Pillow stores a and b as signed bytes, the table wants them shifted by 128.
    return bytes([lightness, a ^ 128, b ^ 128])


_D50 = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)


def _gamma(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def _profile(space: bytes, connection: bytes, tags: dict[bytes, bytes], *, kind: bytes) -> bytes:
    tags = {b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + b"\0" * 78} | tags
    at = 132 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, tag in tags.items():
        table += name + struct.pack(">II", at + len(body), len(tag))
        body += tag + b"\0" * (-len(tag) % 4)
    names = (kind, space, connection, b"acsp")
    header = struct.pack(">I4xI4s4s4s12x4s28x3i48x", at + len(body), 0x02100000, *names, 63190, 65536, 54061)
    return header + table + body


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """Write a PNG chunk with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_png_chunk(png: bytes, kind: bytes, body: bytes) -> bytes:
    """Insert a chunk behind the header of a PNG."""
    return png[:33] + png_chunk(kind, body) + png[33:]


def with_jpeg_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """Insert a segment behind the start marker of a JPEG."""
    return jpeg[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def png_16_bits(color: tuple[int, int, int], size: tuple[int, int]) -> bytes:
    """Write an RGB PNG with 16 bits per channel, which Pillow cannot."""
    rows = (b"\0" + struct.pack(">3H", *color) * size[0]) * size[1]
    return _png(size, 16, 2, rows)


def png_4_bits_grey(size: tuple[int, int], *, left: int, right: int, hidden: int) -> bytes:
    """Write a PNG with 4 bits of grey, two levels and one of them transparent."""
    half = size[0] // 4
    rows = (b"\0" + bytes([left * 17]) * half + bytes([right * 17]) * half) * size[1]
    return with_png_chunk(_png(size, 4, 0, rows), b"tRNS", struct.pack(">H", hidden))


def _png(size: tuple[int, int], depth: int, color_type: int, rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", *size, depth, color_type, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(kind, body) for kind, body in chunks)
