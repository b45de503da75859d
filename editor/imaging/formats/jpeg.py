"""JPEG: markers and segments (ITU T.81 annex B), without decoding a coefficient.

The walk goes through the whole stream, entropy-coded data included, to its end marker:
that is how a truncated file is told, and how the scans of a hostile one are counted.
"""

import re
import struct
from dataclasses import dataclass, field

from editor.imaging import exif
from editor.imaging.formats.anatomy import METADATA_BYTES_MAX, Anatomy, JpegFrame
from editor.imaging.limits import SUPPORTED, ImageUnsupportedFormat, damaged
from freeai.common.sentences import sentence as _

SCANS_MAX = 100
"""A photo has one scan, a progressive one about ten. Each costs a pass over the whole picture."""

_SEGMENTS_MAX = 10_000
"""A profile has up to 255 segments, long XMP some hundreds. The limit is against millions of empty ones."""

_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_APP0, _APP1, _APP2, _APP11, _APP13, _APP14 = 0xE0, 0xE1, 0xE2, 0xEB, 0xED, 0xEE
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}
"""Frame headers that the decoder knows: baseline, extended, progressive, and both arithmetic ones."""
_FOREIGN_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF}
_TABLES = {0xC4, 0xCC, 0xDB, 0xDD}
_ANY_MARKER = re.compile(rb"\xff[^\x00\xff]")
"""Between segments the decoder skips stray bytes, which some old cameras wrote; so do we."""
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""The next marker after entropy-coded data: not a stuffed byte, a restart or a fill byte."""


@dataclass(slots=True)
class _Parts:
    """What the walk has gathered so far."""

    kept: list[bytes] = field(default_factory=lambda: [b"\xff\xd8"])
    frame: bytes = b""
    scans: int = 0
    adobe: bytes = b""
    has_jfif: bool = False
    exif: bytes = b""
    xmp: bytes = b""
    iptc: bytes = b""
    icc: dict[int, bytes] = field(default_factory=dict)
    icc_count: int = 0
    has_credentials: bool = False


def dissect(data: bytes) -> Anatomy:
    """Take a JPEG apart; `stream` is the same entropy-coded data without any metadata segment."""
    parts = _walk(data)
    width, height, frame = _frame(parts)
    return Anatomy(
        format="jpeg",
        width=width,
        height=height,
        stream=b"".join(parts.kept),
        icc=_profile(parts),
        exif=parts.exif,
        xmp=parts.xmp,
        iptc=parts.iptc,
        has_credentials=parts.has_credentials,
        orientation=exif.orientation(parts.exif),
        jpeg=frame,
    )


def _walk(data: bytes) -> _Parts:
    """Visit every segment up to the end marker; what lies behind it (previews, videos) is dropped."""
    parts, at = _Parts(), 2
    for _segment in range(_SEGMENTS_MAX):
        at, marker = _next_marker(data, at)
        if marker == _EOI:
            parts.kept.append(b"\xff\xd9")
            return parts
        if marker == _SOI or 0xD0 <= marker <= 0xD7 or marker == 0x01:
            raise damaged()
        (length,) = struct.unpack_from(">H", data, at) if at + 2 <= len(data) else (0,)
        if length < 2 or at + length > len(data):
            raise damaged()
        _visit(parts, marker, data[at + 2 : at + length])
        at += length
        if marker == _SOS:
            at = _copy_scan(parts, data, at)
    raise damaged()


def _next_marker(data: bytes, at: int) -> tuple[int, int]:
    """Return the position behind the next marker from `at` on, and the marker."""
    found = _ANY_MARKER.search(data, at)
    if found is None:
        raise damaged()
    return found.end(), data[found.end() - 1]


def _copy_scan(parts: _Parts, data: bytes, at: int) -> int:
    """Keep the entropy-coded data that begins at `at`; return where the next marker is."""
    found = _MARKER.search(data, at)
    if found is None:
        raise damaged()
    parts.kept.append(data[at : found.start()])
    parts.scans += 1
    if parts.scans > SCANS_MAX:
        raise damaged()
    return found.start()


def _visit(parts: _Parts, marker: int, body: bytes) -> None:
    """Keep what the decoder needs, remember what we want to know, drop the rest."""
    if marker in _FRAMES:
        if parts.frame or len(body) < 6:
            raise damaged()
        parts.frame = body
    elif marker in _FOREIGN_FRAMES:
        raise ImageUnsupportedFormat(
            _(
                "Lossless and hierarchical JPEG are not supported. Save the picture as %(kinds)s.",
                kinds=SUPPORTED,
            ),
            param="image",
        )
    elif marker == _APP0 and body.startswith(b"JFIF\0") and len(body) >= 14 and not parts.has_jfif:
        parts.has_jfif = True
        body = body[:12] + b"\0\0"  # an embedded thumbnail goes, its sizes become zero
    elif marker == _APP14 and body.startswith(b"Adobe") and len(body) >= 12 and not parts.adobe:
        parts.adobe = body = body[:12]
    elif marker not in _TABLES and marker != _SOS:
        _remember(parts, marker, body)
        return
    parts.kept.append(struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body)


def _remember(parts: _Parts, marker: int, body: bytes) -> None:
    """Note the metadata of a segment that will not be kept."""
    if marker == _APP1 and body.startswith(b"Exif\0\0") and not parts.exif:
        parts.exif = body[6:]
    elif marker == _APP1 and body.startswith(b"http://ns.adobe.com/xap/1.0/\0") and not parts.xmp:
        parts.xmp = body[29:]
    elif marker == _APP2 and body.startswith(b"ICC_PROFILE\0") and len(body) > 14:
        parts.icc[body[12]] = body[14:]
        parts.icc_count = body[13]
    elif marker == _APP11 and body.startswith(b"JP") and b"c2pa" in body:
        parts.has_credentials = True
    elif marker == _APP13 and body.startswith(b"Photoshop 3.0\0") and not parts.iptc:
        parts.iptc = _iptc(body[14:])


def _profile(parts: _Parts) -> bytes:
    """Join the profile's numbered pieces; an incomplete set is as good as none."""
    if sorted(parts.icc) != list(range(1, parts.icc_count + 1)):
        return b""
    profile = b"".join(parts.icc[number] for number in sorted(parts.icc))
    return profile if len(profile) <= METADATA_BYTES_MAX else b""


