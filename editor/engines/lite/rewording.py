"""Writing another word where one stands: read it, paint it out, draw the new one.

The line is turned upright first, so that tilted and slanted lettering is handled like any
other. Size, weight, colour and baseline are taken from the letters that stand there; the
typeface is always Inter, so a flowing script becomes plain.
"""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from editor.engines.base import NotUnderstood, Pixels, Plane
from editor.engines.lite import retouch, space
from editor.engines.lite.plan import TO
from editor.engines.lite.space import Floats
from editor.engines.lite.spelling import slips_between
from editor.engines.lite.work import Work
from editor.imaging import lettering
from freeai.common.sentences import sentence as _

_FONTS = Path(__file__).parents[3] / "static" / "fonts"
_WEIGHTS = ("inter-regular.woff2", "inter-semibold.woff2")
_DRAWN_SIZE = 160
"""Pixels at which letters are drawn before they are laid into the picture: larger than most."""

_STRIP_HEIGHT_MIN = 48
_SQUEEZE_MIN, _STRETCH_MAX = 0.75, 1.5
"""How much narrower, to find room, or wider than the typeface letters may become."""


class WordNotFound(NotUnderstood):
    """The word to be replaced does not stand in the picture, or the new one cannot be written."""


@dataclass(frozen=True, slots=True)
class Place:
    """A word in the picture, turned upright.

    strip: (h, w, 3) the word with a margin; back: from the strip to the picture.
    ink: (h, w) 0..1, where letters are; box: left, top, right, bottom of the word's ink.
    """

    strip: Pixels
    back: Floats
    ink: Floats
    box: tuple[int, int, int, int]
    color: Floats


def reword(image: Pixels, work: Work) -> Pixels:
    """Replace every appearance of a word by another. Raises `WordNotFound`."""
    old, _to, new = work.color.partition(TO)
    _refuse_unwritable(new)
    work.report(0.05)
    read = [line for line in lettering.read(image) if work.mask is None or _is_painted(line, work.mask)]
    seen = [(line, word) for line in read if (word := _seen(line.text, old))]
    exact = [(line, word) for line, word in seen if word.casefold() == old.casefold()]
    found = exact or seen
    if not found:
        raise WordNotFound(_("FreeAI Lite found no “%(word)s” to read in this picture.", word=old))
    work.report(0.4)
    result = image
    for count, (line, word) in enumerate(found, 1):
        cased = new.upper() if word.isupper() and not old.isupper() else new
        result = _rewritten(result, line, word, cased, work)
        work.report(0.4 + 0.6 * count / len(found))
    return result


def _seen(text: str, old: str) -> str | None:
    """The word as it was read in a line; a long one may have been misread by a letter."""
    start = _at(text, old)
    if start is not None:
        return text[start : start + len(old)]
    words, count = text.split(), len(old.split())
    groups = (" ".join(words[place : place + count]) for place in range(len(words) - count + 1))
    near = [group for group in groups if slips_between(group.casefold(), old.casefold(), 1)]
    return near[0] if len(near) == 1 and len(old) > 4 else None


def _at(text: str, old: str) -> int | None:
    """Where a word begins in a line, as a word of its own; capitals do not matter."""
    start = text.casefold().find(old.casefold())
    while start >= 0:
        end = start + len(old)
        whole = not (text[:start][-1:].isalnum() and old[0].isalnum())
        if whole and not (text[end : end + 1].isalnum() and old[-1].isalnum()):
            return start
        start = text.casefold().find(old.casefold(), start + 1)
    return None


def _is_painted(line: lettering.Line, mask: Plane) -> bool:
    x, y = np.mean(line.box, axis=0)
    return bool(mask[int(np.clip(y, 0, len(mask) - 1)), int(np.clip(x, 0, mask.shape[1] - 1))])


