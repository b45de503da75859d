"""The one writer of tokens: purses and books change here together, or not at all.

A purse changes by one conditional UPDATE; nobody reads a balance and then writes it. The
entries beside it are written in the same transaction. Ending a hold twice moves nothing.

    place_hold     daily first, the rest from paid lots, oldest first
    capture_hold   held → revenue
    release_hold   each share back to where it came from; a day that is over has rules of its own
    credit, …      what packs, grants, returns and clawbacks do to `paid`

Locks are taken in one order: hold, purse, lots.
"""

import json
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Owner
from billing.ledger import at_once, books, lots, networks, purse_changes
from billing.ledger.books import Kind, Move
from billing.ledger.purse_changes import PurseAstray, Snapshot, change, surely
from billing.models import Hold, Lot, Purse
from billing.models.book import Account
from freeai.common.errors import OutOfTokens
from freeai.common.sentences import sentence as _

__all__ = [
    "Account",
    "Kind",
    "Move",
    "PurseAstray",
    "capture_hold",
    "claw_back",
    "close",
    "credit",
    "debit_lot",
    "ensure_purse",
    "give_back",
    "lock",
    "merge",
    "place_hold",
    "pool_of",
    "release_hold",
]

_END = """
UPDATE billing_hold SET status = %(status)s, ended_at = %(now)s
WHERE id = %(hold)s AND ended_at IS NULL
RETURNING owner_id, reference, amount, daily, daily_on, paid, goodwill, lots, network"""


@dataclass(frozen=True, slots=True)
class _Ended:
    """A hold that this call has just ended."""

    id: str
    owner_id: str
    reference: str
    amount: int
    daily: int
    daily_on: date
    paid: int
    goodwill: int
    lots: lots.Shares
    network: str


def place_hold(
    owner: Owner, amount: int, *, reference: str, network: str = "", from_goodwill: bool = False
) -> Hold:
    """Set `amount` tokens aside: daily first, the rest paid; or all from goodwill.

    Call it inside the transaction that writes what the hold is for; give that up when this
    raises OutOfTokens. `network` (`accounts.networks`) caps what one network's visitors use.
    """
    assert connection.in_atomic_block, "a hold and what it is for are written together"
    today = timezone.now().date()
    counted = "" if owner.is_member else network
    if at_once.is_possible() and not from_goodwill:
        hold = Hold(
            owner=owner, reference=reference, amount=amount, daily=amount, daily_on=today, network=counted
        )
        if at_once.place(hold):
            if counted:
                networks.use(counted, today, amount)
            return hold
    purse = _set_aside(owner, amount, today, from_goodwill=from_goodwill)
    daily = purse.moved
    goodwill = amount if from_goodwill else 0
    paid = amount - daily - goodwill
    counted = counted if daily else ""
    if counted:
        networks.use(counted, today, daily)
    hold = Hold(
        owner=owner,
        reference=reference,
        amount=amount,
        daily=daily,
        daily_on=today,
        paid=paid,
        goodwill=goodwill,
        lots=lots.take(owner.pk, paid) if paid else [],
        network=counted,
    )
    shares = ((Account.DAILY, daily), (Account.PAID, paid), (Account.GOODWILL, goodwill))
    moves = [
        Move(Kind.HOLD, share, account, Account.HELD, f"hold:{hold.pk}:{account}", reference)
        for account, share in shares
    ]
    books.write(purse, moves, also=[hold])
    return hold


def capture_hold(hold_id: str) -> bool:
    """End a hold: its tokens are spent. False if it had ended before. Call it inside a transaction."""
    if at_once.is_possible():
        return at_once.capture(hold_id)
    hold = _end(hold_id, Hold.Status.CAPTURED)
    if hold is None:
        return False
    facts = {"owner": hold.owner_id, "amount": hold.amount, "day": hold.daily_on, "daily": hold.daily}
    purse = surely(purse_changes.CAPTURE, facts)
    spent = Move(
        Kind.CAPTURE, hold.amount, Account.HELD, Account.REVENUE, f"capture:{hold_id}", hold.reference
    )
    books.write(purse, [spent])
    return True


