"""Real photographs for tests, from scikit-image's own package."""

import cv2
import numpy as np
from skimage import data

from editor.engines.base import Pixels

NAMES = ("astronaut", "coffee", "chelsea", "rocket")


def photo(name: str, side: int = 200) -> Pixels:
    """A photograph (grey ones as RGB) whose longer side has this many pixels."""
    image = np.asarray(getattr(data, name)(), np.uint8)
    if image.ndim == 2:
        image = np.repeat(image[..., None], 3, axis=2)
    scale = side / max(image.shape[:2])
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=method), np.uint8)
