"""The one door: what it lets in, and what it refuses before anything is written."""

from datetime import timedelta

import numpy as np
import pytest
from django.conf import LazySettings
from django.utils import timezone

from accounts.models import Owner
from billing import reconcile
from editor import catalogue, masks, sources, submission, workers
from editor.models import Edit, Source, Worker
from freeai.common.errors import InvalidInput
from tests.conftest import Submit
from tests.crowd import crowd


def test_an_accepted_edit_waits_with_its_price_and_window(
    submit: Submit, alice: Owner, settings: LazySettings
) -> None:
    edit = submit(seed=7, preserve=0.25)
    assert (edit.status, edit.owner, edit.seed, edit.preserve) == ("queued", alice, 7, 0.25)
    assert edit.price_tokens == 100
    assert edit.expires_at - edit.created_at == settings.VISITOR_WINDOW


def test_white_space_around_a_wish_means_nothing(submit: Submit) -> None:
    assert submit(prompt="  warmer \n\t please ").prompt == "warmer please"


@pytest.mark.parametrize("prompt", ["", "   ", "\x00"])
def test_an_empty_wish_is_refused(submit: Submit, prompt: str) -> None:
    with pytest.raises(InvalidInput, match="what should change"):
        submit(prompt=prompt)
    assert not Edit.objects.exists()


def test_a_long_wish_is_refused_with_both_numbers(submit: Submit) -> None:
    with pytest.raises(submission.PromptTooLong, match="2,001 characters; the limit is 2,000"):
        submit(prompt="a" * 2001)


def test_a_model_nobody_serves_is_refused_before_anything_is_written(alice: Owner, photo: Source) -> None:
    with pytest.raises(workers.ModelUnavailable):
        submission.submit_edit(alice, photo, submission.Wish(prompt="warmer", model="step1x-edit"))
    assert not Edit.objects.exists()


def test_a_model_whose_worker_fell_silent_is_unavailable(submit: Submit, settings: LazySettings) -> None:
    submit()
    silent = timezone.now() - timedelta(seconds=settings.WORKER_SILENT_SECONDS + 1)
    Worker.objects.update(beat_at=silent)
    assert workers.served_engines() == set()


def test_an_unknown_model_is_refused(submit: Submit, alice: Owner, photo: Source) -> None:
    with pytest.raises(catalogue.ModelNotFound):
        submission.submit_edit(alice, photo, submission.Wish(prompt="warmer", model="no-such-model"))


@pytest.mark.parametrize("name", ["freeai-lite", "FREEAI-LITE", "FreeAI Lite", "lite", " Lite "])
def test_a_model_is_found_by_slug_alias_or_name_in_any_case(name: str) -> None:
    assert catalogue.find(name).slug == "freeai-lite"


def test_a_wish_beyond_the_model_is_refused_with_what_it_can_do(submit: Submit) -> None:
    with pytest.raises(submission.InstructionNotSupported) as refusal:
        submit("freeai-lite", prompt="add a dog on the sofa")
    assert refusal.value.code == "instruction_not_supported"
    assert len(refusal.value.message) > 40


def test_the_plan_is_known_before_the_edit_runs(submit: Submit) -> None:
    assert "warm" in submit("freeai-lite", prompt="warmer and a bit brighter").plan.lower()


def test_an_expired_source_is_refused(submit: Submit, photo: Source) -> None:
    photo.expires_at = timezone.now()
    photo.save()
    with pytest.raises(sources.SourceExpired):
        submit(source=photo)


def test_a_mask_of_another_size_is_refused(submit: Submit) -> None:
    with pytest.raises(masks.MaskMismatch, match="10 × 10 px, the picture 96 × 64"):
        submit(mask=np.full((10, 10), 255, np.uint8))


def test_a_mask_that_selects_nothing_is_refused(submit: Submit) -> None:
    with pytest.raises(masks.MaskMismatch, match="selects nothing"):
        submit(mask=np.zeros((64, 96), np.uint8))


@pytest.mark.parametrize("fields", [{"preserve": 1.5}, {"preserve": -0.1}, {"seed": -1}, {"seed": 2**32}])
def test_a_dial_beyond_its_range_is_refused(submit: Submit, fields: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        submit(**fields)


def test_one_owner_cannot_fill_the_queue(submit: Submit, settings: LazySettings) -> None:
    settings.QUEUED_EDITS_MAX = 2
    submit()
    submit()
    with pytest.raises(submission.TooManyQueued):
        submit()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_many_who_come_together_no_more_than_the_queue_holds_are_let_in(
    submit: Submit, alice: Owner, photo: Source, settings: LazySettings
) -> None:
    settings.QUEUED_EDITS_MAX = 5
    settings.DAILY_TOKENS_VISITOR = 1_000_000
    submit()

    def try_it() -> bool:
        try:
            submission.submit_edit(alice, photo, submission.Wish(prompt="invert it", model="test-invert"))
        except submission.TooManyQueued:
            return False
        return True

    with crowd() as at_once:
        assert sum(at_once(try_it)) == 4
    assert Edit.objects.count() == 5
    assert reconcile.findings() == []


def test_again_repeats_the_wish_with_the_same_or_a_new_seed(submit: Submit, alice: Owner) -> None:
    first = submit(seed=5, preserve=0.75)
    same = submission.again(alice, first, new_seed=False)
    fresh = submission.again(alice, first, new_seed=True)
    assert (same.prompt, same.seed, same.preserve) == (first.prompt, 5, 0.75)
    assert fresh.seed != 5