def release_hold(hold_id: str, *, by_owner: bool = False) -> bool:
    """End a hold: each share goes back to where it came from. False if it had ended before.

    A daily share whose day is over goes to today's pool, which it never lifts above twice the
    pool; it expires instead if the owner's own cancel released it. Call it inside a transaction.
    """
    hold = _end(hold_id, Hold.Status.RELEASED)
    if hold is None:
        return False
    purse = _bring_back(hold, by_owner=by_owner)
    expired = hold.daily - purse.moved
    if expired:
        Hold.objects.filter(pk=hold_id).update(expired=expired)
    if hold.network:
        networks.free(hold.network, hold.daily_on, hold.daily)
    ways = (
        (Kind.RELEASE, purse.moved, Account.DAILY),
        (Kind.RELEASE_EXPIRY, expired, Account.EXPIRED),
        (Kind.RELEASE, hold.paid, Account.PAID),
        (Kind.RELEASE, hold.goodwill, Account.GOODWILL),
    )
    moves = [
        Move(kind, share, Account.HELD, target, f"release:{hold_id}:{target}", hold.reference)
        for kind, share, target in ways
    ]
    books.write(purse, moves)
    if hold.paid:
        lots.put_back(hold.lots)
        _repay(purse, because=hold_id)
    return True


def credit(owner: Owner, move: Move) -> str:
    """Put paid tokens into a purse as a lot of their own; returns its id. Debts are repaid first.

    Raises IntegrityError if the move's key was used before. Call it inside a transaction.
    """
    ensure_purse(owner)
    purse = surely(purse_changes.CREDIT, {"owner": owner.pk, "amount": move.amount})
    lot_id = lots.add(owner.pk, move.amount)
    books.write(purse, [move])
    _repay(purse, because=move.key)
    return lot_id


def give_back(owner_id: str, lot_id: str, move: Move) -> None:
    """Put tokens back into the lot that a failed return or a won dispute had emptied."""
    purse = surely(purse_changes.CREDIT, {"owner": owner_id, "amount": move.amount})
    lots.put_back([(lot_id, move.amount)])
    books.write(purse, [move])
    _repay(purse, because=move.key)


def debit_lot(owner_id: str, lot_id: str, move: Move) -> None:
    """Take tokens out of one lot, which must have them. Call it under `lock`."""
    purse = surely(purse_changes.DEBIT, {"owner": owner_id, "amount": move.amount})
    lots.take_from(lot_id, move.amount)
    books.write(purse, [move])


def claw_back(owner_id: str, lot_id: str, amount: int, *, key: str, reference: str) -> None:
    """Take back tokens whose payment was taken back: this lot's, then other lots'; the rest is a debt."""
    purse = surely(purse_changes.CLAW, {"owner": owner_id, "amount": amount})
    lots.take(owner_id, purse.moved, first=lot_id)
    shares = ((Account.PAID, purse.moved), (Account.DEBT, amount - purse.moved))
    moves = [
        Move(Kind.CLAWBACK, share, account, Account.REFUNDS, f"claw:{key}:{account}", reference)
        for account, share in shares
    ]
    books.write(purse, moves)


def lock(owner_id: str) -> Purse:
    """Lock a purse until the transaction ends, for the rare change that must look before it acts."""
    return Purse.objects.select_for_update().get(pk=owner_id)


def ensure_purse(owner: Owner) -> None:
    """Make the owner's purse if there is none, and bring it to today."""
    _touch(owner, timezone.now().date())


def pool_of(owner: Owner | None) -> int:
    """Return how many free tokens this owner gets per day; None is a visitor who has nothing yet."""
    is_member = owner is not None and owner.is_member
    return settings.DAILY_TOKENS_MEMBER if is_member else settings.DAILY_TOKENS_VISITOR


def close(owner: Owner) -> None:
    """Let no hold be placed on this purse any more. The first half of a merge, committed on its own."""
    ensure_purse(owner)
    surely(purse_changes.CLOSE, {"owner": owner.pk})


