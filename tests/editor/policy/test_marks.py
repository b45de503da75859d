"""Marks on pixels and in files: found where they are, and not where there are none.

A handful of each kind; `benchmarks/marks.py` counts over hundreds.
"""

import numpy as np
import pytest

from editor.policy import marks
from editor.policy.marks import Mark
from tests.editor.policy import marked_pictures
from tests.pictures import photo

pytest.importorskip("rapidocr")


@pytest.mark.parametrize("kind", ["notice", "tiled"])
def test_a_mark_is_found(kind: marked_pictures.Kind) -> None:
    assert marks.find(marked_pictures.marked(kind, 40_001))


def test_ordinary_writing_is_no_mark() -> None:
    assert marks.find(marked_pictures.ordinary(40_002)) == ()


def test_a_mask_covers_a_mark_or_only_grazes_it() -> None:
    mark = Mark("notice", "© 2020 Jane Miller", (100, 100, 300, 120))
    mask = np.zeros((200, 400), np.uint8)
    mask[0:101, :] = 255
    assert marks.covered([mark], mask) is None
    mask[90:130, 80:200] = 255
    assert marks.covered([mark], mask) == mark


def test_what_a_file_claims_is_told_but_a_camera_s_owner_is_no_claim() -> None:
    rights: dict[str, str | bool] = {
        "exif_artist": "Jane Miller",
        "exif_copyright": "© Getty Images",
        "content_credentials": True,
    }
    assert [mark.kind for mark in marks.claimed(rights)] == ["metadata", "credentials"]
    assert marks.claimed({"exif_artist": "Jane Miller", "content_credentials": False}) == ()


def test_a_change_of_tone_keeps_strokes_and_a_cover_does_not() -> None:
    before = marked_pictures.marked("notice", 40_004)
    brighter = np.clip(before.astype(np.int16) + 20, 0, 255).astype(np.uint8)
    flat = before.copy()
    flat[flat.shape[0] // 2 :] = 90
    assert marks.keeps_its_strokes(before, brighter)
    assert not marks.keeps_its_strokes(before, flat)


def test_whom_metadata_names_is_told_without_the_words_around() -> None:
    rights: dict[str, str | bool] = {
        "exif_copyright": "Copyright © 2019 Jane Miller. All rights reserved",
        "xmp_creator": "Jane Miller",
        "iptc_credit": "Some Agency",
        "content_credentials": False,
    }
    assert marks.holders(rights) == ("jane miller", "some agency")


def starred(span: int, *, brightness: int = 235, share: float = 0.8) -> np.ndarray:
    """Return a photo with the pale four-pointed star of an AI product in its lower right corner."""
    picture = photo(900, 700).astype(np.float32)
    star = marks._star_of(span).astype(np.float32)[..., None] / 255 * share
    spot = picture[700 - 40 - span : 700 - 40, 900 - 40 - span : 900 - 40]
    spot += (brightness - spot) * star
    return picture.clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("span", [36, 48, 64])
@pytest.mark.parametrize("share", [0.5, 0.8])
def test_the_star_of_an_ai_label_is_found_where_it_is(span: int, share: float) -> None:
    found = [mark for mark in marks.find(starred(span, share=share)) if mark.kind == "ai"]
    assert len(found) == 1
    assert found[0].box is not None
    left, top, right, bottom = found[0].box
    middle = (left + right) / 2, (top + bottom) / 2
    assert abs(middle[0] - (860 - span / 2)) < 10
    assert abs(middle[1] - (660 - span / 2)) < 10


def test_no_star_is_seen_where_there_is_none() -> None:
    for seed in range(40_010, 40_018):
        assert [mark for mark in marks.find(marked_pictures.ordinary(seed)) if mark.kind == "ai"] == []


def test_a_star_that_is_gone_is_lost_and_one_that_is_dimmed_is_not() -> None:
    before = starred(48)
    found = [mark for mark in marks.find(before) if mark.kind == "ai"]
    darker = (before * 0.8).astype(np.uint8)
    assert marks.lost(found, before, darker) == ()
    gone = before.copy()
    gone[560:, 760:] = gone[560:, 620:760]
    assert marks.lost(found, before, gone) == tuple(found)
