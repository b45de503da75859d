"""Faces are found, turned and small ones too, and made unrecognisable; elsewhere nothing changes."""

import cv2
import numpy as np
import pytest

from editor.engines.base import EditRequest, NotUnderstood, Pixels
from editor.engines.lite import faces
from editor.engines.lite.engine import LiteEngine
from tests.editor.engines.lite.photos import photo


@pytest.fixture
def crowd() -> Pixels:
    """One face large, one tilted by 40 degrees, one 25 pixels wide."""
    astronaut = photo("astronaut", 512)
    scene = np.full((1100, 1500, 3), 120, np.uint8)
    scene[80:592, 900:1412] = astronaut
    turn = cv2.getRotationMatrix2D((256, 256), 40, 1)
    scene[560:1072, 80:592] = cv2.warpAffine(astronaut, turn, (512, 512), borderValue=(120, 120, 120))
    scene[100:240, 200:340] = cv2.resize(astronaut, (140, 140), interpolation=cv2.INTER_AREA)
    return scene


def test_turned_and_small_faces_are_found(crowd: Pixels) -> None:
    found = faces.find(crowd)
    assert len(found) == 3
    assert min(face.width for face in found) < 35


@pytest.mark.parametrize("prompt", ["blur the faces", "pixelate all faces", "slightly blur the faces"])
def test_a_hidden_face_is_found_no_more_and_the_rest_keeps_its_bytes(prompt: str, crowd: Pixels) -> None:
    hidden = LiteEngine().edit(EditRequest(image=crowd, prompt=prompt, preserve=0.8)).image
    assert not [face for face in faces.find(hidden) if face.score > 0.6]
    mask = faces.mask_of(crowd)
    assert (mask > 0).mean() < 0.06
    assert np.array_equal(hidden[mask == 0], crowd[mask == 0])


def test_where_there_is_no_face_it_is_said() -> None:
    with pytest.raises(NotUnderstood, match="found no face"):
        LiteEngine().edit(EditRequest(image=photo("coffee", 600), prompt="blur the faces"))
