"""Marks of ownership on a picture: notices, credits, stock agencies' names, signs of AI, and what the
file itself claims; where they are; whether an edit covers or loses them.

What a file claims (a copyright notice in its metadata, incoming credentials) forbids no edit: it travels
on with the result. But whom it names is looked for on the picture, where the bare name is a signature.

A picture's letters are read, and once more with its faint contrasts raised, then judged: ordinary
writing (a shop sign, a menu, a book) is no mark. Logos without letters are not found, but for the
four-pointed star of an AI label. Everything is pixels and words in, findings out.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

import cv2
import numpy as np

from editor.imaging import lettering
from editor.imaging.lettering import Line
from editor.imaging.pixels import Pixels, Plane
from editor.policy.folding import fold

Strokes = np.ndarray[Any, np.dtype[np.float32]]
"""The fine structure of a picture's brightness, (H, W), around zero."""
Kind = Literal["notice", "credit", "stock", "ai", "overlay", "metadata", "credentials"]

COVERED_SHARE = 0.1
"""A mask that touches this much of a mark's box covers it; a brush's soft rim may graze it."""
GONE_LIKENESS = 0.55
"""Below this likeness of its lines before and after, a mark is looked for anew."""
READ_AGAIN_LIKENESS = 0.6
HOLDER_LIKENESS = 0.8
REPEATS_MIN = 3
TILT_DEGREES_MIN = 8.0
REPEATS_LEVEL_MIN = 6
OVERLAY_SHARE_MIN = 0.45
RAISED_SIDE_MAX = 640
PATCH_PX = 32
"""Whether strokes are kept is judged in squares of this side, in a picture of at most 1,024 px."""
_MARGIN = 12


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark. box: left, top, right, bottom in pixels; None if the file says it, not the picture."""

    kind: Kind
    text: str
    box: tuple[int, int, int, int] | None

    def to_row(self) -> dict[str, Any]:
        """Return it as a row keeps it."""
        return asdict(self)

    @staticmethod
    def from_row(row: Mapping[str, Any]) -> "Mark":
        """Return what `to_row` wrote."""
        box = row["box"]
        return Mark(row["kind"], row["text"], None if box is None else (box[0], box[1], box[2], box[3]))


_STOCK = (
    "gettyimages",
    "shutterstock",
    "istockphoto",
    "istock",
    "adobestock",
    "alamy",
    "depositphotos",
    "dreamstime",
    "123rf",
    "bigstock",
    "canstockphoto",
    "pond5",
    "envato",
    "freepik",
    "vecteezy",
    "stockphoto",
    "stocksy",
    "picfair",
    "imago",
    "visualchina",
    "vcg",
    "视觉中国",
    "图虫",
    "pixta",
    "watermark",
    "photobank",
    "lori.ru",
)
_STOCK_WHOLE = {"alamy", "vcg", "imago", "istock", "envato", "pond5", "123rf", "pixta", "freepik", "getty"}
"""Short names count as whole words only."""
_NAMING = (
    "exif_copyright",
    "exif_artist",
    "xmp_rights",
    "xmp_creator",
    "xmp_owner",
    "xmp_credit",
    "iptc_byline",
    "iptc_credit",
    "iptc_copyright",
)
_AROUND_NAMES = re.compile(
    r"©|\(c\)|\b(copyright|all rights reserved|alle rechte vorbehalten|tous droits reserves"
    r"|photo(graph)?(ed)? by|by|(19|20)\d\d)\b|[.,;:|/]"
)
_NOTICE = re.compile(
    r"©|\bcopyright|\(c\)\s*\S|all rights? reserv|tous droits|alle rechte vorbehalten|todos los derechos"
    r"|todos os direitos|tutti i diritti|все права защищ|版权所有|版權所有|著作权|著作權|حقوق النشر"
    r"|do not copy|not for (re)?sale|do not (use|reproduce)|unauthori[sz]ed"
    r"|^[@0oc(ce®]{1,3}\s?(19|20)\d\d\b.{2,}[a-z]{3}"
)
_CREDIT = re.compile(
    r"\b(photo(graph(y|ie|s)?|s)?|foto(grafi[ae]|s)?|image|picture|art(work)?|illustration|shot|img|pic) ?"
    r"(by|von|par|di|de|credit|von|:|©)|^(ph|foto|photo|photographer|fotograf|credit)[.:]"
    r"|\w\w+ (photography|fotografie|fotografia|photographie|photo studio)$"
    r"|фото:|摄影[:：]|攝影[:：]|撮影[:：]"
)
_AI = re.compile(
    r"\b(a[il1]|k[il1]|[il1]a)[ -]?"
    r"(generated|gen|made|created|generiert|erzeugt|genere|generad|gerad|generat)"
    r"|(generated|made|created|edited|produced) (with|by|using)"
    r" (a[il1]|artificial|gemini|midjourney|dall|openai|firefly|grok|sora)"
    r"|\b(hecho|generado|genere|feito|gerado|fatto|generato|erstellt)"
    r" (con|par|com|mit|avec|da) (la )?([il1]a|k[il1]|a[il1])\b"
    r"|(ai|人工智能|人工智慧)\s?(生成|合成|制作)|создано (ии|нейросет)|сгенерирован"
)
_OVERLAY = re.compile(
    r"^(sample|proof|preview|draft|comp|specimen|muster|vorschau|muestra|amostra|campione|apercu|образец|样图|樣圖)$"
    r"|www\.|\.(com|net|org|de|ru|cn|io)\b|^@\w{3,}"
)


def find(image: Pixels, *, holders: Iterable[str] = ()) -> tuple[Mark, ...]:
    """Return the marks on a picture, (H, W, 3) uint8. Raises `lettering.ScannerMissing`.

    holders: whom the file's metadata names (`holders`): their name on the picture is a credit.
    """
    lines = lettering.read(image)
    if not any(_kind_of(fold(line.text).strip()) for line in lines):
        # A ghost of a mark is read on a copy with its faint contrasts raised, where others are lost.
        lines = (*lines, *lettering.read(_raised(image), side_max=RAISED_SIDE_MAX))
    size = image.shape[1], image.shape[0]
    named = tuple(holders)
    singles = [mark for line in lines if (mark := _single(line, size) or _signed(line, named))]
    return (*singles, *_repeated(lines, taken={mark.box for mark in singles}), *_star(image))


def claimed(rights: Mapping[str, str | bool]) -> tuple[Mark, ...]:
    """Return what the file's own metadata claims (`imaging.rights.facts`)."""
    told = [str(value) for name, value in rights.items() if isinstance(value, str) and _is_claim(name, value)]
    found = [Mark("metadata", text[:120], None) for text in told[:4]]
    if rights.get("content_credentials"):
        found.append(Mark("credentials", "", None))
    return tuple(found)


