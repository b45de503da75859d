"""Colours: whatever a file's numbers mean, the normalised picture means the same in sRGB."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms

from editor.imaging import intake
from tests.editor.imaging import pictures
from tests.editor.imaging.pictures import corners, encoded

SIZE = (64, 48)


def middle(data: bytes) -> tuple[int, ...]:
    pixels, _ = intake.read_pixels(data)
    return tuple(int(v) for v in pixels[pixels.shape[0] // 2, pixels.shape[1] // 2])


def flat(color: tuple[int, ...] | int, mode: str = "RGB", size: tuple[int, int] = SIZE) -> Image.Image:
    return Image.new(mode, size, color)


def near(found: tuple[int, ...], wanted: tuple[int, ...], within: int) -> bool:
    return max(abs(int(a) - int(b)) for a, b in zip(found, wanted, strict=True)) <= within


# Worked out by hand from the primaries: P3 (200, 100, 50) is sRGB (215, 93, 31); a full P3 red lies outside.
P3 = [((200, 100, 50), (215, 93, 31)), ((255, 0, 0), (255, 0, 0)), ((128, 128, 128), (128, 128, 128))]


@pytest.mark.parametrize(("stored", "shown"), P3)
@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "HEIF"])
def test_display_p3_becomes_srgb(
    image_format: str, stored: tuple[int, int, int], shown: tuple[int, int, int]
) -> None:
    taken = intake.normalise(encoded(flat(stored), image_format, icc_profile=pictures.display_p3()))
    assert near(middle(taken.data), shown, 2 if image_format == "PNG" else 6)


def test_a_heic_described_by_codes_becomes_srgb() -> None:
    codes = {
        "color_primaries": 12,
        "transfer_characteristics": 13,
        "matrix_coefficients": 6,
        "full_range_flag": 1,
    }
    taken = intake.normalise(encoded(flat((200, 100, 50)), "HEIF", nclx_profile=codes))
    assert near(middle(taken.data), (215, 93, 31), 6)


def test_a_large_display_p3_photo_is_converted_in_both_halves() -> None:
    taken = intake.normalise(
        encoded(flat((200, 100, 50), size=(4032, 3024)), "JPEG", icc_profile=pictures.display_p3())
    )
    pixels, _ = intake.read_pixels(taken.data)
    assert taken.media_type == "image/jpeg"
    assert near(tuple(pixels[3, 5]), (215, 93, 31), 3)
    assert near(tuple(pixels[-4, -6]), (215, 93, 31), 3)


def test_transparency_survives_colour_conversion() -> None:
    taken = intake.normalise(
        encoded(flat((200, 100, 50, 100), "RGBA"), "PNG", icc_profile=pictures.display_p3())
    )
    _, alpha = intake.read_pixels(taken.data)
    assert near(middle(taken.data), (215, 93, 31), 2)
    assert alpha is not None
    assert (alpha == 100).all()


def test_an_srgb_profile_changes_nothing_under_any_name() -> None:
    source = pictures.noisy(90, 70)
    taken = intake.normalise(encoded(source, "PNG", icc_profile=pictures.srgb()))
    assert np.array_equal(intake.read_pixels(taken.data)[0], np.asarray(source))


@pytest.mark.parametrize("profile", [b"not a profile", b"\0" * 4000, pictures.display_p3()[:700]])
def test_a_broken_profile_is_ignored(profile: bytes) -> None:
    taken = intake.normalise(encoded(flat((200, 100, 50)), "PNG", icc_profile=profile))
    assert near(middle(taken.data), (200, 100, 50), 0)


def test_a_profile_for_other_channels_is_ignored() -> None:
    taken = intake.normalise(encoded(flat((200, 100, 50)), "PNG", icc_profile=pictures.print_profile()))
    assert middle(taken.data) == (200, 100, 50)


# Ink and the colour of the light it leaves.
INKS = [((255, 0, 0, 0), (0, 255, 255)), ((0, 255, 255, 0), (255, 0, 0)), ((0, 0, 0, 255), (0, 0, 0))]


@pytest.mark.parametrize(("ink", "light"), INKS)
def test_a_cmyk_jpeg_without_a_profile_keeps_its_colours(
    ink: tuple[int, int, int, int], light: tuple[int, int, int]
) -> None:
    taken = intake.normalise(encoded(flat(ink, "CMYK"), "JPEG"))
    assert near(middle(taken.data), light, 3)
    assert taken.media_type == "image/png"


@pytest.mark.parametrize(("ink", "light"), INKS)
def test_a_cmyk_jpeg_goes_through_its_profile(
    ink: tuple[int, int, int, int], light: tuple[int, int, int]
) -> None:
    taken = intake.normalise(encoded(flat(ink, "CMYK"), "JPEG", icc_profile=pictures.print_profile()))
    assert near(middle(taken.data), light, 12)


def test_a_cmyk_profile_decides_between_the_inks() -> None:
    """Half black: the table is linear in Lab, so it gives 119 where plain arithmetic gives 127."""
    taken = intake.normalise(
        encoded(flat((0, 0, 0, 128), "CMYK"), "JPEG", icc_profile=pictures.print_profile())
    )
    plain = intake.normalise(encoded(flat((0, 0, 0, 128), "CMYK"), "JPEG"))
    assert near(middle(taken.data), (119, 119, 119), 3)
    assert near(middle(plain.data), (127, 127, 127), 2)


def test_a_cmyk_jpeg_that_adobe_did_not_write_is_not_inverted() -> None:
    data = encoded(flat((0, 255, 255, 0), "CMYK"), "JPEG")
    at = data.index(b"\xff\xee")
    plain = data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") :]
    # The same numbers now mean the inverse: full cyan and black.
    assert near(middle(intake.normalise(plain).data), (0, 0, 0), 3)


def test_a_large_cmyk_jpeg_is_fitted() -> None:
    taken = intake.normalise(encoded(flat((255, 0, 0, 0), "CMYK", (4100, 1000)), "JPEG"))
    assert (taken.width, taken.height, taken.media_type) == (2048, 500, "image/jpeg")
    assert near(middle(taken.data), (0, 255, 255), 4)


@pytest.mark.parametrize("image_format", ["PNG", "JPEG"])
def test_grey_with_a_profile_becomes_srgb(image_format: str) -> None:
    taken = intake.normalise(encoded(flat(128, "L"), image_format, icc_profile=pictures.grey_profile(1.0)))
    # Half the light is 188 in sRGB.
    assert near(middle(taken.data), (188, 188, 188), 2)


def test_grey_with_an_rgb_profile_is_read_through_it() -> None:
    srgb = encoded(flat(77, "L"), "JPEG", icc_profile=pictures.srgb())
    assert near(middle(intake.normalise(srgb).data), (77, 77, 77), 1)


def test_grey_and_alpha() -> None:
    taken = intake.normalise(encoded(flat((90, 120), "LA"), "PNG"))
    _, alpha = intake.read_pixels(taken.data)
    assert middle(taken.data) == (90, 90, 90)
    assert alpha is not None
    assert (alpha == 120).all()


def test_one_bit() -> None:
    source = corners(*SIZE).convert("1")
    taken = intake.normalise(encoded(source, "PNG"))
    assert np.array_equal(intake.read_pixels(taken.data)[0][..., 0], np.asarray(source) * np.uint8(255))


def test_a_palette_with_a_transparent_entry() -> None:
    source = corners(*SIZE).quantize(4)
    hidden = source.getpixel((0, 0))
    taken = intake.normalise(encoded(source, "PNG", transparency=hidden))
    pixels, alpha = intake.read_pixels(taken.data)
    assert alpha is not None
    assert (alpha[0, 0], alpha[-1, -1]) == (0, 255)
    assert near(tuple(pixels[-1, -1]), pictures.YELLOW, 2)


def test_a_palette_with_degrees_of_transparency() -> None:
    source = corners(*SIZE).quantize(4)
    taken = intake.normalise(encoded(source, "PNG", transparency=bytes([10, 20, 30, 40])))
    _, alpha = intake.read_pixels(taken.data)
    assert alpha is not None
    assert set(np.unique(alpha)) == {10, 20, 30, 40}


def test_a_transparent_colour() -> None:
    taken = intake.normalise(encoded(corners(*SIZE), "PNG", transparency=pictures.RED))
    _, alpha = intake.read_pixels(taken.data)
    assert alpha is not None
    assert (alpha[0, 0], alpha[0, -1]) == (0, 255)


def test_16_bits_of_grey_become_8() -> None:
    ramp = np.linspace(0, 65535, 64 * 48, dtype=np.uint16).reshape(48, 64)
    taken = intake.normalise(encoded(Image.fromarray(ramp), "PNG"))
    pixels, _ = intake.read_pixels(taken.data)
    assert np.abs(pixels[..., 0].astype(int) - ramp / 257).max() <= 1


def test_16_bits_of_grey_with_a_transparent_level() -> None:
    levels = np.full((48, 64), 0x8001, np.uint16)
    levels[:24] = 0x8002
    data = pictures.with_png_chunk(encoded(Image.fromarray(levels), "PNG"), b"tRNS", b"\x80\x01")
    _, alpha = intake.read_pixels(intake.normalise(data).data)
    assert alpha is not None
    assert (alpha[0, 0], alpha[-1, 0]) == (255, 0)


def test_16_bits_of_colour_become_8() -> None:
    data = pictures.png_16_bits((40_000, 20_000, 1_000), SIZE)
    assert near(middle(intake.normalise(data).data), (156, 78, 4), 1)


def test_four_bits_of_grey_with_a_transparent_level() -> None:
    data = pictures.png_4_bits_grey(SIZE, left=5, right=9, hidden=5)
    pixels, alpha = intake.read_pixels(intake.normalise(data).data)
    assert alpha is not None
    assert (alpha[0, 0], alpha[0, -1]) == (0, 255)
    assert pixels[0, -1, 0] == 9 * 17


def test_hdr_white_is_white() -> None:
    """Graphics white in PQ is 58 % of the signal; shown as it stands it would be a dull grey."""
    codes = {
        "color_primaries": 9,
        "transfer_characteristics": 16,
        "matrix_coefficients": 9,
        "full_range_flag": 1,
    }
    taken = intake.normalise(encoded(flat((148, 148, 148)), "HEIF", nclx_profile=codes))
    assert min(middle(taken.data)) >= 245


def test_our_conversion_agrees_with_littlecms_on_the_full_picture() -> None:
    source = pictures.noisy(300, 200)
    profile = ImageCms.ImageCmsProfile(BytesIO(pictures.display_p3()))
    wanted = ImageCms.profileToProfile(source, profile, ImageCms.createProfile("sRGB"))
    assert wanted is not None
    taken = intake.normalise(encoded(source, "PNG", icc_profile=pictures.display_p3()))
    assert np.abs(intake.read_pixels(taken.data)[0].astype(int) - np.asarray(wanted)).max() <= 1
