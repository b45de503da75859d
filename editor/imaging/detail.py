"""The source's own detail, given back where an engine that works small left it alone.

Source and output are compared at the engine's own scale, where neither has the advantage
of detail. What a smooth change of tone explains is "left alone": there the source's
pixels are used, with that tone. What it does not explain is new and stays the engine's.
A picture that is new nearly everywhere (a drawing, a blur) is left entirely to the engine:
half a restoration would show the photo's ghost.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.imaging.pixels import Pixels, Plane
from editor.imaging.registration import NO_DRIFT, Drift, Samples, covered, sample

Field = NDArray[Any]
"""Numbers of any real kind, mostly float32: (h, w) or (h, w, 3)."""

COMPARED_PIXELS = 1_050_000
"""Comparing costs by the pixel; engines that work above a megapixel are compared at one."""

QUIET_LEVELS = 4.0
"""Differences up to this are an engine's noise: a VAE's or a JPEG's at quality 75, after a light blur."""
NOISE_LEVELS_MAX = 9.0
"""No engine is so noisy that more than this may pass as noise."""
CURVED_LEVELS_MAX = 70.0
"""A curve bends tones by at most this; pixels further off are redrawn and do not vote."""
MISFIT_PX = 0.35
"""Registration leaves at most this, so along an edge a difference of its slope times this is no change."""

TEXTURE_LEVELS = 2.5
"""Texture stronger than this is missed by an eye when it goes."""
TEXTURE_PX = 13
"""Texture is judged over this many pixels of the compared scale."""

SLIVER_SHARE = 0.012
"""Half the width, as a share of the longer side, below which what is left alone counts as redrawn too."""

LEFT_ALONE_MIN = 0.12
"""Below this share of the picture the engine redrew everything; nothing is given back."""


class Tone(NamedTuple):
    """A change of tone over the whole picture: a colour matrix, a curve per channel, a smooth field.

    matrix: (3, 4). curves: (3, 256). field: (h, w, 3), small, to be added. `None` = none of it.
    """

    matrix: NDArray[np.float32] | None
    curves: NDArray[np.float32] | None
    field: Field | None

    @property
    def is_none(self) -> bool:
        return self.matrix is None and self.field is None

    def applied(self, picture: Field) -> Field:
        """Return the (H, W, 3) picture with the tone laid on."""
        if self.matrix is not None and self.curves is not None:
            picture = cv2.transform(picture, self.matrix)
            picture = np.dstack([_through(self.curves[c], picture[..., c]) for c in range(3)])
        if self.field is not None:
            size = (picture.shape[1], picture.shape[0])
            picture = picture + cv2.resize(self.field, size, interpolation=cv2.INTER_CUBIC)
        return picture


NO_TONE = Tone(None, None, None)


@dataclass(frozen=True, slots=True)
class Findings:
    """What the comparison found, all at the compared scale.

    redrawn: (h, w) 0..1, how much of each pixel is the engine's own.
    relit: (h, w), how much of the source's fine detail a redrawn pixel still wears (a recoloured coat).
    small: the source at that scale, (h, w, 3).
    """

    tone: Tone
    redrawn: Field
    relit: Field
    small: Samples


def return_detail(source: Pixels, output: Pixels, drift: Drift) -> Pixels:
    """Lay the output over the source, drift undone, with the source's detail where it belongs.

    Returns an array of the source's shape; where nothing changed, the source's very values.
    """
    height, width = source.shape[:2]
    findings = compare(source, output, drift)
    if findings is None:
        return sample(output, drift, source_size=(width, height), size=(width, height))
    result = source.copy()
    if not findings.tone.is_none:
        toned = findings.tone.applied(source.astype(np.float32))
        result = np.clip(np.rint(toned), 0, 255).astype(np.uint8)
    if findings.redrawn.any():
        _draw_in(result, source, output, drift, findings)
    return result


def _draw_in(result: Pixels, source: Pixels, output: Pixels, drift: Drift, findings: Findings) -> None:
    """Put what is redrawn into the result, in place, with the source's fine detail where it is still worn."""
    height, width = source.shape[:2]
    box = _box(findings.redrawn, (width, height))
    left, top, right, bottom = box
    weight = _part(findings.redrawn, (width, height), box)[..., None]
    laid = sample(output, drift, source_size=(width, height), size=(width, height), box=box)
    wanted = laid.astype(np.float32)
    if (findings.relit * findings.redrawn > 0.05).any():
        worn = _part(findings.relit, (width, height), box)[..., None]
        wanted += worn * cv2.subtract(
            source[top:bottom, left:right], _part(findings.small, (width, height), box), dtype=cv2.CV_32F
        )
    base = result[top:bottom, left:right]
    mixed = base + weight * (wanted - base)
    base[:] = np.where(weight > 0, np.clip(np.rint(mixed), 0, 255).astype(np.uint8), base)


