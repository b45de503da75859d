"""Bytes go when their window ends; nothing is left without an owner."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import Owner
from editor import edits, retention
from editor.models import Edit, Source
from freeai.common import ids
from tests.conftest import Submit, run

pytestmark = pytest.mark.django_db(transaction=True)


def names_in_storage() -> list[str]:
    names = []
    for folder in retention.FOLDERS:
        if default_storage.exists(folder):
            names += [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
    return names


def in_hours(hours: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(hours=hours))


def test_a_visitor_s_bytes_are_gone_24_hours_after_creation(submit: Submit, alice: Owner) -> None:
    edit = run(submit())
    assert len(names_in_storage()) == 3
    with in_hours(23.9):
        assert retention.sweep() == 0
        assert edit.has_result
        assert len(names_in_storage()) == 3
    with in_hours(24.01):
        assert not Edit.objects.get().has_result
        assert not Source.objects.get().is_open
        assert retention.sweep() == 2
        assert names_in_storage() == []
        assert retention.sweep() == 0
        assert retention.check().is_clean
    assert [row.prompt for row in Edit.objects.visible_to(alice)] == ["invert it"]


def test_nothing_of_a_shared_source_outlives_it(submit: Submit, photo: Source) -> None:
    run(submit())
    with in_hours(12):
        late = run(submit("test-invert"))
    with in_hours(25):
        retention.sweep()
        assert names_in_storage() == [late.result_name, late.thumbnail_name]
        assert retention.check().is_clean


def test_an_upload_that_never_finished_leaves_nothing(photo: Source) -> None:
    Source.objects.filter(pk=photo.pk).update(status="pending")
    retention.sweep()
    assert default_storage.exists(photo.file_name)
    with in_hours(0.1):
        retention.sweep()
    assert names_in_storage() == []
    assert not Source.objects.exists()


def test_a_row_whose_bytes_never_came_is_removed(photo: Source) -> None:
    default_storage.delete(photo.file_name)
    Source.objects.filter(pk=photo.pk).update(status="pending")
    with in_hours(0.1):
        retention.sweep()
    assert not Source.objects.exists()


def test_a_sweep_killed_between_bytes_and_row_is_finished_by_the_next(submit: Submit) -> None:
    edit = run(submit())
    default_storage.delete(edit.result_name)
    with in_hours(25):
        retention.sweep()
        assert retention.check().is_clean
    assert names_in_storage() == []


def test_the_bytes_of_a_first_attempt_go_too(submit: Submit) -> None:
    edit = run(submit())
    Edit.objects.filter(pk=edit.pk).update(attempt=2)
    edit.refresh_from_db()
    default_storage.save(edit.result_name, ContentFile(b"second"))
    retention.purge(edit)
    assert not [name for name in names_in_storage() if edit.pk in name]


def test_an_edit_still_running_keeps_its_bytes_until_it_ends(submit: Submit) -> None:
    edit = submit()
    with in_hours(25):
        retention.sweep()
        edit.refresh_from_db()
        assert edit.purged_at is None


def test_delete_takes_pictures_words_and_source(submit: Submit, alice: Owner) -> None:
    edit = run(submit())
    retention.delete(edit, alice)
    edit.refresh_from_db()
    assert names_in_storage() == []
    assert (edit.prompt, edit.reasoning) == ("", {})
    assert not Edit.objects.visible_to(alice).exists()
    assert retention.check().is_clean


def test_delete_keeps_a_source_that_another_edit_needs(submit: Submit, alice: Owner, photo: Source) -> None:
    first, second = run(submit()), run(submit())
    retention.delete(first, alice)
    assert default_storage.exists(photo.file_name)
    retention.delete(second, alice)
    assert not default_storage.exists(photo.file_name)


def test_deleting_a_waiting_edit_cancels_it(submit: Submit, alice: Owner) -> None:
    edit = submit()
    retention.delete(edit, alice)
    edit.refresh_from_db()
    assert edit.status == "canceled"
    assert edit.deleted_at is not None


def test_a_running_edit_is_stopped_first_and_deleted_after(submit: Submit, alice: Owner) -> None:
    edit = submit()
    Edit.objects.filter(pk=edit.pk).update(status="running", attempt=1, lease_until=timezone.now())
    edit.refresh_from_db()
    with pytest.raises(edits.NotCancelable):
        retention.delete(edit, alice)
    edit.refresh_from_db()
    assert edit.cancel_requested


def test_a_mask_whose_row_was_never_written_is_removed_when_it_is_old(submit: Submit) -> None:
    run(submit())
    kept = names_in_storage()
    default_storage.save(f"masks/{ids.new('edit')}.png", ContentFile(b"mask"))
    assert retention.remove_orphans() == 0
    with in_hours(0.1):
        assert retention.remove_orphans() == 1
        assert retention.remove_orphans() == 0
    assert names_in_storage() == kept


def test_the_check_finds_what_is_wrong_in_both_directions(submit: Submit, photo: Source) -> None:
    edit = run(submit())
    assert retention.check().is_clean
    default_storage.save("results/edit_nobody-1.png", ContentFile(b"orphan"))
    default_storage.delete(photo.file_name)
    default_storage.delete(edit.result_name)
    findings = retention.check()
    assert findings.orphans == ["results/edit_nobody-1.png"]
    assert sorted(findings.missing) == sorted([photo.pk, edit.pk])
    with in_hours(25):
        assert retention.check().overdue == [edit.thumbnail_name]
    default_storage.delete("results/edit_nobody-1.png")
