"""Public ids: a prefix that says what it is, then 26 characters that sort by time.

The layout is ULID's (48 bits of milliseconds, 80 random bits, Crockford's base 32),
so that a table clustered by id is also clustered by age, and ids cannot be guessed.
"""

import secrets
import time
from datetime import UTC, datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_CHARACTERS = 26
LENGTH_MAX = 40


def new(prefix: str) -> str:
    """Return a fresh id such as `edit_01jd…`; later ids sort after earlier ones."""
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    body = "".join(_ALPHABET[number >> shift & 31] for shift in range(5 * (_CHARACTERS - 1), -1, -5))
    return f"{prefix}_{body}"


def made_at(public_id: str) -> datetime:
    """Return when an id was made; raises ValueError for what is none of ours."""
    body = public_id.rpartition("_")[2]
    if len(body) != _CHARACTERS:
        raise ValueError(public_id)
    milliseconds = 0
    for character in body[:10]:
        milliseconds = milliseconds << 5 | _ALPHABET.index(character)
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
