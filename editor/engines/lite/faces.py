"""Finding faces and making them unrecognisable.

CenterFace (Xu and others, 2019) run by OpenCV. It finds turned, tilted and small faces
down to about ten pixels; what it misses a person can paint.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from editor.engines.base import Pixels, Plane
from editor.engines.lite import networks, space
from editor.engines.lite.work import Work

_SIDES = (1280, 512)
"""Longer sides at which we look: small faces show in the first, very large ones in the second."""

_SURE_MIN = 0.45
"""Of the network's own score; lone textures reach 0.1."""

_OUTPUTS = ("537", "538", "539", "540")
"""The network's names for its maps of scores, sizes, offsets and landmarks."""

_STRIDE = 4


@dataclass(frozen=True, slots=True)
class Face:
    """Middle, width and height in pixels of the picture, and the network's score."""

    x: float
    y: float
    width: float
    height: float
    score: float

    def overlaps(self, other: "Face") -> bool:
        near_x = abs(self.x - other.x) < 0.5 * max(self.width, other.width)
        return near_x and abs(self.y - other.y) < 0.5 * max(self.height, other.height)


def mask_of(image: Pixels) -> Plane:
    """All faces as soft ovals, (H, W) uint8; empty where there are none."""
    height, width = image.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    for face in find(image):
        oval = np.zeros_like(mask)
        middle = (round(face.x), round(face.y - 0.03 * face.height))
        cv2.ellipse(oval, middle, (round(0.62 * face.width), round(0.62 * face.height)), 0, 0, 360, 255, -1)
        # Feathered outwards only: what is hidden must not shine through at its rim.
        soft = cv2.GaussianBlur(oval, (0, 0), max(1.0, 0.05 * face.width))
        mask = np.maximum(mask, np.maximum(oval, np.asarray(soft, np.uint8)))
    return mask


def find(image: Pixels) -> list[Face]:
    """The faces in a picture, surest first, each once."""
    # Read anew for every picture: that takes a twentieth of a second, while OpenCV would hold on to
    # several hundred megabytes of a network that stays.
    network = cv2.dnn.readNetFromONNX(str(networks.path_of("faces")))
    found: list[Face] = []
    for side in _SIDES:
        found += _look(network, image, side)
    kept: list[Face] = []
    for face in sorted(found, key=lambda face: -face.score):
        if not any(face.overlaps(other) for other in kept):
            kept.append(face)
    return kept


def _look(network: cv2.dnn.Net, image: Pixels, side: int) -> list[Face]:
    height, width = image.shape[:2]
    scale = min(2.0, side / max(height, width))
    size = tuple(max(32, round(length * scale / 32) * 32) for length in (width, height))
    network.setInput(cv2.dnn.blobFromImage(image, 1.0, size, (0, 0, 0), swapRB=False, crop=False))
    scores, sizes, offsets, _ = (np.asarray(plane)[0] for plane in network.forward(_OUTPUTS))
    across, down = width / size[0], height / size[1]
    faces = []
    for y, x in np.argwhere(scores[0] > _SURE_MIN):
        tall, wide = np.exp(sizes[:, y, x]) * _STRIDE
        middle_y, middle_x = (np.array([y, x]) + offsets[:, y, x] + 0.5) * _STRIDE
        box = (middle_x * across, middle_y * down, wide * across, tall * down)
        faces.append(Face(*map(float, (*box, scores[0, y, x]))))
    return faces


def blur(image: Pixels, work: Work) -> Pixels:
    """Blur each face by its own size: even a little is enough not to be recognised."""
    return _each(image, work, lambda part, extent: _blurred(part, extent * (0.07 + 0.16 * work.strength)))


def pixelate(image: Pixels, work: Work) -> Pixels:
    """Coarse squares, six or seven across each face."""
    return _each(image, work, lambda part, extent: _squares(part, extent * (0.12 + 0.06 * work.strength)))


def _each(image: Pixels, work: Work, hide: Callable[[Pixels, float], Pixels]) -> Pixels:
    result = image.copy()
    assert work.mask is not None
    _, _, boxes, _ = cv2.connectedComponentsWithStats((work.mask > 0).astype(np.uint8))
    for place, (left, top, width, height, _) in enumerate(boxes[1:], 1):
        part = np.s_[top : top + height, left : left + width]
        result[part] = hide(image[part], float(min(width, height)))
        work.report(place / len(boxes))
    return result


def _blurred(part: Pixels, sigma: float) -> Pixels:
    soft = cv2.GaussianBlur(space.linear_of(part), (0, 0), max(1.0, sigma), borderType=cv2.BORDER_REFLECT)
    return space.bytes_of(space.floats(soft))


def _squares(part: Pixels, side: float) -> Pixels:
    height, width = part.shape[:2]
    size = (max(1, round(width / side)), max(1, round(height / side)))
    small = cv2.resize(space.linear_of(part), size, interpolation=cv2.INTER_AREA)
    return space.bytes_of(space.floats(cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)))
