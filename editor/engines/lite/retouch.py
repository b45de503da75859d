"""Filling a hole from the rest of the picture.

PatchMatch (Barnes et al., 2009) inside a coarse-to-fine completion (Wexler, Shechtman,
Irani, 2007), in numpy: at each size every hole pixel looks for a known patch that
fits around it, and takes the colour on which the patches covering it agree. Structure
is decided where the picture is small; larger sizes only refine it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.engines.base import Pixels
from editor.engines.lite import space
from editor.engines.lite.space import Floats
from editor.engines.lite.work import Work

Flags = NDArray[np.bool_]
Places = NDArray[np.int32]

_RADIUS = 3
"""Patches are 7 × 7: large enough for structure, small enough to fit everywhere."""

_SEARCHED_PIXELS_MAX = 7_000
"""Holes up to this many pixels are searched in full."""

_REFINED_PIXELS_MAX = 40_000
"""Holes up to this many are refined within a few pixels; larger sizes only copy what was decided."""

_COARSEST_HOLE_WIDTH = 10
"""The first size is the one at which the hole is little wider than a patch."""

_FADING = 1.25
"""A pixel this much deeper in the hole counts this many times less: what is known decides."""


def remove(image: Pixels, work: Work) -> Pixels:
    """Fill what is painted, feathered edge included, as if nothing had been there."""
    if work.mask is None or not work.mask.any():
        return image.copy()
    hole = work.mask > 0
    crop = _surroundings(hole)
    if not (~hole[crop]).any():
        return image.copy()
    filled = image.copy()
    filled[crop] = _complete(image[crop], hole[crop], work)
    return filled


def _surroundings(hole: Flags) -> tuple[slice, slice]:
    """The hole's box with as much again around it: where a fill is looked for."""
    x, y, width, height = cv2.boundingRect(hole.astype(np.uint8))
    margin = max(64, width, height)
    rows = slice(max(0, y - margin), min(hole.shape[0], y + height + margin))
    return rows, slice(max(0, x - margin), min(hole.shape[1], x + width + margin))


@dataclass(slots=True)
class Level:
    """One size of the pyramid.

    image: (H, W, 3) float32, filled as far as known. hole: (H, W). valid: centres of patches
    that touch no hole and no border. ys, xs: the hole's dilation by a patch radius, (N,), the
    pixels for which a match is kept. matches: (N, 2) y and x of their best known patch.
    """

    image: Floats
    hole: Flags
    valid: Flags
    ys: Places
    xs: Places
    matches: Places
    costs: Floats
    trust: Floats  # (N,), 1 at the hole's edge, less inside


def _complete(image: Pixels, hole: Flags, work: Work) -> Pixels:
    sizes = _sizes(hole)
    random = work.random()
    weight = (~hole).astype(np.float32)
    known = image * weight[..., None]
    level: Level | None = None
    for place, scale in enumerate(sizes):
        level = _level(known, weight, scale, level, random)
        work.report(place / (len(sizes) + 1))
        pixels = int(level.hole.sum())
        turns = 10 if place == 0 else 3 if pixels <= _SEARCHED_PIXELS_MAX else 1
        for turn in range(turns):
            if pixels <= _REFINED_PIXELS_MAX:
                _match(level, random, thorough=pixels <= _SEARCHED_PIXELS_MAX)
            _vote(level, sparse=pixels > _REFINED_PIXELS_MAX, last=turn == turns - 1)
            share = (place + (turn + 1) / turns) / (len(sizes) + 1)
            work.report(share, np.rint(np.clip(level.image, 0, 255)).astype(np.uint8))
    assert level is not None
    filled = np.rint(np.clip(level.image, 0, 255)).astype(np.uint8)
    return np.where(hole[..., None], filled, image).astype(np.uint8)


def _sizes(hole: Flags) -> list[float]:
    """Scales from the coarsest up to 1, about 1.6 apart; between the last refined one and 1 none."""
    depth = float(cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 5).max()) * 2
    smallest_side = min(hole.shape)
    coarsest = max(_COARSEST_HOLE_WIDTH / (depth + 1), 32 / smallest_side, 0.02)
    count = max(1, round(np.log2(1 / min(1.0, coarsest)) * 1.5) + 1)
    if count == 1:
        return [1.0]
    scales = [float(scale) for scale in np.geomspace(min(1.0, coarsest), 1.0, count)]
    pixels = int(hole.sum())
    return [scale for scale in scales[:-1] if pixels * scale**2 <= _REFINED_PIXELS_MAX] + [1.0]