def _box(redrawn: Field, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return (left, top, right, bottom) around what is redrawn, in a picture of `size`."""
    left, top, across, down = cv2.boundingRect((redrawn > 0).astype(np.uint8))
    share = (size[0] / redrawn.shape[1], size[1] / redrawn.shape[0])
    return (
        max(0, int((left - 2) * share[0])),
        max(0, int((top - 2) * share[1])),
        min(size[0], math.ceil((left + across + 2) * share[0])),
        min(size[1], math.ceil((top + down + 2) * share[1])),
    )


def _part(small: Samples, size: tuple[int, int], box: tuple[int, int, int, int]) -> Samples:
    """Enlarge to `size` and return the part inside the box, computing no more than that."""
    return sample(small, NO_DRIFT, source_size=size, size=size, box=box)


def compare(source: Pixels, output: Pixels, drift: Drift) -> Findings | None:
    """Find the tone change and what is redrawn; `None` when the whole picture is the engine's."""
    height, width = source.shape[:2]
    share = math.sqrt(min(1.0, output.shape[0] * output.shape[1] / (height * width)))
    share = min(share, math.sqrt(COMPARED_PIXELS / (height * width)))
    size = (max(8, round(width * share)), max(8, round(height * share)))
    small = cv2.resize(source, size, interpolation=cv2.INTER_AREA)
    theirs = sample(output, drift, source_size=(width, height), size=size)
    seen = covered(drift, source_size=(width, height), size=size)
    seen = cv2.erode(seen.astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=1) > 0
    ours_calm, theirs_calm = _calm(small), _calm(theirs)
    tone = _find_tone(ours_calm, theirs_calm, seen)
    toned = tone.applied(ours_calm)
    # What the engine's picture does not reach must not be held against its neighbours.
    theirs_calm = np.where(seen[..., None], theirs_calm, toned)
    toned_grey, theirs_grey = _grey(toned), _grey(theirs_calm)
    grain = _other_grain(_energy(_band(toned_grey)), _energy(_band(theirs_grey)))
    strength = np.maximum(_strangeness(toned, theirs_calm), grain)
    redrawn = _regions(np.where(seen, strength, 0), seen)
    if float((redrawn < 0.5).mean()) < LEFT_ALONE_MIN:
        return None
    return Findings(tone, redrawn, _relit(toned_grey, theirs_grey, redrawn), small)


def _calm(picture: Samples) -> Field:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.0).astype(np.float32))


def _grey(picture: Field) -> Field:
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY))


def _through(curve: NDArray[np.float32], values: Field) -> Field:
    """Look values up in a 256-entry curve, interpolated between entries."""
    held = np.clip(values, 0, 255)
    whole = np.minimum(held.astype(np.int32), 254)
    low = curve[whole]
    return np.asarray(low + (curve[whole + 1] - low) * (held - whole.astype(np.float32)))


