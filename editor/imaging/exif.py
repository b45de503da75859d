"""The three EXIF tags that matter to us: orientation, artist, copyright.

A whole EXIF reader is a large target for hostile bytes; this one reads the first
directory, looks at nothing else and takes anything odd for absent.
"""

import struct

ORIENTATION = 0x0112
ARTIST = 0x013B
COPYRIGHT = 0x8298

_ASCII = 2
_SHORT = 3
_LONG = 4
_TEXT_BYTES_MAX = 1024


def orientation(exif: bytes) -> int:
    """Return the orientation, 1 to 8; 1 where it is absent or makes no sense."""
    value = _read(exif, ORIENTATION)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def text(exif: bytes, tag: int) -> str:
    """Return a text tag of the first directory, stripped; empty where absent."""
    value = _read(exif, tag)
    return value if isinstance(value, str) else ""


def _read(exif: bytes, tag: int) -> int | str | None:
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return None
    try:
        return _find(tiff, order, tag)
    except struct.error:
        return None


def _find(tiff: bytes, order: str, tag: int) -> int | str | None:
    """Walk the first directory for a tag. Raises struct.error where the bytes end too soon."""
    (start,) = struct.unpack_from(order + "I", tiff, 4)
    (count,) = struct.unpack_from(order + "H", tiff, start)
    for entry in range(start + 2, start + 2 + 12 * count, 12):
        found, kind, length = struct.unpack_from(order + "HHI", tiff, entry)
        if found == tag:
            return _value(tiff, order, entry + 8, kind, length)
    return None


def _value(tiff: bytes, order: str, at: int, kind: int, length: int) -> int | str | None:
    if kind == _SHORT:
        return int(struct.unpack_from(order + "H", tiff, at)[0])
    if kind == _LONG:
        return int(struct.unpack_from(order + "I", tiff, at)[0])
    if kind != _ASCII:
        return None
    start = at if length <= 4 else struct.unpack_from(order + "I", tiff, at)[0]
    raw = tiff[start : start + min(length, _TEXT_BYTES_MAX)]
    return raw.decode("utf-8", "replace").replace("\0", " ").strip()
