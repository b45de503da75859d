"""Pictures drawn in code: no file is shipped, none is fetched."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def photo(width: int, height: int, *, seed: int = 0) -> NDArray[np.uint8]:
    """Return something like a photograph: soft hills, edges and grain; (height, width, 3)."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    hills = np.stack([np.sin(7 * x + 3 * y), np.cos(5 * y - 2 * x), np.sin(9 * x * y + 1)], axis=-1)
    picture = 128 + 60 * hills + random.normal(0, 5, (height, width, 3))
    picture[height // 3 : height // 2, width // 4 : width // 2] += (50, -30, -30)
    return np.clip(picture, 0, 255).astype(np.uint8)


def png(pixels: NDArray[np.uint8]) -> bytes:
    """Encode without loss."""
    return encoded(pixels, "PNG")


def encoded(pixels: NDArray[np.uint8], image_format: str, **options: object) -> bytes:
    """Encode with Pillow's own options for the format."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, image_format, **options)
    return buffer.getvalue()
