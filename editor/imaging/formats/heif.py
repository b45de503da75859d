"""HEIC and HEIF: brands and top-level boxes (ISO 14496-12, ISO 23008-12); the rest is libheif's.

libheif itself turns the picture as its `irot`, `imir` and `clap` properties say. The EXIF
orientation in such a file is a remark for readers that do not know these properties; applying
it too would turn the picture twice (ISO 23008-12, annex A.2.1).
"""

import struct
from typing import Any

import pillow_heif

from editor.imaging.display_profile import nclx_profile
from editor.imaging.formats.anatomy import METADATA_BYTES_MAX, Anatomy
from editor.imaging.limits import damaged

_STILL = {b"heic", b"heix", b"heim", b"heis"}
_MOVING = {b"hevc", b"hevx", b"hevm", b"hevs", b"msf1"}
_AV1 = {b"avif", b"avis"}
_C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_BOXES_MAX = 1000

# Thumbnails, depth maps and gain maps are never shown; not reading them leaves less to attack.
pillow_heif.options.THUMBNAILS = False
pillow_heif.options.DEPTH_IMAGES = False
pillow_heif.options.AUX_IMAGES = False
pillow_heif.options.DECODE_THREADS = 2


def brands(data: bytes) -> list[bytes]:
    """Return the major brand and then the compatible ones of an `ftyp` box."""
    length = int.from_bytes(data[:4], "big")
    listed = data[8 : min(length, 8 + 4 * 64)]
    return [listed[at : at + 4] for at in range(0, len(listed) - 3, 4) if at != 4]


def is_av1(found: list[bytes]) -> bool:
    """Tell AVIF, which shares the container: by its major brand, or as the only coding named."""
    return bool(found) and (found[0] in _AV1 or (bool(_AV1 & {*found}) and not (_STILL | _MOVING) & {*found}))


def is_hevc(found: list[bytes]) -> bool:
    """Tell HEIC and HEIF files, sequences included."""
    return bool(found) and not is_av1(found) and found[0] in _STILL | _MOVING | {b"mif1", b"mif2", b"miaf"}


def dissect(data: bytes) -> Anatomy:
    """Take a HEIC apart; the primary picture stays undecoded in `heif`."""
    boxes = _boxes(data)
    found = brands(data)
    is_animated = found[0] in _MOVING or (b"moov" in boxes and bool(_MOVING & {*found}))
    if is_animated:
        return Anatomy(format="heic", width=0, height=0, stream=b"", is_animated=True)
    file = pillow_heif.open_heif(data, convert_hdr_to_8bit=True, bgr_mode=False)
    picture = file[file.primary_index]
    width, height = picture.size
    info: dict[str, Any] = picture.info
    return Anatomy(
        format="heic",
        width=width,
        height=height,
        stream=data,
        icc=_bounded(info.get("icc_profile")) or nclx_profile(info.get("nclx_profile")),
        exif=_bounded(info.get("exif")),
        xmp=_bounded(info.get("xmp")),
        has_credentials=b"uuid" in boxes and _C2PA in data,
        heif=picture,
    )


def _bounded(metadata: bytes | None) -> bytes:
    return metadata if metadata is not None and len(metadata) <= METADATA_BYTES_MAX else b""


def _boxes(data: bytes) -> list[bytes]:
    """Return the kinds of the top-level boxes. One that reaches beyond the file means truncation."""
    kinds: list[bytes] = []
    at = 0
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if length == 1 and at + 16 <= len(data):
            (length,) = struct.unpack_from(">Q", data, at + 8)
        length = length or len(data) - at
        if length < 8 or at + length > len(data) or len(kinds) >= _BOXES_MAX:
            raise damaged()
        kinds.append(kind)
        at += length
    return kinds
