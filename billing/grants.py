"""Tokens given without payment, by people who may: they are paid tokens and do not expire."""

import logging

from django.db import transaction

from accounts.models import Owner
from billing import ledger
from billing.ledger import Account, Kind, Move
from freeai.common import ids
from freeai.common.errors import InvalidInput

log = logging.getLogger(__name__)

GRANT_TOKENS_MAX = 100_000_000
"""More than any grant that is not a slip of the hand."""


def grant(owner: Owner, tokens: int, *, by: str, note: str = "") -> None:
    """Put paid tokens into a purse. `by` is who decided it; it stands in the books with the note."""
    if not 0 < tokens <= GRANT_TOKENS_MAX:
        raise InvalidInput(f"A grant is between 1 and {GRANT_TOKENS_MAX:,} tokens.", param="tokens")
    written = f"{note} (by {by})" if note else f"by {by}"
    move = Move(Kind.GRANT, tokens, Account.GRANTS, Account.PAID, f"grant:{ids.new('g')}", note=written[:200])
    with transaction.atomic():
        ledger.credit(owner, move)
    log.info("tokens.granted", extra={"owner_id": owner.pk, "tokens": tokens, "by": by})
