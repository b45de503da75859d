"""Styles: pencil sketch, oil painting, cartoon.

Strokes scale with the picture, so that a small and a large copy look alike. What has
no fine detail is painted at a smaller size; lines and the paper's or paint's relief
are drawn at full size.
"""

from collections.abc import Callable

import cv2
import numpy as np

from editor.engines.base import Pixels
from editor.engines.lite import space
from editor.engines.lite.space import Floats
from editor.engines.lite.work import Work, strips

Painted = Callable[[slice], Floats]
"""The made picture's rows, (rows, W, 3) in 0..255."""

_OIL_PIXELS_MAX = 1_300_000
_CARTOON_PIXELS_MAX = 1_300_000


def sketch(image: Pixels, work: Work) -> Pixels:
    """Graphite on near-white paper: contours, tone and a hatching that follows the tone.

    After Lu, Xu, Jia: "Combining Sketch and Tone for Pencil Drawing Production" (2012).
    """
    unit = max(0.5, min(image.shape[:2]) / 900)
    luma = luma_of(image)
    strength = float(np.clip(work.strength, 0.05, 1.8))
    tone = _pencil_tone(luma, unit, min(1.3, strength))
    work.report(0.3)
    hatching = _hatching(image.shape[:2], unit, work)
    work.report(0.6)
    lines = _contours(luma, unit, strength)
    work.report(0.8)
    darkness = space.floats(cv2.log(np.clip(tone, 0.02, 0.999))) / -0.75
    drawn = space.floats(cv2.exp(space.floats(cv2.log(hatching)) * darkness)) * lines
    paper = np.array([250, 248, 243], dtype=np.float32)
    share = np.float32(min(1.0, strength))
    result = np.empty_like(image)
    for _, rows, _ in strips(image, work):
        page = paper * (0.1 + 0.9 * drawn[rows])[..., None]
        result[rows] = np.rint(image[rows] + share * (page - image[rows])).astype(np.uint8)
    return result


def luma_of(image: Pixels) -> Floats:
    """Lightness in 0..1 as television weighs it, which is all that a drawing needs."""
    return np.asarray(space.floats(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)) / 255, dtype=np.float32)


def _pencil_tone(luma: Floats, unit: float, strength: float) -> Floats:
    """How light each region is on paper: equalised towards a drawing's pale range."""
    smooth = cv2.GaussianBlur(luma, (0, 0), 0.8 * unit)
    even = cv2.createCLAHE(1.6, (6, 6)).apply(np.rint(smooth * 255).astype(np.uint8)).astype(np.float32) / 255
    even = 0.55 * even + 0.45 * smooth
    graphite = 0.78 * strength * space.power(space.floats(1 - even), 1.6)
    return space.floats(np.clip(1 - graphite, 0.04, 1))


def _hatching(shape: tuple[int, int], unit: float, work: Work) -> Floats:
    """A sheet of pencil strokes in two directions, mean about 0.55, (H, W)."""
    sheet = np.ones(shape, dtype=np.float32)
    for seed, angle, weight in ((0, 42, 1.0), (1, 68, 0.5)):
        noise = np.random.default_rng((work.seed, seed)).standard_normal(shape, dtype=np.float32)
        strokes = space.floats(cv2.filter2D(noise, -1, _stroke(max(7, round(22 * unit)), angle, unit)))
        strokes *= np.float32(1 / max(1e-6, float(strokes.std())))
        sheet *= np.clip(0.74 + 0.17 * weight * strokes, 0.2, 1.0)
        work.report(0.3 + 0.15 * (seed + 1))
    return sheet


def _stroke(length: int, degrees: float, width: float) -> Floats:
    """A soft line of this length through the middle of a square kernel, summing to one."""
    side = length | 1
    kernel = np.zeros((side, side), dtype=np.float32)
    half = (side - 1) / 2
    reach = np.array([np.cos(np.radians(degrees)), -np.sin(np.radians(degrees))]) * half
    start, end = (np.array([half, half]) - reach, np.array([half, half]) + reach)
    cv2.line(
        kernel, np.rint(start).astype(int).tolist(), np.rint(end).astype(int).tolist(), 1.0, 1, cv2.LINE_AA
    )
    soft = space.floats(cv2.GaussianBlur(kernel, (0, 0), max(0.4, 0.45 * width)))
    return np.asarray(soft / soft.sum(), dtype=np.float32)


