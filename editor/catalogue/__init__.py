"""The models a person can pick from: one declared table (DESIGN §5 and §7).

A TOML file named by FREEAI_CATALOGUE_FILE may add models or change fields of these.
Whether somebody serves a model now is not declared but seen: `editor.workers`.
"""

import tomllib
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from editor.catalogue.declared import DECLARED
from editor.catalogue.model import QUALITIES, Model
from editor.engines.registry import EngineEntry, configure, register
from freeai.common.errors import NotFound
from freeai.common.sentences import sentence as _

__all__ = ["QUALITIES", "Model", "ModelNotFound", "default", "find", "known", "models"]


class ModelNotFound(NotFound):
    code = "model_not_found"


@cache
def models() -> tuple[Model, ...]:
    """Return all models, in the order they are shown."""
    table = {model.slug: model for model in DECLARED}
    for slug, changes in _overrides().items():
        table[slug] = _changed(table.get(slug), slug, changes)
    for engine, options in settings.ENGINE_OPTIONS.items():
        configure(engine, options)
    for pair in settings.EXTRA_ENGINES:
        slug, _, path = pair.partition("=")
        register(EngineEntry(name=slug, engine_path=path))
        table.setdefault(slug, _plain(slug))
    return tuple(table.values())


def find(name: str) -> Model:
    """Return the model meant by a slug, alias or display name, in any case; raises ModelNotFound."""
    wanted = name.strip().casefold()
    for model in models():
        if wanted in {model.slug.casefold(), model.name.casefold(), *map(str.casefold, model.aliases)}:
            return model
    raise ModelNotFound(_("There is no model of this name here."), param="model")


def known(slug: str) -> Model:
    """Return the model an old edit was made with; one that has left the catalogue keeps its name."""
    return next((model for model in models() if model.slug == slug), _plain(slug))


def default() -> Model:
    """Return the model a newcomer meets: the first one."""
    return models()[0]


def _plain(slug: str) -> Model:
    prices: dict[str, int] = dict.fromkeys(QUALITIES, 100)
    return Model(slug=slug, name=slug, engine=slug, summary="", prices=prices)


def _overrides() -> dict[str, dict[str, Any]]:
    if not settings.CATALOGUE_FILE:
        return {}
    return tomllib.loads(Path(settings.CATALOGUE_FILE).read_text(encoding="utf-8"))


def _changed(model: Model | None, slug: str, changes: dict[str, Any]) -> Model:
    """Return the model with the file's fields in place; a field we do not know stops the start."""
    known = {field.name for field in fields(Model)}
    if unknown := changes.keys() - known:
        raise ValueError(f"{settings.CATALOGUE_FILE}: {slug} has unknown fields: {sorted(unknown)}")
    tuples: Any = {key: tuple(value) if isinstance(value, list) else value for key, value in changes.items()}
    return replace(model or _plain(slug), **tuples)
