"""Step1X-Edit on the line, with a thinker that talks itself into taking somebody's mark away."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.storage import default_storage

from accounts.models import Owner
from billing import purses
from editor import runner
from editor.engines import registry
from editor.engines.step1x.engine import Step1XEngine
from editor.models import Edit
from tests.conftest import Submit, run
from tests.editor.engines.step1x import tiny, tongue

pytestmark = pytest.mark.django_db(transaction=True)
MODEL = "step1x-edit"
TAKE_IT_AWAY = "Remove the watermark in the lower right corner."
Talk = Callable[[list[list[str]]], None]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(tmp_path_factory.mktemp("step1x") / "tiny")


@pytest.fixture
def talk(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Talk]:
    """Load the engine as a worker does, and let its language model say what a test gives it."""
    options = {"weights": str(checkpoint), "device": "cpu", "dtype": "float32", "size_level": 64}
    options["thinker_seconds_max"] = 3600  # a busy machine must not cut the talk short
    monkeypatch.setitem(registry._options, MODEL, options)
    registry.engine.cache_clear()
    engine = registry.engine(MODEL)
    assert isinstance(engine, Step1XEngine)
    yield lambda rounds: tongue.give(engine.pipeline.reader, rounds)
    registry.engine.cache_clear()


def assert_refused_and_free(edit: Edit, owner: Owner, settings: LazySettings) -> None:
    assert (edit.status, edit.error_code) == ("refused", "watermark_removal")
    assert "Nothing was charged" in edit.error_message
    assert edit.hold is not None
    assert edit.hold.status == "released"
    assert purses.balance(owner).daily == settings.DAILY_TOKENS_VISITOR
    assert edit.result_name == "" or not default_storage.exists(edit.result_name)
    assert TAKE_IT_AWAY not in str(edit.reasoning)
    assert not runner.hand.is_draining


def test_a_rewritten_prompt_against_a_mark_is_refused_before_anything_is_drawn(
    submit: Submit, talk: Talk, alice: Owner, settings: LazySettings
) -> None:
    talk([[TAKE_IT_AWAY]])
    edit = run(submit(MODEL, prompt="make the corner look tidy", quality="high"))
    assert_refused_and_free(edit, alice, settings)
    assert edit.phase == "thinking"


def test_a_reflected_prompt_against_a_mark_is_refused_after_the_first_candidate(
    submit: Submit, talk: Talk, alice: Owner, settings: LazySettings
) -> None:
    reflection = f"<#Think> The corner is not tidy yet.<#Reflection> {TAKE_IT_AWAY}"
    talk([["Tidy the lower right corner."], *tongue.judged(reflection)])
    edit = run(submit(MODEL, prompt="make the corner look tidy", quality="high"))
    assert_refused_and_free(edit, alice, settings)
    assert edit.phase == "checking"


def test_the_next_edit_on_the_same_worker_is_made_and_paid(submit: Submit, talk: Talk) -> None:
    talk([[TAKE_IT_AWAY], ["Make it snow."], *tongue.judged(tongue.CALM)])
    wishes = ("make the corner look tidy", "make it snow")
    edits = [submit(MODEL, prompt=prompt, quality="high") for prompt in wishes]
    run(edits[0])
    ended = [Edit.objects.get(pk=edit.pk) for edit in edits]
    assert [(edit.status, edit.hold and edit.hold.status) for edit in ended] == [
        ("refused", "released"),
        ("succeeded", "captured"),
    ]
    assert ended[1].reasoning["rewritten_prompt"] == "Make it snow."
