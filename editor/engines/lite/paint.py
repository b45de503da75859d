"""Plain paint: one colour or a gradient over a region, and taking a background away.

What is painted keeps no shading on purpose: a plain backdrop is what is asked for.
"""

import numpy as np

from editor.engines.base import Pixels, Plane
from editor.engines.lite import space
from editor.engines.lite.vocabulary.colors import rgb_of
from editor.engines.lite.work import Work, strips

GRADIENT_JOINT = " to "
"""A gradient's colour is told as "blue to white": top to bottom."""


def fill(image: Pixels, work: Work) -> Pixels:
    """Lay one colour, or a gradient from top to bottom, over everything that may change."""
    first, _, last = work.color.partition(GRADIENT_JOINT)
    top, bottom = _color(first), _color(last or first)
    height = image.shape[0]
    painted = np.flatnonzero(work.mask.any(axis=1)) if work.mask is not None else np.arange(height)
    start, end = (int(painted[0]), int(painted[-1])) if len(painted) else (0, height - 1)
    place = np.clip((np.arange(height) - start) / max(1, end - start), 0, 1).astype(np.float32)
    share = np.float32(np.clip(work.strength, 0, 1))
    noise = work.random()
    result = np.empty_like(image)
    for _, rows, _ in strips(image, work):
        linear = top + place[rows][:, None] * (bottom - top)
        lab = space.oklab_of(linear[:, None, :].astype(np.float32).repeat(image.shape[1], axis=1))
        if last:
            # Half a byte of noise: a gradient over thousands of pixels has only 256 steps to go.
            lab[..., 0] += noise.uniform(-0.002, 0.002, lab.shape[:2]).astype(np.float32)
        made = space.floats(space.bytes_of(space.linear_of_oklab(lab)))
        result[rows] = space.pixels(image[rows] + share * (made - image[rows]))
    return result


def cutout(image: Pixels, work: Work) -> Pixels:
    """Leave the colours alone: the engine makes the background transparent."""
    work.report(0.0)
    return image.copy()


def transparency(alpha: Plane | None, background: Plane, strength: float) -> Plane:
    """Alpha with the background taken out of it; all of it at full strength."""
    share = np.float32(np.clip(strength, 0, 1))
    opaque = 255 - share * background.astype(np.float32)
    return space.pixels(opaque if alpha is None else np.minimum(opaque, alpha))


def _color(name: str) -> space.Floats:
    rgb, lighter = rgb_of(name)
    linear = space.linear_of(np.array([[rgb]], dtype=np.uint8))
    if not lighter:
        return space.floats(linear[0, 0])
    lab = space.oklab_of(linear)
    lab[..., 0] = np.clip(lab[..., 0] + lighter, 0.05, 0.98)
    return space.floats(space.linear_of_oklab(lab)[0, 0])
