"""PNG: chunks (W3C PNG, third edition), without inflating pixel data."""

import re
import struct
import zlib
from dataclasses import dataclass, field

from editor.imaging import exif
from editor.imaging.formats.anatomy import METADATA_BYTES_MAX, Anatomy
from editor.imaging.limits import damaged

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_CHUNKS_MAX = 50_000
"""10 MB of pixels in chunks of 8 KB are 1,300. The limit is against hundreds of thousands of empty ones."""

_NEEDED = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_REMEMBERED = {b"acTL", b"iCCP", b"eXIf", b"iTXt", b"tEXt", b"zTXt", b"caBX"}
_XMP = b"XML:com.adobe.xmp"
_RAW_EXIF = (b"Raw profile type exif", b"Raw profile type APP1")


@dataclass(slots=True)
class _Parts:
    kept: list[bytes] = field(default_factory=lambda: [SIGNATURE])
    header: bytes = b""
    is_animated: bool = False
    icc: bytes = b""
    exif: bytes = b""
    xmp: bytes = b""
    has_credentials: bool = False


def dissect(data: bytes) -> Anatomy:
    """Take a PNG apart; `stream` holds only the chunks that make the picture."""
    parts = _walk(data)
    width, height = struct.unpack_from(">II", parts.header)
    if not width or not height:
        raise damaged()
    return Anatomy(
        format="png",
        width=width,
        height=height,
        stream=b"".join(parts.kept),
        is_lossless=True,
        is_animated=parts.is_animated,
        icc=parts.icc,
        exif=parts.exif,
        xmp=parts.xmp,
        has_credentials=parts.has_credentials,
        orientation=exif.orientation(parts.exif),
    )


def _walk(data: bytes) -> _Parts:
    """Visit every chunk up to the end chunk; what follows it is dropped."""
    parts, at = _Parts(), len(SIGNATURE)
    for _ in range(_CHUNKS_MAX):
        if at + 12 > len(data):
            raise damaged()
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise damaged()
        if not parts.header:
            if kind != b"IHDR" or length != 13:
                raise damaged()
            parts.header = data[at + 8 : at + 21]
        if kind in _NEEDED:
            parts.kept.append(data[at:end])
        elif kind in _REMEMBERED:
            _remember(parts, kind, data[at + 8 : at + 8 + length])
        if kind == b"IEND":
            return parts
        at = end
    raise damaged()


def _remember(parts: _Parts, kind: bytes, body: bytes) -> None:
    """Note the metadata of a chunk that will not be kept."""
    if kind == b"acTL":
        # A single frame is a still picture that somebody's encoder wrapped.
        parts.is_animated = len(body) < 4 or struct.unpack_from(">I", body)[0] != 1
    elif kind == b"caBX":
        parts.has_credentials = True
    elif kind == b"eXIf" and not parts.exif:
        parts.exif = body
    elif kind == b"iCCP" and not parts.icc:
        _, _, packed = body.partition(b"\0")
        parts.icc = _inflate(packed[1:])
    elif kind == b"iTXt" and body.startswith(_XMP + b"\0") and not parts.xmp:
        parts.xmp = _international_text(body)
    elif kind in (b"zTXt", b"tEXt") and body.startswith(_RAW_EXIF) and not parts.exif:
        parts.exif = _raw_profile(kind, body)


def _inflate(packed: bytes) -> bytes:
    """Inflate metadata, but never more of it than anyone needs; a bomb counts as absent."""
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(packed, METADATA_BYTES_MAX)
    except zlib.error:
        return b""
    return data if inflater.eof else b""


def _international_text(body: bytes) -> bytes:
    """Return the text of an iTXt chunk: keyword, flags, language, translated keyword, text."""
    rest = body[len(_XMP) + 1 :]
    is_compressed = rest[:1] == b"\1"
    fields = rest[2:].split(b"\0", 2)
    if len(fields) < 3:
        return b""
    return _inflate(fields[2]) if is_compressed else fields[2]


def _raw_profile(kind: bytes, body: bytes) -> bytes:
    """Return the EXIF block that ImageMagick writes as hexadecimal text."""
    _, _, text = body.partition(b"\0")
    if kind == b"zTXt":
        text = _inflate(text[1:])
    found = re.match(rb"\n\w{1,8}\n *\d+\n([0-9a-fA-F\n]*)", text)
    if found is None:
        return b""
    digits = found[1].replace(b"\n", b"")
    return bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
