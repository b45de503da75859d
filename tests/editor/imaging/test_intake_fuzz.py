"""Thousands of broken files: each is a picture or a refusal, at once, and nothing else happens."""

import time
from collections.abc import Callable, Iterator

import pytest

from editor.imaging import intake
from editor.imaging.sandbox import Children
from freeai.common.errors import UserError
from tests.editor.imaging import malformed

MUTANTS_PER_FORMAT = 600
ANSWER_SECONDS_MAX = 5.0


def outcome(data: bytes, decoders: Children) -> str:
    """Return "" for a picture, else the refusal's code; fail if it took too long."""
    start = time.monotonic()
    try:
        taken = intake.normalise(data, decoders=decoders)
        code = ""
    except UserError as refusal:
        code = refusal.code
    else:
        pixels, alpha = intake.read_pixels(taken.data)
        assert pixels.shape == (taken.height, taken.width, 3)
        assert (alpha is not None) == taken.has_alpha
    assert time.monotonic() - start < ANSWER_SECONDS_MAX
    return code


@pytest.mark.parametrize("image_format", malformed.FORMATS)
def test_every_mutant_is_a_picture_or_a_refusal(image_format: str) -> None:
    decoders = Children("editor.imaging.decoding", size=1)
    outcomes = [outcome(data, decoders) for _, data in malformed.mutants(image_format, MUTANTS_PER_FORMAT)]
    decoders.close()
    # A child retires after 500 requests; two more may be lost to mutants.
    assert decoders.started <= 2 + MUTANTS_PER_FORMAT // 500
    assert outcomes.count("image_corrupt") > MUTANTS_PER_FORMAT // 10
    assert outcomes.count("") > MUTANTS_PER_FORMAT // 20
    assert {code for code in outcomes if code} <= {kind.code for kind in intake.REFUSALS}


@pytest.mark.parametrize(
    "bombs",
    [
        malformed.foreign_bombs,
        malformed.png_bombs,
        malformed.jpeg_bombs,
        malformed.webp_bombs,
        malformed.heif_bombs,
    ],
)
def test_every_bomb_is_answered_in_time(bombs: Callable[[], Iterator[tuple[str, bytes, str]]]) -> None:
    for name, data, code in bombs():
        assert outcome(data, intake.DECODERS) in (
            {"", "image_corrupt"} if code == malformed.EITHER else {code}
        ), name


def test_the_same_seed_makes_the_same_mutants() -> None:
    once, again = ([data for _, data in malformed.mutants("PNG", 20, seed=7)] for _ in range(2))
    assert once == again
    assert once != [data for _, data in malformed.mutants("PNG", 20, seed=8)]
