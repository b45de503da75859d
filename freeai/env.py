"""Read settings from the environment: typed helpers that fail loudly.

Every name carries the `FREEAI_` prefix except the few that hosts set by custom
(`PORT`, `HOST`, `DATABASE_URL`). An odd value stops the start; it is never guessed.
"""

import os
from pathlib import Path


class BadEnvironment(Exception):
    """A variable is set to something we cannot read. The message names it, not its value."""


def text(name: str, default: str) -> str:
    """Return the variable as written, or `default` if it is absent or empty."""
    return os.environ.get(name) or default


def integer(name: str, default: int, *, least: int = 0) -> int:
    """Return a whole number of at least `least`; raises BadEnvironment."""
    written = os.environ.get(name)
    if not written:
        return default
    try:
        number = int(written)
    except ValueError as error:
        raise BadEnvironment(f"{name} must be a whole number.") from error
    if number < least:
        raise BadEnvironment(f"{name} must be at least {least}.")
    return number


def flag(name: str, *, default: bool) -> bool:
    """Return a yes or no written as 1/0, true/false, yes/no or on/off; raises BadEnvironment."""
    written = os.environ.get(name, "").lower()
    if not written:
        return default
    if written in {"1", "true", "yes", "on"}:
        return True
    if written in {"0", "false", "no", "off"}:
        return False
    raise BadEnvironment(f"{name} must be yes or no.")


def words(name: str, default: str) -> list[str]:
    """Return a comma-separated list, blanks dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def pairs(name: str, default: str) -> list[tuple[int, int]]:
    """Return a comma-separated list of "number:number", both positive; raises BadEnvironment."""
    found = []
    for word in words(name, default):
        left, _, right = word.partition(":")
        if not (left.isdecimal() and right.isdecimal() and int(left) and int(right)):
            raise BadEnvironment(f"{name} must be a list like 500:200000,1000:420000.")
        found.append((int(left), int(right)))
    return found


def secret(name: str, *, kept_in: Path) -> str:
    """Return the secret from the variable, or from a file made on first need.

    The file is created with mode 0600 and exclusively, so that two processes that
    start together agree on one value.
    """
    if given := os.environ.get(name):
        return given
    from secrets import token_urlsafe  # noqa: PLC0415  (only the first start needs it)

    kept_in.parent.mkdir(parents=True, exist_ok=True)
    draft = kept_in.with_name(f".{kept_in.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(token_urlsafe(48))
    try:
        os.link(draft, kept_in)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return kept_in.read_text()
