"""What an edit made: its result and thumbnail in storage, under the attempt's own names.

    framed → invisible mark → encoded → IPTC field → signed → stored

What is stored is the signed file, so every byte that leaves by any door is. Whether the edit
changed anything was judged before the mark was laid.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from editor import catalogue, signing, sources
from editor.imaging import encoding, intake, mark, provenance
from editor.imaging.frame import Framed
from editor.imaging.pixels import Pixels, Plane
from editor.models import Edit
from freeai.common.errors import NotFound

THUMBNAIL_SIDE_MAX = 480
MARKED_SHARE_MIN = 0.2
"""An edit of a smaller part of the picture carries credentials only (DESIGN §10)."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a result was made from: the source's file as stored, its pixels, and the mask if there was one."""

    file: bytes
    image: Pixels
    mask: Plane | None = None


def keep(edit: Edit, framed: Framed, basis: Basis) -> int:
    """Mark, encode, sign and store a framed result and its thumbnail; returns the result's bytes.

    A result with alpha whose format has none becomes a PNG, and the edit says so.
    """
    edit.output_format_name = encoding.output_format_for(
        edit.source.source_format, has_alpha=framed.alpha is not None, asked=edit.asked_format
    )
    making = provenance.Making(
        model=catalogue.known(edit.model).name,
        made_at=now(),
        parent=(basis.file, edit.source.media_type),
        rights=edit.source.rights,
        incoming=sources.read_credentials(edit.source),
    )
    with ThreadPoolExecutor(1) as beside:
        small = beside.submit(encoding.thumbnail, framed.image, framed.alpha, side_max=THUMBNAIL_SIDE_MAX)
        data = encoding.encode(
            marked(framed, basis), framed.alpha, format=edit.output_format, lossless=edit.source.is_lossless
        )
        signed = provenance.seal(data, making, signing.seal(), format=edit.output_format)
        default_storage.save(edit.result_name, ContentFile(signed))
        default_storage.save(edit.thumbnail_name, ContentFile(provenance.label(small.result())))
    return len(signed)


def marked(framed: Framed, basis: Basis) -> Pixels:
    """Return a result's pixels with the invisible mark, where it may carry one."""
    is_small = basis.mask is not None and (basis.mask > 0).mean() < MARKED_SHARE_MIN
    if is_small or not settings.INVISIBLE_MARK:
        return framed.image
    return mark.lay(framed.image, basis.image, settings.MARK_KEY)


def now() -> str:
    """Return the time as credentials tell it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def read(edit: Edit) -> tuple[Pixels, Plane | None]:
    """Return a result's pixels and alpha; raises NotFound when its bytes are gone."""
    if not edit.has_result:
        raise NotFound("This result has expired.")
    with default_storage.open(edit.result_name) as file:
        return intake.read_pixels(file.read())


def drop(edit: Edit) -> None:
    """Remove what this attempt wrote: nobody will ever point to it."""
    for name in (edit.result_name, edit.thumbnail_name):
        default_storage.delete(name)
