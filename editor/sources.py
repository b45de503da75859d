"""Bytes become a Source: intake, then a row, then the file, then the row says ready.

Killed between any two of these lines, a row may be left `pending`; the retention sweep
removes it together with whatever bytes arrived.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import PurePath

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts import blocks
from accounts.models import Owner
from editor.imaging import intake, witness
from editor.imaging.credentials import Incoming
from editor.imaging.pixels import Pixels, Plane
from editor.models import Edit, Source
from freeai.common.errors import NotFound
from freeai.common.sentences import sentence as _

log = logging.getLogger(__name__)


class SourceExpired(NotFound):
    code = "source_expired"


def receive(data: bytes, *, name: str, owner: Callable[[], Owner]) -> Source:
    """Judge, normalise and keep an upload.

    `owner` is asked only when the picture is accepted: a refused upload makes no owner.
    Raises intake's refusals.
    """
    picture = intake.normalise(data, limits=limits())
    keeper = owner()
    blocks.require_open(keeper)
    return keep(picture, name=name, owner=keeper, incoming=credentials_of(data, picture))


def credentials_of(data: bytes, picture: intake.Normalised) -> Incoming | None:
    """Return an upload's content credentials, to go on in its results; None if it has none.

    With them in hand nothing needs the original bytes any more, so these are not stored at all.
    """
    return witness.keep(data, limits=limits()) if picture.rights.get("content_credentials") else None


def continue_from(edit: Edit) -> Source:
    """Make an edit's result the next source, in the same line of versions; twice gives the same one.

    What the first upload said about rights stays with it. Raises NotFound when the result is gone.
    """
    if not edit.has_result:
        raise NotFound(_("This result has expired."), param="edit")
    existing = Source.objects.visible_to(edit.owner).filter(continues=edit).first()
    if existing is not None:
        return existing
    with default_storage.open(edit.result_name) as file:
        data = file.read()
    picture = intake.normalise(data, limits=limits())
    incoming = credentials_of(data, picture)
    picture = replace(picture, rights={**edit.source.rights, **picture.rights})
    return keep(picture, name=edit.source.name, owner=edit.owner, incoming=incoming, continues=edit)


def keep(
    picture: intake.Normalised,
    *,
    name: str,
    owner: Owner,
    incoming: Incoming | None = None,
    continues: Edit | None = None,
) -> Source:
    """Write a normalised picture: the row first, then its bytes, then the row is ready."""
    now = timezone.now()
    source = Source.objects.create(
        owner=owner,
        name=_clean_name(name),
        media_type=picture.media_type,
        source_format=picture.source_format,
        is_lossless=picture.is_lossless,
        has_alpha=picture.has_alpha,
        width=picture.width,
        height=picture.height,
        original_width=picture.original_width,
        original_height=picture.original_height,
        file_bytes=len(picture.data),
        rights=dict(picture.rights),
        has_credentials=incoming is not None,
        continues=continues,
        first_id=(continues.source.first_id or continues.source_id) if continues else None,
        created_at=now,
        expires_at=expiry(owner, now),
    )
    default_storage.save(source.file_name, ContentFile(picture.data))
    if incoming is not None:
        default_storage.save(source.credentials_name, ContentFile(incoming.to_bytes()))
    Source.objects.filter(pk=source.pk, status=Source.Status.PENDING).update(status=Source.Status.READY)
    source.refresh_from_db(fields=["status"])
    log.info("source.ready", extra={"source_id": source.pk, "owner_id": owner.pk, **_facts(picture)})
    return source


def expiry(owner: Owner, created_at: datetime) -> datetime:
    """Return when a picture that this owner brought is deleted: the one place that says so."""
    return created_at + owner.window


def find(source_id: str, owner: Owner | None) -> Source:
    """Return this owner's source; raises NotFound for anybody else's."""
    source = Source.objects.visible_to(owner).filter(pk=source_id).first() if owner else None
    if source is None:
        raise NotFound(_("There is no such picture, or it has expired."), param="source")
    return source


def read(source: Source) -> tuple[Pixels, Plane | None]:
    """Return a source's pixels and alpha; raises SourceExpired when the bytes are gone."""
    return intake.read_pixels(read_file(source))


def read_file(source: Source) -> bytes:
    """Return a source's file as it was normalised; raises SourceExpired when the bytes are gone."""
    if not source.is_open:
        raise SourceExpired("The source picture has expired. Upload it again.", param="source")
    with default_storage.open(source.file_name) as file:
        data: bytes = file.read()
    return data


def read_credentials(source: Source) -> Incoming | None:
    """Return the content credentials that the upload came with, if it came with any."""
    if not source.has_credentials:
        return None
    with default_storage.open(source.credentials_name) as file:
        return Incoming.from_bytes(file.read())


def limits() -> intake.Limits:
    """Return intake's limits as this site sets them."""
    return intake.Limits(
        source_bytes_max=settings.SOURCE_BYTES_MAX, source_pixels_max=settings.SOURCE_PIXELS_MAX
    )


def _clean_name(name: str) -> str:
    """Keep the last part of a file name, printable characters only, at most 120."""
    last = PurePath(name.replace("\\", "/")).name
    return "".join(character for character in last if character.isprintable())[-120:]


def _facts(picture: intake.Normalised) -> dict[str, object]:
    kept = {"source_format", "width", "height", "has_alpha", "was_resized"}
    return {key: value for key, value in asdict(picture).items() if key in kept}
