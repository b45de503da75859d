"""The invisible mark: only in what changed, unseen, found again after what people do to pictures."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from editor.imaging import encoding, intake, mark

KEY = "a site's own key"
Photo = NDArray[np.uint8]


def photo(name: str) -> Photo:
    """Return one of scikit-image's photographs, 768 px wide."""
    picture = np.asarray(getattr(data, name)())
    scale = 768 / picture.shape[1]
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def strength(picture: Photo, key: str = KEY) -> float:
    grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
    return mark.strength(np.asarray(grey, np.uint8), key)


def jpeg_75(picture: Photo) -> Photo:
    _, coded = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, 75))
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def half(picture: Photo) -> Photo:
    height, width = picture.shape[:2]
    return np.asarray(cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8)


def crop(picture: Photo) -> Photo:
    height, width = picture.shape[:2]
    return picture[height // 13 : -height // 40, width // 31 : -width // 15]


@pytest.fixture(params=["astronaut", "chelsea", "coffee", "rocket"])
def plain(request: pytest.FixtureRequest) -> Photo:
    return photo(request.param)


def test_it_is_found_again_after_jpeg_halving_and_cropping_and_is_not_seen(plain: Photo) -> None:
    marked = mark.lay(plain, 255 - plain, KEY)
    assert cv2.PSNR(marked, plain) >= 40
    for change in (jpeg_75, half, crop, lambda picture: jpeg_75(half(crop(picture)))):
        assert strength(change(marked)) >= mark.FOUND
    assert strength(plain) < mark.FOUND
    assert strength(marked, "another site's key") < mark.FOUND


def test_no_pixel_that_the_edit_left_alone_is_touched() -> None:
    source = photo("astronaut")
    edited = source.copy()
    edited[200:500, 100:700] = 255 - edited[200:500, 100:700]
    marked = mark.lay(edited, source, KEY)
    same = (edited == source).all(axis=2)
    assert np.array_equal(marked[same], source[same])
    assert strength(marked) >= mark.FOUND
    assert np.array_equal(mark.lay(source, source, KEY), source)


def test_a_picture_too_small_for_it_is_left_alone() -> None:
    small = photo("coffee")[:127, :300]
    assert mark.lay(small, 255 - small, KEY) is small
    assert strength(small) < mark.FOUND


def test_it_survives_each_format_as_we_write_it(plain: Photo) -> None:
    marked = mark.lay(plain, 255 - plain, KEY)
    for kind in ("png", "jpeg", "webp"):
        pixels, _ = intake.read_pixels(encoding.encode(marked, None, format=kind))
        assert strength(pixels) >= mark.FOUND
