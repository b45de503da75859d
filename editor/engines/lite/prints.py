"""Prints and washes: ink, watercolour, posterised, mosaic, halftone.

What has no fine detail is made at a smaller size; edges, dots and joints are drawn at
the picture's own, and all of them scale with it.
"""

import cv2
import numpy as np

from editor.engines.base import Pixels
from editor.engines.lite import space, style
from editor.engines.lite.space import Floats
from editor.engines.lite.work import Work, strips

_WASH_PIXELS_MAX = 1_000_000


def ink(image: Pixels, work: Work) -> Pixels:
    """Pen and brush: black contours and solid shadows on paper, nothing between but hatching's edge."""
    unit = max(0.7, min(image.shape[:2]) / 800)
    luma = style.luma_of(image)
    work.report(0.2)
    smooth = space.floats(cv2.GaussianBlur(luma, (0, 0), 2.2 * unit))
    solid = space.smoothstep(smooth, 0.16, 0.24)
    work.report(0.4)
    lines = style.ink_lines(image, 1.1)
    grey = np.minimum(lines, solid) * 0.93 + 0.07
    work.report(0.7)
    paper = np.array([250, 247, 239], dtype=np.float32)
    return _blended(image, work, lambda rows: space.floats(grey[rows][..., None] * paper))


def watercolor(image: Pixels, work: Work) -> Pixels:
    """Clear washes: flat, pale colour that pools at its edges, on grained paper."""
    height, width = image.shape[:2]
    small = _reduced(image)
    unit = min(small.shape[:2]) / 700
    for turn in range(3):
        small = np.asarray(cv2.bilateralFilter(small, 9, 38, 3 + 5 * unit), dtype=np.uint8)
        work.report(0.1 * (turn + 1))
    wash = np.asarray(
        cv2.edgePreservingFilter(small, flags=cv2.RECURS_FILTER, sigma_s=20 * max(0.4, unit), sigma_r=0.32),
        dtype=np.uint8,
    )
    work.report(0.5)
    lab = space.oklab_of(space.linear_of(wash))
    lab[..., 0] = 0.12 + 0.87 * lab[..., 0] ** 0.85
    lab[..., 1:] *= 1.22
    pigment = _pools(lab[..., 0], unit)
    lab[..., 0] -= 0.05 * pigment
    full = cv2.resize(
        space.bytes_of(space.linear_of_oklab(lab)), (width, height), interpolation=cv2.INTER_CUBIC
    )
    work.report(0.7)
    grain = _paper((height, width), work)
    made = space.floats(full)
    return _blended(image, work, lambda rows: made[rows] * grain[rows][..., None])


