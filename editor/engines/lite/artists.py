"""Painting in the manner of artists: one small network that has learnt 26 styles.

Dumoulin, Shlens, Kudlur, "A Learned Representation for Artistic Style" (2017). The
weights come without names: those that we give say what a style looks like, and only the
styles that look like something are offered. It paints at the size it has learnt; the
picture's own fine detail is laid over it, so that a large picture does not turn soft.
"""

from collections.abc import Mapping
from types import MappingProxyType

import cv2
import numpy as np

from editor.engines.base import Pixels
from editor.engines.lite import networks, space
from editor.engines.lite.work import Work, strips

_PLACES: Mapping[str, int] = MappingProxyType(
    {
        "Van Gogh": 19,
        "impressionist": 12,
        "expressionist": 5,
        "ukiyo-e": 24,
        "pop art": 1,
        "candy": 8,
        "woodcut": 11,
        "fauvist": 7,
        "crayon": 16,
        "red chalk": 10,
        "fresco": 14,
    }
)
"""What we call a style, and its place in the network."""

_SIDE = 720
"""Longer side at which is painted: strokes have the size they were learnt at, and two cores take a second."""

_COUNT = 26
_PLAIN = 0.8
"""Share of the painting at plain strength: a person stays who they are."""

_DETAIL = np.float32(0.5)


def paint(image: Pixels, work: Work) -> Pixels:
    """The whole picture in the style that `work.color` names."""
    height, width = image.shape[:2]
    work.report(0.05)
    painted = _painted(image, _PLACES[work.color])
    work.report(0.7)
    large = cv2.resize(space.pixels(painted), (width, height), interpolation=cv2.INTER_CUBIC)
    size = (painted.shape[1], painted.shape[0])
    calm = cv2.resize(cv2.resize(image, size, interpolation=cv2.INTER_AREA), (width, height))
    share = np.float32(np.clip(_PLAIN * work.strength, 0, 1))
    result = np.empty_like(image)
    for _, rows, _ in strips(image, work):
        source = image[rows].astype(np.float32)
        detail = (source - calm[rows]).mean(axis=2, keepdims=True)
        result[rows] = space.pixels(source + share * (large[rows] + _DETAIL * detail - source))
    return result


def _painted(image: Pixels, place: int) -> space.Floats:
    """What the network makes of the picture, at its own size, 0..255."""
    scale = min(1.0, _SIDE / max(image.shape[:2]))
    height, width = (max(32, round(side * scale)) for side in image.shape[:2])
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    padding = ((0, -height % 4), (0, -width % 4), (0, 0))  # it halves the size twice
    padded = np.pad(space.floats(small) / 255, padding, mode="reflect")
    weights = np.zeros(_COUNT, np.float32)
    weights[place] = 1
    given = {"image": np.ascontiguousarray(padded.transpose(2, 0, 1)[None]), "style_weights": weights}
    made = networks.session("styles").run(None, given)[0][0].transpose(1, 2, 0)
    return space.floats(255 * np.clip(made[:height, :width], 0, 1))