def _level(
    known: Floats, weight: Floats, scale: float, coarser: Level | None, random: np.random.Generator
) -> Level:
    """Build one size, filled from the coarser one, with its matches carried over.

    known: the picture with the hole in black; weight: 0 in the hole, 1 elsewhere. Shrinking
    both and dividing keeps out what is to vanish.
    """
    height, width = (max(8, round(side * scale)) for side in weight.shape)
    size = (width, height)
    share = space.floats(cv2.resize(weight, size, interpolation=cv2.INTER_AREA))
    small_hole = share < 0.999
    known = _mean(
        space.floats(cv2.resize(known, size, interpolation=cv2.INTER_AREA)), np.maximum(share, 1e-3)
    )
    if coarser is None:
        guess = cv2.inpaint(
            np.rint(known).astype(np.uint8), small_hole.astype(np.uint8), 3, cv2.INPAINT_TELEA
        ).astype(np.float32)
    else:
        guess = space.floats(cv2.resize(coarser.image, size, interpolation=cv2.INTER_CUBIC))
    filled = np.where(small_hole[..., None], guess, known).astype(np.float32)
    square = np.ones((2 * _RADIUS + 1,) * 2, np.uint8)
    near = cv2.dilate(small_hole.astype(np.uint8), square) > 0
    valid = ~near
    valid[:_RADIUS] = valid[-_RADIUS:] = False
    valid[:, :_RADIUS] = valid[:, -_RADIUS:] = False
    if not valid.any():
        valid = ~small_hole
    ys, xs = (places.astype(np.int32) for places in np.nonzero(near))
    depth = cv2.distanceTransform(small_hole.astype(np.uint8), cv2.DIST_L2, 3)[ys, xs]
    trust = np.maximum(np.power(_FADING, -depth), 1e-3).astype(np.float32)
    nothing = np.zeros(len(ys), dtype=np.float32)
    level = Level(filled, small_hole, valid, ys, xs, np.empty((len(ys), 2), np.int32), nothing, trust)
    level.matches = _first_matches(level, coarser, random)
    return level