def _pools(light: Floats, unit: float) -> Floats:
    """Where pigment gathers: along the rim of a wash, and in slow clouds inside it."""
    across = cv2.Sobel(light, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(light, cv2.CV_32F, 0, 1)
    rim = space.floats(cv2.GaussianBlur(cv2.magnitude(across, down), (0, 0), max(0.6, 1.4 * unit)))
    return np.asarray(np.clip(rim * 5, 0, 1), dtype=np.float32)


def _paper(shape: tuple[int, int], work: Work) -> Floats:
    """The tooth of cold-pressed paper, about 0.96..1.02, (H, W)."""
    unit = max(0.6, min(shape) / 1200)
    noise = work.random().standard_normal(shape, dtype=np.float32)
    tooth = space.floats(cv2.GaussianBlur(noise, (0, 0), 1.3 * unit))
    tooth *= np.float32(1 / max(1e-6, float(tooth.std())))
    return np.asarray(np.clip(0.992 + 0.014 * tooth, 0.95, 1.02), dtype=np.float32)


def posterize(image: Pixels, work: Work) -> Pixels:
    """A screen print: few flat tones with clean edges, hues kept."""
    strength = float(np.clip(work.strength, 0.1, 1.8))
    steps = max(3, round(7 - 2.2 * strength))
    smooth = np.asarray(cv2.bilateralFilter(_reduced(image), 7, 40, 4), dtype=np.uint8)
    work.report(0.3)
    calm = cv2.resize(smooth, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_CUBIC)

    def made(rows: slice) -> Floats:
        lab = space.oklab_of(space.linear_of(np.asarray(calm[rows], dtype=np.uint8)))
        scaled = lab[..., 0] * steps
        floor = np.floor(scaled)
        # A narrow slope instead of a stair: edges of the flat tones come out smooth, not jagged.
        level = floor + space.smoothstep(space.floats(scaled - floor), 0.44, 0.56)
        lab[..., 0] = np.clip(level / steps, 0.04, 0.98)
        lab[..., 1:] *= 1.2
        return space.floats(space.bytes_of(space.linear_of_oklab(lab)))

    return _blended(image, work, made)


def mosaic(image: Pixels, work: Work) -> Pixels:
    """Small square stones, each of one colour, in rows that are never quite true, in grey mortar."""
    height, width = image.shape[:2]
    side = max(8, round(min(height, width) / 56 * (0.6 + 0.4 * min(1.5, max(0.1, work.strength)))))
    rows, columns = max(1, height // side), max(1, width // side)
    linear = cv2.resize(space.linear_of(image), (columns, rows), interpolation=cv2.INTER_AREA)
    random = work.random()
    shade = random.normal(1.0, 0.055, (rows, columns, 1)).astype(np.float32)
    stones = space.floats(linear).reshape(rows, columns, 3) * shade
    work.report(0.4)
    flat = cv2.resize(space.bytes_of(stones), (width, height), interpolation=cv2.INTER_NEAREST)
    joint = _joints((height, width), (rows, columns), random)
    work.report(0.7)
    mortar = np.array([112, 107, 101], dtype=np.float32)
    return _blended(
        image, work, lambda part: mortar + (space.floats(flat[part]) - mortar) * joint[part][..., None]
    )


def _joints(shape: tuple[int, int], stones: tuple[int, int], random: np.random.Generator) -> Floats:
    """1 on a stone, 0 between stones, (H, W), each stone a little askew."""
    height, width = shape
    down = (np.arange(height, dtype=np.float32) + 0.5) / height * stones[0]
    across = (np.arange(width, dtype=np.float32) + 0.5) / width * stones[1]
    skew = random.uniform(-0.045, 0.045, (2, *stones)).astype(np.float32)
    y_index = np.minimum(down.astype(np.intp), stones[0] - 1)[:, None]
    x_index = np.minimum(across.astype(np.intp), stones[1] - 1)[None, :]
    y = np.abs(down[:, None] % 1 - 0.5 + skew[0][y_index, x_index])
    x = np.abs(across[None, :] % 1 - 0.5 + skew[1][y_index, x_index])
    return space.smoothstep(np.maximum(x, y).astype(np.float32), 0.5, 0.43)


def halftone(image: Pixels, work: Work) -> Pixels:
    """Newsprint: the four inks as dots on screens turned against each other."""
    strength = float(np.clip(work.strength, 0.1, 1.8))
    pitch = max(3.0, min(image.shape[:2]) / 150 * (0.6 + 0.4 * strength))
    height, width = image.shape[:2]
    smooth = space.floats(cv2.GaussianBlur(image, (0, 0), 0.35 * pitch)) / 255
    work.report(0.2)
    black = 1 - smooth.max(axis=2)
    black = space.floats(np.clip((black - 0.25) / 0.75, 0, 1))
    page = np.ones((height, width, 3), dtype=np.float32) * np.array([0.985, 0.975, 0.95], dtype=np.float32)
    inks = ((0, 15, (0.0, 0.62, 0.86)), (1, 75, (0.88, 0.10, 0.50)), (2, 0, (0.99, 0.89, 0.10)))
    for place, (channel, angle, color) in enumerate(inks):
        cover = np.clip((1 - smooth[..., channel] - black) / np.maximum(1 - black, 0.05), 0, 1)
        dots = _dots(space.floats(cover), pitch, angle)
        page *= 1 - dots[..., None] * (1 - np.array(color, dtype=np.float32))
        work.report(0.2 + 0.18 * (place + 1))
    page *= 1 - _dots(black, pitch, 45)[..., None] * 0.92
    return _blended(image, work, lambda rows: page[rows] * 255)


def _dots(cover: Floats, pitch: float, degrees: float) -> Floats:
    """Dots whose area is the share of ink, with one pixel of soft edge, (H, W)."""
    height, width = cover.shape
    turn = np.radians(degrees)
    y, x = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None, :]
    u = (x * np.float32(np.cos(turn)) + y * np.float32(np.sin(turn))) / np.float32(pitch)
    v = (y * np.float32(np.cos(turn)) - x * np.float32(np.sin(turn))) / np.float32(pitch)
    # A cosine screen: dots grow, touch at half, and leave shrinking holes.
    screen = 0.5 - 0.25 * (np.cos(2 * np.pi * u) + np.cos(2 * np.pi * v))
    edge = 1.6 / pitch
    return space.smoothstep(space.floats(cover - screen), -edge, edge)


def _reduced(image: Pixels) -> Pixels:
    """The picture at no more than a megapixel."""
    height, width = image.shape[:2]
    scale = min(1.0, (_WASH_PIXELS_MAX / (height * width)) ** 0.5)
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _blended(image: Pixels, work: Work, made: style.Painted) -> Pixels:
    """The picture with so much of the print over it as was asked for; all of it at full strength."""
    share = np.float32(np.clip(work.strength, 0, 1))
    result = np.empty_like(image)
    for _, rows, _ in strips(image, work):
        result[rows] = space.pixels(image[rows] + share * (made(rows) - image[rows]))
    return result
