"""A JPEG written by two cores: each half is encoded on its own, and the halves become one file.

Without chroma subsampling no block of a JPEG knows its neighbours, and a restart marker makes a
reader forget what it carries from one to the next. So the file decodes exactly as one written in
one piece. Pillow lets go of the interpreter's lock only while it writes to a file of the system, so
each half goes through a pipe (a decoder's child may write no file).
"""

import os
import struct
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

from PIL import Image

BLOCK_PX = 8
STRIPED_PIXELS_MIN = 500_000
"""Below this, a thread costs more than it saves."""

_SOF0, _SOS = 0xC0, 0xDA
_FIRST_RESTART, _MARKER_BYTES = b"\xff\xd0", 2


def jpeg(picture: Image.Image, quality: int) -> bytes:
    """Write a baseline JPEG, 4:4:4, of a picture of mode L, RGB or YCbCr."""
    if picture.width * picture.height < STRIPED_PIXELS_MIN or picture.height <= BLOCK_PX:
        file = BytesIO()
        picture.save(file, "JPEG", quality=quality, subsampling=0)
        return file.getvalue()
    rows = -(-picture.height // BLOCK_PX)
    # The upper half is the larger one, so that one marker, between the halves, is all there are.
    interval = -(-rows // 2)
    middle = interval * BLOCK_PX
    boxes = ((0, 0, picture.width, middle), (0, middle, picture.width, picture.height))
    with ThreadPoolExecutor(len(boxes)) as pool:
        upper, lower = pool.map(lambda box: _written(picture.crop(box), quality, interval), boxes)
    return _joined(upper, lower, picture.height)


def _written(picture: Image.Image, quality: int, restart_rows: int) -> bytes:
    """Write a JPEG through a pipe: one thread writes, this one reads."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as out, ThreadPoolExecutor(1) as pen:
        written = pen.submit(_write, picture, writing, quality, restart_rows)
        data = out.read()
        written.result()
    return data


def _write(picture: Image.Image, descriptor: int, quality: int, restart_rows: int) -> None:
    with os.fdopen(descriptor, "wb") as file:
        picture.save(file, "JPEG", quality=quality, subsampling=0, restart_marker_rows=restart_rows)


def _joined(upper: bytes, lower: bytes, height: int) -> bytes:
    """Lay two files of one width and settings into one: the upper's header, then both scans."""
    frame, scan = _segment(upper, _SOF0), _scan(upper)
    # In a frame header, the height follows the marker, the length and the depth (ITU T.81, B.2.2).
    header = upper[: frame + 5] + struct.pack(">H", height) + upper[frame + 7 : scan]
    return b"".join((header, upper[scan:-_MARKER_BYTES], _FIRST_RESTART, lower[_scan(lower) :]))


def _scan(data: bytes) -> int:
    """Return where the compressed picture begins."""
    start = _segment(data, _SOS)
    return start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")


def _segment(data: bytes, marker: int) -> int:
    """Return where a segment begins, its marker included."""
    position = 2
    while data[position + 1] != marker:
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return position
