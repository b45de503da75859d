"""Engines by dotted path, loaded on first use.

The web must know which engines exist without importing any: torch stays out of it.
A worker loads the one it serves, once. An engine may have a `check` that judges a
prompt by its words alone; it must be light enough for the web.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from editor.engines.base import Engine


class Check(Protocol):
    """Return the plan in words, or raise `NotUnderstood`."""

    def __call__(self, prompt: str, *, has_mask: bool) -> str: ...


@dataclass(frozen=True, slots=True)
class EngineEntry:
    """Where an engine's class or loader and its light check are found: "package.module:name"."""

    name: str
    engine_path: str
    check_path: str | None = None


_BUILT_IN = (
    EngineEntry(
        name="freeai-lite",
        engine_path="editor.engines.lite.engine:LiteEngine",
        check_path="editor.engines.lite.understand:check",
    ),
    EngineEntry(name="step1x-edit", engine_path="editor.engines.step1x.engine:load"),
    EngineEntry(name="freeai-test", engine_path="editor.engines.trial:Trial"),
)
_options: dict[str, Mapping[str, Any]] = {}
_entries: dict[str, EngineEntry] = {entry.name: entry for entry in _BUILT_IN}


class UnknownEngine(LookupError):
    """No engine of that name is registered."""


def register(entry: EngineEntry) -> None:
    """Add an engine, or replace one of the same name."""
    _entries[entry.name] = entry


def configure(name: str, options: Mapping[str, Any]) -> None:
    """Say what an engine is to be loaded with; added to what was said before."""
    _options[name] = {**_options.get(name, {}), **options}


def names() -> list[str]:
    """Return the names of all engines, built-in first."""
    return list(_entries)


def check(name: str, prompt: str, *, has_mask: bool) -> str:
    """Let the engine judge a prompt from its words; return its plan, or "" if it has no check.

    Raises `NotUnderstood`, `UnknownEngine`.
    """
    path = _entry(name).check_path
    if path is None:
        return ""
    return cast(Check, _load(path))(prompt, has_mask=has_mask)


@cache
def engine(name: str) -> Engine:
    """Load an engine; once per process. Raises `UnknownEngine` or what its import raises."""
    make = cast(Callable[..., Engine], _load(_entry(name).engine_path))
    return make(**_options.get(name, {}))


def _entry(name: str) -> EngineEntry:
    try:
        return _entries[name]
    except KeyError:
        raise UnknownEngine(name) from None


def _load(path: str) -> Any:
    module, _, attribute = path.partition(":")
    return getattr(import_module(module), attribute)
