"""One claimed edit, from its source to one of its ends."""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Thread

import numpy as np
import pytest
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import Owner
from editor import edits, runner, sources
from editor.models import Edit, Preview, Source, Worker
from tests import pictures
from tests.conftest import Submit, run, stored
from tests.held_storage import HeldStorage

pytestmark = pytest.mark.django_db(transaction=True)
Overlapping = tuple[Thread, Edit, Edit]


def test_a_result_has_exactly_the_source_s_size_and_is_in_history(submit: Submit, alice: Owner) -> None:
    edit = run(submit())
    assert (edit.status, edit.error_code) == ("succeeded", "")
    assert stored(edit.result_name).shape == (64, 96, 3)
    assert list(Edit.objects.visible_to(alice).newest_first()) == [edit]
    assert edit.changed == pytest.approx(1, abs=0.1)
    assert edit.reasoning == {"plan": "inverted"}


def test_the_pixels_are_the_engine_s(submit: Submit, photo_bytes: bytes) -> None:
    edit = run(submit())
    assert np.array_equal(stored(edit.result_name), 255 - pictures.photo(96, 64))


def test_an_edit_that_changed_nothing_fails_as_no_change(submit: Submit) -> None:
    edit = run(submit("test-echo"))
    assert (edit.status, edit.error_code) == ("failed", "no_change")
    assert not default_storage.exists(edit.result_name)


