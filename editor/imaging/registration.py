"""How far an engine's picture slid, zoomed or turned against the source.

Corners of the source are followed into the output (pyramidal Lucas-Kanade, there
and back), and one small motion is fitted to the tracks that agree. Edited regions,
tone changes and noise drop out as tracks that disagree. When too few agree, or the
motion is too large to be an accident, the answer is `NO_DRIFT`: nothing is undone
on a guess.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.imaging.pixels import Pixels, Plane

Floats = NDArray[np.floating[Any]]
Samples = NDArray[Any]
"""A picture or plane of any kind of number: OpenCV's own annotations promise no more."""

COARSE_PIXELS = 200_000
"""Enough to feel a drift of 0.3 px in a 4-megapixel picture: errors average over hundreds of tracks."""
FINE_PIXELS = 1_000_000
"""What engines work at; a larger frame holds nothing more of theirs to follow."""

TRACKS_MAX = 400
TRACKS_MIN = 10
AGREEING_SHARE_MIN = 0.3
AGREE_WITHIN_PX = 1.5
CORNER_ERROR_MAX_PX = 0.25
"""Standard error of the fitted motion at the picture's corners, in pixels of the tracked frame."""
SETTLED_SHARE = 0.7
"""Undoing must leave at most this share of the tracks' displacement, or it is not worth a resampling."""

ZOOM_MAX = 0.08
SHIFT_MAX_SHARE = 0.08
TURN_MAX_DEGREES = 2.0
"""Beyond these a motion is the edit itself ("zoom in", "straighten"), not an engine's accident."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Where the source's content lies in the output, once that is stretched to the source's size.

    dx, dy: shift of the picture's centre, in pixels of the source.
    scale: above 1 the engine zoomed in. stretch: height's scale over width's. turn: degrees.
    confidence: share of the tracks that agree, 0 where nothing could be measured.
    """

    dx: float = 0.0
    dy: float = 0.0
    scale: float = 1.0
    stretch: float = 1.0
    turn: float = 0.0
    confidence: float = 0.0

    def matrix(self, width: int, height: int) -> Floats:
        """Map pixels of the source to pixels of the stretched output, as (2, 3)."""
        across = self.scale / math.sqrt(self.stretch)
        down = self.scale * math.sqrt(self.stretch)
        turn = math.radians(self.turn)
        linear = np.array([[across, -turn], [turn, down]])
        centre = np.array([(width - 1) / 2, (height - 1) / 2])
        return np.column_stack([linear, centre + np.array([self.dx, self.dy]) - linear @ centre])

    def reach(self, width: int, height: int) -> float:
        """Return the root mean square displacement of the four corners and the centre, in pixels."""
        x, y = width - 1, height - 1
        points = np.array([[0, 0], [x, 0], [0, y], [x, y], [x / 2, y / 2]])
        motion = self.matrix(width, height)
        moved = points @ motion[:, :2].T + motion[:, 2]
        return float(np.sqrt(((moved - points) ** 2).sum(axis=1).mean()))


NO_DRIFT = Drift()


def measure_drift(
    source: Pixels, output: Pixels, *, ignore: Plane | None = None, worth: float = 0.0
) -> Drift:
    """Measure how the output lies against the source, or return `NO_DRIFT` when unsure.

    ignore: (H, W), not followed where above zero (the mask of the edit).
    worth: a motion whose reach is below this many pixels of the source is not refined.
    """
    height, width = source.shape[:2]
    here, there = cv2.cvtColor(source, cv2.COLOR_RGB2GRAY), cv2.cvtColor(output, cv2.COLOR_RGB2GRAY)
    best = NO_DRIFT
    for start in _starts(here, there):
        coarse = _follow(here, there, ignore, start, pixels=COARSE_PIXELS)
        if coarse.confidence > best.confidence + 0.05:
            best = coarse
    if best.confidence == 0 or best.reach(width, height) < worth:
        return NO_DRIFT
    fine = _follow(here, there, ignore, best, pixels=FINE_PIXELS)
    return fine if fine.confidence > 0 else best


def sample(
    output: Samples,
    drift: Drift,
    *,
    source_size: tuple[int, int],
    size: tuple[int, int],
    box: tuple[int, int, int, int] | None = None,
) -> Samples:
    """Resample the output, its drift undone, into the source's frame at `size`.

    Sizes are (width, height); box: (left, top, right, bottom), the only part of the frame that is wanted.
    Beyond the output's edges its picture is mirrored.
    """
    if size[0] < output.shape[1] or size[1] < output.shape[0]:
        fitting = (min(size[0], output.shape[1]), min(size[1], output.shape[0]))
        output = cv2.resize(output, fitting, interpolation=cv2.INTER_AREA)
    if min(output.shape[:2]) < 2:
        # OpenCV 5 never returns from mirroring a picture that is one pixel wide.
        output = np.repeat(np.repeat(output, 2, axis=0), 2, axis=1)
    motion = _output_from(size, drift, source_size, output)
    left, top, right, bottom = box or (0, 0, *size)
    if np.abs(motion - np.eye(2, 3)).max() < 1e-9:
        return output[top:bottom, left:right]
    motion[:, 2] += motion[:, :2] @ (left, top)
    kernel = cv2.INTER_LANCZOS4 if size == (output.shape[1], output.shape[0]) else cv2.INTER_CUBIC
    flags = kernel | cv2.WARP_INVERSE_MAP
    wanted = (right - left, bottom - top)
    return cv2.warpAffine(output, motion, wanted, flags=flags, borderMode=cv2.BORDER_REFLECT_101)


