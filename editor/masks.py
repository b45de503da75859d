"""The masks people paint: (H, W) uint8 planes of the source's size, 255 = edit here.

Written before the edit's row, under the edit's id; a mask whose row was never written
is an orphan that the retention check finds and removes.
"""

from io import BytesIO

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from editor.imaging import intake
from editor.imaging.pixels import Plane
from editor.models import Edit, Source
from freeai.common.errors import InvalidInput
from freeai.common.sentences import sentence as _


class MaskMismatch(InvalidInput):
    code = "mask_mismatch"


def receive(data: bytes, source: Source, *, limits: intake.Limits) -> Plane:
    """Read an uploaded mask of OpenAI's kind: where it is transparent, the picture is to be edited.

    It has the size of the source, before or after normalising. Raises intake's refusals, MaskMismatch.
    """
    try:
        picture = intake.normalise(data, limits=limits)
    except InvalidInput as refusal:
        refusal.param = "mask"
        raise
    _pixels, alpha = intake.read_pixels(picture.data)
    if alpha is None:
        raise MaskMismatch(_("The mask has no transparent part: nothing is to be edited."), param="mask")
    sizes = {(source.original_width, source.original_height), (source.width, source.height)}
    if (picture.original_width, picture.original_height) not in sizes:
        raise MaskMismatch(_("The mask must have the picture's size."), param="mask")
    mask = Image.fromarray(255 - alpha)
    if mask.size != (source.width, source.height):
        mask = mask.resize((source.width, source.height), Image.Resampling.BOX)
    return np.asarray(mask)


def require_fit(source: Source, mask: Plane) -> None:
    """Refuse a mask of another size than its picture, or one that selects nothing."""
    height, width = mask.shape
    if (width, height) != (source.width, source.height):
        raise MaskMismatch(
            _(
                "The mask is %(width)s × %(height)s px, the picture %(picture_width)s × %(picture_height)s.",
                width=str(width),
                height=str(height),
                picture_width=str(source.width),
                picture_height=str(source.height),
            ),
            param="mask",
        )
    if not mask.any():
        raise MaskMismatch(_("The mask selects nothing. Paint over what should change."), param="mask")


def keep(edit: Edit, mask: Plane) -> None:
    """Write the edit's mask as a grey PNG."""
    buffer = BytesIO()
    Image.fromarray(mask).save(buffer, "PNG", compress_level=1)
    default_storage.save(edit.mask_name, ContentFile(buffer.getvalue()))


def drop(edit: Edit) -> None:
    """Remove the mask of an edit that was not accepted after all."""
    if edit.has_mask:
        default_storage.delete(edit.mask_name)


def read(edit: Edit) -> Plane | None:
    """Return the edit's mask, or None if the whole picture is meant."""
    if not edit.has_mask:
        return None
    with default_storage.open(edit.mask_name) as file:
        return np.asarray(Image.open(BytesIO(file.read())).convert("L"))
