"""Edits and holds agree, and a hold that outlives its edit raises the alarm."""

import logging

import pytest

from billing import ledger
from editor import settlement
from editor.models import Edit
from tests.conftest import Submit, run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("model", "status", "hold"),
    [
        ("test-invert", "succeeded", "captured"),
        ("test-broken", "failed", "released"),
        ("test-echo", "failed", "released"),
    ],
)
def test_an_edit_and_its_hold_end_together(submit: Submit, model: str, status: str, hold: str) -> None:
    edit = run(submit(model))
    assert edit.hold is not None
    assert (edit.status, edit.hold.status) == (status, hold)
    assert settlement.findings() == []


def test_a_hold_that_outlived_its_edit_raises_the_alarm(
    submit: Submit, caplog: pytest.LogCaptureFixture
) -> None:
    edit = submit()
    Edit.objects.filter(pk=edit.pk).update(status="failed")
    with caplog.at_level(logging.ERROR):
        assert settlement.watch() == 1
    assert "hold.outlived_its_edit" in caplog.text
    assert any(edit.pk in finding for finding in settlement.findings())


def test_an_edit_whose_hold_ended_before_it_cannot_end_quietly(submit: Submit) -> None:
    edit = submit()
    from django.db import transaction

    assert edit.hold_id is not None
    with transaction.atomic():
        ledger.capture_hold(edit.hold_id)
    with pytest.raises(ledger.PurseAstray):
        run(edit)
    edit.refresh_from_db()
    assert edit.status == "running"