def covered(drift: Drift, *, source_size: tuple[int, int], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Tell which pixels of a frame of `size` the drifted output shows at all, (height, width)."""
    width, height = source_size
    motion = _between(drift, source_size, size)
    x, y = np.arange(size[0]), np.arange(size[1])[:, None]
    across = motion[0, 0] * x + motion[0, 1] * y + motion[0, 2]
    down = motion[1, 0] * x + motion[1, 1] * y + motion[1, 2]
    margin = 0.5 + 0.25 * min(1.0, size[0] / width, size[1] / height)
    inside_across = (across > -margin) & (across < size[0] - 1 + margin)
    inside_down = (down > -margin) & (down < size[1] - 1 + margin)
    return np.asarray(inside_across & inside_down, np.bool_)


def _starts(source: Samples, output: Samples) -> Iterator[Drift]:
    """Guess how an output of another aspect came about: stretched, cropped or letterboxed."""
    yield NO_DRIFT
    across = output.shape[1] / source.shape[1]
    down = output.shape[0] / source.shape[0]
    stretch = across / down
    if abs(stretch - 1) > 0.03:
        for uniform in (max(across, down), min(across, down)):
            yield Drift(scale=uniform / math.sqrt(across * down), stretch=stretch)


def _follow(source: Samples, output: Samples, ignore: Plane | None, start: Drift, *, pixels: int) -> Drift:
    height, width = source.shape[:2]
    size = _frame_size(source, output, pixels)
    here = _even_light(cv2.resize(source, size, interpolation=cv2.INTER_AREA))
    there = _even_light(sample(output, start, source_size=(width, height), size=size))
    allowed = None
    if ignore is not None:
        asked = cv2.resize(ignore, size, interpolation=cv2.INTER_AREA)
        allowed = np.where(asked > 0, 0, 255).astype(np.uint8)
    found = _tracks(here, there, allowed)
    if found is None:
        return NO_DRIFT
    return _fit(*found, size=size, source_size=(width, height), start=start)


def _frame_size(source: Samples, output: Samples, pixels: int) -> tuple[int, int]:
    height, width = source.shape[:2]
    least = min(pixels, output.shape[0] * output.shape[1], height * width)
    share = math.sqrt(least / (height * width))
    return max(8, round(width * share)), max(8, round(height * share))


def _even_light(grey: Samples) -> Plane:
    """Take brightness and contrast out of a picture, so that a tone change moves no corner."""
    calm = cv2.GaussianBlur(grey.astype(np.float32), (5, 5), 0.8)
    side = 2 * max(4, round(min(grey.shape) / 50)) + 1
    detail = calm - cv2.blur(calm, (side, side))
    # A running sum of floats can end below zero. The floor of 3 levels keeps noise on flat ground
    # from being blown up into corners.
    spread = np.sqrt(np.maximum(cv2.blur(detail * detail, (side, side)), 0)) + 3
    return np.asarray(np.clip(detail / spread * 48 + 128, 0, 255), np.uint8)


def _tracks(here: Plane, there: Plane, allowed: Plane | None) -> tuple[Floats, Floats] | None:
    """Follow corners there and back; return the (n, 2) positions of those that came home."""
    height, width = here.shape
    apart = max(3.0, math.sqrt(height * width / (2 * TRACKS_MAX)))
    corners = cv2.goodFeaturesToTrack(here, TRACKS_MAX, 0.02, apart, mask=allowed, blockSize=5)
    # OpenCV answers None where there is no corner at all, whatever its annotations say.
    if np.size(corners) < 2 * TRACKS_MIN:
        return None
    window = max(7, min(21, min(height, width) // 3 | 1))
    moved, seen = _flow(here, there, corners, window)
    home, back = _flow(there, here, moved, window)
    close = np.abs(home - corners).reshape(-1, 2).max(axis=1) < 0.3
    kept = close & (seen.ravel() == 1) & (back.ravel() == 1)
    if kept.sum() < TRACKS_MIN:
        return None
    return corners.reshape(-1, 2)[kept].astype(float), moved.reshape(-1, 2)[kept].astype(float)


def _flow(here: Plane, there: Plane, points: Samples, window: int) -> tuple[Samples, Samples]:
    """Follow points from one plane to the other; returns their new positions and which were found."""
    moved, found, _ = cv2.calcOpticalFlowPyrLK(
        here, there, points, np.empty(0, np.float32), winSize=(window, window), criteria=(3, 20, 0.01)
    )
    return moved, found


def _fit(
    here: Floats, there: Floats, *, size: tuple[int, int], source_size: tuple[int, int], start: Drift
) -> Drift:
    """Fit shift, two zooms and a turn to the tracks that agree. All positions in the frame of `size`."""
    _, agreeing = cv2.estimateAffine2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=AGREE_WITHIN_PX, maxIters=2000, confidence=0.999
    )
    # Where no motion can be found, nothing agrees (None).
    if np.size(agreeing) != len(here) or agreeing.sum() < TRACKS_MIN or agreeing.mean() < AGREEING_SHARE_MIN:
        return NO_DRIFT
    kept = agreeing.ravel() == 1
    here, there = here[kept], there[kept]
    centre = (np.array(size) - 1) / 2
    half = float(max(centre))
    solution, corner_error = _solve((here - centre) / half, (there - here) / half)
    before = np.median(np.hypot(*(there - here).T))
    rest = (there - here) - half * _predicted((here - centre) / half, solution)
    settled = np.median(np.hypot(*rest.T)) <= SETTLED_SHARE * before or before < 0.05
    if corner_error * half > CORNER_ERROR_MAX_PX or not settled:
        return NO_DRIFT
    return _combined(solution, half * source_size[0] / size[0], start, source_size, float(agreeing.mean()))


def _design(points: Floats) -> Floats:
    """Lay out x' - x = a x - r y + e, y' - y = b y + r x + f for the unknowns (a, b, r, e, f)."""
    x, y = points.T
    none, one = np.zeros_like(x), np.ones_like(x)
    across = np.column_stack([x, none, -y, one, none])
    down = np.column_stack([none, y, x, none, one])
    return np.concatenate([across, down])


def _predicted(points: Floats, solution: Floats) -> Floats:
    return (_design(points) @ solution).reshape(2, -1).T


def _solve(points: Floats, motion: Floats) -> tuple[Floats, float]:
    """Least squares with Tukey's weights; returns the solution and its standard error at the corners."""
    design, wanted = _design(points), motion.T.ravel()
    weights = np.ones(len(wanted))
    for _ in range(6):
        weighted = design * weights[:, None]
        solution = np.linalg.lstsq(weighted.T @ design, weighted.T @ wanted, rcond=None)[0]
        rest = wanted - design @ solution
        spread = 1.4826 * float(np.median(np.abs(rest))) + 1e-6
        weights = np.clip(1 - (rest / (4.7 * spread)) ** 2, 0, None) ** 2
    covariance = np.linalg.pinv((design * weights[:, None]).T @ design) * spread**2
    corner = np.array([1.0, 1.0, 1.0, 1.0, 1.0])
    return solution, float(np.sqrt(max(0.0, corner @ covariance @ corner)))


def _combined(
    solution: Floats, half: float, start: Drift, source_size: tuple[int, int], confidence: float
) -> Drift:
    """Put the fitted motion on top of the start it was measured from, unless it is beyond an accident."""
    a, b, turn, shift_x, shift_y = solution.tolist()
    too_far = max(abs(shift_x), abs(shift_y)) * half > SHIFT_MAX_SHARE * max(source_size)
    if too_far or max(abs(a), abs(b)) > ZOOM_MAX or abs(math.degrees(turn)) > TURN_MAX_DEGREES:
        return NO_DRIFT
    across = (1 + a) * start.scale / math.sqrt(start.stretch)
    down = (1 + b) * start.scale * math.sqrt(start.stretch)
    # The frame was sampled through the start, so the rest of the motion is seen through it too.
    return Drift(
        dx=start.dx + across / (1 + a) * shift_x * half,
        dy=start.dy + down / (1 + b) * shift_y * half,
        scale=math.sqrt(across * down),
        stretch=down / across,
        turn=start.turn + math.degrees(turn),
        confidence=confidence,
    )


def _between(drift: Drift, source_size: tuple[int, int], size: tuple[int, int]) -> Floats:
    """Map pixels of a frame of `size` to pixels of the stretched output at the same size."""
    full = drift.matrix(*source_size)
    share = np.array([size[0] / source_size[0], size[1] / source_size[1]])
    linear = full[:, :2] * share[:, None] / share[None, :]
    # Pixel centres: p_full = (p + 0.5) / share - 0.5.
    origin = 0.5 / share - 0.5
    offset = (full[:, :2] @ origin + full[:, 2] + 0.5) * share - 0.5
    return np.column_stack([linear, offset])


def _output_from(
    size: tuple[int, int], drift: Drift, source_size: tuple[int, int], output: Samples
) -> Floats:
    """Map pixels of a frame of `size` to pixels of the output at its own size."""
    stretched = _between(drift, source_size, size)
    share = np.array([output.shape[1] / size[0], output.shape[0] / size[1]])
    linear = stretched[:, :2] * share[:, None]
    offset = (stretched[:, 2] + 0.5) * share - 0.5
    return np.column_stack([linear, offset])