def holders(rights: Mapping[str, str | bool]) -> tuple[str, ...]:
    """Return whom the file's metadata names as author or owner, without the words around the names."""
    told = [str(rights[name]) for name in _NAMING if isinstance(rights.get(name), str)]
    names = [_AROUND_NAMES.sub(" ", fold(text)) for text in told]
    return tuple(dict.fromkeys(" ".join(name.split()) for name in names if len(name.strip()) >= 4))


def covered(marks: Iterable[Mark], mask: Plane) -> Mark | None:
    """Return a mark that a mask, (H, W) uint8, would let an engine paint over."""
    for mark in marks:
        if mark.box is None:
            continue
        left, top, right, bottom = mark.box
        part = mask[top:bottom, left:right]
        if part.size and float((part > 127).mean()) >= COVERED_SHARE:
            return mark
    return None


def lost(marks: Iterable[Mark], before: Pixels, after: Pixels) -> tuple[Mark, ...]:
    """Return the marks of `before` that cannot be found on `after`, of the same size.

    A mark whose strokes are still there is there; only where they are not is anything read again.
    """
    return tuple(mark for mark in marks if mark.box is not None and _is_gone(mark, before, after))


def keeps_its_strokes(before: Pixels, after: Pixels) -> bool:
    """Tell whether nothing that could be letters went away anywhere: then no mark can be lost.

    Compares fine structure patch by patch. A change of tone or colour keeps it; a removed thing does not.
    """
    scale = min(1.0, 1024 / max(before.shape[:2]))
    old, new = (_strokes_of_grey(_scaled(_grey(picture), scale)) for picture in (before, after))
    height, width = old.shape[0] // PATCH_PX * PATCH_PX, old.shape[1] // PATCH_PX * PATCH_PX
    if not height or not width:
        return False
    old, new = old[:height, :width], new[:height, :width]
    strength, kept = (np.sqrt(_by_patch(plane, plane)) for plane in (old, new))
    likeness = np.abs(_by_patch(old, new)) / np.maximum(strength * kept, 1e-3)
    return not bool(((strength > 1.5) & (likeness < GONE_LIKENESS)).any())


