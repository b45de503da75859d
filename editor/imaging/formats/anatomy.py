"""The parts of a picture file, as every format's reader hands them over."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pillow_heif import HeifImage

SourceFormat = Literal["png", "jpeg", "webp", "heic"]

METADATA_BYTES_MAX = 4_194_304
"""Profiles and metadata larger than this are dropped unread; the largest CMYK profiles are 2.7 MB."""


@dataclass(frozen=True, slots=True)
class JpegFrame:
    """What decides how a JPEG is to be decoded and whether it can be kept as it is."""

    components: int
    is_ycbcr: bool
    has_adobe: bool
    scans: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Anatomy:
    """A picture file taken apart.

    width, height: as stored, before any orientation is applied.
    stream: the same picture without its metadata; what the decoder is given.
    icc, exif, xmp, iptc: raw metadata, empty where there is none; a HEIF colour description comes as icc.
    orientation: the EXIF orientation still to be applied, 1 to 8.
    has_credentials: content credentials (C2PA in a JUMBF box) are embedded.
    """

    format: SourceFormat
    width: int
    height: int
    stream: bytes
    is_lossless: bool = False
    is_animated: bool = False
    icc: bytes = b""
    exif: bytes = b""
    xmp: bytes = b""
    iptc: bytes = b""
    has_credentials: bool = False
    orientation: int = 1
    jpeg: JpegFrame | None = None
    heif: "HeifImage | None" = None

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height once the orientation has been applied."""
        return (self.height, self.width) if self.orientation >= 5 else (self.width, self.height)