def _find_tone(ours: Field, theirs: Field, seen: NDArray[np.bool_]) -> Tone:
    """Find the smooth change that explains most of the picture; none if none is needed."""
    step = max(1, math.isqrt(ours.shape[0] * ours.shape[1] // 20_000))
    picked = seen[::step, ::step]
    here, there = ours[::step, ::step][picked], theirs[::step, ::step][picked]
    if len(here) < 64:
        return NO_TONE
    before = _median_miss(here, there)
    # A gamma is curves alone, a sepia is a matrix first; whichever explains more.
    maps = [_curved(matrix, here, there) for matrix in (np.eye(3, 4, dtype=np.float32), _matrix(here, there))]
    misses = [_median_miss(mapped.applied(here[None])[0], there) for mapped in maps]
    mapped, after = maps[int(np.argmin(misses))], min(misses)
    # A map must explain what stays unexplained without it, not merely fit an engine's noise better.
    base = mapped if after < 0.8 * before and before - after > 0.7 and _is_plausible(mapped) else NO_TONE
    return base._replace(field=_smooth_rest(base.applied(ours), theirs, seen))


def _median_miss(here: Field, there: Field) -> float:
    return float(np.median(np.abs(there - here).max(axis=1)))


def _is_plausible(mapped: Tone) -> bool:
    """Reject maps that flatten the picture or turn it over: those are redrawings, not tones."""
    greys = np.repeat(np.array([[[64], [192]]], np.float32), 3, axis=2)
    dark, light = mapped.applied(greys)[0].mean(axis=1)
    return bool(0.2 < (light - dark) / 128 < 3.5)


def _matrix(here: Field, there: Field) -> NDArray[np.float32]:
    """Fit a colour matrix, (3, 4), deaf to the pixels that were redrawn.

    here, there: (n, 3) samples of the same places.
    """
    known = np.column_stack([here, np.full(len(here), 255.0)])
    matrix = np.eye(3, 4)
    # A pull towards "no change", a thousandth of the samples' weight, steadies one-coloured pictures.
    pull = np.eye(4) * 1e-3 * len(here) * 40.0**2
    for reach in (80.0, 40.0, 25.0, 15.0, 10.0, 8.0):
        miss = np.abs(there - known @ matrix.T).max(axis=1)
        weight = (1 / (1 + (miss / reach) ** 2) ** 2)[:, None]
        matrix = np.linalg.solve(
            (known * weight).T @ known + pull, (known * weight).T @ there + pull @ np.eye(3, 4).T
        ).T
    matrix[:, 3] *= 255.0
    return matrix.astype(np.float32)


def _curved(matrix: NDArray[np.float32], here: Field, there: Field) -> Tone:
    """Follow a colour matrix with the curve per channel that fits best."""
    mapped = here @ matrix[:, :3].T + matrix[:, 3]
    near = np.abs(there - mapped).max(axis=1) < CURVED_LEVELS_MAX
    curves = [_curve(mapped[near, c], there[near, c]) for c in range(3)]
    return Tone(matrix, np.array(curves, np.float32), None)


def _curve(mapped: Field, there: Field) -> NDArray[np.float64]:
    """Bend what the matrix predicts into what is there: medians over 32 bins, never falling."""
    bins = np.clip(mapped // 8, 0, 31).astype(int)
    order = np.argsort(bins, kind="stable")
    edges = np.searchsorted(bins[order], np.arange(33))
    at, bend = [], []
    for lower, upper in pairwise(edges):
        if upper - lower >= 30:
            chosen = order[lower:upper]
            at.append(float(np.median(mapped[chosen])))
            bend.append(float(np.median(there[chosen] - mapped[chosen])))
    if not at:
        return np.arange(256.0)
    levels = np.arange(256.0)
    bent = levels + cv2.GaussianBlur(np.interp(levels, at, bend)[None], (0, 0), 4)[0]
    return np.maximum.accumulate(np.clip(bent, 0, 255))


def _smooth_rest(toned: Field, theirs: Field, seen: NDArray[np.bool_]) -> Field | None:
    """Find the slow change of light across the picture (a sunset's gradient, a vignette).

    A cubic surface cannot follow objects, and the fit is deaf to those that were redrawn; what is left
    below one level is an engine's noise.
    """
    height, width = seen.shape
    longer = max(height, width)
    grid = (max(4, round(64 * width / longer)), max(4, round(64 * height / longer)))
    rest = cv2.resize(theirs - toned, grid, interpolation=cv2.INTER_AREA)
    known = cv2.resize(seen.astype(np.float32), grid, interpolation=cv2.INTER_AREA).ravel() > 0.9
    x, y = np.meshgrid(np.linspace(-1, 1, grid[0]), np.linspace(-1, 1, grid[1]))
    powers = [(i, j) for i in range(4) for j in range(4 - i)]
    surface = np.column_stack([(x**i * y**j).ravel() for i, j in powers])
    values = rest.reshape(-1, 3)
    shape = np.zeros((len(powers), 3))
    pull = np.eye(len(powers)) * 1e-3 * len(values)
    for reach in (40.0, 20.0, 10.0, 6.0, 4.0, 4.0):
        miss = np.abs(values - surface @ shape).max(axis=1)
        weight = (known / (1 + (miss / reach) ** 2) ** 2)[:, None]
        shape = np.linalg.solve((surface * weight).T @ surface + pull, (surface * weight).T @ values)
    slow = (surface @ shape).reshape(rest.shape)
    kept = np.abs(rest - slow).max(axis=2) < QUIET_LEVELS
    field = np.sign(slow) * np.maximum(np.abs(slow) - 1, 0)
    # A surface that explains little is a redrawn picture's average, not light.
    if np.abs(field[kept]).max(initial=0) < 0.5 or kept.mean() < 0.4:
        return None
    return np.asarray(field, np.float32)


def _strangeness(toned: Field, theirs: Field) -> Field:
    """Return what the tone does not explain, in units of what noise and misfit may explain."""
    rest = theirs - toned
    # Colour is noisier than light in JPEGs and VAEs alike, and eyes see it coarser: it is averaged more.
    colour = np.abs(cv2.blur(rest, (7, 7)))
    miss = np.maximum(np.abs(_grey(rest)), cv2.max(cv2.max(colour[..., 0], colour[..., 1]), colour[..., 2]))
    noise = float(np.clip(3 * np.median(miss), QUIET_LEVELS, NOISE_LEVELS_MAX))
    grey = _grey(toned)
    slope = cv2.magnitude(cv2.Sobel(grey, -1, 1, 0, scale=1 / 8), cv2.Sobel(grey, -1, 0, 1, scale=1 / 8))
    slope = cv2.dilate(slope, np.ones((3, 3), np.uint8))
    return np.asarray(miss / (noise + MISFIT_PX * slope), np.float32)


def _other_grain(ours: Field, theirs: Field) -> Field:
    """Return above 1 where texture was taken away or put on: blur, denoise, grain. Energies in levels."""
    lost = np.where(ours > TEXTURE_LEVELS, 0.55 * ours / (theirs + 0.1), 0)
    added = np.where(theirs > 1.3 * TEXTURE_LEVELS, 0.55 * theirs / (ours + 0.5), 0)
    return np.asarray(np.maximum(lost, added), np.float32)


def _band(grey: Field) -> Field:
    return np.asarray(grey - cv2.GaussianBlur(grey, (0, 0), 3))


def _energy(band: Field) -> Field:
    """Return the local strength of a band, in levels; a running sum of floats can end below zero."""
    return np.asarray(np.sqrt(np.maximum(_around(band * band), 0)))


def _around(values: Field) -> Field:
    return np.asarray(cv2.blur(values, (TEXTURE_PX, TEXTURE_PX)))


def _regions(strength: Field, seen: NDArray[np.bool_]) -> Field:
    """Turn strengths into whole regions with soft edges outside them, 0..1.

    A weak difference counts only if it hangs together with a strong one, and specks do not count.
    """
    height, width = strength.shape
    weak = (strength > 0.7).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(weak, connectivity=8)
    if count == 1:
        return np.zeros_like(strength)
    peak = np.zeros(count, np.float32)
    inside = weak > 0
    np.maximum.at(peak, labels[inside].astype(np.intp), strength[inside])
    real = (peak > 1.25) & (stats[:, cv2.CC_STAT_AREA] >= 6)
    real[0] = False
    mask = real[labels].astype(np.uint8)
    closing = 2 * max(2, round(0.006 * max(height, width))) + 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (closing, closing))
    margin = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    mask = cv2.dilate(_without_slivers(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, disk)), margin)
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 2)
    soft = np.clip((soft - 0.02) / 0.96, 0, 1)
    return soft if seen.all() else _into_the_unseen(soft, seen)


