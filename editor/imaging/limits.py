"""What an uploaded picture may be, and how we say no.

Every refusal has a stable code and a sentence that says what is wrong, in numbers,
and what to do about it. The sentences are shown to people, in their language.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from freeai.common.errors import InvalidInput
from freeai.common.sentences import Sentence, unpack
from freeai.common.sentences import sentence as _

SUPPORTED = _("PNG, JPEG, WebP or HEIC")
_PACKED_CHARACTERS_MAX = 2000


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a source may be, and what its decoding may cost.

    box: the normalised picture fits into box × box pixels.
    decode_seconds_max: wall-clock time; 100 megapixels of PNG take about 2 s on a free core.
    decode_seconds_heic_max: the same for HEIC, whose decoder needs 50 ms for a megapixel: a phone's
        48 megapixels take 2.5 s on a free core, and cores are not always free.
    decode_memory_bytes_max: address space of the decoder, libraries included. A progressive
        JPEG of 100 megapixels needs 1.1 GB, a WebP of the same size 1.3 GB.
    """

    source_bytes_max: int = 10_485_760
    source_pixels_max: int = 100_000_000
    side_min: int = 32
    aspect_max: float = 8.0
    box: int = 2048
    decode_seconds_max: float = 4.5
    decode_seconds_heic_max: float = 12.0
    decode_memory_bytes_max: int = 2_147_483_648


class ImageTooLarge(InvalidInput):
    code = "image_too_large"


class ImageTooManyPixels(InvalidInput):
    code = "image_too_many_pixels"


class ImageTooSmall(InvalidInput):
    code = "image_too_small"


class ImageAspect(InvalidInput):
    code = "image_aspect"


class ImageUnsupportedFormat(InvalidInput):
    code = "image_unsupported_format"


class ImageAnimated(InvalidInput):
    code = "image_animated"


class ImageCorrupt(InvalidInput):
    code = "image_corrupt"


REFUSALS = (
    ImageTooLarge,
    ImageTooManyPixels,
    ImageTooSmall,
    ImageAspect,
    ImageUnsupportedFormat,
    ImageAnimated,
    ImageCorrupt,
)


def refusal_in(note: Mapping[str, Any]) -> InvalidInput | None:
    """Return the refusal that a child's note tells of; what it says is as untrusted as the picture."""
    kind = {kind.code: kind for kind in REFUSALS}.get(note.get("code", ""))
    if kind is None:
        return None
    try:
        return kind(unpack(str(note.get("message"))[:_PACKED_CHARACTERS_MAX]), param="image")
    except (ValueError, TypeError, KeyError):
        return damaged()


def damaged() -> ImageCorrupt:
    """Return the refusal for a file that begins as a picture and does not go on as one."""
    return ImageCorrupt(
        _(
            "This file is damaged or incomplete. Open it in a photo app, save it again as PNG or JPEG, "
            "and upload that."
        ),
        param="image",
    )


def too_costly() -> ImageCorrupt:
    """Return the refusal for a file that the decoder could not finish within its limits."""
    return ImageCorrupt(
        _(
            "This file could not be read within our limits of time and memory. Save it again as a plain "
            "PNG or JPEG and upload that."
        ),
        param="image",
    )


def check_bytes(size: int, limits: Limits) -> None:
    """Refuse a file that is empty or has more bytes than allowed."""
    if size == 0:
        raise ImageCorrupt(_("This file is empty. Choose the picture again."), param="image")
    if size > limits.source_bytes_max:
        raise ImageTooLarge(
            too_large(size, limits.source_bytes_max),
            param="image",
        )


def check_size(width: int, height: int, limits: Limits) -> None:
    """Refuse a picture by the size that its header declares, before any of it is decoded."""
    if width * height > limits.source_pixels_max:
        raise ImageTooManyPixels(
            _(
                "This picture is %(width)s × %(height)s pixels (%(megapixels)s megapixels); the limit is "
                "%(limit)s megapixels. Scale it down first.",
                width=str(width),
                height=str(height),
                megapixels=round(width * height / 1e6),
                limit=round(limits.source_pixels_max / 1e6),
            ),
            param="image",
        )
    if min(width, height) < limits.side_min:
        raise ImageTooSmall(
            _(
                "This picture is %(width)s × %(height)s pixels; each side must be at least %(least)s. "
                "Upload a larger one.",
                width=str(width),
                height=str(height),
                least=limits.side_min,
            ),
            param="image",
        )
    if max(width, height) > limits.aspect_max * min(width, height):
        raise ImageAspect(
            _(
                "This picture is %(width)s × %(height)s pixels; the long side may be at most %(times)s times "
                "the short one. Crop it first.",
                width=str(width),
                height=str(height),
                times=limits.aspect_max,
            ),
            param="image",
        )


def too_large(size: int, limit: int) -> Sentence:
    """Say that a file has too many bytes."""
    return _(
        "This file is %(size)s MB; the limit is %(limit)s MB. Export it smaller or as JPEG.",
        size=_megabytes(size),
        limit=_megabytes(limit),
    )


def _megabytes(size: int) -> float:
    """Return a size in MB, rounded up to a tenth: one byte too many must not read "10 MB" of 10."""
    return math.ceil(size / 1_048_576 * 10) / 10
