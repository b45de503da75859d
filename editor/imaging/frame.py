"""The frame promise: a result lies pixel on pixel over its source.

Whatever size, slide or zoom an engine's output comes with, what leaves here has the
source's width and height. With a mask, every pixel outside it is the source's, bit for
bit, and the seam is feathered inside. An output of the source's own size that did not
slide is let through untouched: the engine meant every pixel of it.

Nothing here knows files or formats; `encoding` writes what comes out.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.imaging.detail import return_detail
from editor.imaging.pixels import Pixels, Plane
from editor.imaging.registration import NO_DRIFT, Drift, Samples, measure_drift, sample

DRIFT_WORTH_PX = 0.4
"""An output of full size that slid by less is not resampled: that would cost more sharpness than it mends."""

FEATHER_SHARE = 0.004
"""Width of the seam inside a mask, as a share of the longer side (8 px of 2048)."""

FINE_LEVELS = 5.0
COLOR_LEVELS = 6.0
BROAD_LEVELS = 2.5
"""A pixel counts as changed above one of these: lightness after a blur of 1.2 px, any channel over about
10 px, any channel over 16 px. JPEG and WebP at quality 95, 4:2:0 included, reach 4, 4.5 and 2.4 on photos
of scikit-image with up to 16 levels of noise laid on."""
COLOR_PX = 4
BROAD_PX = 16
SPECK = np.ones((2, 2), np.uint8)
"""What changed must hang together in a square of two pixels at least."""


@dataclass(frozen=True, slots=True)
class Framed:
    """A result in its source's frame, and what can be said about it.

    image: (H, W, 3) as the source. alpha: (H, W), the smaller of both; None = opaque.
    changed: share of pixels that visibly differ from the source, 0..1.
    outside_max_diff: largest difference of any channel where the mask is 0; None without a mask.
    drift: what registration measured and undid.
    """

    image: Pixels
    alpha: Plane | None
    changed: float
    outside_max_diff: int | None
    drift: Drift

    @property
    def is_unchanged(self) -> bool:
        """Tell whether the result equals the source within the noise of encoding."""
        return self.changed == 0.0


def lay_over(
    source: Pixels,
    output: Pixels,
    *,
    source_alpha: Plane | None = None,
    output_alpha: Plane | None = None,
    mask: Plane | None = None,
    is_in_frame: bool = False,
) -> Framed:
    """Lay an engine's output over its source. All arrays are left as they are.

    is_in_frame: the engine answers for it that nothing drifted; an output of the source's size is
    then not registered. One of another size is, whatever the engine says.
    """
    height, width = source.shape[:2]
    # OpenCV refuses views that run backwards, such as a picture with its channels turned round.
    output = np.ascontiguousarray(output)
    trusted = is_in_frame and output.shape == source.shape
    drift = NO_DRIFT if trusted else _drift_of(source, output, mask)
    image = _in_frame(source, output, drift)
    alpha = _least_alpha(source_alpha, output_alpha, drift, (width, height))
    if mask is not None:
        weight = seam_weight(mask)
        image = _blend(source, image, weight)
        if alpha is not None:
            alpha = _blend(_opaque_unless(source_alpha, mask.shape), alpha, weight)
    if alpha is not None and not alpha.all():
        image = np.where((alpha == 0)[..., None], source, image)
    changed = changed_pixels(source, image, source_alpha, alpha)
    outside = None if mask is None else _outside(mask, (source, image), (source_alpha, alpha))
    return Framed(image, alpha, np.count_nonzero(changed) / changed.size, outside, drift)


def seam_weight(mask: Plane) -> NDArray[np.float32]:
    """Return how much of the output each pixel takes, (H, W) 0..1: the mask, feathered inwards.

    Exactly 0 where the mask is 0. Small spots get a narrower feather, so that they are edited at all;
    the picture's own border is no seam.
    """
    asked = mask.astype(np.float32) * np.float32(1 / 255)
    asked[mask == 255] = 1
    if not mask.any() or mask.all():
        return asked
    left, top, across, down = cv2.boundingRect(mask)
    # One row and column of what is outside must stay in view, or the box's edge would be no seam either.
    part = np.s_[max(0, top - 1) : top + down + 1, max(0, left - 1) : left + across + 1]
    inside = (mask[part] > 0).astype(np.uint8)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_5)
    _, spots = cv2.connectedComponents(inside, connectivity=8)
    thickness = np.zeros(int(spots.max()) + 1, np.float32)
    np.maximum.at(thickness, spots.ravel().astype(np.intp), depth.ravel())
    feather = np.minimum(max(2.0, FEATHER_SHARE * max(mask.shape)), np.maximum(1, thickness / 3)) + 1
    ramp = np.minimum(depth / feather[spots], 1)
    asked[part] = np.minimum(asked[part], ramp * ramp * (3 - 2 * ramp))
    return asked


def change_overlay(source: Pixels, result: Pixels) -> Plane:
    """Return how strongly each pixel changed, (H, W), 0 where it is within the noise of encoding."""
    fine, coarse = _differences(source, result, cv2.INTER_LINEAR)
    height, width = fine.shape
    larger = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    strength = cv2.max(fine.astype(np.float32) / np.float32(FINE_LEVELS), larger)
    # Twice what counts as a change is shown at half strength; nothing is ever quite at full.
    return np.asarray(255 * (1 - 1 / np.maximum(strength, 1)), np.uint8)


def changed_pixels(
    source: Pixels, result: Pixels, source_alpha: Plane | None = None, alpha: Plane | None = None
) -> NDArray[np.bool_]:
    """Tell which pixels visibly differ, (H, W). What is clear in both does not count."""
    if np.array_equal(source, result):
        changed = np.zeros(source.shape[:2], np.bool_)
    else:
        fine, coarse = _differences(source, result, cv2.INTER_NEAREST)
        height, width = fine.shape
        large = cv2.resize((coarse > 1).astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
        strong = cv2.max((fine > FINE_LEVELS).astype(np.uint8), large)
        changed = cv2.morphologyEx(strong, cv2.MORPH_OPEN, SPECK) > 0
    if alpha is None and source_alpha is None:
        return changed
    before, after = _opaque_unless(source_alpha, changed.shape), _opaque_unless(alpha, changed.shape)
    return np.asarray((changed | (cv2.absdiff(before, after) > FINE_LEVELS)) & ((before > 0) | (after > 0)))


def _drift_of(source: Pixels, output: Pixels, mask: Plane | None) -> Drift:
    if output.shape == source.shape:
        if mask is None and np.array_equal(source, output):
            return NO_DRIFT
        if mask is not None and not mask.all() and _largest_difference(source, output, mask == 0) == 0:
            return NO_DRIFT
        return measure_drift(source, output, ignore=_followable(mask), worth=DRIFT_WORTH_PX)
    return measure_drift(source, output, ignore=_followable(mask))


def _followable(mask: Plane | None) -> Plane | None:
    """Keep registration out of the mask, unless hardly anything is left to follow."""
    return None if mask is None or (mask == 0).mean() < 0.1 else mask


def _in_frame(source: Pixels, output: Pixels, drift: Drift) -> Pixels:
    """Bring the output into the source's frame."""
    if output.shape == source.shape and drift == NO_DRIFT:
        return output.copy()
    return return_detail(source, output, drift)