def _by_patch(one: Strokes, other: Strokes) -> Strokes:
    """Return the mean product of two planes in each patch; the sides are whole patches."""
    size = (one.shape[1] // PATCH_PX, one.shape[0] // PATCH_PX)
    return np.asarray(cv2.resize(cv2.multiply(one, other), size, interpolation=cv2.INTER_AREA), np.float32)


def _raised(image: Pixels) -> Pixels:
    """Return the picture with faint contrasts raised, so that a ghost of a mark is read too."""
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(lab[..., 0])
    raised: Pixels = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB).astype(np.uint8)
    return raised


def _single(line: Line, size: tuple[int, int]) -> Mark | None:
    """Judge one line by what it says, or by how it lies over the picture."""
    text = fold(line.text).strip()
    kind = _kind_of(text)
    if kind is None and _OVERLAY.search(text) and _lies_over(line, size):
        kind = "overlay"
    return None if kind is None else Mark(kind, line.text[:120], _bounds([line]))


def _signed(line: Line, named: Iterable[str]) -> Mark | None:
    """Find a line that is little more than the name of somebody whom the metadata names."""
    said = re.sub(r"[\W_]|\d{4}", "", fold(line.text))
    bare = (re.sub(r"[\W_]", "", name) for name in named)
    is_name = any(_likeness(said, name) >= HOLDER_LIKENESS for name in bare) if len(said) >= 4 else False
    return Mark("credit", line.text[:120], _bounds([line])) if is_name else None


def _kind_of(text: str) -> Kind | None:
    bare = re.sub(r"[\s.\-_·'\"]", "", text)
    if _is_stock(text, bare):
        return "stock"
    if _AI.search(text):
        return "ai"
    if _NOTICE.search(text):
        return "notice"
    return "credit" if _CREDIT.search(text) else None


def _is_stock(text: str, bare: str) -> bool:
    words = set(re.findall(r"\w+", text))
    if any(_is_misread(word, name) for word in words for name in _STOCK_WHOLE):
        return True
    long = [name for name in _STOCK if name not in _STOCK_WHOLE]
    if any(name in bare for name in long):
        return True
    return any(_likeness(bare, name) >= 0.84 for name in long if abs(len(name) - len(bare)) <= 2)


def _is_misread(word: str, name: str) -> bool:
    """Tell whether a word is a name, read with at most one wrong letter if it is long enough for that."""
    wrong = sum(a != b for a, b in zip(word, name, strict=False))
    return len(word) == len(name) and wrong <= (len(name) >= 5)


def _lies_over(line: Line, size: tuple[int, int]) -> bool:
    """Tell whether a line lies across the picture, tilted and long, as no ordinary writing does."""
    length, _height = _extent(line)
    left, top, right, bottom = _bounds([line])
    middle = (left + right) / 2 / size[0], (top + bottom) / 2 / size[1]
    is_central = all(0.3 < where < 0.7 for where in middle)
    tilt = abs(_tilt(line))
    return is_central and length > OVERLAY_SHARE_MIN * min(size) and tilt > TILT_DEGREES_MIN


