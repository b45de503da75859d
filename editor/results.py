"""What an edit made: its result and thumbnail in storage, under the attempt's own names."""

from concurrent.futures import ThreadPoolExecutor

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from editor.imaging import encoding, intake
from editor.imaging.frame import Framed
from editor.imaging.pixels import Pixels, Plane
from editor.models import Edit
from freeai.common.errors import NotFound

THUMBNAIL_SIDE_MAX = 480


def keep(edit: Edit, framed: Framed) -> int:
    """Encode and store a framed result and its thumbnail; returns the result's bytes.

    A result with alpha whose format has none becomes a PNG, and the edit says so.
    """
    edit.output_format_name = encoding.output_format_for(
        edit.source.source_format, has_alpha=framed.alpha is not None, asked=edit.asked_format
    )
    with ThreadPoolExecutor(1) as beside:
        small = beside.submit(encoding.thumbnail, framed.image, framed.alpha, side_max=THUMBNAIL_SIDE_MAX)
        data = encoding.encode(
            framed.image, framed.alpha, format=edit.output_format, lossless=edit.source.is_lossless
        )
        default_storage.save(edit.result_name, ContentFile(data))
        default_storage.save(edit.thumbnail_name, ContentFile(small.result()))
    return len(data)


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
