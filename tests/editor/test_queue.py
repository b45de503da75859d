"""Who is next, who waits how long, and what the sweep repairs."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Owner
from editor import edits, queue, workers
from editor.models import Edit, Source, Worker
from editor.queue import Waiting
from tests.conftest import Submit

NOW = timezone.now()


@pytest.fixture
def worker(worker_for: Callable[[str], Worker]) -> Worker:
    return worker_for("test-invert")


@pytest.fixture
def bobs_photo(bob: Owner, photo: Source) -> Source:
    return Source.objects.create(
        owner=bob,
        status="ready",
        media_type="image/png",
        source_format="png",
        is_lossless=True,
        has_alpha=False,
        width=96,
        height=64,
        original_width=96,
        original_height=64,
        file_bytes=1,
        expires_at=photo.expires_at,
    )


def claimed_ids(worker: Worker, count: int) -> list[str]:
    claimed = [queue.claim_next("test-invert", worker) for _ in range(count)]
    return [edit.pk for edit in claimed if edit is not None]


def aged(edit: Edit, **age: float) -> Edit:
    Edit.objects.filter(pk=edit.pk).update(queued_at=timezone.now() - timedelta(**age))
    return edit


def test_the_oldest_edit_goes_first(submit: Submit, worker: Worker) -> None:
    first, second = submit(), submit()
    assert claimed_ids(worker, 3) == [first.pk, second.pk]


def test_another_engine_s_edits_are_left_alone(submit: Submit, worker: Worker) -> None:
    submit("test-echo")
    assert queue.claim_next("test-invert", worker) is None


def test_a_person_waits_for_no_batch(submit: Submit, worker: Worker, bob: Owner, bobs_photo: Source) -> None:
    for _ in range(20):
        submit(rank=Edit.Rank.BATCH)
    bobs = submit(owner=bob, source=bobs_photo)
    assert claimed_ids(worker, 1) == [bobs.pk]


def test_classes_go_before_one_another(submit: Submit, worker: Worker) -> None:
    batch, api, person = (
        submit(rank=rank) for rank in (Edit.Rank.BATCH, Edit.Rank.API, Edit.Rank.INTERACTIVE)
    )
    assert claimed_ids(worker, 3) == [person.pk, api.pk, batch.pk]


def test_a_waiting_edit_rises_a_class_every_five_minutes(submit: Submit, worker: Worker) -> None:
    batch = aged(submit(rank=Edit.Rank.BATCH), minutes=10, seconds=1)
    submit()
    assert claimed_ids(worker, 1) == [batch.pk]


def test_owners_take_turns_by_what_they_used(
    submit: Submit, worker: Worker, bob: Owner, bobs_photo: Source, alice: Owner
) -> None:
    Edit.objects.filter(pk=submit().pk).update(
        status="succeeded", started_at=timezone.now() - timedelta(seconds=90), finished_at=timezone.now()
    )
    submit(owner=alice)
    bobs = submit(owner=bob, source=bobs_photo)
    assert claimed_ids(worker, 1) == [bobs.pk]


def test_what_was_used_long_ago_is_forgotten(submit: Submit, alice: Owner) -> None:
    hour_ago = timezone.now() - timedelta(hours=1)
    Edit.objects.filter(pk=submit().pk).update(
        status="succeeded", started_at=hour_ago - timedelta(minutes=5), finished_at=hour_ago
    )
    assert queue.used_seconds([alice.pk], timezone.now()) == {}


def test_an_edit_still_running_counts_as_used(submit: Submit, worker: Worker, alice: Owner) -> None:
    edit = edits.claim(submit().pk, worker)
    assert edit is not None
    Edit.objects.filter(pk=edit.pk).update(started_at=timezone.now() - timedelta(seconds=30))
    assert queue.used_seconds([alice.pk], timezone.now())[alice.pk] == pytest.approx(30, abs=2)


def test_the_forecast_says_how_many_are_before_and_how_long(
    submit: Submit, worker: Worker, bob: Owner, bobs_photo: Source
) -> None:
    alices = [submit() for _ in range(3)]
    bobs = submit(owner=bob, source=bobs_photo)
    places = queue.forecast("test-invert")
    assert [places[edit.pk].position for edit in alices] == [0, 2, 3]
    assert places[bobs.pk].position == 1
    assert places[alices[0].pk].eta_seconds == pytest.approx(queue.TYPICAL_SECONDS)


def test_the_forecast_is_the_order_in_which_edits_are_claimed(
    submit: Submit, worker: Worker, bob: Owner, bobs_photo: Source
) -> None:
    ranks = [Edit.Rank.BATCH, Edit.Rank.INTERACTIVE, Edit.Rank.API]
    ours = [submit(rank=rank) for rank in ranks]
    theirs = [submit(owner=bob, source=bobs_photo, rank=rank) for rank in ranks]
    places = queue.forecast("test-invert")
    foreseen = sorted((edit.pk for edit in ours + theirs), key=lambda edit_id: places[edit_id].position)
    assert {place.position for place in places.values()} == set(range(6))
    rows = Edit.objects.in_bulk(foreseen)
    ranks_foreseen = [rows[edit_id].rank for edit_id in foreseen]
    assert ranks_foreseen == sorted(ranks_foreseen)


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.integers(0, 2000)), min_size=1, max_size=40
    ),
    st.dictionaries(st.sampled_from("abc"), st.floats(0, 500)),
)
def test_playing_the_order_serves_everyone_once_and_each_owner_in_turn(
    line: list[tuple[str, int, int]], used: dict[str, float]
) -> None:
    waiting = [
        Waiting(f"edit_{number}", owner, rank, NOW - timedelta(seconds=age))
        for number, (owner, rank, age) in enumerate(sorted(line, key=lambda one: -one[2]))
    ]
    order = queue.play(waiting, used, NOW, each=3.0)
    assert sorted(order) == sorted(one.edit_id for one in waiting)
    by_id = {one.edit_id: one for one in waiting}
    for owner in "abc":
        for rank in range(3):
            mine = [by_id[e] for e in order if (by_id[e].owner_id, by_id[e].rank) == (owner, rank)]
            assert mine == sorted(mine, key=lambda one: one.queued_at)


def test_the_sweep_rings_where_work_waits_and_a_worker_is_idle(submit: Submit, worker: Worker) -> None:
    assert queue.sweep() == 0
    submit()
    assert queue.sweep() == 1
    Worker.objects.update(is_busy=True)
    assert queue.sweep() == 0


def test_the_sweep_does_not_ring_for_a_silent_worker(
    submit: Submit, worker: Worker, settings: LazySettings
) -> None:
    submit()
    Worker.objects.update(beat_at=timezone.now() - timedelta(seconds=settings.WORKER_SILENT_SECONDS + 1))
    assert queue.sweep() == 0
    assert workers.served_engines() == set()
