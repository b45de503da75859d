"""Many at once, on whatever database the tests run: SQLite, and PostgreSQL in CI."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.db import transaction

from accounts.models import Owner
from billing import ledger, purses, reconcile
from editor import settlement, submission
from editor.models import Edit, Source
from freeai.common.errors import OutOfTokens
from tests.conftest import Submit
from tests.crowd import AtOnce, crowd

ROUNDS = 20

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def at_once() -> Iterator[AtOnce]:
    with crowd() as everybody:
        yield everybody


def test_of_many_submits_at_once_only_those_are_accepted_that_can_be_paid(
    at_once: AtOnce,
    submit: Submit,
    alice: Owner,
    photo: Source,
    settings: LazySettings,
) -> None:
    settings.DAILY_TOKENS_VISITOR = 1100
    submit()

    def try_it() -> bool:
        try:
            submission.submit_edit(alice, photo, submission.Wish(prompt="invert it", model="test-invert"))
        except OutOfTokens:
            return False
        return True

    assert sum(at_once(try_it)) == 10
    assert Edit.objects.count() == 11
    assert purses.balance(alice).available == 0
    assert settlement.reconcile_all() == []


def test_a_hold_that_many_end_at_once_ends_once(at_once: AtOnce, alice: Owner) -> None:
    for number in range(ROUNDS):
        with transaction.atomic():
            hold = ledger.place_hold(alice, 100, reference="edit_x")

        def end(hold_id: str = hold.pk, is_captured: bool = bool(number % 2)) -> bool:
            with transaction.atomic():
                return (ledger.capture_hold if is_captured else ledger.release_hold)(hold_id)

        assert sum(at_once(end)) == 1
    assert purses.balance(alice).available == 3000 - 100 * ROUNDS // 2
    assert reconcile.findings() == []
