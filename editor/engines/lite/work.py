"""What an operation is given besides the picture, and how it tells how far it is.

An operation reports between chunks of work, so that a person sees it move and a
cancel takes effect within a second. Previews are small and rare: they cost more than
they tell.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from editor.engines.base import Phase, Pixels, Plane, Progress

PREVIEW_SIDE_MAX = 384
PREVIEW_SECONDS_MIN = 0.5
CHUNK_PIXELS = 400_000
"""About a tenth of a 4-megapixel picture: well below a second for every chunked operation."""

TICKS = 10
"""Progress steps per operation."""


@dataclass(slots=True)
class Reporter:
    """Counts the ticks of all operations of one edit."""

    send: Callable[[Progress], None]
    ticks_total: int
    phase: Phase = "editing"
    ticks_before: int = 0
    step: int = 0
    previewed_at: float = field(default_factory=time.monotonic)

    def report(self, share: float, preview: Pixels | None = None) -> None:
        """Tell that this share (0 to 1) of the present operation is done. May raise `Canceled`."""
        self.step = max(self.step, self.ticks_before + min(TICKS, int(share * TICKS)))
        shown = None
        if preview is not None and time.monotonic() - self.previewed_at >= PREVIEW_SECONDS_MIN:
            shown = thumbnail(preview)
            self.previewed_at = time.monotonic()
        self.send(Progress(self.phase, self.step, self.ticks_total, shown))

    def finish_operation(self, image: Pixels) -> None:
        self.report(1.0, image)
        self.ticks_before += TICKS


@dataclass(frozen=True, slots=True)
class Work:
    """Circumstances of one operation.

    strength: the amount wanted, `preserve` already in it; signed where the operation has two directions.
    mask: (H, W) uint8 of what may change, None = everything. Compositing is not the operation's business;
    it may look here to learn what it is about (a hole's place, a garment's own lightness).
    """

    strength: float
    color: str
    mask: Plane | None
    seed: int
    reporter: Reporter

    def report(self, share: float, preview: Pixels | None = None) -> None:
        self.reporter.report(share, preview)

    def random(self) -> np.random.Generator:
        return np.random.default_rng(self.seed)

    def painted(self, plane: np.ndarray) -> np.ndarray:
        """The values under the mask, or all of them; a sample is enough for statistics."""
        if self.mask is None:
            return plane[::4, ::4].reshape(-1, *plane.shape[2:])
        inside = plane[self.mask > 127]
        return inside if len(inside) else plane[self.mask > 0]


def strips(image: np.ndarray, work: Work, *, halo: int = 0) -> Iterator[tuple[slice, slice, slice]]:
    """Cut a picture into horizontal strips, reporting after each.

    Yields (rows to read, rows of the result, the same rows within what was read); `halo`
    rows around a strip are read along.
    """
    height, width = image.shape[:2]
    rows = max(16, CHUNK_PIXELS // width)
    for top in range(0, height, rows):
        bottom = min(height, top + rows)
        first, last = max(0, top - halo), min(height, bottom + halo)
        yield slice(first, last), slice(top, bottom), slice(top - first, bottom - first)
        work.report(bottom / height)


def thumbnail(image: Pixels) -> Pixels:
    """A copy no larger than `PREVIEW_SIDE_MAX` on its long side."""
    scale = PREVIEW_SIDE_MAX / max(image.shape[:2])
    if scale >= 1:
        return image.copy()
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
