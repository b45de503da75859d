"""The thing at a point of a picture, as a mask: what a person means by clicking on it.

Superpixels give a coarse map of the picture; the way from the clicked one over soft borders
says what belongs together; GrabCut draws the line. Runs in a child process under limits
(`python -m editor.imaging.pointing`, see `sandbox`): it costs a second of a core at most.
"""

import heapq
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.imaging import sandbox
from editor.imaging.intake import read_pixels
from editor.imaging.pixels import Pixels, Plane
from editor.imaging.sandbox import ChildLost, Children, Cost, Message
from freeai.common.errors import Busy, InvalidInput
from freeai.common.sentences import sentence as _

Floats = NDArray[np.float32]

_SIDE = 400
"""Longer side at which the thing is found; GrabCut takes a quarter of a second there."""
_PATCH = 11
"""Side of a superpixel: small enough for the stalk of a flower."""
_COST = Cost(seconds_max=15.0, memory_bytes_max=2_147_483_648, answer_bytes_max=8_388_608)
_SHARE_MAX = 0.9

POINTERS = Children("editor.imaging.pointing", size=1, wait_seconds_max=10.0)
"""The child of this process; started by the first click."""


class NoObject(InvalidInput):
    """Nothing at this point stands out from what is around it."""


def object_at(picture: bytes, x: int, y: int, *, children: Children = POINTERS) -> bytes:
    """Return the outline of what is at a point as a grey PNG of the picture's size.

    picture: a file that `intake.normalise` wrote. Raises `NoObject`, or `Busy`.
    """
    try:
        answer = children.ask(Message({"x": x, "y": y}, picture), _COST)
    except ChildLost:
        raise Busy(_("Finding the object took too long. Paint it with the brush.")) from None
    if not answer.body:
        raise NoObject(_("Nothing stands out clearly here. Paint it with the brush."))
    return answer.body


def handle(request: Message) -> Message:
    """Find the thing at the note's point in the body's picture; an empty body if there is none."""
    image, _ = read_pixels(request.body)
    height, width = image.shape[:2]
    x, y = min(int(request.note["x"]), width - 1), min(int(request.note["y"]), height - 1)
    found = segment(image, x, y)
    if found is None:
        return Message({})
    return Message({}, bytes(cv2.imencode(".png", found)[1]))


def segment(image: Pixels, x: int, y: int) -> Plane | None:
    """Return the thing at (x, y) as a soft mask of the picture's size, or None if nothing stands out."""
    height, width = image.shape[:2]
    scale = min(1.0, _SIDE / max(height, width))
    small = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    at = min(int(y * scale), small.shape[0] - 1), min(int(x * scale), small.shape[1] - 1)
    marks = _marks(small, at)
    cv2.setRNGSeed(1)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, marks, (0, 0, 1, 1), *models, 3, cv2.GC_INIT_WITH_MASK)
    thing = _connected(np.asarray(marks & 1, np.uint8), at)
    if thing is None or not 16 <= int(thing.sum()) <= _SHARE_MAX * thing.size:
        return None
    return _drawn(image, thing)