def _contours(luma: Floats, unit: float, strength: float) -> Floats:
    """Pencil lines, 1 where the paper stays free: a dodge of two widths, firmer where edges are."""
    fine = _dodge(luma, 1.6 * unit)
    broad = _dodge(luma, 5.0 * unit)
    lines = space.power(fine, 1.6 + 1.8 * strength) * space.power(broad, 0.5 + 0.4 * strength)
    return np.asarray(np.clip((lines - 0.08) / 0.9, 0, 1), dtype=np.float32)


def _dodge(luma: Floats, sigma: float) -> Floats:
    """Lightness over its surroundings' lightness, at most 1: dark only at the dark side of an edge."""
    around = cv2.GaussianBlur(luma, (0, 0), sigma)
    return np.asarray(np.minimum(1, (luma + 0.06) / (around + 0.06)), dtype=np.float32)


def oil(image: Pixels, work: Work) -> Pixels:
    """Brush strokes along the forms, flat dabs of paint, and light on the paint's ridges."""
    height, width = image.shape[:2]
    scale = min(1.0, (_OIL_PIXELS_MAX / (height * width)) ** 0.5)
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    strength = float(np.clip(work.strength, 0.1, 1.8))
    radius = max(2, round(0.0055 * min(size) * (0.4 + 0.6 * strength)))
    painted = _kuwahara(small, radius, work)
    flow = _flow(painted, radius)
    painted = _along(painted, flow, round(1.5 * radius), work)
    painted = _enliven(painted + 0.3 * (small - painted))
    relief = _relief(painted, flow, radius, work)
    painted = np.clip(painted * (1 + 0.15 * strength * relief[..., None]), 0, 255)
    full = cv2.resize(painted, (width, height), interpolation=cv2.INTER_CUBIC)
    work.report(0.95)
    share = np.float32(min(1.0, 0.3 + 0.7 * strength))
    return space.pixels(image + share * (space.floats(full) - image))


def _kuwahara(image: Floats, radius: int, work: Work) -> Floats:
    """Each pixel takes the mean of the calmest of eight neighbouring squares, softly weighted.

    Papari, Petkov, Campisi: "Artistic Edge and Corner Enhancing Smoothing" (2007), with boxes.
    """
    window = (radius + 1, radius + 1)
    luma = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    total = np.zeros_like(image)
    weights: Floats = np.zeros(image.shape[:2], dtype=np.float32)
    half = radius // 2
    anchors = [(0, 0), (radius, 0), (0, radius), (radius, radius)]
    anchors += [(half, 0), (half, radius), (0, half), (radius, half)]
    for place, anchor in enumerate(anchors):
        mean = cv2.boxFilter(image, -1, window, anchor=anchor, borderType=cv2.BORDER_REFLECT)
        middle = cv2.boxFilter(luma, -1, window, anchor=anchor, borderType=cv2.BORDER_REFLECT)
        square = cv2.sqrBoxFilter(luma, cv2.CV_32F, window, anchor=anchor, borderType=cv2.BORDER_REFLECT)
        spread = np.maximum(space.floats(square) - space.floats(middle) ** 2, 0)
        weight = space.floats(1 / (1 + spread**2 / 50))
        total += mean * weight[..., None]
        weights += weight
        work.report(0.05 * (place + 1))
    return np.asarray(total / weights[..., None], dtype=np.float32)


