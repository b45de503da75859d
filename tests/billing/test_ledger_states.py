"""Any order of grants, holds, ends, merges, packs, returns, midnights and crashes keeps the books right.

The machine plays a customer who tries to gain: holding over midnight, cancelling, merging
visitors into a member, buying packs and returning them. After every step the books are
proved, and nobody has more than was granted and paid. Seeds are printed on failure.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import Owner, User
from billing import ledger, reconcile
from billing.ledger import Account, Kind, Move
from billing.models import Entry, Hold, Lot, Purchase, Purse, Transfer
from freeai.common.errors import OutOfTokens

STEPS = 50
EXAMPLES = {"sqlite": 240, "postgresql": 12}
"""Together more than 10,000 steps on SQLite; a server's round trips would take minutes for as many."""

DEATHS = st.integers(0, 40)
"""Before which of its statements a step dies; most have fewer, and live."""

MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


class Crash(BaseException):
    """The process dies here."""


@contextmanager
def dying_after(statements: int) -> Iterator[None]:
    """Let the process die just before its n-th statement from now; open it inside the transaction."""
    left = statements

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal left
        if left == 0:
            raise Crash
        left -= 1
        return execute(*arguments)

    with connection.execute_wrapper(count):
        yield


class Ledger(RuleBasedStateMachine):
    """Two visitors, one member, one clock."""

    @initialize()
    def open(self) -> None:
        self.world = transaction.atomic()
        self.world.__enter__()
        self.now = MORNING
        self.clock = time_machine.travel(self.now, tick=False)
        self.clock.start()
        self.steps = 0
        self.member = Owner.objects.create(
            user=User.objects.create_user(f"{Owner.objects.count()}@example.com")
        )
        self.visitors = [Owner.objects.create(), Owner.objects.create()]
        self.holds: list[str] = []
        self.paid_cents = 0
        self.returned_cents = 0

    def teardown(self) -> None:
        if hasattr(self, "clock"):
            self.clock.stop()
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)

    def owner(self, number: int) -> Owner:
        everybody = [self.member, *self.visitors]
        return everybody[number % len(everybody)]

    @rule(who=st.integers(0, 2), amount=st.sampled_from([100, 250, 1000, 2900, 10_000]), dies=DEATHS)
    def hold(self, who: int, amount: int, dies: int) -> None:
        self.steps += 1
        network = f"network-{who % 2}"
        try:
            with transaction.atomic(), dying_after(dies):
                held = ledger.place_hold(self.owner(who), amount, reference="edit_x", network=network)
        except (OutOfTokens, Crash):
            return
        self.holds.append(held.pk)

    @precondition(lambda self: self.holds)
    @rule(
        which=st.integers(0, 1000),
        end=st.sampled_from(["capture", "fail", "cancel"]),
        dies=DEATHS,
    )
    def end(self, which: int, end: str, dies: int) -> None:
        self.steps += 1
        hold_id = self.holds[which % len(self.holds)]
        was_open = Hold.objects.get(pk=hold_id).status == "placed"
        try:
            with transaction.atomic(), dying_after(dies):
                if end == "capture":
                    has_ended = ledger.capture_hold(hold_id)
                else:
                    has_ended = ledger.release_hold(hold_id, by_owner=end == "cancel")
        except Crash:
            assert (Hold.objects.get(pk=hold_id).status == "placed") == was_open
            return
        assert has_ended == was_open

    @rule(dies=DEATHS)
    def buy(self, dies: int) -> None:
        self.steps += 1
        purchase = Purchase.objects.create(owner=self.member, tokens=200_000, price_cents=500)
        move = Move(
            Kind.PURCHASE, 200_000, Account.SALES, Account.PAID, f"purchase:{purchase.pk}", purchase.pk
        )
        try:
            with transaction.atomic(), dying_after(dies):
                lot = ledger.credit(self.member, move)
                Purchase.objects.filter(pk=purchase.pk).update(lot=lot, status="paid", payment_id="pi_x")
        except Crash:
            return
        self.paid_cents += 500

    @rule(which=st.integers(0, 20), dies=DEATHS)
    def give_a_pack_back(self, which: int, dies: int) -> None:
        self.steps += 1
        packs = list(Purchase.objects.filter(status="paid").select_related("lot"))
        if not packs:
            return
        pack = packs[which % len(packs)]
        try:
            with transaction.atomic(), dying_after(dies):
                ledger.lock(pack.owner_id)
                lot = Lot.objects.get(pk=pack.lot_id)
                cents = 500 * lot.left // lot.tokens
                Purchase.objects.filter(pk=pack.pk).update(status="refunded")
                if lot.left:
                    move = Move(Kind.REFUND, lot.left, Account.PAID, Account.REFUNDS, f"refund:{pack.pk}")
                    ledger.debit_lot(pack.owner_id, lot.pk, move)
        except Crash:
            return
        self.returned_cents += cents

    @rule(which=st.integers(0, 20), dies=DEATHS)
    def take_a_payment_back(self, which: int, dies: int) -> None:
        self.steps += 1
        packs = list(Purchase.objects.filter(status="paid", clawed_tokens=0))
        if not packs:
            return
        pack = packs[which % len(packs)]
        assert pack.lot_id
        try:
            with transaction.atomic(), dying_after(dies):
                ledger.claw_back(pack.owner_id, pack.lot_id, 200_000, key=pack.pk, reference=pack.pk)
                Purchase.objects.filter(pk=pack.pk).update(status="refunded", clawed_tokens=200_000)
        except Crash:
            return
        self.returned_cents += 500

    @rule(which=st.integers(0, 1), dies=DEATHS)
    def sign_in(self, which: int, dies: int) -> None:
        self.steps += 1
        visitor = self.visitors[which]
        try:
            with transaction.atomic(), dying_after(dies):
                ledger.close(visitor)
            with transaction.atomic(), dying_after(max(0, dies - 4)):
                ledger.merge(visitor, self.member)
        except Crash:
            return
        self.visitors[which] = Owner.objects.create()

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self.steps += 1
        self.now += timedelta(hours=hours)
        self.clock.stop()
        self.clock = time_machine.travel(self.now, tick=False)
        self.clock.start()

    @invariant()
    def the_books_add_up(self) -> None:
        assert reconcile.findings() == []

    @invariant()
    def nobody_has_more_than_was_granted_and_paid(self) -> None:
        has = Purse.objects.aggregate(all=Sum("daily") + Sum("paid") + Sum("held"))["all"] or 0
        spent = Entry.objects.filter(account=Account.REVENUE).aggregate(all=Sum("amount"))["all"] or 0
        granted = Transfer.objects.filter(kind=Kind.DAILY_GRANT).aggregate(all=Sum("amount"))["all"] or 0
        debt = Purse.objects.aggregate(all=Sum("debt"))["all"] or 0
        paid = (self.paid_cents - self.returned_cents) * 400
        # A returned pack is rounded down to whole cents: what that keeps is less than a cent each.
        assert has + spent <= granted + paid + debt + 400 * Purchase.objects.filter(status="refunded").count()
        for purse in Purse.objects.all():
            assert purse.daily + purse.held_daily <= max(2 * purse.pool, purse.daily)


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_order_of_events_breaks_the_books(record_property: Callable[[str, object], None]) -> None:
    done = 0

    class Counted(Ledger):
        def teardown(self) -> None:
            nonlocal done
            done += getattr(self, "steps", 0)
            super().teardown()

    run_state_machine_as_test(
        Counted,
        settings=settings(
            max_examples=EXAMPLES[connection.vendor],
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    record_property("ledger", f"{done:,} steps")
    assert done >= EXAMPLES[connection.vendor] * STEPS * 0.84
