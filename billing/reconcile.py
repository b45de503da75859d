"""Proof that the books are right: every finding is one sentence, and none is the only good answer.

It reads and never repairs: a mistake is for a person to understand, and then to reverse.
"""

from collections.abc import Callable, Iterator

from django.db.models import Count, F, Q, Sum

from billing import stripe_gateway
from billing.models import Entry, Hold, Lot, Purchase, Purse, Refund, Transfer
from billing.models.book import PURSES, Account

Check = Callable[[], Iterator[str]]


def findings() -> list[str]:
    """Return everything that does not add up in our own books."""
    return [finding for check in CHECKS for finding in check()]


def provider_findings() -> list[str]:
    """Return where our purchases and the payment provider's own records differ.

    Asks about every purchase; raises PaymentProviderFailed if that cannot be done.
    """
    return list(purchases_equal_the_provider_s()) if stripe_gateway.is_configured() else []


def entries_sum_to_zero() -> Iterator[str]:
    """All entries together, and the two of each transfer."""
    total = Entry.objects.aggregate(total=Sum("amount"))["total"] or 0
    if total:
        yield f"all entries sum to {total:,}, not to zero"
    legs = Transfer.objects.annotate(legs=Count("entries"), total=Sum("entries__amount"))
    for transfer in legs.exclude(legs=2, total=0):
        yield f"{transfer.pk} ({transfer.kind}) has {transfer.legs} entries that sum to {transfer.total}"


def purses_equal_their_entries() -> Iterator[str]:
    """What a purse says is what its entries come to, and what the newest of them said."""
    booked = {
        (owner_id, account): total
        for owner_id, account, total in Entry.objects.values_list("owner_id", "account").annotate(
            Sum("amount")
        )
    }
    for purse in Purse.objects.iterator():
        for account in PURSES:
            has, should = getattr(purse, account), booked.get((purse.pk, account), 0)
            if has != should:
                yield f"{account} of {purse.pk} is {has:,}, its entries say {should:,}"
        owed = -booked.get((purse.pk, Account.DEBT), 0)
        if purse.debt != owed:
            yield f"debt of {purse.pk} is {purse.debt:,}, its entries say {owed:,}"
    without = {owner_id for owner_id, _ in booked} - set(Purse.objects.values_list("pk", flat=True))
    yield from (f"{owner_id} has entries but no purse" for owner_id in sorted(without))


def purses_equal_holds_and_lots() -> Iterator[str]:
    """What is held is in open holds; what is paid is in lots."""
    held = dict(Hold.objects.filter(status="placed").values_list("owner_id").annotate(Sum("amount")))
    left = dict(Lot.objects.values_list("owner_id").annotate(Sum("left")))
    for purse in Purse.objects.iterator():
        if purse.held != held.get(purse.pk, 0):
            yield f"{purse.pk} holds {purse.held:,}, its open holds come to {held.get(purse.pk, 0):,}"
        if purse.paid != left.get(purse.pk, 0):
            yield f"paid of {purse.pk} is {purse.paid:,}, its lots have {left.get(purse.pk, 0):,}"


def holds_end_once() -> Iterator[str]:
    """A captured hold was captured in full, a released one released in full, an open one neither."""
    ends = Q(key__startswith="capture:") | Q(key__startswith="release:")
    ended: dict[str, dict[str, int]] = {}
    for key, amount in Transfer.objects.filter(ends).values_list("key", "amount").iterator():
        verb, hold_id, *_ = key.split(":")
        sums = ended.setdefault(hold_id, {"capture": 0, "release": 0})
        sums[verb] += amount
    for hold in Hold.objects.iterator():
        is_due = {
            "capture": hold.amount if hold.status == Hold.Status.CAPTURED else 0,
            "release": hold.amount if hold.status == Hold.Status.RELEASED else 0,
        }
        if ended.pop(hold.pk, {"capture": 0, "release": 0}) != is_due:
            yield f"{hold.pk} is {hold.status}, its transfers say otherwise"
    yield from (f"{hold_id} has transfers but does not exist" for hold_id in ended)


def purchases_are_credited_once() -> Iterator[str]:
    """Each paid purchase has one lot of its size, and one transfer."""
    paid = Purchase.objects.exclude(lot=None)
    for pk, credited in paid.exclude(lot__tokens=F("tokens")).values_list("pk", "lot__tokens"):
        yield f"{pk} was credited {credited:,} tokens, not what was bought"
    keys = set(Transfer.objects.filter(kind=Transfer.Kind.PURCHASE).values_list("key", flat=True))
    expected = {f"purchase:{pk}" for pk in paid.values_list("pk", flat=True)}
    yield from (f"{key} is credited without a paid purchase" for key in sorted(keys - expected))
    yield from (f"{key} is paid without its transfer" for key in sorted(expected - keys))


def purchases_equal_the_provider_s() -> Iterator[str]:
    """Paid there is credited here, and what went back there has been taken back here."""
    for purchase in Purchase.objects.exclude(checkout_id="").iterator():
        payment = stripe_gateway.read_payment(purchase.checkout_id)
        if payment.is_paid != (purchase.lot_id is not None):
            yield f"{purchase.pk} is {purchase.status} here, at the provider paid: {payment.is_paid}"
            continue
        ours = Refund.objects.filter(purchase=purchase).exclude(status__in=["failed", "reserved"])
        theirs = purchase.clawed_tokens * purchase.price_cents // purchase.tokens
        here = (ours.aggregate(total=Sum("amount_cents"))["total"] or 0) + theirs
        there = payment.refunded_cents + payment.disputed_cents
        if here != min(there, purchase.price_cents):
            yield f"{purchase.pk} has {here} cents taken back here, {there} at the provider"


def open_hold_references() -> list[str]:
    """Return what the holds still open are for."""
    return list(Hold.objects.filter(status=Hold.Status.PLACED).values_list("reference", flat=True))


CHECKS: tuple[Check, ...] = (
    entries_sum_to_zero,
    purses_equal_their_entries,
    purses_equal_holds_and_lots,
    holds_end_once,
    purchases_are_credited_once,
)
