"""What n images cost. Billing knows numbers only; which model costs what, the catalogue knows."""

PRICE_TOKENS_MIN = 100
"""No edit costs less (DESIGN §5)."""


def quote(unit_tokens: int, n: int = 1) -> int:
    """Return the price in tokens of `n` images at `unit_tokens` each."""
    return max(unit_tokens, PRICE_TOKENS_MIN) * n
