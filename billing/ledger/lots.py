"""Paid tokens by the pack they came in, spent oldest first.

Whoever calls has changed the purse in the same transaction and so holds its lock: of one
owner's lots nothing else moves meanwhile. `paid` always equals what is left in all lots.
"""

from collections.abc import Iterable

from django.db.models import F

from billing.ledger.purse_changes import PurseAstray
from billing.models import Lot

Shares = list[tuple[str, int]]


def add(owner_id: str, tokens: int) -> str:
    """Make a full lot; returns its id."""
    return Lot.objects.create(owner_id=owner_id, tokens=tokens, left=tokens).pk


def take(owner_id: str, tokens: int, *, first: str = "") -> Shares:
    """Take tokens, from lot `first` if named, then oldest first; returns what came from which."""
    open_lots = Lot.objects.filter(owner_id=owner_id, left__gt=0).order_by("created_at", "id")
    shares: Shares = []
    for lot in sorted(open_lots, key=lambda lot: lot.pk != first):
        share = min(lot.left, tokens)
        if share:
            take_from(lot.pk, share)
            shares.append((lot.pk, share))
            tokens -= share
    if tokens:
        raise PurseAstray(owner_id)
    return shares


def take_from(lot_id: str, tokens: int) -> None:
    """Take tokens out of this lot; raises PurseAstray if it has fewer."""
    if not Lot.objects.filter(pk=lot_id, left__gte=tokens).update(left=F("left") - tokens):
        raise PurseAstray(lot_id)


def put_back(shares: Iterable[tuple[str, int]]) -> None:
    """Put tokens back where they were taken from."""
    for lot_id, tokens in shares:
        Lot.objects.filter(pk=lot_id).update(left=F("left") + tokens)