def _iptc(resources: bytes) -> bytes:
    """Return the IPTC block (0x0404) of Photoshop's image resources."""
    at = 0
    while resources[at : at + 4] == b"8BIM" and at + 12 <= len(resources):
        (kind,) = struct.unpack_from(">H", resources, at + 4)
        name = resources[at + 6] + 1
        start = at + 6 + name + name % 2
        if start + 4 > len(resources):
            return b""
        (length,) = struct.unpack_from(">I", resources, start)
        if kind == 0x0404:
            return resources[start + 4 : start + 4 + length]
        at = start + 4 + length + length % 2
    return b""


def _frame(parts: _Parts) -> tuple[int, int, JpegFrame]:
    """Read width, height and colour layout from the frame header."""
    if not parts.frame or parts.scans == 0:
        raise damaged()
    bits, height, width, components = struct.unpack_from(">BHHB", parts.frame)
    if bits != 8 or components not in (1, 3, 4):
        raise ImageUnsupportedFormat(
            _(
                "This JPEG has %(channels)s channels of %(bits)s bits; only 1, 3 or 4 channels of 8 bits are "
                "supported. Save the picture as %(kinds)s.",
                channels=components,
                bits=bits,
                kinds=SUPPORTED,
            ),
            param="image",
        )
    if not width or not height or len(parts.frame) != 6 + 3 * components:
        raise damaged()
    identifiers = tuple(parts.frame[6::3])
    # libjpeg decides the same way: JFIF means YCbCr, else Adobe's marker says, else the component names.
    is_ycbcr = components == 3 and (
        parts.has_jfif or (parts.adobe[11] == 1 if parts.adobe else identifiers == (1, 2, 3))
    )
    frame = JpegFrame(
        components=components, is_ycbcr=is_ycbcr, has_adobe=bool(parts.adobe), scans=parts.scans
    )
    return width, height, frame
