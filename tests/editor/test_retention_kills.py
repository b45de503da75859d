"""The sweeper is killed at every step it makes, on disk and on S3, and nothing is ever left over."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import time_machine
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Owner
from editor import retention, signing, sources
from editor.models import Edit, Source
from tests import members, object_storage, pictures
from tests.conftest import Submit, run
from tests.editor.imaging.test_provenance import foreign

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    """kill -9, as near as one process can come to it: no handler of ours may catch it."""


class Axe:
    """Falls before the n-th thing that changes storage or database."""

    def __init__(self, step: int) -> None:
        self.left = step

    def fall(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed

    def on_statement(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(("UPDATE", "DELETE", "INSERT")):
            self.fall()
        return execute(sql, *rest)


@contextmanager
def axe(step: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Axe]:
    """Let the n-th deletion or statement be the last thing that does not happen."""
    one = Axe(step)
    delete = default_storage.delete

    def delete_unless_killed(name: str) -> None:
        one.fall()
        delete(name)

    with monkeypatch.context() as patch, connection.execute_wrapper(one.on_statement):
        patch.setattr(default_storage, "delete", delete_unless_killed)
        yield one


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    with object_storage.running() as url:
        yield url


@pytest.fixture(params=["disk", "s3"])
def storage(request: pytest.FixtureRequest, settings: LazySettings, own_storage: None) -> str:
    if request.param == "s3":
        url = request.getfixturevalue("s3_url")
        settings.STORAGES = {**settings.STORAGES, "default": object_storage.as_default(url)}
    return str(request.param)


@pytest.fixture
def everything(storage: str, submit: Submit, alice: Owner) -> None:
    """All that can lie in storage: pictures, credentials, a mask, a lost attempt, an upload cut off."""
    mask = np.zeros((64, 96), np.uint8)
    mask[:, 20:60] = 255
    run(submit(mask=mask))
    source = sources.receive(foreign(signing.seal()), name="camera.jpg", owner=lambda: alice)
    edit = run(submit(source=source))
    Edit.objects.filter(pk=edit.pk).update(attempt=2)
    edit.refresh_from_db()
    for name in (edit.result_name, edit.thumbnail_name):
        default_storage.save(name, ContentFile(b"the second attempt"))
    cut_off = sources.receive(pictures.png(pictures.photo(40, 40)), name="cut.png", owner=lambda: alice)
    Source.objects.filter(pk=cut_off.pk).update(status="pending")


def in_storage() -> dict[str, bytes]:
    found = {}
    for folder in default_storage.listdir("")[0]:
        for name in default_storage.listdir(folder)[1]:
            with default_storage.open(f"{folder}/{name}") as file:
                found[f"{folder}/{name}"] = file.read()
    return found


def put_back(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        default_storage.save(name, ContentFile(data))


def test_a_sweeper_killed_at_any_step_leaves_nothing_over(
    everything: None, storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stride = 1 if storage == "disk" else 5  # each round trip costs, and the order is the same
    kept = in_storage()
    assert {name.split("/")[0] for name in kept} == set(retention.FOLDERS)
    step = 0
    was_killed = True
    with time_machine.travel(timezone.now() + timedelta(hours=24.1)):
        while was_killed:
            step += stride
            put_back(kept)
            with transaction.atomic():
                was_killed = swept_and_killed(step, monkeypatch)
                after = retention.check()
                assert after.orphans == []
                assert after.missing == []
                retention.sweep()
                assert retention.check().is_clean
                assert in_storage() == {}
                transaction.set_rollback(True)
    # Eleven objects with room for absent ones, and one statement per row, at the least.
    assert step > len(kept) + 5


def swept_and_killed(step: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    with ExitStack() as stack:
        stack.enter_context(axe(step, monkeypatch))
        try:
            retention.sweep()
        except Killed:
            # Django wants to roll back what surrounds us; a kill would have left what was committed.
            transaction.set_rollback(False)
            return True
    return False


@pytest.mark.parametrize(("is_member", "hours"), [(False, 24), (True, 24 * 7)])
def test_each_window_ends_on_time_and_not_before(
    storage: str,
    submit: Submit,
    alice: Owner,
    is_member: bool,
    hours: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if is_member:
        Owner.objects.filter(pk=alice.pk).update(user=members.make("alice@example.org"))
        alice.refresh_from_db()
    source = sources.receive(foreign(signing.seal()), name="camera.jpg", owner=lambda: alice)
    edit = run(submit(source=source))
    Source.objects.exclude(pk=source.pk).update(expires_at=timezone.now())
    retention.sweep()
    kept = in_storage()
    assert len(kept) == 4
    with time_machine.travel(edit.created_at + timedelta(hours=hours - 0.1)):
        retention.sweep()
        assert in_storage() == kept
        call_command("retention", "--check")
    with time_machine.travel(edit.created_at + timedelta(hours=hours + 0.1)):
        assert len(retention.check().overdue) == 4
        with pytest.raises(SystemExit):
            call_command("retention", "--check")
        retention.sweep()
        call_command("retention", "--check")
        assert in_storage() == {}
    assert capsys.readouterr().out.count("clean\n") == 2


def test_the_check_sees_what_lies_where_nothing_should(storage: str, submit: Submit) -> None:
    edit = run(submit())
    assert retention.check().is_clean
    default_storage.save("stray.png", ContentFile(b"stray"))
    default_storage.save("elsewhere/a.png", ContentFile(b"stray"))
    default_storage.delete(edit.thumbnail_name)
    findings = retention.check()
    assert findings.orphans == ["stray.png", "elsewhere/"]
    assert findings.missing == [edit.pk]