def _without_slivers(mask: Samples) -> Plane:
    """Count what is left alone only in slivers between redrawn places as redrawn too.

    Otherwise a denoised picture would keep its noise along every edge.
    """
    radius = SLIVER_SHARE * max(mask.shape)
    kept = cv2.distanceTransform(1 - mask, cv2.DIST_L2, 3) > radius
    away = cv2.distanceTransform((~kept).astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(away > radius, np.uint8)


def _into_the_unseen(redrawn: Field, seen: NDArray[np.bool_]) -> Field:
    """Carry the verdict outwards into the strips that the engine's picture does not reach."""
    away = cv2.distanceTransform((~seen).astype(np.uint8), cv2.DIST_L2, 3)
    side = 2 * math.ceil(float(away.max())) + 9
    known = seen.astype(np.float32)
    around = cv2.blur(redrawn * known, (side, side)) / np.maximum(cv2.blur(known, (side, side)), 1e-3)
    return np.where(seen, redrawn, np.clip(around, 0, 1)).astype(np.float32)


def _relit(ours: Field, theirs: Field, redrawn: Field) -> Field:
    """Return how strongly redrawn places still wear the source's structure: gain where alike, else 0.

    ours, theirs: (h, w), the toned source's and the output's lightness.
    """
    if not redrawn.any():
        return np.zeros_like(redrawn)
    our_band, their_band = _band(ours), _band(theirs)
    both, our_energy = _around(our_band * their_band), _energy(our_band)
    alike = both / (our_energy * _energy(their_band) + 1e-3)
    gain = np.clip(both / (our_energy**2 + 1e-3), 0, 1.5)
    textured = np.clip((our_energy - 1.5) / 1.5, 0, 1)
    sure = np.clip((alike - 0.85) / 0.1, 0, 1) * textured
    # Edges survive a denoising or a cartoon too: the texture around them must be alike as well.
    side = 5 * TEXTURE_PX
    common = cv2.blur(sure, (side, side)) / (cv2.blur(textured, (side, side)) + 0.05)
    return np.asarray(gain * sure * np.clip((common - 0.4) / 0.3, 0, 1), np.float32)