def merge(visitor: Owner, member: Owner) -> None:
    """Move a closed visitor's open holds and paid tokens to the member; daily tokens stay behind.

    Call it inside a transaction that has locked both owners in id order, after `close`.
    """
    holds = list(Hold.objects.select_for_update().filter(owner=visitor, status="placed").order_by("id"))
    for owner in (visitor, member):
        ensure_purse(owner)
    today = timezone.now().date()
    held = {
        "amount": sum(hold.amount for hold in holds),
        "daily": sum(hold.daily for hold in holds if hold.daily_on == today),
        "today": today,
    }
    # Their network's day stays used, or a network could fill a member's purse by merging visitors.
    Hold.objects.filter(pk__in=[hold.pk for hold in holds]).update(owner=member, network="")
    Lot.objects.filter(owner=visitor).update(owner=member)
    paid = {"amount": lock(visitor.pk).paid}
    changes = (
        (Account.HELD, held, purse_changes.HOLDS_OUT, purse_changes.HOLDS_IN),
        (Account.PAID, paid, purse_changes.DEBIT, purse_changes.CREDIT),
    )
    for account, facts, out_of, into in changes:
        amount = int(str(facts["amount"]))
        if amount:
            giver = surely(out_of, {**facts, "owner": visitor.pk})
            taker = surely(into, {**facts, "owner": member.pk})
            move = Move(Kind.MERGE, amount, account, account, f"merge:{visitor.pk}:{account}")
            books.write_between(giver, taker, move)


def _set_aside(owner: Owner, amount: int, today: date, *, from_goodwill: bool) -> Snapshot:
    sql = purse_changes.HOLD_GOODWILL if from_goodwill else purse_changes.HOLD
    facts = {"owner": owner.pk, "amount": amount, "today": today}
    purse = change(sql, facts)
    if purse is None and _touch(owner, today):
        purse = change(sql, facts)
    if purse is None:
        raise _out_of_tokens(owner, amount)
    return purse


def _bring_back(hold: _Ended, *, by_owner: bool) -> Snapshot:
    today = timezone.now().date()
    facts = {
        "owner": hold.owner_id,
        "amount": hold.amount,
        "day": hold.daily_on,
        "daily": hold.daily,
        "paid": hold.paid,
        "by_owner": by_owner,
        "today": today,
    }
    purse = change(purse_changes.RELEASE, facts)
    if purse is None:
        _touch(Owner.objects.get(pk=hold.owner_id), today)
        purse = surely(purse_changes.RELEASE, facts)
    return purse


def _touch(owner: Owner, today: date) -> bool:
    """Make and renew a purse as far as needed: yesterday's leftover expires, today's pool comes.

    Returns whether that changed anything.
    """
    Purse.objects.bulk_create([Purse(owner=owner)], ignore_conflicts=True)
    purse = change(purse_changes.RENEW, {"owner": owner.pk, "today": today, "pool": pool_of(owner)})
    if purse is None:
        return False
    left = Move(Kind.DAILY_EXPIRY, purse.moved, Account.DAILY, Account.EXPIRED, f"expiry:{owner.pk}:{today}")
    pool = Move(Kind.DAILY_GRANT, purse.daily, Account.GRANTS, Account.DAILY, f"daily:{owner.pk}:{today}")
    books.write(purse, [left, pool])
    return True


def _repay(purse: Snapshot, *, because: str) -> None:
    """Let paid tokens that have just come in repay a debt, if there is one."""
    after = change(purse_changes.REPAY, {"owner": purse.owner_id}) if purse.debt else None
    if after is not None:
        lots.take(purse.owner_id, after.moved)
        repaid = Move(Kind.REPAYMENT, after.moved, Account.PAID, Account.DEBT, f"repay:{because}")
        books.write(after, [repaid])


def _out_of_tokens(owner: Owner, amount: int) -> OutOfTokens:
    purse = Purse.objects.filter(pk=owner.pk).first()
    if purse and purse.is_closed:
        return OutOfTokens(_("You have signed in meanwhile. Load the page again and ask once more."))
    available = purse.daily + purse.paid if purse else 0
    return OutOfTokens(
        _(
            "This costs %(price)s tokens and you have %(available)s. Nothing was charged. "
            "Your free pool is full again at 00:00 UTC.",
            price=amount,
            available=available,
        )
    )


def _end(hold_id: str, status: Hold.Status) -> _Ended | None:
    assert connection.in_atomic_block, "a hold ends together with what it was for"
    facts = {"hold": hold_id, "status": status.value, "now": timezone.now()}
    row = purse_changes.fetch_one(_END, facts)
    if row is None:
        return None
    owner_id, reference, amount, daily, day, paid, goodwill, shares, network = row
    # Raw rows come as the driver gives them: text on SQLite, and JSON as text on both.
    day = date.fromisoformat(day) if isinstance(day, str) else day
    taken = [(lot_id, tokens) for lot_id, tokens in json.loads(shares)]
    return _Ended(hold_id, owner_id, reference, amount, daily, day, paid, goodwill, taken, network)
