"""The state machine: who may move an edit, and who may not any more."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, transaction
from django.utils import timezone

from editor import edits
from editor.models import Edit, Preview, Worker
from tests.conftest import Submit

OUTCOME = edits.Outcome(
    changed=0.5, outside_max_diff=None, output_format="png", result_bytes=1, engine_ms=10, reasoning={}
)


@pytest.fixture
def worker(worker_for: Callable[[str], Worker]) -> Worker:
    return worker_for("test-invert")


@pytest.fixture
def running(submit: Submit, worker: Worker) -> Edit:
    edit = edits.claim(submit().pk, worker)
    assert edit is not None
    return edit


def let_lease_run_out(edit: Edit) -> None:
    Edit.objects.filter(pk=edit.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def status_of(edit: Edit) -> str:
    return Edit.objects.values_list("status", flat=True).get(pk=edit.pk)


def test_only_one_worker_claims_an_edit(submit: Submit, worker: Worker) -> None:
    edit = submit()
    assert edits.claim(edit.pk, worker) is not None
    assert edits.claim(edit.pk, worker) is None


def test_a_claimed_edit_runs_under_a_lease(running: Edit, settings: LazySettings) -> None:
    assert (running.status, running.attempt) == ("running", 1)
    assert running.lease_until is not None
    left = (running.lease_until - timezone.now()).total_seconds()
    assert settings.LEASE_SECONDS - 5 < left <= settings.LEASE_SECONDS + 1


def test_an_edit_without_a_lease_cannot_be_running(submit: Submit) -> None:
    edit = submit()
    with pytest.raises(IntegrityError), transaction.atomic():
        Edit.objects.filter(pk=edit.pk).update(status="running")


def test_an_unknown_status_is_impossible(submit: Submit) -> None:
    edit = submit()
    with pytest.raises(IntegrityError), transaction.atomic():
        Edit.objects.filter(pk=edit.pk).update(status="done")


def test_a_lost_lease_queues_the_edit_again_and_shuts_the_old_worker_out(
    running: Edit, worker: Worker
) -> None:
    let_lease_run_out(running)
    assert edits.take_back_lost() == ["test-invert"]
    assert status_of(running) == "queued"

    second = edits.claim(running.pk, worker)
    assert second is not None
    assert second.attempt == 2
    assert not edits.renew(running)
    for finish in (
        lambda: edits.succeed(running, OUTCOME),
        lambda: edits.fail(running, code="edit_failed", message=""),
        lambda: edits.refuse(running, code="no", message=""),
        lambda: edits.stop(running),
        lambda: edits.report(running, phase="editing", step=1, steps=2, preview=None),
        lambda: edits.is_cancel_requested(running),
    ):
        with pytest.raises(edits.LeaseLost):
            finish()
    edits.succeed(second, OUTCOME)
    assert status_of(running) == "succeeded"


def test_an_edit_whose_workers_die_too_often_fails_for_good(
    running: Edit, worker: Worker, settings: LazySettings
) -> None:
    let_lease_run_out(running)
    edits.take_back_lost()
    second = edits.claim(running.pk, worker)
    assert second is not None
    edits.report(second, phase="editing", step=1, steps=2, preview=b"jpeg")
    let_lease_run_out(running)
    assert edits.take_back_lost() == []
    running.refresh_from_db()
    assert (running.status, running.error_code, running.attempt) == ("failed", "worker_lost", 2)
    assert running.finished_at is not None
    assert not Preview.objects.filter(edit=running).exists()


def test_a_lease_in_force_is_not_taken_back(running: Edit) -> None:
    assert edits.take_back_lost() == []
    assert status_of(running) == "running"


def test_two_sweeps_at_once_take_an_edit_back_once(running: Edit) -> None:
    let_lease_run_out(running)
    assert edits.take_back_lost() == ["test-invert"]
    assert edits.take_back_lost() == []
    running.refresh_from_db()
    assert running.attempt == 1


@pytest.mark.parametrize("end", ["succeeded", "failed", "refused", "canceled"])
def test_an_end_is_final(running: Edit, worker: Worker, end: str) -> None:
    ends: dict[str, Callable[[], None]] = {
        "succeeded": lambda: edits.succeed(running, OUTCOME),
        "failed": lambda: edits.fail(running, code="edit_failed", message="It failed."),
        "refused": lambda: edits.refuse(running, code="moderation_blocked", message="No."),
        "canceled": lambda: edits.stop(running),
    }
    ends[end]()
    for other in ends.values():
        with pytest.raises(edits.LeaseLost):
            other()
    with pytest.raises(edits.NotCancelable):
        edits.cancel(running)
    assert edits.claim(running.pk, worker) is None
    assert not edits.hand_back(running)
    assert status_of(running) == end


def test_a_waiting_edit_is_canceled_at_once(submit: Submit) -> None:
    edit = submit()
    edits.cancel(edit)
    edit.refresh_from_db()
    assert edit.status == "canceled"
    assert edit.finished_at is not None


def test_a_running_edit_is_asked_to_stop(running: Edit) -> None:
    assert not edits.is_cancel_requested(running)
    edits.cancel(running)
    assert edits.is_cancel_requested(running)
    assert status_of(running) == "running"


def test_an_edit_asked_to_stop_is_not_run_again_when_its_worker_dies(running: Edit) -> None:
    edits.cancel(running)
    let_lease_run_out(running)
    running.refresh_from_db()
    edits.take_back_lost()
    assert status_of(running) == "canceled"


def test_an_ended_edit_has_no_preview(running: Edit) -> None:
    edits.report(running, phase="editing", step=1, steps=4, preview=b"jpeg")
    running.refresh_from_db()
    assert (running.step, running.steps, running.preview_version) == (1, 4, 1)
    edits.succeed(running, OUTCOME)
    assert not Preview.objects.exists()
