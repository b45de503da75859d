"""Marks on pixels and in files: found where they are, and not where there are none.

A handful of each kind; `benchmarks/marks.py` counts over hundreds.
"""

import numpy as np
import pytest

from editor.policy import marks
from editor.policy.marks import Mark
from tests.editor.policy import marked_pictures

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
