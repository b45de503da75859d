"""Telling the subject of a picture from its background.

U-2-Net's small sister (Qin and others, 2020) says what stands out; a guided filter
draws that along the picture's own edges at its full size. Where it is not sure we
decline: nobody's photograph is cut along a guess.
"""

import cv2
import numpy as np

from editor.engines.base import Pixels, Plane
from editor.engines.lite import networks, space
from editor.engines.lite.space import Floats

_SIDE = 320
"""The network's own size."""

_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], dtype=np.float32)
"""Of ImageNet, as it was trained."""

_SHARE_MIN, _SHARE_MAX = 0.01, 0.95
"""A subject of less or more of the picture is a mistake rather than a find."""

_UNSURE_MAX = 0.3
"""Area that is neither subject nor background, as a share of the subject's."""

_PARTS_MAX = 4
"""More pieces of a size than that are a pattern and not a subject."""


def find(image: Pixels) -> Plane | None:
    """The subject as a soft mask, (H, W) uint8; None where none stands out clearly."""
    coarse = _salience(image)
    if not _is_clear(coarse):
        return None
    return _drawn(image, coarse)


def _salience(image: Pixels) -> Floats:
    """How much each place stands out, (320, 320), 0..1."""
    small = space.floats(cv2.resize(image, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA))
    scaled = (small / max(1.0, float(small.max())) - _MEAN) / _DEVIATION
    network = networks.session("subject")
    told = network.run(None, {network.get_inputs()[0].name: scaled.transpose(2, 0, 1)[None]})[0]
    return space.floats(np.clip(told[0, 0], 0, 1))


def _is_clear(coarse: Floats) -> bool:
    """Whether the network is sure: hardly anything between yes and no, in few pieces."""
    sure = coarse > 0.5
    share = float(sure.mean())
    if not (_SHARE_MIN < share < _SHARE_MAX and float(coarse.max()) > 0.9):
        return False
    unsure = float(((coarse > 0.2) & (coarse < 0.8)).mean())
    _, _, stats, _ = cv2.connectedComponentsWithStats(sure.astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA]
    return unsure < _UNSURE_MAX * share and int((areas > 0.1 * areas.max()).sum()) <= _PARTS_MAX


def _drawn(image: Pixels, coarse: Floats) -> Plane:
    """The coarse map drawn along the edges of the large picture, first the hull, then fine detail."""
    height, width = image.shape[:2]
    scale = min(1.0, 1024 / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    guide = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    plane = space.floats(cv2.resize(_without_specks(coarse), size, interpolation=cv2.INTER_CUBIC))
    radius = max(2, round(0.012 * max(size)))
    for reach, epsilon in ((radius, 1e-3), (max(2, radius // 3), 1e-4)):
        plane = _guided(guide, plane, reach, epsilon)
        plane = space.smoothstep(plane, 0.1, 0.9)
    large = space.floats(cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR))
    if scale < 1:
        large = np.clip(_guided(image, large, max(2, round(2 / scale)), 1e-4), 0, 1)
    return space.pixels(255 * large)


def _guided(guide: Pixels, plane: Floats, radius: int, epsilon: float) -> Floats:
    """Guided by colour: hair and coat are often told from what lies behind by hue alone."""
    drawn = cv2.ximgproc.guidedFilter(guide, plane, radius, epsilon * 255 * 255)
    return space.floats(np.clip(drawn, 0, 1))


def _without_specks(coarse: Floats) -> Floats:
    """Drop islands under a twentieth of the largest part: they are leftovers of the scene."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((coarse > 0.3).astype(np.uint8))
    if count < 3:
        return coarse
    areas = stats[1:, cv2.CC_STAT_AREA]
    small = np.flatnonzero(areas < 0.05 * areas.max()) + 1
    return space.floats(np.where(np.isin(labels, small), 0, coarse))


def own_colors(image: Pixels, subject: Plane) -> Pixels:
    """The picture with its soft edges in the subject's own colours, without what shone through.

    Blur fusion: Forte, "Approximate Fast Foreground Colour Estimation" (2021). Laid on
    another backdrop, hair would else keep a rim of the old one.
    """
    soft = (subject > 0) & (subject < 255)
    if not soft.any():
        return image
    scale = min(1.0, 1024 / max(image.shape[:2]))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    source = space.floats(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    share = space.floats(cv2.resize(subject, size, interpolation=cv2.INTER_AREA))[..., None] / np.float32(255)
    near, far = _sides(source, source, share, 20)
    own = near + share * (source - share * near - (1 - share) * far)
    near, far = _sides(source, space.floats(np.clip(own, 0, 255)), share, 3)
    large = [
        cv2.resize(side, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)[soft] for side in (near, far)
    ]
    opaque = space.floats(subject[soft])[:, None] / np.float32(255)
    result = image.copy()
    seen = image[soft]
    result[soft] = space.pixels(large[0] + opaque * (seen - opaque * large[0] - (1 - opaque) * large[1]))
    return result


def _sides(source: Floats, own: Floats, share: Floats, radius: int) -> tuple[Floats, Floats]:
    """The mean colours of subject and background around each pixel."""
    window = (2 * radius + 1, 2 * radius + 1)
    weight = space.floats(cv2.blur(share, window))[..., None]
    near = space.floats(cv2.blur(own * share, window)) / np.maximum(weight, 1e-4)
    far = space.floats(cv2.blur(source * (1 - share), window)) / np.maximum(1 - weight, 1e-4)
    return space.floats(near), space.floats(far)