def test_a_failing_engine_fails_the_edit_and_says_nothing_of_its_insides(
    submit: Submit, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        edit = run(submit("test-broken", prompt="my secret wish"))
    assert (edit.status, edit.error_code) == ("failed", "edit_failed")
    assert "cannot do" not in edit.error_message
    assert "secret wish" not in caplog.text
    assert "RuntimeError" in "".join(str(record.__dict__.get("error")) for record in caplog.records)


def test_a_failing_edit_does_not_stop_the_next(submit: Submit) -> None:
    first, second = submit("test-broken"), submit("test-broken")
    run(first)
    assert set(Edit.objects.filter(pk__in=[first.pk, second.pk]).values_list("status", flat=True)) == {
        "failed"
    }


def test_what_another_try_may_mend_is_tried_again(submit: Submit) -> None:
    edit = run(submit("test-flaky"))
    assert (edit.status, edit.attempt) == ("succeeded", 2)


def test_a_transparent_result_of_a_jpeg_becomes_a_png(submit: Submit, alice: Owner) -> None:
    jpeg = pictures.encoded(pictures.photo(80, 60), "JPEG", quality=95)
    source = sources.receive(jpeg, name="a.jpg", owner=lambda: alice)
    edit = run(submit("test-transparent", source=source))
    assert edit.output_format == "png"
    assert stored(edit.result_name).shape == (60, 80, 4)


def test_outside_a_mask_every_pixel_is_the_source_s(submit: Submit) -> None:
    mask = np.zeros((64, 96), np.uint8)
    mask[20:40, 30:60] = 255
    edit = run(submit(mask=mask))
    result = stored(edit.result_name)
    assert np.array_equal(result[mask == 0], pictures.photo(96, 64)[mask == 0])
    assert not np.array_equal(result[mask > 0], pictures.photo(96, 64)[mask > 0])
    assert edit.outside_max_diff == 0


def test_an_expired_source_fails_the_edit_free_of_charge(submit: Submit, photo: Source) -> None:
    edit = submit()
    Source.objects.filter(pk=photo.pk).update(expires_at=timezone.now())
    assert run(edit).error_code == "source_expired"


def test_progress_is_written_at_most_twice_a_second(submit: Submit) -> None:
    edit = submit("test-talkative")
    claimed = edits.claim(edit.pk, runner.hand.workers["test-talkative"])
    assert claimed is not None
    runner.run(claimed)
    edit.refresh_from_db()
    assert edit.status == "succeeded"
    assert edit.phase == "thinking"


def test_a_running_edit_stops_at_its_next_step(submit: Submit) -> None:
    edit = submit("test-slow", prompt="slowly 200")
    thread = threading.Thread(target=_run_and_close, args=[edit])
    thread.start()
    while Preview.objects.filter(edit=edit).count() == 0:
        assert thread.is_alive()
    edits.cancel(edit)
    thread.join(10)
    edit.refresh_from_db()
    assert edit.status == "canceled"
    assert edit.step < 200
    assert not Preview.objects.exists()
    assert not default_storage.exists(edit.result_name)


def test_a_worker_whose_lease_was_taken_keeps_nothing(
    submit: Submit, worker_for: Callable[[str], Worker]
) -> None:
    edit = submit()
    first = edits.claim(edit.pk, worker_for("test-invert"))
    assert first is not None
    Edit.objects.filter(pk=edit.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    edits.take_back_lost()
    runner.run(first)
    edit.refresh_from_db()
    assert edit.status == "queued"
    assert not default_storage.exists(first.result_name)
    assert run(edit).status == "succeeded"


def test_a_second_bell_finds_nothing_to_do(submit: Submit) -> None:
    edit = submit()
    assert runner.work(edit.engine) == 1
    assert runner.work(edit.engine) == 0


def test_a_draining_worker_claims_nothing_more(submit: Submit) -> None:
    edit = submit()
    runner.hand.is_draining = True
    assert run(edit).status == "queued"


@pytest.fixture
def storage(settings: LazySettings) -> Iterator[type[HeldStorage]]:
    """Let a test hold the writing of results; open at first and at the end."""
    default = {**settings.STORAGES["default"], "BACKEND": "tests.held_storage.HeldStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    HeldStorage.may_save.set()
    HeldStorage.is_saving.clear()
    yield HeldStorage
    HeldStorage.may_save.set()


@pytest.fixture
def overlapping(storage: type[HeldStorage], submit: Submit) -> Iterator[Overlapping]:
    """Two edits on one slow engine: the first is being finished while the second is drawn."""
    first, second = submit("test-patient", prompt="slowly 1"), submit("test-patient", prompt="slowly 40")
    storage.may_save.clear()
    thread = Thread(target=_run_and_close, args=[first])
    thread.start()
    assert storage.is_saving.wait(30)
    while not Preview.objects.filter(edit=second).exists():
        assert thread.is_alive()
    first.refresh_from_db()
    assert first.status == "running"
    yield thread, first, second
    storage.may_save.set()
    thread.join(30)


def ends(*given: Edit) -> list[tuple[str, str, int]]:
    again = [Edit.objects.select_related("hold").get(pk=edit.pk) for edit in given]
    return [(edit.status, edit.hold.status if edit.hold else "", edit.attempt) for edit in again]


def test_a_slow_engine_draws_the_next_edit_while_the_last_is_finished(
    overlapping: Overlapping, storage: type[HeldStorage]
) -> None:
    thread, first, second = overlapping
    storage.may_save.set()
    thread.join(30)
    assert ends(first, second) == [("succeeded", "captured", 1)] * 2
    assert stored(Edit.objects.get(pk=first.pk).result_name).shape == (64, 96, 3)


def test_a_worker_told_to_stop_finishes_both(overlapping: Overlapping, storage: type[HeldStorage]) -> None:
    thread, first, second = overlapping
    runner.hand.is_draining = True
    storage.may_save.set()
    thread.join(30)
    assert ends(first, second) == [("succeeded", "captured", 1)] * 2


def test_a_cancel_stops_the_one_that_is_drawn_and_not_the_one_that_is_finished(
    overlapping: Overlapping, storage: type[HeldStorage]
) -> None:
    thread, first, second = overlapping
    edits.cancel(second)
    while ends(second)[0][0] == "running":
        assert thread.is_alive()
    storage.may_save.set()
    thread.join(30)
    assert ends(first, second) == [("succeeded", "captured", 1), ("canceled", "released", 1)]


def test_two_edits_that_were_taken_away_end_once_each_by_another_worker(
    overlapping: Overlapping, storage: type[HeldStorage]
) -> None:
    thread, first, second = overlapping
    both = Edit.objects.filter(pk__in=[first.pk, second.pk])
    runner.hand.is_draining = True
    both.update(lease_until=timezone.now() - timedelta(seconds=1))
    edits.take_back_lost()
    storage.may_save.set()
    thread.join(30)
    assert ends(first, second) == [("queued", "placed", 1)] * 2
    assert not any(default_storage.exists(edit.result_name) for edit in both.all())
    runner.hand.is_draining = False
    runner.work("test-patient")
    assert ends(first, second) == [("succeeded", "captured", 2)] * 2
    assert all(default_storage.exists(edit.result_name) for edit in both.all())


def _run_and_close(edit: Edit) -> None:
    from django.db import connection

    runner.work(edit.engine)
    connection.close()
