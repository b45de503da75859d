"""Public ids: a prefix that says what it is, then 26 characters that sort by time.

The layout is ULID's (48 bits of milliseconds, 80 random bits, Crockford's base 32),
so that a table clustered by id is also clustered by age, and ids cannot be guessed.
"""

import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_CHARACTERS = 26
LENGTH_MAX = 40


def new(prefix: str) -> str:
    """Return a fresh id such as `edit_01jd…`; later ids sort after earlier ones."""
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    body = "".join(_ALPHABET[number >> shift & 31] for shift in range(5 * (_CHARACTERS - 1), -1, -5))
    return f"{prefix}_{body}"
