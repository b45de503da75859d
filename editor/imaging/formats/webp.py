"""WebP: RIFF chunks (RFC 9649), without decoding."""

import struct

from editor.imaging import exif
from editor.imaging.formats.anatomy import METADATA_BYTES_MAX, Anatomy
from editor.imaging.limits import damaged

_PICTURE = (b"VP8 ", b"VP8L")


def dissect(data: bytes) -> Anatomy:
    """Take a WebP apart; `stream` holds the picture and its alpha plane, nothing else."""
    chunks = _chunks(data)
    picture = next((kind for kind in _PICTURE if kind in chunks), b"")
    is_animated = b"ANIM" in chunks or b"ANMF" in chunks
    if not picture and not is_animated:
        raise damaged()
    width, height = _canvas(chunks[b"VP8X"]) if b"VP8X" in chunks else _size(picture, chunks[picture])
    if picture and (width, height) != _size(picture, chunks[picture]):
        raise damaged()
    tiff = chunks.get(b"EXIF", b"")
    return Anatomy(
        format="webp",
        width=width,
        height=height,
        stream=_still(chunks, picture) if picture else b"",
        is_lossless=picture == b"VP8L",
        is_animated=is_animated,
        icc=_bounded(chunks.get(b"ICCP", b"")),
        exif=tiff,
        xmp=_bounded(chunks.get(b"XMP ", b"")),
        has_credentials=b"C2PA" in chunks,
        orientation=exif.orientation(tiff),
    )


def _bounded(metadata: bytes) -> bytes:
    return metadata if len(metadata) <= METADATA_BYTES_MAX else b""


def _chunks(data: bytes) -> dict[bytes, bytes]:
    """Return the first chunk of each kind."""
    if len(data) < 20:
        raise damaged()
    end = 8 + int(struct.unpack_from("<I", data, 4)[0])
    if end > len(data):
        raise damaged()
    chunks: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, at)
        if at + 8 + length > end:
            raise damaged()
        chunks.setdefault(kind, data[at + 8 : at + 8 + length])
        at += 8 + length + length % 2
    return chunks


def _canvas(body: bytes) -> tuple[int, int]:
    """Return the canvas size of an extended header: two 24-bit numbers, each one less than meant."""
    if len(body) < 10:
        raise damaged()
    return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")


def _size(kind: bytes, body: bytes) -> tuple[int, int]:
    """Return the size that a picture chunk itself declares."""
    if kind == b"VP8 " and len(body) >= 10 and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and len(body) >= 5 and body[:1] == b"\x2f":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    raise damaged()


def _still(chunks: dict[bytes, bytes], picture: bytes) -> bytes:
    """Write a file again with nothing in it but the picture and its alpha plane."""
    has_plane = picture == b"VP8 " and b"ALPH" in chunks
    body = _chunk(picture, chunks[picture])
    if has_plane:
        header = bytes([0x10, 0, 0, 0]) + chunks[b"VP8X"][4:10] if b"VP8X" in chunks else b""
        body = _chunk(b"VP8X", header) + _chunk(b"ALPH", chunks[b"ALPH"]) + body if header else body
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