def _first_matches(level: Level, coarser: Level | None, random: np.random.Generator) -> Places:
    candidates = np.argwhere(level.valid).astype(np.int32)
    anywhere = candidates[random.integers(len(candidates), size=len(level.ys))]
    if coarser is None:
        return anywhere
    height, width = level.hole.shape
    old_height, old_width = coarser.hole.shape
    field = np.full((old_height, old_width, 2), -1, np.int32)
    field[coarser.ys, coarser.xs] = coarser.matches - np.stack((coarser.ys, coarser.xs), axis=1)
    from_y = np.minimum((level.ys * old_height) // height, old_height - 1)
    from_x = np.minimum((level.xs * old_width) // width, old_width - 1)
    shifts = field[from_y, from_x] * np.array([height / old_height, width / old_width])
    carried = np.rint(shifts).astype(np.int32) + np.stack((level.ys, level.xs), axis=1)
    inside = _is_valid(level, carried)
    return np.where(inside[:, None], carried, anywhere).astype(np.int32)


def _is_valid(level: Level, places: Places) -> Flags:
    height, width = level.hole.shape
    y, x = places[:, 0], places[:, 1]
    inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
    return np.asarray(inside & level.valid[y.clip(0, height - 1), x.clip(0, width - 1)])


def _match(level: Level, random: np.random.Generator, *, thorough: bool) -> None:
    """Improve every pixel's match: its neighbours' matches shifted along, then random tries ever closer."""
    flat = _padded(level.image)
    level.costs = _costs(level, flat, level.matches, np.arange(len(level.ys)))
    index = np.full(level.hole.shape, -1, np.int32)
    index[level.ys, level.xs] = np.arange(len(level.ys), dtype=np.int32)
    steps = (1, 3) if thorough else (1,)
    for step in steps:
        for dy, dx in ((0, step), (step, 0), (0, -step), (-step, 0)):
            _propagate(level, flat, index, dy, dx)
    reach = max(level.hole.shape) if thorough else 2
    while reach >= 1:
        offsets = random.integers(-reach, reach + 1, size=level.matches.shape, dtype=np.int32)
        _try(level, flat, level.matches + offsets, np.arange(len(level.ys)))
        reach //= 3 if thorough else 4


def _propagate(level: Level, flat: Floats, index: Places, dy: int, dx: int) -> None:
    height, width = level.hole.shape
    y, x = level.ys - dy, level.xs - dx
    inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
    neighbour = np.where(inside, index[y.clip(0, height - 1), x.clip(0, width - 1)], -1)
    chosen = np.nonzero(neighbour >= 0)[0]
    shifted = level.matches[neighbour[chosen]] + np.array([dy, dx], np.int32)
    _try(level, flat, shifted, chosen)


def _try(level: Level, flat: Floats, places: Places, chosen: NDArray[np.intp]) -> None:
    """Take these matches for these pixels where they fit better."""
    fit = _is_valid(level, places)
    fit &= (places != level.matches[chosen]).any(axis=1)
    places, chosen = places[fit], chosen[fit]
    if not len(chosen):
        return
    costs = _costs(level, flat, places, chosen)
    better = costs < level.costs[chosen]
    level.matches[chosen[better]] = places[better]
    level.costs[chosen[better]] = costs[better]


def _padded(image: Floats) -> Floats:
    return np.pad(image, ((_RADIUS, _RADIUS), (_RADIUS, _RADIUS), (0, 0)), mode="reflect")


def _offsets(width: int) -> NDArray[np.intp]:
    """Where a patch's pixels lie from its centre, in a flattened padded picture; every second one.

    A chequered patch costs half and judges as well.
    """
    span = np.arange(-_RADIUS, _RADIUS + 1)
    y, x = np.meshgrid(span, span, indexing="ij")
    chequered = (y + x) % 2 == 0
    return np.asarray((y * (width + 2 * _RADIUS) + x)[chequered], dtype=np.intp)


def _costs(level: Level, flat: Floats, places: Places, chosen: NDArray[np.intp]) -> Floats:
    """Mean squared difference between the patch around each chosen pixel and its match's, (N,)."""
    width = level.hole.shape[1]
    stride = width + 2 * _RADIUS
    pixels = flat.reshape(-1, 3)
    offsets = _offsets(width)
    own = (level.ys[chosen].astype(np.intp) + _RADIUS) * stride + level.xs[chosen] + _RADIUS
    other = (places[:, 0].astype(np.intp) + _RADIUS) * stride + places[:, 1] + _RADIUS
    costs = np.empty(len(chosen), dtype=np.float32)
    for start in range(0, len(chosen), 20_000):
        part = slice(start, start + 20_000)
        difference = pixels[own[part, None] + offsets] - pixels[other[part, None] + offsets]
        costs[part] = np.einsum("npc,npc->n", difference, difference) / len(offsets)
    return costs


def _vote(level: Level, *, sparse: bool, last: bool) -> None:
    """Every hole pixel becomes the mean of what the matches covering it say, the sure ones counting most.

    In the last turn the fill is shifted in colour, smoothly, so that it meets the picture at the hole's edge.
    """
    scale = max(20.0, float(np.quantile(level.costs, 0.6)))
    sureness = (np.exp(-level.costs / scale) + 1e-4) * level.trust
    total = np.zeros_like(level.image)
    weights = np.zeros(level.hole.shape, dtype=np.float32)
    span = (-2, 0, 2) if sparse else range(-_RADIUS, _RADIUS + 1)
    for dy in span:
        for dx in span:
            _collect(level, (dy, dx), sureness, total, weights)
    voted = weights > 0
    colors = _mean(total, weights)
    if last:
        colors += _membrane(level.image - colors, voted & ~level.hole)
    np.copyto(level.image, colors, where=(voted & level.hole)[..., None])


def _collect(level: Level, offset: tuple[int, int], sureness: Floats, total: Floats, weights: Floats) -> None:
    """Add what each match says about the pixel at this offset from its centre."""
    height, width = level.hole.shape
    dy, dx = offset
    y, x = level.ys + dy, level.xs + dx
    from_y, from_x = level.matches[:, 0] + dy, level.matches[:, 1] + dx
    ok = (y >= 0) & (y < height) & (x >= 0) & (x < width)
    ok &= (from_y >= 0) & (from_y < height) & (from_x >= 0) & (from_x < width)
    to = y[ok].astype(np.intp) * width + x[ok]
    source = from_y[ok].astype(np.intp) * width + from_x[ok]
    weight = sureness[ok] * np.float32(np.exp(-(dy * dy + dx * dx) / 4.5))
    # One offset reaches every pixel at most once, so plain indexing adds up correctly.
    total.reshape(-1, 3)[to] += level.image.reshape(-1, 3)[source] * weight[:, None]
    weights.reshape(-1)[to] += weight


def _membrane(values: Floats, known: Flags) -> Floats:
    """Spread what is known at the edge smoothly inwards (pull and push over a pyramid)."""
    weight = known.astype(np.float32)
    pulled = [(space.floats(np.clip(values, -30, 30) * weight[..., None]), weight)]
    while min(pulled[-1][1].shape) > 2:
        colors, weight = (space.floats(cv2.pyrDown(plane)) for plane in pulled[-1])
        pulled.append((colors, weight))
    spread = _mean(*pulled.pop())
    while pulled:
        colors, weight = pulled.pop()
        size = (weight.shape[1], weight.shape[0])
        coarse = space.floats(cv2.resize(spread, size, interpolation=cv2.INTER_LINEAR))
        certain = np.minimum(weight * 4, 1)[..., None]
        spread = space.floats(certain * _mean(colors, weight) + (1 - certain) * coarse)
    return spread


def _mean(colors: Floats, weight: Floats) -> Floats:
    return np.asarray(colors / np.maximum(weight, 1e-9)[..., None], dtype=np.float32)
