"""From an upload to the normalised source: upright, sRGB, 8 bits, without metadata, within the box.

`normalise` is for bytes that anyone may have sent; it has them decoded by a child process under
limits (`decoding`, `sandbox`). `read_pixels` is for bytes that `normalise` or an engine's frame wrote.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any, Literal

import numpy as np
from PIL import Image

from editor.imaging.limits import (
    REFUSALS,
    ImageAnimated,
    ImageAspect,
    ImageCorrupt,
    ImageTooLarge,
    ImageTooManyPixels,
    ImageTooSmall,
    ImageUnsupportedFormat,
    Limits,
    check_bytes,
    refusal_in,
    too_costly,
)
from editor.imaging.pixels import Pixels, Plane
from editor.imaging.sandbox import ChildLost, Children, Cost, Message

__all__ = [
    "DECODERS",
    "REFUSALS",
    "ImageAnimated",
    "ImageAspect",
    "ImageCorrupt",
    "ImageTooLarge",
    "ImageTooManyPixels",
    "ImageTooSmall",
    "ImageUnsupportedFormat",
    "Limits",
    "Normalised",
    "normalise",
    "read_pixels",
]

log = logging.getLogger(__name__)

_LIMITS = Limits()
DECODERS = Children("editor.imaging.decoding")
"""The children of this process; started by the first upload."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """An accepted picture.

    data: encoded as `media_type`; its decode is the normalised source, bit for bit.
    source_format, is_lossless: of the upload. width, height: of `data`.
    original_width, original_height: upright, before the box.
    rights: what the file said about rights and credentials (`rights.facts`).
    """

    data: bytes
    media_type: Literal["image/png", "image/jpeg"]
    width: int
    height: int
    has_alpha: bool
    source_format: Literal["png", "jpeg", "webp", "heic"]
    is_lossless: bool
    was_resized: bool
    original_width: int
    original_height: int
    rights: Mapping[str, str | bool]


def normalise(data: bytes, *, limits: Limits = _LIMITS, decoders: Children = DECODERS) -> Normalised:
    """Normalise an upload. Raises a refusal that says what to do, or `Busy`."""
    check_bytes(len(data), limits)
    request = Message({"picture": asdict(limits)}, data)
    try:
        answer = decoders.ask(request, _cost(data, limits))
        return _understood(answer)
    except ChildLost as lost:
        log.warning("decoder_lost", extra={"reason": str(lost), "source_bytes": len(data)})
        raise too_costly() from None


def read_pixels(data: bytes) -> tuple[Pixels, Plane | None]:
    """Decode a picture of our own: RGB (H, W, 3) uint8 and, where it has one, alpha (H, W) uint8.

    Not for uploads: nothing here limits time or memory.
    """
    # A JPEG that is not whole is left to Pillow, which says so; OpenCV would fill it up with grey.
    if data.startswith(b"\xff\xd8") and data.endswith(b"\xff\xd9"):
        return _read_jpeg(data), None
    with Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as picture:
        has_alpha = picture.mode == "RGBA"
        rgb = np.asarray(picture if picture.mode == "RGB" else picture.convert("RGB"))
        alpha = np.asarray(picture.getchannel("A")) if has_alpha else None
    return rgb, alpha


def _read_jpeg(data: bytes) -> Pixels:
    """Decode at half of Pillow's time: the same library fills the array itself, so nothing is copied."""
    import cv2  # noqa: PLC0415 - a process that only receives uploads holds no decoder of this kind

    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if pixels is None:
        raise OSError("a stored JPEG cannot be decoded")
    return np.asarray(pixels, np.uint8)


def _cost(data: bytes, limits: Limits) -> Cost:
    """Return what decoding may cost. An answer is a kept JPEG, or at worst an incompressible PNG."""
    is_heif = data[4:8] == b"ftyp"
    pixels_bytes_max = 4 * limits.box * limits.box
    return Cost(
        seconds_max=limits.decode_seconds_heic_max if is_heif else limits.decode_seconds_max,
        memory_bytes_max=limits.decode_memory_bytes_max,
        answer_bytes_max=max(limits.source_bytes_max, pixels_bytes_max + pixels_bytes_max // 64),
    )


def _understood(answer: Message) -> Normalised:
    """Turn the child's answer into a value or a refusal. Raises `ChildLost` if it is neither."""
    note: dict[str, Any] = answer.note
    refusal = refusal_in(note)
    if refusal is not None:
        raise refusal
    note.pop("retiring", None)
    try:
        return Normalised(data=answer.body, **note)
    except TypeError as error:
        raise ChildLost("the decoder answered nonsense") from error
