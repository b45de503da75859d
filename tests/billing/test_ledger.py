"""What holds, settles and grants do to purses and books: worked examples, each proved at its end."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import Owner
from billing import ledger, purses, reconcile
from billing.ledger import Account, Kind, Move
from billing.models import Entry, Hold, Lot, NetworkDay, Purse, Transfer
from freeai.common.errors import OutOfTokens

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BEFORE_MIDNIGHT = datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)
AFTER_MIDNIGHT = datetime(2026, 11, 25, 0, 0, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def books_add_up(db: None) -> Iterator[None]:
    yield
    assert reconcile.findings() == []


def place(owner: Owner, amount: int, **fields: str) -> Hold:
    with transaction.atomic():
        return ledger.place_hold(owner, amount, reference="edit_x", **fields)  # type: ignore[arg-type]


def capture(hold: Hold) -> bool:
    with transaction.atomic():
        return ledger.capture_hold(hold.pk)


def release(hold: Hold, *, by_owner: bool = False) -> bool:
    with transaction.atomic():
        return ledger.release_hold(hold.pk, by_owner=by_owner)


def grant(owner: Owner, tokens: int, key: str = "grant:1") -> str:
    with transaction.atomic():
        return ledger.credit(owner, Move(Kind.GRANT, tokens, Account.GRANTS, Account.PAID, key))


def has(owner: Owner) -> tuple[int, int, int]:
    """Daily, paid and held tokens."""
    now = purses.balance(owner)
    return (now.daily, now.paid, now.held)


def test_a_visitor_and_a_member_start_with_their_pools(alice: Owner, mia: Owner) -> None:
    assert (has(alice), has(mia)) == ((3000, 0, 0), (10_000, 0, 0))
    assert purses.balance(None).available == 3000


def test_looking_at_a_balance_makes_no_purse(alice: Owner) -> None:
    purses.balance(alice)
    assert not Purse.objects.exists()


def test_a_hold_takes_daily_tokens_first_and_the_rest_from_paid(alice: Owner) -> None:
    grant(alice, 5000)
    hold = place(alice, 4000)
    assert (hold.daily, hold.paid) == (3000, 1000)
    assert has(alice) == (0, 4000, 4000)


def test_a_captured_hold_is_revenue(alice: Owner) -> None:
    assert capture(place(alice, 1000))
    assert has(alice) == (2000, 0, 0)
    assert Entry.objects.get(account=Account.REVENUE).amount == 1000


def test_a_released_hold_goes_back_to_both_purses(alice: Owner) -> None:
    grant(alice, 5000)
    hold = place(alice, 4000)
    assert release(hold)
    assert has(alice) == (3000, 5000, 0)
    hold.refresh_from_db()
    assert (hold.status, hold.returned) == ("released", 4000)


@pytest.mark.parametrize("first", [capture, release])
@pytest.mark.parametrize("second", [capture, release])
def test_a_hold_ends_once(alice: Owner, first: object, second: object) -> None:
    hold = place(alice, 1000)
    assert first(hold)  # type: ignore[operator]
    after = has(alice)
    assert not second(hold)  # type: ignore[operator]
    assert has(alice) == after


def test_who_has_too_little_is_told_both_numbers_and_keeps_everything(alice: Owner) -> None:
    with pytest.raises(OutOfTokens, match="costs 3,001 tokens and you have 3,000"):
        place(alice, 3001)
    assert has(alice) == (3000, 0, 0)
    assert not Hold.objects.exists()


def test_paid_tokens_are_spent_oldest_first_and_go_back_to_their_lots(alice: Owner) -> None:
    old, new = grant(alice, 1000, "grant:1"), grant(alice, 1000, "grant:2")
    hold = place(alice, 4500)
    assert hold.lots == [(old, 1000), (new, 500)]
    release(hold)
    assert set(Lot.objects.values_list("pk", "left")) == {(old, 1000), (new, 1000)}


def test_leftovers_expire_at_midnight_and_the_pool_is_new(alice: Owner) -> None:
    with time_machine.travel(BEFORE_MIDNIGHT, tick=False):
        capture(place(alice, 1000))
        assert has(alice) == (2000, 0, 0)
    with time_machine.travel(AFTER_MIDNIGHT, tick=False):
        assert has(alice) == (3000, 0, 0)
        place(alice, 100)
        assert has(alice) == (2900, 0, 100)
    assert Transfer.objects.get(kind=Kind.DAILY_EXPIRY).amount == 2000


def test_yesterday_s_leftover_cannot_be_held_after_midnight(alice: Owner) -> None:
    with time_machine.travel(BEFORE_MIDNIGHT, tick=False):
        place(alice, 100)
    with time_machine.travel(AFTER_MIDNIGHT, tick=False), pytest.raises(OutOfTokens):
        place(alice, 3001)


def test_an_edit_that_fails_across_midnight_leaves_its_owner_no_poorer(alice: Owner) -> None:
    with time_machine.travel(BEFORE_MIDNIGHT, tick=False):
        hold = place(alice, 1000)
    with time_machine.travel(AFTER_MIDNIGHT, tick=False):
        release(hold)
        assert has(alice) == (4000, 0, 0)


def test_what_comes_back_from_yesterday_never_makes_more_than_two_pools(alice: Owner) -> None:
    with time_machine.travel(BEFORE_MIDNIGHT, tick=False):
        yesterday = [place(alice, 1500), place(alice, 1500)]
    with time_machine.travel(AFTER_MIDNIGHT, tick=False):
        today = place(alice, 500)
        for hold in yesterday:
            release(hold)
        assert has(alice) == (5500, 0, 500)
        release(today)
        assert has(alice) == (6000, 0, 0)
        assert purses.balance(alice).daily <= 2 * purses.balance(alice).pool


def test_the_owner_s_own_cancel_after_midnight_lets_the_share_expire(alice: Owner) -> None:
    with time_machine.travel(BEFORE_MIDNIGHT, tick=False):
        hold = place(alice, 1000)
    with time_machine.travel(AFTER_MIDNIGHT, tick=False):
        release(hold, by_owner=True)
        assert has(alice) == (3000, 0, 0)
    hold.refresh_from_db()
    assert (hold.expired, hold.returned) == (1000, 0)


def test_the_owner_s_own_cancel_on_the_same_day_returns_everything(alice: Owner) -> None:
    hold = place(alice, 1000)
    release(hold, by_owner=True)
    assert has(alice) == (3000, 0, 0)


def test_a_goodwill_hold_costs_its_owner_nothing(alice: Owner) -> None:
    with transaction.atomic():
        hold = ledger.place_hold(alice, 9000, reference="edit_x", from_goodwill=True)
    assert has(alice) == (3000, 0, 9000)
    capture(hold)
    assert has(alice) == (3000, 0, 0)


def test_fifty_fresh_visitors_of_one_network_get_no_more_than_its_cap(db: None) -> None:
    got = 0
    for _ in range(50):
        try:
            got += place(Owner.objects.create(), 3000, network="one-house").amount
        except OutOfTokens:
            continue
    assert got == 4 * 3000


def test_a_visitor_s_failed_edit_frees_its_network_s_share(alice: Owner) -> None:
    release(place(alice, 3000, network="one-house"))
    assert NetworkDay.objects.get().used == 0


def test_members_are_not_counted_against_their_network(mia: Owner) -> None:
    place(mia, 10_000, network="one-house")
    assert not NetworkDay.objects.exists()


def test_a_visitor_who_becomes_a_member_takes_holds_and_paid_tokens_along(alice: Owner, mia: Owner) -> None:
    grant(alice, 2000)
    hold = place(alice, 3500)
    ledger.close(alice)
    with pytest.raises(OutOfTokens):
        place(alice, 100)
    with transaction.atomic():
        ledger.merge(alice, mia)
    assert has(alice)[1:] == (0, 0)
    assert has(mia) == (10_000, 1500, 3500)
    release(Hold.objects.get(pk=hold.pk))
    assert has(mia) == (13_000, 2000, 0)


def test_merging_many_visitors_cannot_fill_a_pool_beyond_twice_its_size(
    mia: Owner,
) -> None:
    holds = []
    for _ in range(5):
        visitor = Owner.objects.create()
        holds.append(place(visitor, 3000))
        ledger.close(visitor)
        with transaction.atomic():
            ledger.merge(visitor, mia)
    for hold in holds:
        release(hold)
    assert has(mia) == (20_000, 0, 0)


def test_a_key_moves_tokens_once(alice: Owner) -> None:
    grant(alice, 1000)
    with pytest.raises(IntegrityError):
        grant(alice, 1000)
    assert has(alice) == (3000, 1000, 0)


def test_a_clawback_takes_what_is_left_and_later_packs_repay_the_rest(
    alice: Owner,
) -> None:
    lot = grant(alice, 1000)
    capture(place(alice, 3400))
    with transaction.atomic():
        ledger.claw_back(alice.pk, lot, 1000, key="dispute", reference="pur_x")
    assert has(alice) == (0, 0, 0)
    assert purses.balance(alice).debt == 400
    grant(alice, 1000, "grant:2")
    assert has(alice) == (0, 600, 0)
    assert purses.balance(alice).debt == 0


def test_tokens_that_come_back_from_a_hold_repay_a_debt_too(alice: Owner) -> None:
    lot = grant(alice, 1000)
    hold = place(alice, 4000)
    with transaction.atomic():
        ledger.claw_back(alice.pk, lot, 1000, key="dispute", reference="pur_x")
    assert purses.balance(alice).debt == 1000
    release(hold)
    assert has(alice) == (3000, 0, 0)
    assert purses.balance(alice).debt == 0


@pytest.mark.parametrize("verb", ["update", "delete"])
@pytest.mark.parametrize("table", [Transfer, Entry])
def test_the_books_cannot_be_changed(alice: Owner, table: type[Transfer | Entry], verb: str) -> None:
    capture(place(alice, 1000))
    sql = {
        "update": f"UPDATE {table._meta.db_table} SET amount = 1",
        "delete": f"DELETE FROM {table._meta.db_table}",
    }[verb]
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_a_purse_cannot_go_below_zero_whoever_writes(alice: Owner) -> None:
    ledger.ensure_purse(alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Purse.objects.filter(pk=alice.pk).update(daily=-1)


def test_a_wrong_balance_is_found(alice: Owner) -> None:
    place(alice, 1000)
    Purse.objects.filter(pk=alice.pk).update(paid=5)
    assert len(reconcile.findings()) == 2
    Purse.objects.filter(pk=alice.pk).update(paid=0)


def test_a_hold_that_pretends_to_have_ended_is_found(alice: Owner) -> None:
    hold = place(alice, 1000)
    Hold.objects.filter(pk=hold.pk).update(status="captured", ended_at=NOON)
    assert any(hold.pk in finding for finding in reconcile.findings())
    Hold.objects.filter(pk=hold.pk).update(status="placed", ended_at=None)
