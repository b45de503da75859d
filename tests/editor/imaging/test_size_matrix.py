"""Whatever goes in, the result has exactly the normalised source's size and shape."""

from itertools import product

import numpy as np
import pytest

from editor.imaging import encoding, frame, intake
from tests.editor.imaging import pictures

FORMATS = ("PNG", "JPEG", "WEBP", "HEIF")
SIZES = ((64, 48), (97, 33), (2100, 150))


@pytest.mark.parametrize(
    ("image_format", "orientation", "size", "alpha"),
    [
        (image_format, orientation, size, alpha)
        for image_format, orientation, size, alpha in product(FORMATS, range(1, 9), SIZES, (None, 90))
        if not (image_format == "JPEG" and alpha)
    ],
)
def test_result_and_source_have_one_size(
    image_format: str, orientation: int, size: tuple[int, int], alpha: int | None
) -> None:
    if size[0] / size[1] > 8:
        size = (size[0], size[0] // 8 + 1)
    upload = pictures.sideways(pictures.corners(*size, alpha=alpha), image_format, orientation)
    source = intake.normalise(upload)
    pixels, source_alpha = intake.read_pixels(source.data)
    assert pixels.shape == (source.height, source.width, 3)
    assert max(source.width, source.height) <= 2048
    assert (source.original_width, source.original_height) == size
    assert (source_alpha is not None) == (alpha is not None)

    framed = frame.lay_over(pixels, 255 - pixels, source_alpha=source_alpha)
    kept_format = encoding.output_format_for(
        source.source_format, has_alpha=framed.alpha is not None, asked=None
    )
    result = encoding.encode(framed.image, framed.alpha, format=kept_format, lossless=source.is_lossless)
    shown, shown_alpha = intake.read_pixels(result)
    assert shown.shape == pixels.shape
    assert (shown_alpha is None) == (source_alpha is None)

    same = frame.lay_over(pixels, pixels.copy(), source_alpha=source_alpha)
    png = encoding.encode(same.image, same.alpha, format="png", lossless=True)
    assert np.array_equal(intake.read_pixels(png)[0], pixels)
    assert same.is_unchanged
