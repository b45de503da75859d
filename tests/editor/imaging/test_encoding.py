"""Results are written in a format that can hold them, without loss where that was promised."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from PIL.JpegImagePlugin import get_sampling

from editor.imaging import encoding
from editor.imaging.encoding import OutputFormat
from editor.imaging.pixels import Plane
from tests.editor.imaging.small_engine import photo, psnr


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def fading(width: int, height: int) -> Plane:
    return np.tile(np.linspace(0, 255, width).astype(np.uint8), (height, 1))


@pytest.mark.parametrize(
    ("source_format", "has_alpha", "asked", "chosen"),
    [
        ("png", False, None, "png"),
        ("jpeg", False, None, "jpeg"),
        ("webp", False, None, "webp"),
        ("heic", False, None, "jpeg"),
        ("jpeg", True, None, "png"),
        ("heic", True, None, "png"),
        ("webp", True, None, "webp"),
        ("png", False, "jpeg", "jpeg"),
        ("png", True, "jpeg", "png"),
        ("jpeg", False, "webp", "webp"),
        ("heic", True, "webp", "webp"),
    ],
)
def test_the_format_is_the_sources_unless_asked_otherwise(
    source_format: str, has_alpha: bool, asked: OutputFormat | None, chosen: OutputFormat
) -> None:
    assert encoding.output_format_for(source_format, has_alpha=has_alpha, asked=asked) == chosen


@pytest.mark.parametrize(("image_format", "lossless"), [("png", False), ("png", True), ("webp", True)])
@pytest.mark.parametrize("has_alpha", [False, True])
def test_lossless_formats_keep_every_bit_even_under_clear_pixels(
    image_format: OutputFormat, lossless: bool, has_alpha: bool
) -> None:
    picture = photo("coffee", 301, 203)
    alpha = fading(301, 203) if has_alpha else None
    read = np.asarray(opened(encoding.encode(picture, alpha, format=image_format, lossless=lossless)))
    assert np.array_equal(read[..., :3], picture)
    assert read.shape[2] == (4 if has_alpha else 3)
    if alpha is not None:
        assert np.array_equal(read[..., 3], alpha)


def test_jpeg_keeps_the_full_resolution_of_color() -> None:
    read = opened(encoding.encode(photo("coffee", 400, 300), None, format="jpeg"))
    assert get_sampling(read) == 0
    assert psnr(photo("coffee", 400, 300), np.asarray(read)) > 38


def test_lossy_webp_keeps_its_alpha() -> None:
    data = encoding.encode(photo("coffee", 400, 300), fading(400, 300), format="webp")
    assert np.array_equal(np.asarray(opened(data))[..., 3], fading(400, 300))
    assert len(data) < len(encoding.encode(photo("coffee", 400, 300), None, format="webp", lossless=True))


@pytest.mark.parametrize("image_format", ["png", "jpeg", "webp"])
def test_nothing_is_written_beside_the_pixels(image_format: OutputFormat) -> None:
    read = opened(encoding.encode(photo("coffee", 200, 150), None, format=image_format))
    assert read.format == image_format.upper()
    assert not set(read.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background"}
    assert not read.getexif()


@pytest.mark.parametrize("image_format", ["png", "jpeg", "webp"])
def test_the_same_pixels_give_the_same_bytes(image_format: OutputFormat) -> None:
    picture = photo("coffee", 200, 150)
    once = encoding.encode(picture, None, format=image_format)
    assert once == encoding.encode(picture.copy(), None, format=image_format)


def test_a_jpeg_is_never_asked_to_hold_alpha() -> None:
    with pytest.raises(AssertionError):
        encoding.encode(photo("coffee", 64, 64), fading(64, 64), format="jpeg")


@pytest.mark.parametrize("size", [(1600, 900), (900, 1600), (2000, 250), (384, 384)])
def test_a_thumbnail_fits_and_keeps_its_aspect(size: tuple[int, int]) -> None:
    read = opened(encoding.thumbnail(photo("coffee", *size), None, side_max=384))
    assert max(read.size) == 384
    assert read.size[0] / read.size[1] == pytest.approx(size[0] / size[1], rel=0.02)


def test_a_thumbnail_of_a_small_picture_is_not_enlarged() -> None:
    assert opened(encoding.thumbnail(photo("coffee", 40, 32), None, side_max=384)).size == (40, 32)


def test_a_thumbnail_shows_a_checkerboard_where_nothing_is() -> None:
    black = np.zeros((200, 400, 3), np.uint8)
    alpha = np.zeros((200, 400), np.uint8)
    alpha[:, 200:] = 255
    read = np.asarray(opened(encoding.thumbnail(black, alpha, side_max=384)).convert("L"))
    assert {round(int(level) / 31) for level in (read[4, 4], read[4, 12])} == {8, 7}
    assert read[:, 210:].max() < 10
