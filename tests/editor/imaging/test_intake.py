"""What becomes of an upload: size, place of every corner, colours, and what is no longer in it."""

import struct
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from editor.imaging import intake
from tests.editor.imaging import pictures
from tests.editor.imaging.pictures import CORNERS, corner_colors, corners, encoded, noisy, sideways

FORMATS = {"PNG": "png", "JPEG": "jpeg", "WEBP": "webp", "HEIF": "heic"}
ODD = (97, 61)
ROOT = Path(__file__).parents[3]


def assert_corners(data: bytes, *, within: int) -> None:
    pixels, _ = intake.read_pixels(data)
    off = np.abs(np.subtract(corner_colors(pixels), CORNERS)).max()
    assert off <= within


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("image_format", FORMATS)
def test_every_orientation_comes_out_upright(image_format: str, orientation: int) -> None:
    source = sideways(corners(*ODD), image_format, orientation)
    taken = intake.normalise(source)
    assert (taken.width, taken.height) == ODD
    assert (taken.original_width, taken.original_height) == ODD
    assert taken.source_format == FORMATS[image_format]
    assert not taken.was_resized
    assert_corners(taken.data, within=0 if image_format == "PNG" else 8)


@pytest.mark.parametrize("orientation", [1, 3, 6])
@pytest.mark.parametrize("image_format", ["PNG", "WEBP", "HEIF"])
def test_transparency_turns_with_the_picture(image_format: str, orientation: int) -> None:
    taken = intake.normalise(sideways(corners(*ODD, alpha=64), image_format, orientation))
    pixels, alpha = intake.read_pixels(taken.data)
    assert taken.has_alpha
    assert taken.media_type == "image/png"
    assert alpha is not None
    assert alpha.shape == pixels.shape[:2] == (61, 97)
    assert abs(int(alpha[30, 10]) - 64) <= 4
    assert alpha[30, 90] >= 251


@pytest.mark.parametrize("orientation", [1, 2, 6, 7])
@pytest.mark.parametrize("image_format", FORMATS)
def test_a_large_picture_is_fitted_into_the_box_and_stays_upright(
    image_format: str, orientation: int
) -> None:
    source = sideways(corners(301, 150), image_format, orientation)
    taken = intake.normalise(source, limits=intake.Limits(box=256))
    assert (taken.width, taken.height) == (256, 128)
    assert (taken.original_width, taken.original_height) == (301, 150)
    assert taken.was_resized
    assert taken.media_type == ("image/png" if image_format == "PNG" else "image/jpeg")
    assert_corners(taken.data, within=8)


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_heic_turned_by_its_properties_alone_is_turned_once(orientation: int) -> None:
    taken = intake.normalise(pictures.heic_turned_by_properties_only(corners(*ODD), orientation))
    assert (taken.width, taken.height) == ODD
    assert_corners(taken.data, within=8)


@pytest.mark.parametrize("orientation", [3, 6])
def test_a_stale_remark_in_a_heic_does_not_turn_it(orientation: int) -> None:
    taken = intake.normalise(pictures.heic_turned_by_exif_only(corners(*ODD), orientation))
    assert (taken.width, taken.height) == ODD
    assert_corners(taken.data, within=8)


def test_a_picture_is_never_enlarged() -> None:
    taken = intake.normalise(encoded(corners(32, 33), "PNG"))
    assert (taken.width, taken.height) == (32, 33)


def test_a_phone_photo_is_halved_while_decoding() -> None:
    taken = intake.normalise(sideways(corners(4032, 3024), "JPEG", 1, quality=60))
    assert (taken.width, taken.height) == (2016, 1512)
    assert taken.was_resized
    assert_corners(taken.data, within=8)


def test_a_large_grey_jpeg_stays_within_the_box() -> None:
    taken = intake.normalise(encoded(corners(5000, 700).convert("L"), "JPEG"))
    pixels, _ = intake.read_pixels(taken.data)
    assert (taken.width, taken.height) == (2048, 287)
    assert taken.media_type == "image/jpeg"
    assert np.ptp(pixels, axis=2).max() == 0


@pytest.mark.parametrize("image_format", ["PNG", "WEBP"])
def test_transparency_is_fitted_with_the_picture(image_format: str) -> None:
    source = encoded(corners(2300, 400, alpha=64), image_format)
    taken = intake.normalise(source)
    _, alpha = intake.read_pixels(taken.data)
    assert (taken.width, taken.height, taken.media_type) == (2048, 356, "image/png")
    assert alpha is not None
    assert (abs(int(alpha[100, 100]) - 64) <= 4, alpha[100, 2000]) == (True, 255)


def test_a_normal_jpeg_keeps_every_pixel_and_loses_its_metadata() -> None:
    source = encoded(
        noisy(301, 203), "JPEG", exif=pictures.exif(), xmp=pictures.XMP, comment=b"at home", quality=80
    )
    taken = intake.normalise(source + b"a preview behind the end")
    with Image.open(BytesIO(source)) as plain:
        assert np.array_equal(intake.read_pixels(taken.data)[0], np.asarray(plain))
    assert taken.media_type == "image/jpeg"
    assert len(taken.data) < len(source)
    assert taken.data.endswith(b"\xff\xd9")


@pytest.mark.parametrize("options", [{"progressive": True}, {"subsampling": 2}, {"keep_rgb": True}])
def test_every_way_to_write_a_normal_jpeg_survives_unchanged(options: dict[str, Any]) -> None:
    source = encoded(noisy(130, 87), "JPEG", **options, icc_profile=pictures.srgb())
    with Image.open(BytesIO(source)) as plain:
        assert np.array_equal(intake.read_pixels(intake.normalise(source).data)[0], np.asarray(plain))