def _least_alpha(
    source_alpha: Plane | None, output_alpha: Plane | None, drift: Drift, size: tuple[int, int]
) -> Plane | None:
    """Take the smaller of both transparencies; an engine may make things clear, never the reverse."""
    if output_alpha is None or output_alpha.min() == 255:
        return None if source_alpha is None else source_alpha.copy()
    laid = output_alpha
    if laid.shape != (size[1], size[0]) or drift != NO_DRIFT:
        laid = sample(laid, drift, source_size=size, size=size)
    return laid.copy() if source_alpha is None else np.minimum(source_alpha, laid)


def _opaque_unless(alpha: Plane | None, shape: tuple[int, ...]) -> Plane:
    return np.full(shape[:2], 255, np.uint8) if alpha is None else alpha


def _blend(below: Pixels, above: Pixels, weight: NDArray[np.float32]) -> Pixels:
    """Mix two pictures or planes by weight; where that is 0 or 1 the values are taken, not computed."""
    blended = below.copy()
    cv2.copyTo(above, (weight >= 1).astype(np.uint8), blended)
    seam = np.nonzero((weight > 0) & (weight < 1))
    share = weight[seam] if below.ndim == 2 else weight[seam][:, None]
    mixed = below[seam] + share * (above[seam].astype(np.float32) - below[seam])
    blended[seam] = np.rint(mixed).astype(np.uint8)
    return blended


def _outside(mask: Plane, images: tuple[Pixels, Pixels], alphas: tuple[Plane | None, Plane | None]) -> int:
    """Measure the largest difference outside the mask, transparency included; not assumed, looked at."""
    kept = mask == 0
    if not kept.any():
        return 0
    largest = _largest_difference(*images, kept)
    if alphas[0] is None and alphas[1] is None:
        return largest
    before, after = (_opaque_unless(alpha, mask.shape) for alpha in alphas)
    return max(largest, _largest_difference(before, after, kept))


def _largest_difference(one: NDArray[np.uint8], other: NDArray[np.uint8], where: NDArray[np.bool_]) -> int:
    return round(cv2.norm(one, other, cv2.NORM_INF, where.astype(np.uint8)))


def _differences(source: Pixels, result: Pixels, enlarging: int) -> tuple[Plane, NDArray[np.float32]]:
    """Return how two pictures differ: lightness in levels (H, W), and what is wider, on a coarse grid.

    The coarse grid is in units of what counts as a change. Noise is averaged out over three scales: the
    lightness of single pixels tells a blemish, colour a few pixels wide a repainted spot (encoders halve
    colour's resolution), wide means a slight tone.
    """
    height, width = source.shape[:2]
    greys = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (source, result))
    fine = cv2.absdiff(*(cv2.GaussianBlur(grey, (7, 7), 1.2) for grey in greys))
    # Sixteenths of a level: a mean that is rounded to levels could not be told from noise.
    rest = np.left_shift(cv2.subtract(result, source, dtype=cv2.CV_16S), 4)
    small = cv2.resize(rest, _shrunk(width, height, COLOR_PX), interpolation=cv2.INTER_AREA)
    color = _largest_channel(np.abs(cv2.blur(small, (3, 3)))) / np.float32(16 * COLOR_LEVELS)
    means = cv2.resize(small, _shrunk(width, height, BROAD_PX), interpolation=cv2.INTER_AREA)
    broad = _largest_channel(np.abs(means)) / np.float32(16 * BROAD_LEVELS)
    wide = cv2.resize(broad, (color.shape[1], color.shape[0]), interpolation=enlarging)
    return np.asarray(fine, np.uint8), np.asarray(cv2.max(color, wide), np.float32)


def _shrunk(width: int, height: int, times: int) -> tuple[int, int]:
    return max(1, width // times), max(1, height // times)


def _largest_channel(picture: Samples) -> Samples:
    red, green, blue = cv2.split(picture)
    return np.asarray(cv2.max(cv2.max(red, green), blue))
