"""A result lies over its source: same size, untouched outside the mask, never more opaque."""

from io import BytesIO

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from editor.imaging import encoding
from editor.imaging.frame import Framed, lay_over, seam_weight
from editor.imaging.pixels import Plane
from editor.imaging.registration import NO_DRIFT
from tests.editor.imaging import small_engine
from tests.editor.imaging.small_engine import photo, psnr, resized

SIZES = [(32, 32), (33, 47), (256, 32), (45, 360), (501, 377)]


def disk(width: int, height: int, radius: int, *, value: int = 255) -> Plane:
    plane = np.zeros((height, width), np.uint8)
    cv2.circle(plane, (width // 2, height // 2), radius, value, -1)
    return plane


def alpha_of(framed: Framed) -> Plane:
    assert framed.alpha is not None
    return framed.alpha


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("output_size", ["tiny", "square", "half", "double", "by16", "same"])
def test_a_result_has_its_sources_size_whatever_the_engine_returns(
    size: tuple[int, int], output_size: str
) -> None:
    width, height = size
    source = photo("coffee", width, height)
    asked = {
        "tiny": (16, 16),
        "square": (1024, 1024),
        "half": (width // 2, height // 2),
        "double": (width * 2, height * 2),
        "by16": (round(width / 16) * 16, round(height / 16) * 16),
        "same": size,
    }[output_size]
    random = np.random.default_rng(width)
    for output in (
        cv2.resize(source, asked, interpolation=cv2.INTER_AREA),
        random.integers(0, 256, (*asked[::-1], 3)),
    ):
        framed = lay_over(source, output.astype(np.uint8))
        assert framed.image.shape == source.shape
        assert framed.image.dtype == np.uint8
        assert framed.alpha is None


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_source_resampled_to_another_size_comes_back_as_itself(size: tuple[int, int]) -> None:
    source = photo("coffee", *size)
    for share in (0.6, 1.5):
        output = resized(source, round(size[0] * share), round(size[1] * share))
        framed = lay_over(source, output)
        assert psnr(source, framed.image) > 45
        assert framed.is_unchanged


def test_an_engine_that_returns_the_source_gives_it_back_bit_for_bit() -> None:
    source = photo("coffee", 900, 600)
    framed = lay_over(source, source.copy())
    assert np.array_equal(framed.image, source)
    assert (framed.changed, framed.outside_max_diff, framed.drift) == (0.0, None, NO_DRIFT)
    assert framed.is_unchanged


@pytest.mark.parametrize(
    "style",
    ["warmer", "brighter", "black_and_white", "sepia", "blurred", "denoised", "pencil_sketch", "cartoon"],
)
def test_an_edit_at_full_size_is_let_through_untouched(style: str) -> None:
    source = photo("chelsea", 1200, 850)
    output = getattr(small_engine, style)(source)
    framed = lay_over(source, output)
    assert np.array_equal(framed.image, output)
    assert not framed.is_unchanged


def test_nothing_given_is_written_to() -> None:
    source, output = photo("coffee", 300, 200).copy(), photo("chelsea", 300, 200).copy()
    alpha, mask = np.full((200, 300), 90, np.uint8), disk(300, 200, 60)
    given_ones = [a.copy() for a in (source, output, alpha, mask)]
    framed = lay_over(source, output, source_alpha=alpha, output_alpha=alpha, mask=mask)
    framed.image[:], alpha_of(framed)[:] = 7, 7
    assert all(np.array_equal(a, b) for a, b in zip((source, output, alpha, mask), given_ones, strict=True))


@pytest.mark.parametrize("side", [1, 7])
def test_an_output_of_a_few_pixels_still_makes_a_result(side: int) -> None:
    output = np.full((side, side, 3), 90, np.uint8)
    assert lay_over(photo("coffee", 300, 200), output).image.shape == (200, 300, 3)


def test_an_output_whose_channels_run_backwards_is_taken() -> None:
    source = photo("coffee", 300, 200)
    assert np.array_equal(lay_over(source, source[..., ::-1]).image, source[..., ::-1])


def test_a_full_size_output_that_slid_is_put_back() -> None:
    source = photo("coffee", 1200, 850)
    slid = cv2.warpAffine(
        source, np.array([[1.0, 0, 4], [0, 1, -3]]), (1200, 850), borderMode=cv2.BORDER_REFLECT
    )
    framed = lay_over(source, slid.astype(np.uint8))
    assert (round(framed.drift.dx), round(framed.drift.dy)) == (4, -3)
    assert psnr(source, framed.image) > 45
    assert framed.is_unchanged


class TestWithAMask:
    @settings(max_examples=40, deadline=None)
    @given(
        st.integers(0, 2**32 - 1),
        st.integers(32, 90),
        st.integers(32, 90),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    )
    def test_every_pixel_outside_is_bit_identical_after_a_png_round_trip(
        self, seed: int, width: int, height: int, is_soft: bool, has_alpha: bool, is_small: bool
    ) -> None:
        random = np.random.default_rng(seed)
        source = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
        size = (max(8, height // 2), max(8, width // 2)) if is_small else (height, width)
        output = random.integers(0, 256, (*size, 3), dtype=np.uint8)
        output_alpha = random.integers(0, 256, size, dtype=np.uint8) if has_alpha else None
        mask = (random.random((height, width)) < random.random()).astype(np.uint8) * 255
        if is_soft:
            mask &= random.integers(0, 256, mask.shape, dtype=np.uint8)
        framed = lay_over(source, output, output_alpha=output_alpha, mask=mask)
        saved = Image.open(BytesIO(encoding.encode(framed.image, framed.alpha, format="png")))
        outside = mask == 0
        assert np.array_equal(np.asarray(saved.convert("RGB"))[outside], source[outside])
        assert framed.alpha is None or (framed.alpha[outside] == 255).all()
        assert framed.outside_max_diff == 0

    def test_the_middle_is_the_engines(self) -> None:
        source, output = photo("coffee", 1200, 850), photo("chelsea", 1200, 850)
        mask = disk(1200, 850, 200)
        framed = lay_over(source, output, mask=mask)
        middle = disk(1200, 850, 190) > 0
        assert np.array_equal(framed.image[middle], output[middle])

    def test_the_seam_is_feathered_inside(self) -> None:
        source, output = np.zeros((800, 2000, 3), np.uint8), np.full((800, 2000, 3), 240, np.uint8)
        mask = np.zeros((800, 2000), np.uint8)
        mask[:, 1000:] = 255
        row = lay_over(source, output, mask=mask).image[400, :, 0].astype(int)
        assert (row[:1000] == 0).all()
        assert (row[1010:] == 240).all()
        assert 0 < row[1000] < 60
        assert (np.diff(row[999:1011]) >= 0).all()
        assert np.diff(row[999:1011]).max() < 60

    def test_the_pictures_own_border_is_no_seam(self) -> None:
        mask = np.zeros((300, 400), np.uint8)
        mask[:, 200:] = 255
        weight = seam_weight(mask)
        assert (weight[:, -1] == 1).all()
        assert (weight[0, 250:] == 1).all()

    def test_a_mask_over_everything_lets_everything_through(self) -> None:
        source, output = photo("coffee", 300, 200), photo("chelsea", 300, 200)
        framed = lay_over(source, output, mask=np.full((200, 300), 255, np.uint8))
        assert np.array_equal(framed.image, output)

    def test_an_empty_mask_lets_nothing_through(self) -> None:
        source, output = photo("coffee", 300, 200), photo("chelsea", 300, 200)
        framed = lay_over(source, output, mask=np.zeros((200, 300), np.uint8))
        assert np.array_equal(framed.image, source)
        assert framed.is_unchanged

    def test_a_spot_of_a_few_pixels_is_still_edited(self) -> None:
        weight = seam_weight(disk(2000, 1500, 4))
        assert weight[750, 1000] == 1

    def test_a_soft_mask_mixes(self) -> None:
        source, output = np.zeros((200, 200, 3), np.uint8), np.full((200, 200, 3), 200, np.uint8)
        framed = lay_over(source, output, mask=disk(200, 200, 60, value=128))
        assert abs(int(framed.image[100, 100, 0]) - 100) <= 1

    def test_alpha_outside_stays_the_sources(self) -> None:
        source = photo("coffee", 300, 200)
        mask = disk(300, 200, 50)
        source_alpha = np.tile(np.arange(300, dtype=np.uint16) * 255 // 299, (200, 1)).astype(np.uint8)
        framed = lay_over(
            source, source, source_alpha=source_alpha, output_alpha=np.zeros((200, 300), np.uint8), mask=mask
        )
        assert np.array_equal(alpha_of(framed)[mask == 0], source_alpha[mask == 0])
        assert alpha_of(framed)[100, 150] == 0
        assert framed.outside_max_diff == 0


class TestAlpha:
    def test_is_the_smaller_of_both(self) -> None:
        source = photo("coffee", 120, 80)
        random = np.random.default_rng(1)
        ours, theirs = random.integers(0, 256, (2, 80, 120), dtype=np.uint8)
        framed = lay_over(source, source, source_alpha=ours, output_alpha=theirs)
        assert np.array_equal(alpha_of(framed), np.minimum(ours, theirs))

    def test_of_an_opaque_source_and_engine_is_none(self) -> None:
        source = photo("coffee", 120, 80)
        assert lay_over(source, source, output_alpha=np.full((80, 120), 255, np.uint8)).alpha is None

    def test_of_the_source_survives_an_engine_that_knows_none(self) -> None:
        source, alpha = photo("coffee", 120, 80), disk(120, 80, 30)
        framed = lay_over(source, photo("chelsea", 120, 80), source_alpha=alpha)
        assert np.array_equal(alpha_of(framed), alpha)

    def test_of_another_size_is_brought_into_the_frame(self) -> None:
        source = photo("coffee", 400, 300)
        small = resized(disk(400, 300, 100), 200, 150)
        framed = lay_over(source, resized(source, 200, 150), output_alpha=small)
        assert alpha_of(framed).shape == (300, 400)
        assert np.abs(alpha_of(framed).astype(int) - disk(400, 300, 100)).mean() < 3
        assert not framed.is_unchanged

    def test_color_under_clear_pixels_is_the_sources(self) -> None:
        source, alpha = photo("coffee", 120, 80), disk(120, 80, 30)
        framed = lay_over(source, photo("chelsea", 120, 80), source_alpha=alpha)
        assert np.array_equal(framed.image[alpha == 0], source[alpha == 0])

    def test_what_is_clear_before_and_after_has_not_changed(self) -> None:
        source, alpha = photo("coffee", 120, 80), disk(120, 80, 30)
        framed = lay_over(source, 255 - source, source_alpha=alpha)
        assert framed.changed == pytest.approx((alpha > 0).mean(), abs=0.06)


@pytest.mark.parametrize(
    ("image_format", "lossless"), [("jpeg", False), ("webp", False), ("webp", True), ("png", True)]
)
def test_an_untouched_picture_decodes_as_its_source_encoded_directly(
    image_format: encoding.OutputFormat, lossless: bool
) -> None:
    source = photo("coffee", 500, 333)
    framed = lay_over(source, source.copy())
    result = encoding.encode(framed.image, framed.alpha, format=image_format, lossless=lossless)
    assert result == encoding.encode(source, None, format=image_format, lossless=lossless)


def test_an_engine_that_answers_for_its_frame_is_believed_only_at_full_size() -> None:
    source = np.random.default_rng(3).integers(0, 255, (90, 120, 3), np.uint8)
    slid = np.roll(source, 4, axis=1)
    assert np.array_equal(lay_over(source, slid, is_in_frame=True).image, slid)
    small = np.ascontiguousarray(source[::2, ::2])
    assert lay_over(source, small, is_in_frame=True).image.shape == source.shape
