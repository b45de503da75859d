"""What intake refuses, and in which words."""

import pytest

from editor.imaging import intake
from editor.imaging.sandbox import Children
from freeai.common.errors import InvalidInput
from tests.editor.imaging import malformed
from tests.editor.imaging.pictures import corners, encoded, noisy


def refusal(data: bytes, limits: intake.Limits | None = None) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        intake.normalise(data, limits=limits or intake.Limits())
    return caught.value


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (
            bytes(14 * 2**20),
            intake.ImageTooLarge,
            "This file is 14 MB; the limit is 10 MB. Export it smaller or as JPEG.",
        ),
        (bytes(10 * 2**20 + 1), intake.ImageTooLarge, "This file is 10.1 MB; the limit is 10 MB."),
        (b"", intake.ImageCorrupt, "This file is empty."),
        (
            malformed.png_file(1, 1, declared=(50_000, 50_000)),
            intake.ImageTooManyPixels,
            "50000 × 50000 pixels (2,500 megapixels); the limit is 100",
        ),
        (
            encoded(corners(31, 200), "PNG"),
            intake.ImageTooSmall,
            "31 × 200 pixels; each side must be at least 32",
        ),
        (
            encoded(corners(400, 40), "PNG"),
            intake.ImageAspect,
            "400 × 40 pixels; the long side may be at most 8 times",
        ),
        (
            malformed.FOREIGN["GIF"],
            intake.ImageUnsupportedFormat,
            "GIF is not supported. Save the picture as PNG, JPEG, WebP or HEIC",
        ),
        (malformed.FOREIGN["AVIF"], intake.ImageUnsupportedFormat, "AVIF is not supported."),
        (b"hello, this is not a picture", intake.ImageUnsupportedFormat, "not a picture that we can read"),
        (malformed.animated_png(), intake.ImageAnimated, "Upload a single picture."),
        (encoded(corners(64, 64), "PNG")[:-30], intake.ImageCorrupt, "damaged or incomplete"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_what_to_do(
    data: bytes, kind: type[InvalidInput], words: str
) -> None:
    said = refusal(data)
    assert type(said) is kind
    assert words in said.message
    assert said.param == "image"


def test_the_edges_of_the_limits_are_inside() -> None:
    assert intake.normalise(encoded(corners(256, 32), "PNG")).width == 256
    limits = intake.Limits(source_pixels_max=64 * 48)
    assert intake.normalise(encoded(corners(64, 48), "PNG"), limits=limits).height == 48
    assert refusal(encoded(corners(64, 49), "PNG"), limits).code == "image_too_many_pixels"


def test_an_animated_webp_made_by_pillow_is_refused() -> None:
    data = encoded(corners(64, 48), "WEBP", save_all=True, append_images=[corners(64, 48).rotate(180)])
    assert refusal(data).code == "image_animated"


def test_an_apng_made_by_pillow_is_refused() -> None:
    data = encoded(corners(64, 48), "PNG", save_all=True, append_images=[corners(64, 48).rotate(180)])
    assert refusal(data).code == "image_animated"


@pytest.mark.parametrize("image_format", malformed.FORMATS)
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95, 0.999])
def test_a_truncated_file_is_refused(image_format: str, share: float) -> None:
    data = encoded(noisy(320, 240), image_format)
    assert refusal(data[: int(len(data) * share)]).code == "image_corrupt"


@pytest.mark.parametrize("share", [0.5, 0.99])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_truncated_jpeg_that_would_be_reduced_is_refused(share: float, progressive: bool) -> None:
    data = encoded(noisy(2400, 400), "JPEG", quality=50, progressive=progressive)
    assert refusal(data[: int(len(data) * share)]).code == "image_corrupt"


@pytest.mark.parametrize("image_format", malformed.FORMATS)
def test_the_name_and_the_declared_type_have_no_say(image_format: str) -> None:
    """There is nothing but bytes to go by; a JPEG called photo.png is a JPEG."""
    assert intake.normalise(encoded(corners(64, 48), image_format)).source_format in (
        "png",
        "jpeg",
        "webp",
        "heic",
    )


def test_a_decoder_out_of_time_costs_the_request_and_not_the_next() -> None:
    decoders = Children("editor.imaging.decoding", size=1)
    slow = encoded(noisy(1500, 1500), "PNG")
    with pytest.raises(intake.ImageCorrupt, match="limits of time and memory"):
        intake.normalise(slow, limits=intake.Limits(decode_seconds_max=0.002), decoders=decoders)
    assert intake.normalise(slow, decoders=decoders).width == 1500
    assert decoders.started == 2
    decoders.close()


def test_a_decoder_out_of_memory_costs_the_request_and_not_the_next() -> None:
    decoders = Children("editor.imaging.decoding", size=1)
    large = malformed.png_file(9_000, 9_000)
    with pytest.raises(intake.ImageCorrupt, match="limits of time and memory"):
        intake.normalise(large, limits=intake.Limits(decode_memory_bytes_max=250_000_000), decoders=decoders)
    assert intake.normalise(encoded(corners(64, 48), "PNG"), decoders=decoders).width == 64
    decoders.close()
