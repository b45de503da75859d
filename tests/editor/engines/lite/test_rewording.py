"""Another word is written where one stood: read again, in its place and colour."""

import cv2
import numpy as np
import pytest

from editor.engines.base import EditRequest, NotUnderstood, Pixels
from editor.engines.lite.engine import LiteEngine
from editor.imaging import lettering

INK = (250, 240, 200)


@pytest.fixture
def sign() -> Pixels:
    """A tilted sign with two lines."""
    sheet = np.full((360, 640, 3), (40, 70, 130), np.uint8)
    cv2.putText(sheet, "SUMMER SALE", (90, 160), cv2.FONT_HERSHEY_DUPLEX, 2.2, INK, 6, cv2.LINE_AA)
    cv2.putText(sheet, "all shoes", (220, 270), cv2.FONT_HERSHEY_DUPLEX, 1.4, INK, 3, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((320, 180), 5, 1)
    return np.asarray(cv2.warpAffine(sheet, turn, (640, 360), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def edit(image: Pixels, prompt: str) -> Pixels:
    return LiteEngine().edit(EditRequest(image=image, prompt=prompt)).image


def test_a_word_is_replaced_and_its_neighbours_stay(sign: Pixels) -> None:
    made = edit(sign, "change 'SALE' to 'OPEN'")
    read = [line.text.upper() for line in lettering.read(made)]
    assert any("SUMMER" in text and "OPEN" in text for text in read)
    assert not any("SALE" in text for text in read)
    changed = np.argwhere((made != sign).any(axis=2))
    assert changed[:, 1].min() > 300  # nothing left of the word
    assert np.array_equal(made[220:], sign[220:])


def test_the_new_word_has_the_old_ones_colour_and_size(sign: Pixels) -> None:
    (old,) = [line for line in lettering.read(sign) if "SUMMER" in line.text.upper()]
    made = edit(sign, "replace the text Summer Sale with Winter")
    (new,) = [line for line in lettering.read(made) if "WINTER" in line.text.upper()]
    heights = [np.linalg.norm(np.subtract(line.box[3], line.box[0])) for line in (old, new)]
    assert heights[1] == pytest.approx(heights[0], rel=0.25)
    left, top = np.min(new.box, axis=0).astype(int)
    right, bottom = np.max(new.box, axis=0).astype(int)
    brightest = made[top:bottom, left:right].reshape(-1, 3)
    nearest = np.abs(brightest.astype(int) - INK).sum(axis=1).min()
    assert nearest < 30


def test_a_word_that_is_not_there_is_declined(sign: Pixels) -> None:
    with pytest.raises(NotUnderstood, match="found no “Coffee”"):
        edit(sign, "change 'Coffee' to 'Tea'")


def test_letters_that_cannot_be_written_are_declined(sign: Pixels) -> None:
    with pytest.raises(NotUnderstood, match="cannot write “新”"):
        edit(sign, "把“SALE”改成“新品”")
