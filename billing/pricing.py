"""What n images cost, and how money is written. Billing knows numbers; the catalogue knows models."""

PRICE_TOKENS_MIN = 100
"""No edit costs less (DESIGN §5)."""


def quote(unit_tokens: int, n: int = 1) -> int:
    """Return the price in tokens of `n` images at `unit_tokens` each."""
    return max(unit_tokens, PRICE_TOKENS_MIN) * n


def dollars(cents: int) -> str:
    """Return US cents as people write them: $5, $4.99."""
    whole, rest = divmod(cents, 100)
    return f"${whole:,}.{rest:02}" if rest else f"${whole:,}"