def _repeated(lines: Iterable[Line], *, taken: set[Any]) -> list[Mark]:
    """Find one text said over and over, tilted alike or very often: a tiling."""
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        text = re.sub(r"\W", "", fold(line.text))
        if len(text) >= 4 and not text.isdigit():
            near = next((known for known in groups if _likeness(known, text) >= 0.75), text)
            groups[near].append(line)
    found = []
    for group in groups.values():
        tilts = sorted(_tilt(line) for line in group)
        middle = tilts[len(tilts) // 2]
        alike = [line for line in group if abs(_tilt(line) - middle) < 6]
        enough = REPEATS_MIN if abs(middle) > TILT_DEGREES_MIN else REPEATS_LEVEL_MIN
        if len(alike) >= enough:
            boxes = [_bounds([line]) for line in alike]
            found += [
                Mark("overlay", line.text[:120], box)
                for line, box in zip(alike, boxes, strict=True)
                if box not in taken
            ]
    return found


def _star(image: Pixels) -> tuple[Mark, ...]:
    """Find the pale four-pointed star that AI products put in the lower right corner."""
    height, width = image.shape[:2]
    side = int(0.16 * max(height, width))
    left, top = max(0, width - side), max(0, height - side)
    corner = cv2.cvtColor(image[top:, left:], cv2.COLOR_RGB2GRAY)
    scale = 160 / max(corner.shape)
    small = cv2.resize(corner, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    best, where, size = 0.0, (0, 0), 0
    for span in (24, 32, 42, 54, 68):
        if span >= min(small.shape):
            continue
        met = cv2.matchTemplate(small, _star_of(span), cv2.TM_CCOEFF_NORMED)
        _, value, _, at = cv2.minMaxLoc(met)
        if value > best:
            best, where, size = value, (int(at[0]), int(at[1])), span
    if best < 0.82:
        return ()
    x, y, reach = left + where[0] / scale, top + where[1] / scale, size / scale
    return (Mark("ai", "", (int(x), int(y), int(x + reach), int(y + reach))),)


def _star_of(span: int) -> Plane:
    """Draw an astroid of this many pixels, white on black, with soft edges."""
    at = np.abs(np.linspace(-1.15, 1.15, span * 4))
    inside = (at[:, None] ** 0.55 + at[None, :] ** 0.55 < 1).astype(np.uint8) * 255
    drawn: Plane = cv2.resize(inside, (span, span), interpolation=cv2.INTER_AREA).astype(np.uint8)
    return drawn


def _is_gone(mark: Mark, before: Pixels, after: Pixels) -> bool:
    assert mark.box is not None
    left, top, right, bottom = mark.box
    height, width = before.shape[:2]
    window = (
        slice(max(0, top - _MARGIN), min(height, bottom + _MARGIN)),
        slice(max(0, left - _MARGIN), min(width, right + _MARGIN)),
    )
    old, new = before[window], after[window]
    if _alike(_strokes(old), _strokes(new)) >= GONE_LIKENESS:
        return False
    if not mark.text:
        return True
    wanted = re.sub(r"\W", "", fold(mark.text))
    read = [re.sub(r"\W", "", fold(line.text)) for line in lettering.read(_raised(_enlarged(new)))]
    return not any(_likeness(wanted, text) >= READ_AGAIN_LIKENESS for text in [*read, "".join(read)])


def _enlarged(part: Pixels) -> Pixels:
    """Bring a small part to a size that letters are read well at."""
    scale = 256 / max(1, min(part.shape[:2]))
    if scale <= 1:
        return part
    scale = min(scale, 4.0)
    larger: Pixels = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC).astype(
        np.uint8
    )
    return larger


def _strokes(picture: Pixels) -> Strokes:
    """Return the fine structure of a picture's brightness, around zero."""
    return _strokes_of_grey(_grey(picture))


def _grey(picture: Pixels) -> Plane:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def _strokes_of_grey(grey: Plane) -> Strokes:
    around = cv2.GaussianBlur(grey, (0, 0), 4)
    return np.asarray(cv2.subtract(grey, around, dtype=cv2.CV_32F), np.float32)


def _scaled(picture: Pixels, scale: float) -> Pixels:
    if scale == 1.0:
        return picture
    smaller: Pixels = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(
        np.uint8
    )
    return smaller


def _alike(old: np.ndarray[Any, Any], new: np.ndarray[Any, Any]) -> float:
    """Return the correlation of two structures, whatever their contrast; negatives count as alike too."""
    norm = float(np.sqrt((old**2).sum() * (new**2).sum()))
    return abs(float((old * new).sum())) / norm if norm > 1e-3 else 0.0


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _is_claim(name: str, value: str) -> bool:
    """Tell a claim of rights from a mere name: a camera writes its owner into every photo."""
    if name == "digital_source_type":
        return "trainedAlgorithmicMedia" in value
    return name not in {"exif_artist", "xmp_creator", "iptc_byline"} or _kind_of(fold(value)) == "stock"


def _bounds(lines: Iterable[Line]) -> tuple[int, int, int, int]:
    points = [point for line in lines for point in line.box]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return max(0, math.floor(min(xs))), max(0, math.floor(min(ys))), math.ceil(max(xs)), math.ceil(max(ys))


def _extent(line: Line) -> tuple[float, float]:
    (ax, ay), (bx, by), (cx, cy) = line.box[0], line.box[1], line.box[2]
    return math.hypot(bx - ax, by - ay), math.hypot(cx - bx, cy - by)


def _tilt(line: Line) -> float:
    """Return the angle of a line of letters against the horizontal, -90 to 90 degrees."""
    (ax, ay), (bx, by) = line.box[0], line.box[1]
    return math.degrees(math.atan2(by - ay, bx - ax))
