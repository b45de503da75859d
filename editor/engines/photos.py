"""Photo files of an engine that runs alone, on the command line: opened, laid in their frame, written."""

from pathlib import Path

import numpy as np
from PIL import Image

from editor.imaging import encoding, frame
from editor.imaging.pixels import Pixels, Plane
from freeai.common.errors import InvalidInput

FORMATS: dict[str, encoding.OutputFormat] = {".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp", ".png": "png"}


class BadPhotoFile(InvalidInput):
    """A file cannot be read as a photo, or written as one."""


def read(path: Path) -> Image.Image:
    """Open a photo as RGB, RGBA or L; raises BadPhotoFile."""
    try:
        image = Image.open(path)
        image.load()
    except (OSError, ValueError) as error:
        raise BadPhotoFile(f"{path} cannot be read as a picture.", param="image") from error
    if image.mode in {"RGB", "RGBA", "L"}:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def laid_over(image: Image.Image, edited: Pixels, mask: Plane | None) -> tuple[Pixels, Plane | None]:
    """Return an engine's output in the photo's frame: pixels and, where the photo has one, alpha."""
    alpha = np.asarray(image.getchannel("A")) if "A" in image.getbands() else None
    framed = frame.lay_over(np.asarray(image.convert("RGB")), edited, source_alpha=alpha, mask=mask)
    return framed.image, framed.alpha


def write(path: Path, pixels: Pixels, alpha: Plane | None) -> None:
    """Write a picture in the format of the file's name; raises BadPhotoFile."""
    try:
        kind = FORMATS[path.suffix.lower()]
        path.write_bytes(
            encoding.encode(pixels, None if kind == "jpeg" else alpha, format=kind, lossless=True)
        )
    except KeyError:
        raise BadPhotoFile(f"{path} should end in {', '.join(FORMATS)}.", param="output") from None
    except OSError as error:
        raise BadPhotoFile(f"{path} cannot be written: {error}.", param="output") from error