def test_stray_bytes_between_segments_are_skipped() -> None:
    source = encoded(corners(*ODD), "JPEG")
    taken = intake.normalise(source[:20] + b"\0\0stray" + source[20:])
    assert b"stray" not in taken.data
    assert_corners(taken.data, within=4)


def test_a_thumbnail_in_the_jfif_header_goes() -> None:
    source = encoded(corners(*ODD), "JPEG")
    assert source[2:4] == b"\xff\xe0"
    body = source[6:18] + b"\x01\x01" + b"abc"
    taken = intake.normalise(source[:2] + b"\xff\xe0" + struct.pack(">H", len(body) + 2) + body + source[20:])
    assert b"abc" not in taken.data
    assert_corners(taken.data, within=4)


@pytest.mark.parametrize("image_format", FORMATS)
def test_metadata_goes_and_the_place_with_it(image_format: str) -> None:
    source = encoded(noisy(200, 120), image_format, exif=pictures.exif(6), xmp=pictures.XMP)
    assert b"GPS" in source
    taken = intake.normalise(source)
    for trace in (b"Exif", b"eXIf", b"GPS", b"xmpmeta", b"52.52", b"ICC_PROFILE", b"iCCP"):
        assert trace not in taken.data
    assert set(taken.rights) == {"content_credentials", "xmp_rights", "xmp_web_statement", "xmp_marked"}


@pytest.mark.parametrize("image_format", FORMATS)
def test_rights_are_remembered(image_format: str) -> None:
    tags = pictures.exif(artist="Alice", rights="(c) 2026 Alice")
    taken = intake.normalise(encoded(corners(*ODD), image_format, exif=tags, xmp=pictures.XMP))
    assert taken.rights["exif_artist"] == "Alice"
    assert taken.rights["exif_copyright"] == "(c) 2026 Alice"
    assert taken.rights["xmp_rights"] == "© Alice & Co"
    assert taken.rights["xmp_web_statement"] == "https://example.org/licence"
    assert taken.rights["xmp_marked"] is True
    assert taken.rights["content_credentials"] is False


def test_an_iptc_notice_is_remembered() -> None:
    dataset = b"\x1c\x02\x74" + struct.pack(">H", 10) + b"(c) Agency"
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(dataset)) + dataset + b"\0" * (len(dataset) % 2)
    source = pictures.with_jpeg_segment(encoded(corners(*ODD), "JPEG"), 0xED, b"Photoshop 3.0\0" + resource)
    assert intake.normalise(source).rights["iptc_copyright"] == "(c) Agency"


def test_content_credentials_are_noticed() -> None:
    jpeg = pictures.with_jpeg_segment(encoded(corners(*ODD), "JPEG"), 0xEB, b"JP\0\1\0\0\0\1jumbc2pa")
    png = pictures.with_png_chunk(encoded(corners(*ODD), "PNG"), b"caBX", b"jumbc2pa")
    assert intake.normalise(jpeg).rights["content_credentials"] is True
    assert intake.normalise(png).rights["content_credentials"] is True


def test_a_long_notice_is_cut() -> None:
    tags = pictures.exif(rights="x" * 5000)
    assert intake.normalise(encoded(corners(*ODD), "JPEG", exif=tags)).rights["exif_copyright"] == "x" * 300


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("size", [(2049, 257), (2048, 256), (33, 47)])
def test_what_is_declared_is_what_decodes(image_format: str, size: tuple[int, int]) -> None:
    taken = intake.normalise(encoded(corners(*size), image_format))
    pixels, alpha = intake.read_pixels(taken.data)
    assert pixels.shape == (taken.height, taken.width, 3)
    assert max(taken.width, taken.height) <= 2048
    assert alpha is None


def test_a_picture_that_hides_nothing_is_opaque() -> None:
    taken = intake.normalise(encoded(corners(*ODD, alpha=255), "PNG"))
    assert not taken.has_alpha


def test_lossless_webp_is_known_and_exact() -> None:
    source = noisy(120, 90)
    taken = intake.normalise(encoded(source, "WEBP", lossless=True))
    assert taken.is_lossless
    assert np.array_equal(intake.read_pixels(taken.data)[0], np.asarray(source))
    assert not intake.normalise(encoded(source, "WEBP")).is_lossless


def test_a_large_png_is_divided_by_a_whole_number_where_that_is_close_enough() -> None:
    taken = intake.normalise(encoded(corners(4000, 512), "PNG"))
    assert (taken.width, taken.height) == (2000, 256)
    assert_corners(taken.data, within=0)


@pytest.mark.parametrize("options", [{"subsampling": 0}, {"subsampling": 2}, {"progressive": True}])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_jpeg_of_ours_is_read_as_every_reader_shows_it(mode: str, options: dict[str, int]) -> None:
    data = encoded(noisy(333, 251).convert(mode), "JPEG", quality=90, **options)
    pixels, alpha = intake.read_pixels(data)
    assert alpha is None
    assert np.array_equal(pixels, np.asarray(Image.open(BytesIO(data)).convert("RGB")))


def test_a_stored_jpeg_that_is_cut_off_is_not_shown_in_grey() -> None:
    data = encoded(noisy(333, 251), "JPEG", quality=90)
    with pytest.raises(OSError, match="truncated"):
        intake.read_pixels(data[: len(data) // 2])


def test_the_web_loads_no_decoder_of_foreign_bytes() -> None:
    """The parent reads our own PNG and JPEG; libheif and the file readers stay in the child."""
    code = "import sys, editor.imaging.intake; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"pillow_heif", "cv2", "django", "editor.imaging.decoding"} & {*loaded.stdout.split()}
