"""Finding what a person names: background, subject, faces, sky, greenery, a colour.

Subject and faces are found by small networks; the rest, and the subject where its
network is not installed, by colours, place and GrabCut (Rother, Kolmogorov, Blake, 2004)
at a small size, then a guided filter along the picture's own edges. What is not found
clearly is declined, with the advice to paint it.
"""

import cv2
import numpy as np

from editor.engines.base import NotUnderstood, Pixels, Plane
from editor.engines.lite import faces, networks, space, subject
from editor.engines.lite.plan import WITHOUT
from editor.engines.lite.space import Floats
from editor.engines.lite.vocabulary.colors import rgb_of
from freeai.common.sentences import sentence as _

_SIDE = 320
"""Longer side at which a region is decided; GrabCut takes a fifth of a second there."""

_SHARE_MIN, _SHARE_MAX = 0.01, 0.93
"""A region of less, or a subject of more, of the picture is a mistake rather than a find."""

_AGREEMENT_MIN = 0.8
"""Common part of the two guesses at a subject, of what either takes for it."""

_EDGE_MIN = 30.0
"""Sobel magnitude of bytes that three quarters of an outline must reach."""


class RegionNotFound(NotUnderstood):
    """The picture holds nothing that we could take for what is named."""


def region_of(image: Pixels, name: str) -> Plane:
    """The named region as a soft mask, (H, W) uint8. Raises `RegionNotFound`."""
    name, without, spared = name.partition(WITHOUT)
    if without:
        whole = _found(image, name) if name else np.full(image.shape[:2], 255, np.uint8)
        return np.minimum(whole, 255 - _found(image, spared))
    return _found(image, name)


def _found(image: Pixels, name: str) -> Plane:
    scale = min(1.0, _SIDE / max(image.shape[:2]))
    small = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    if name in ("subject", "background"):
        soft = _cut_subject(image, small)
        soft = soft if name == "subject" else 255 - soft
    elif name == "faces":
        soft = faces.mask_of(image)
        if not soft.any():
            raise RegionNotFound(_("FreeAI Lite found no face in this picture. Give a mask over it."))
        return soft
    elif name == "sky":
        soft = _soft(image, _sky(small))
    elif name == "greenery":
        soft = _of_hue(image, 128.0, 40.0, chroma_min=0.035)
    else:
        soft = _of_color(image, name)
    if float(soft.mean()) < _SHARE_MIN * 255:
        raise RegionNotFound(
            _(
                "FreeAI Lite found no %(what)s in this picture. Give a mask over it.",
                what=_TOLD.get(name) or _("%(color)s parts", color=name),
            )
        )
    return soft


def _cut_subject(image: Pixels, small: Pixels) -> Plane:
    if not networks.is_here("subject"):
        return _soft(image, _subject(small))
    found = subject.find(image)
    if found is None:
        raise RegionNotFound(
            _("FreeAI Lite cannot tell subject and background apart in this picture. Give a mask instead.")
        )
    return found


_TOLD = {
    "subject": _("clear subject"),
    "background": _("background"),
    "sky": _("sky"),
    "greenery": _("greenery"),
}


def _subject(small: Pixels) -> Floats:
    """1 where the picture's subject is. Raises `RegionNotFound` when two ways of looking disagree.

    One trusts colour more, the other place; a clear subject is found by both, and what only
    one of them finds is not to be cut out of anybody's photograph.
    """
    saliency = _unlike_the_rim(small)
    if float(np.quantile(saliency, 0.95)) < 0.9:
        raise RegionNotFound(_("FreeAI Lite found no subject in this picture. Give a mask over it."))
    first, second = (_subject_from(small, saliency, weight) for weight in (0.75, 0.45))
    common = float((first * second).sum())
    either = float(np.maximum(first, second).sum())
    share = float(first.mean())
    agrees = common >= _AGREEMENT_MIN * either and _ends_at_edges(small, first)
    if not (_SHARE_MIN < share < _SHARE_MAX and agrees):
        raise RegionNotFound(
            _("FreeAI Lite cannot tell subject and background apart in this picture. Give a mask instead.")
        )
    return first


def _subject_from(small: Pixels, saliency: Floats, weight: float) -> Floats:
    """GrabCut from a guess that mixes colour contrast with nearness to the middle."""
    height, width = saliency.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    far = ((y / height - 0.52) / 0.42) ** 2 + ((x / width - 0.5) / 0.42) ** 2
    prior = space.floats(saliency * (weight + (1 - weight) * np.exp(-far)))
    prior = space.floats(cv2.GaussianBlur(prior, (0, 0), 0.012 * max(height, width)))
    levels = space.pixels(255 * prior / max(1e-6, float(prior.max())))
    middle, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_OTSU)
    marks = np.where(levels > middle, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    marks[levels > np.quantile(levels, 0.93)] = cv2.GC_FGD
    marks[levels < 0.35 * middle] = cv2.GC_BGD
    return _cut(small, marks)


def _unlike_the_rim(small: Pixels) -> Floats:
    """How far each colour lies from those along the picture's border, 0..1."""
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    rim = np.concatenate((lab[:4].reshape(-1, 3), lab[:, :4].reshape(-1, 3), lab[:, -4:].reshape(-1, 3)))
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 1.0)
    cv2.setRNGSeed(1)
    count = min(4, len(rim))
    _, labels, centres = cv2.kmeans(rim, count, np.empty(0), criteria, 1, cv2.KMEANS_PP_CENTERS)
    shares = np.bincount(labels.ravel(), minlength=count) / len(rim)
    common = centres[shares > 0.12]
    distance = np.min([np.linalg.norm(lab - centre, axis=2) for centre in common], axis=0)
    return space.floats(np.clip(distance / max(8.0, float(np.quantile(distance, 0.95))), 0, 1))


