"""The rows of billing; one module per noun. Only `billing` imports them: others say "billing.Hold"."""

from billing.models.book import Entry, Transfer
from billing.models.payments import Purchase, Refund, StripeEvent
from billing.models.purse import Hold, Lot, NetworkDay, Purse

__all__ = [
    "Entry",
    "Hold",
    "Lot",
    "NetworkDay",
    "Purchase",
    "Purse",
    "Refund",
    "StripeEvent",
    "Transfer",
]
