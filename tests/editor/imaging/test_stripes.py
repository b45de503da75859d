"""A JPEG written in two halves is the same picture as one written in one piece."""

from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image

from editor.imaging import stripes
from tests import pictures

# Odd sides, a last row of blocks that is cut, and an odd number of rows of blocks.
SIZES = [(1024, 768), (1001, 503), (711, 809), (2048, 250)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", ["RGB", "YCbCr", "L"])
def test_both_halves_decode_as_the_whole_does(size: tuple[int, int], mode: str) -> None:
    picture = Image.fromarray(pictures.photo(*size)).convert(mode)
    whole = BytesIO()
    picture.save(whole, "JPEG", quality=95, subsampling=0)
    striped = stripes.jpeg(picture, 95)
    assert striped != whole.getvalue()
    one, other = Image.open(BytesIO(striped)), Image.open(whole)
    assert (one.size, one.mode) == (other.size, other.mode) == (size, "L" if mode == "L" else "RGB")
    assert np.array_equal(np.asarray(one), np.asarray(other))


@pytest.mark.parametrize("size", [(8, 8), (64, 48), (65_000, 8)])
def test_a_small_or_flat_picture_is_written_in_one_piece(size: tuple[int, int]) -> None:
    picture = Image.new("RGB", size, "teal")
    whole = BytesIO()
    picture.save(whole, "JPEG", quality=95, subsampling=0)
    assert stripes.jpeg(picture, 95) == whole.getvalue()


def test_other_decoders_read_it_too() -> None:
    picture = pictures.photo(1200, 900)
    data = stripes.jpeg(Image.fromarray(picture), 95)
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert decoded is not None
    assert np.array_equal(decoded, np.asarray(Image.open(BytesIO(data))))