def _cut(small: Pixels, marks: Plane) -> Floats:
    """GrabCut from marks, its largest parts, holes filled."""
    if not (marks & 1).any() or (marks & 1).all():
        return space.floats(marks & 1)
    cv2.setRNGSeed(1)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, marks, (0, 0, 1, 1), *models, 4, cv2.GC_INIT_WITH_MASK)
    found = np.asarray(marks & 1, dtype=np.uint8)
    kernel = np.ones((3, 3), np.uint8)
    found = np.asarray(cv2.morphologyEx(found, cv2.MORPH_OPEN, kernel), dtype=np.uint8)
    return space.floats(_without_specks(found))


def _without_specks(found: Plane) -> Plane:
    """Drop parts under a tenth of the largest, and fill small holes."""
    for value in (1, 0):
        count, labels, stats, _ = cv2.connectedComponentsWithStats((found == value).astype(np.uint8))
        if count < 2:
            continue
        areas = stats[1:, cv2.CC_STAT_AREA]
        small = np.flatnonzero(areas < 0.1 * areas.max()) + 1
        found = np.where(np.isin(labels, small), 1 - value, found).astype(np.uint8)
    return found


def _sky(small: Pixels) -> Floats:
    """1 where the sky is: calm, blue or bright, and open to the upper edge."""
    lab = space.oklab_of(space.linear_of(small))
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    slope = cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    texture = cv2.GaussianBlur(slope, (0, 0), 2)
    blue = space.smoothstep(lab[..., 2], -0.01, -0.04)
    bright = space.smoothstep(lab[..., 0], 0.68, 0.82) * space.smoothstep(space.chroma_of(lab), 0.09, 0.04)
    calm = space.smoothstep(space.floats(texture), 40, 14)
    height = small.shape[0]
    high = space.floats(np.linspace(1.0, 0.2, height, dtype=np.float32))[:, None]
    likely = np.maximum(blue, bright) * calm * high
    marks = np.where(likely > 0.3, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    marks[likely > 0.75] = cv2.GC_FGD
    marks[np.maximum(blue, bright) < 0.05] = cv2.GC_BGD  # by colour alone: edges are never calm
    if not (likely > 0.75)[: max(1, height // 3)].any():
        return np.zeros(grey.shape, dtype=np.float32)
    found = _cut(small, marks).astype(np.uint8)
    _, labels = cv2.connectedComponents(found)
    touching = set(np.unique(labels[:3])) - {0}
    sky = space.floats(np.isin(labels, list(touching)) & (found > 0))
    return sky if _ends_at_edges(small, sky) else np.zeros_like(sky)


def _ends_at_edges(small: Pixels, found: Floats) -> bool:
    """Whether a region's outline runs along edges; one through a plain area would show as a seam."""
    inside = found.astype(np.uint8)
    outline = np.asarray(cv2.dilate(inside, np.ones((3, 3), np.uint8))) > inside
    outline[:3] = outline[-3:] = False
    outline[:, :3] = outline[:, -3:] = False
    if not outline.any():
        return False
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    slope = cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    nearby = np.asarray(cv2.dilate(slope, np.ones((5, 5), np.uint8)))
    return float(np.quantile(nearby[outline], 0.25)) >= _EDGE_MIN


def _of_color(image: Pixels, color: str) -> Plane:
    """Where a picture has this colour: near its hue, or near its lightness if it has none."""
    light, a, b = space.oklab_of_color(rgb_of(color)[0])
    if np.hypot(a, b) > 0.03:
        return _of_hue(image, float(np.degrees(np.arctan2(b, a))), 22.0, chroma_min=0.06)
    lab = space.oklab_of(space.linear_of(image))
    grey = space.smoothstep(space.chroma_of(lab), 0.06, 0.03)
    near = space.smoothstep(space.floats(np.abs(lab[..., 0] - light)), 0.2, 0.1)
    return space.pixels(255 * grey * near)


def _of_hue(image: Pixels, hue: float, reach: float, *, chroma_min: float) -> Plane:
    """Soft mask of a hue, in degrees around OKLab's a and b."""
    lab = space.oklab_of(space.linear_of(image))
    own = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    away = np.abs((own - hue + 180) % 360 - 180)
    near = space.smoothstep(space.floats(away), 1.5 * reach, 0.7 * reach)
    chroma = space.smoothstep(space.chroma_of(lab), 0.6 * chroma_min, 1.3 * chroma_min)
    calm = cv2.GaussianBlur(near * chroma, (0, 0), max(0.8, min(image.shape[:2]) / 900))
    return space.pixels(255 * space.floats(calm))


def _soft(image: Pixels, found: Floats) -> Plane:
    """A region decided at a small size, drawn along the edges of the large picture."""
    height, width = image.shape[:2]
    scale = min(1.0, 1000 / max(height, width))
    guide = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = space.floats(cv2.cvtColor(np.asarray(guide, np.uint8), cv2.COLOR_RGB2GRAY)) / 255
    size = (grey.shape[1], grey.shape[0])
    coarse = space.floats(cv2.resize(found, size, interpolation=cv2.INTER_LINEAR))
    drawn = space.guided(space.floats(grey), coarse, max(2, round(0.008 * max(size))), 1e-4)
    sharp = space.smoothstep(space.floats(drawn), 0.2, 0.8)
    return space.pixels(
        255 * space.floats(cv2.resize(sharp, (width, height), interpolation=cv2.INTER_LINEAR))
    )