def _marks(small: Pixels, at: tuple[int, int]) -> Plane:
    """Return GrabCut's first guess: near the point by colour and by way, or not."""
    lab = cv2.cvtColor(cv2.bilateralFilter(small, 7, 30, 5), cv2.COLOR_RGB2LAB)
    labels, count = _superpixels(lab)
    means = _means(lab, labels, count)
    start = int(labels[at])
    way = _ways(labels, means, start)
    away = np.linalg.norm(means - means[start], axis=1).astype(np.float32)
    likeness = np.maximum(way, 0.6 * away)
    limit = _knee(likeness, np.bincount(labels.ravel(), minlength=count))
    marks_by_patch = np.where(likeness <= limit, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    marks_by_patch[likeness > 2.2 * limit] = cv2.GC_BGD
    marks_by_patch[(likeness <= 0.35 * limit)] = cv2.GC_FGD
    marks_by_patch[start] = cv2.GC_FGD
    marks = marks_by_patch[labels]
    if not (marks == cv2.GC_BGD).any() and not (marks == cv2.GC_PR_BGD).any():
        marks[:2] = marks[-2:] = cv2.GC_PR_BGD
    return np.ascontiguousarray(marks)


def _superpixels(lab: Any) -> tuple[NDArray[np.int32], int]:
    slic = cv2.ximgproc.createSuperpixelSLIC(lab, cv2.ximgproc.SLICO, _PATCH, 10.0)
    slic.iterate(8)
    slic.enforceLabelConnectivity(30)
    return np.asarray(slic.getLabels(), np.int32), int(slic.getNumberOfSuperpixels())


def _means(lab: Any, labels: NDArray[np.int32], count: int) -> Floats:
    flat = labels.ravel()
    sizes = np.maximum(np.bincount(flat, minlength=count), 1)
    sums = [np.bincount(flat, lab[..., channel].ravel(), minlength=count) for channel in range(3)]
    return (np.stack(sums, axis=1) / sizes[:, None]).astype(np.float32)


def _ways(labels: NDArray[np.int32], means: Floats, start: int) -> Floats:
    """Return for each superpixel the hardest border on the easiest way to it from `start`."""
    across = np.stack([labels[:, :-1].ravel(), labels[:, 1:].ravel()], axis=1)
    down = np.stack([labels[:-1].ravel(), labels[1:].ravel()], axis=1)
    pairs = np.unique(np.sort(np.concatenate([across, down]), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    steps = np.linalg.norm(means[pairs[:, 0]] - means[pairs[:, 1]], axis=1)
    near: list[list[tuple[int, float]]] = [[] for _ in means]
    for (one, other), step in zip(pairs.tolist(), steps.tolist(), strict=True):
        near[one].append((other, step))
        near[other].append((one, step))
    best = np.full(len(means), np.inf, np.float32)
    best[start] = 0
    queue = [(0.0, start)]
    while queue:
        cost, here = heapq.heappop(queue)
        if cost > best[here]:
            continue
        for there, step in near[here]:
            # Mostly the hardest border, a little of every border: a slow slope is left in the end.
            longer = max(cost, step) + 0.08 * step
            if longer < best[there]:
                best[there] = longer
                heapq.heappush(queue, (longer, there))
    return best


def _knee(likeness: Floats, sizes: NDArray[np.int64]) -> float:
    """Return the likeness at which growing further would gain least: the widest gap, seen in proportion."""
    order = np.argsort(likeness)
    values = likeness[order]
    share = np.cumsum(sizes[order]) / sizes.sum()
    usable = (share < 0.6) & (values > 4)
    usable[-1] = False
    if not usable.any():
        return float(np.clip(values[len(values) // 8], 8, 40))
    gaps = np.zeros_like(values)
    gaps[:-1] = (values[1:] - values[:-1]) / (6 + values[:-1])
    best = int(np.argmax(np.where(usable, gaps, -1)))
    return float(np.clip((values[best] + values[best + 1]) / 2, 8, 60))


def _connected(found: Plane, at: tuple[int, int]) -> Plane | None:
    """Return the part that the point lies in, with its holes filled; None if the point is in none."""
    found = np.asarray(cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), np.uint8)
    _, labels = cv2.connectedComponents(found)
    own = int(labels[at])
    if own == 0:
        return None
    part: Plane = np.asarray(labels == own, np.uint8)
    _, outside, stats, _ = cv2.connectedComponentsWithStats(1 - part)
    holes = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] < 0.05 * part.sum())
    part[np.isin(outside, holes) & (part == 0)] = 1
    return part


def _drawn(image: Pixels, thing: Plane) -> Plane:
    """Draw what was found small along the edges of the large picture."""
    height, width = image.shape[:2]
    scale = min(1.0, 1000 / max(height, width))
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    guide = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    size = guide.shape[1], guide.shape[0]
    coarse = cv2.resize(thing.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    drawn = cv2.ximgproc.guidedFilter(guide, coarse, max(2, round(0.006 * max(size))), 1e-4)
    sharp = np.clip((cv2.resize(drawn, (width, height), interpolation=cv2.INTER_LINEAR) - 0.3) / 0.4, 0, 1)
    return np.asarray(np.rint(255 * sharp), np.uint8)


if __name__ == "__main__":
    cv2.setNumThreads(1)
    sandbox.serve(handle)