def _rewritten(image: Pixels, line: lettering.Line, old: str, new: str, work: Work) -> Pixels:
    place = _upright(image, line, old)
    hole = _laid_back(_grown(place.ink, place.strip.shape[0]), place, image.shape[:2])
    painted = replace(work, mask=np.where(hole > 0.05, 255, 0).astype(np.uint8))
    clean = retouch.remove(image, painted)
    letters = _laid_back(
        _letters(place, old, new, shares_line=len(line.text) > len(old)), place, image.shape[:2]
    )
    touched = letters > 0.002
    share = letters[touched][:, None, None]
    linear = space.linear_of(clean[touched][:, None]) * (1 - share) + place.color * share
    result = clean.copy()
    result[touched] = space.bytes_of(space.floats(linear))[:, 0]
    return result


def _upright(image: Pixels, line: lettering.Line, old: str) -> Place:
    """Cut a line out as a strip and find the word's letters in it."""
    corners = space.floats(line.box)
    across = float(np.linalg.norm(corners[1] - corners[0]))
    down = float(np.linalg.norm(corners[3] - corners[0]))
    height = max(_STRIP_HEIGHT_MIN, round(down))
    width = max(8, round(across * height / down))
    margin = round(0.35 * height)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) + margin
    there = cv2.getPerspectiveTransform(corners, target)
    size = (width + 2 * margin, height + 2 * margin)
    strip = np.asarray(
        cv2.warpPerspective(image, there, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )
    ink, color = _ink(strip, margin)
    left, right = _columns(ink, line.text, old, margin)
    inside = np.zeros_like(ink)
    inside[:, left:right] = ink[:, left:right]
    rows, columns = np.nonzero(inside > 0.5)
    if len(rows) < 8:
        raise WordNotFound(
            _("FreeAI Lite cannot tell the letters of “%(word)s” from what lies behind them.", word=old)
        )
    box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    return Place(strip, space.floats(np.linalg.inv(there)), inside, box, color)


def _ink(strip: Pixels, margin: int) -> tuple[Floats, Floats]:
    """Where a strip's letters are, 0..1, and their colour in linear light.

    Letters and ground are the two colours of the line's own band; the ground is the one
    that the rim around the line has.
    """
    band = space.floats(strip[margin:-margin, margin:-margin])
    rim = np.concatenate(
        [space.floats(part).reshape(-1, 3) for part in (strip[: margin // 2], strip[-margin // 2 :])]
    )
    cv2.setRNGSeed(1)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    _, labels, centres = cv2.kmeans(band.reshape(-1, 3), 2, np.empty(0), criteria, 3, cv2.KMEANS_PP_CENTERS)
    middle = np.median(rim, axis=0)
    first = int(np.linalg.norm(centres[0] - middle) < np.linalg.norm(centres[1] - middle))
    letters, ground = centres[first], centres[1 - first]
    along = letters - ground
    length = float(along @ along)
    share = (space.floats(strip) - ground) @ along / max(1.0, length)
    off = np.linalg.norm(space.floats(strip) - ground - np.clip(share, 0, 1)[..., None] * along, axis=2)
    ink = space.floats(np.clip(share, 0, 1) * (off < 0.6 * np.sqrt(length) + 12))
    ink[: margin // 2] = ink[-margin // 2 :] = 0
    core = strip[margin:-margin, margin:-margin][(labels == first).reshape(band.shape[:2])]
    inmost = core[np.argsort(np.linalg.norm(core - letters - 0.25 * along, axis=1))[: max(8, len(core) // 2)]]
    linear = space.linear_of(np.median(inmost, axis=0).round().astype(np.uint8).reshape(1, 1, 3))
    return ink, space.floats(linear[0, 0])


def _columns(ink: Floats, text: str, old: str, margin: int) -> tuple[int, int]:
    """The word's columns in the strip: guessed from the letters' widths, moved to the nearest gaps."""
    start = _at(text, old) or 0
    columns = ink[margin // 2 : -margin // 2].max(axis=0) > 0.5
    filled = np.flatnonzero(columns)
    if not len(filled):
        return 0, len(columns)
    first, last = int(filled[0]), int(filled[-1]) + 1
    font = _font(0)
    whole = max(1.0, font.getlength(text))
    ends = []
    for place, outer in ((start, 0), (start + len(old), len(text))):
        if place == outer:
            ends.append(0 if outer == 0 else len(columns))
            continue
        guess = first + (last - first) * font.getlength(text[:place].rstrip()) / whole
        gap = font.getlength(" ") / whole * (last - first)
        guess += gap / 2 if text[:place].endswith(" ") or text[place : place + 1] == " " else 0
        ends.append(_nearest_gap(columns, guess))
    return ends[0], ends[1]


def _nearest_gap(columns: NDArray[np.bool_], guess: float) -> int:
    """The middle of the widest empty run of columns close to the guess."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], columns, [True])).astype(np.int8)))
    runs = [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    reach = 0.12 * len(columns) + 8
    near = [run for run in runs if abs(sum(run) / 2 - guess) < reach]
    if not near:
        return round(guess)
    start, end = max(near, key=lambda run: (run[1] - run[0]) - abs(sum(run) / 2 - guess) / 4)
    return (start + end) // 2


def _grown(ink: Floats, height: int) -> Floats:
    """The letters with their soft rim, for painting out."""
    reach = max(3, round(0.05 * height)) * 2 + 1
    grown = cv2.dilate(
        (ink > 0.12).astype(np.float32), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    )
    return space.floats(grown)


def _letters(place: Place, old: str, new: str, *, shares_line: bool) -> Floats:
    """The new word in the strip, 0..1, as large, heavy and wide as the old one was drawn."""
    left, top, right, bottom = place.box
    density = float(place.ink[top:bottom, left:right].mean())
    drawn = [_drawn(old, weight) for weight in range(len(_WEIGHTS))]
    weight = int(np.argmin([abs(float(plane.mean()) - density) for plane, _ in drawn]))
    old_plane, old_top = drawn[weight]
    new_plane, new_top = _drawn(new, weight)
    scale = (bottom - top) / old_plane.shape[0]
    squeeze = float(np.clip((right - left) / max(1.0, old_plane.shape[1] * scale), 0.6, _STRETCH_MAX))
    room = float(right - left if shares_line else place.strip.shape[1] - 4)
    tightness = min(1.0, room / (new_plane.shape[1] * scale * squeeze))
    squeeze *= max(tightness, _SQUEEZE_MIN)  # a little narrower first, then smaller
    scale *= min(1.0, tightness / _SQUEEZE_MIN)
    width = new_plane.shape[1] * scale * squeeze
    start = (
        float(left)
        if shares_line
        else min(max(2.0, (left + right - width) / 2), place.strip.shape[1] - width)
    )
    full = (bottom - top) / old_plane.shape[0]
    baseline = top + (_baseline() - old_top) * full
    above = baseline - (_baseline() - new_top) * scale
    matrix = np.array([[width / new_plane.shape[1], 0, start], [0, scale, above]], dtype=np.float32)
    calm = cv2.GaussianBlur(new_plane, (0, 0), max(0.3, 0.45 / scale))
    size = (place.strip.shape[1], place.strip.shape[0])
    return space.floats(cv2.warpAffine(calm, matrix, size, flags=cv2.INTER_LINEAR))


def _baseline() -> int:
    return int(_font(0).getmetrics()[0])


def _drawn(text: str, weight: int) -> tuple[Floats, int]:
    """A word's ink, cut to its box, 0..1, and how far below the font's top it begins."""
    font = _font(weight)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text))
    sheet = Image.new("L", (max(1, right - left), max(1, bottom - top)))
    ImageDraw.Draw(sheet).text((-left, -top), text, font=font, fill=255)
    return space.floats(space.floats(sheet) / 255), top


def _laid_back(plane: Floats, place: Place, shape: tuple[int, int]) -> Floats:
    size = (shape[1], shape[0])
    return space.floats(np.clip(cv2.warpPerspective(plane, place.back, size, flags=cv2.INTER_LINEAR), 0, 1))


def _refuse_unwritable(text: str) -> None:
    """A letter that the typeface lacks would be drawn as an empty box."""
    font = _font(0)
    missing = font.getmask("\uffff")
    for letter in text:
        if not letter.isspace() and bytes(font.getmask(letter)) == bytes(missing):
            raise WordNotFound(
                _(
                    "FreeAI Lite cannot write “%(letter)s”: its typeface has Latin letters only.",
                    letter=letter,
                )
            )


@cache
def _font(weight: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONTS / _WEIGHTS[weight]), _DRAWN_SIZE)