def _flow(image: Floats, radius: int) -> Floats:
    """Unit vectors along the edges, (H, W, 2), from the smoothed structure tensor."""
    luma = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    across = cv2.Sobel(luma, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(luma, cv2.CV_32F, 0, 1)
    sigma = 1.6 * radius
    xx, yy, xy = (cv2.GaussianBlur(x, (0, 0), sigma) for x in (across * across, down * down, across * down))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.float32(np.pi / 2)
    return np.stack((np.cos(angle), np.sin(angle)), axis=2).astype(np.float32)


def _along(image: Floats, flow: Floats, length: int, work: Work) -> Floats:
    """Smear along the flow, as a brush does (line integral convolution)."""
    height, width = image.shape[:2]
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    total = image.copy()
    count = 1
    steps = min(length, 8)
    stride = length / steps
    for step in range(1, steps + 1):
        for sign in (1, -1):
            reach = np.float32(sign * step * stride)
            total += cv2.remap(
                image, columns + reach * flow[..., 0], rows + reach * flow[..., 1],
                cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT,
            )  # fmt: skip
            count += 1
        work.report(0.4 + 0.4 * step / steps)
    return np.asarray(total / count, dtype=np.float32)


def _enliven(image: Floats) -> Floats:
    """Paint is a little richer in colour than a photograph."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None]
    return np.clip(grey + 1.15 * (image - grey), 0, 255)


def _relief(painted: Floats, flow: Floats, radius: int, work: Work) -> Floats:
    """Light from the upper left on bristle marks and on the rims of dabs, about -1..1."""
    noise = work.random().standard_normal(painted.shape[:2], dtype=np.float32)
    noise = space.floats(cv2.GaussianBlur(noise, (0, 0), 0.35 * radius))
    bristles = _along(np.repeat(noise[..., None], 3, axis=2), flow, 4 * radius, work)[..., 0]
    bristles *= np.float32(1 / max(1e-6, float(bristles.std())))
    rims = cv2.cvtColor(painted, cv2.COLOR_RGB2GRAY) / 40
    height = 0.5 * bristles + cv2.GaussianBlur(rims, (0, 0), 0.3 * radius)
    light = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=0.25) + cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=0.25)
    return np.asarray(np.tanh(0.6 * light), dtype=np.float32)


def cartoon(image: Pixels, work: Work) -> Pixels:
    """Flat areas of lively colour in soft steps, under ink lines.

    After Winnemöller, Olsen, Gooch: "Real-Time Video Abstraction" (2006).
    """
    height, width = image.shape[:2]
    scale = min(1.0, (_CARTOON_PIXELS_MAX / (height * width)) ** 0.5)
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    small = space.pixels(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    strength = float(np.clip(work.strength, 0.1, 1.8))
    work.report(0.1)
    flat = _flattened(small, strength, work)
    stepped = _stepped(flat, strength)
    full = cv2.resize(stepped, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    lines = ink_lines(image, strength)
    work.report(0.9)
    ink = np.array([28, 24, 30], dtype=np.float32)
    share = np.float32(min(1.0, 0.25 + 0.75 * strength))
    made = ink + (full - ink) * lines[..., None]
    return space.pixels(image + share * (made - image))


def _flattened(image: Pixels, strength: float, work: Work) -> Pixels:
    """Smooth away texture, keep edges."""
    unit = min(image.shape[:2]) / 1000
    for turn in range(3):
        image = np.asarray(
            cv2.bilateralFilter(image, 7 if unit < 0.8 else 9, 22 + 14 * strength, 3 + 4 * unit),
            dtype=np.uint8,
        )
        work.report(0.1 + 0.12 * (turn + 1))
    smooth = cv2.edgePreservingFilter(
        image, flags=cv2.RECURS_FILTER, sigma_s=25 * max(unit, 0.3), sigma_r=0.22
    )
    work.report(0.6)
    return np.asarray(smooth, dtype=np.uint8)


def _stepped(image: Pixels, strength: float) -> Pixels:
    """Gather lightness in eight soft-edged steps and enrich the colours."""
    lab = space.oklab_of(space.linear_of(image))
    steps = 8
    nearest = np.rint(lab[..., 0] * steps) / steps
    sharpness = 4 + 5 * strength
    level = nearest + np.tanh(sharpness * (lab[..., 0] - nearest) * 2) / (2 * steps)
    lab[..., 0] += min(1.0, strength) * (level.astype(np.float32) - lab[..., 0])
    lab[..., 0] = np.clip(lab[..., 0] * 1.04, 0, 0.985)
    lab[..., 1:] *= 1 + 0.3 * strength
    return space.bytes_of(space.linear_of_oklab(lab))


def ink_lines(image: Pixels, strength: float) -> Floats:
    """Extended difference of Gaussians: 1 = no ink. Winnemöller, Kyprianidis, Olsen (2012)."""
    unit = max(0.7, min(image.shape[:2]) / 800)
    luma = luma_of(image)
    narrow = cv2.GaussianBlur(luma, (0, 0), unit)
    wide = cv2.GaussianBlur(luma, (0, 0), 1.6 * unit)
    edges = narrow - 0.985 * wide
    lines = 1 + np.tanh(np.minimum(0, (edges + 0.008 - 0.003 * strength) * 55 * (0.6 + 0.6 * strength)))
    return np.asarray(np.clip(lines, 0, 1), dtype=np.float32)
