"""The models a person can pick from: one declared table (DESIGN §5 and §7).

A TOML file named by FREEAI_CATALOGUE_FILE may add models or change fields of these.
Whether somebody serves a model now is not declared but seen: `editor.workers`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from editor.engines.base import Quality
from editor.engines.registry import EngineEntry, configure, register
from freeai.common.errors import NotFound

QUALITIES: tuple[Quality, ...] = ("low", "medium", "high")


class ModelNotFound(NotFound):
    code = "model_not_found"


@dataclass(frozen=True, slots=True)
class Model:
    """What a model is called, who runs it, what it costs and what to say about it."""

    slug: str
    name: str
    engine: str
    summary: str
    prices: Mapping[str, int]
    auto_quality: Quality = "high"
    has_qualities: bool = True
    can_think: bool = False
    aliases: tuple[str, ...] = ()
    maker: str = ""
    licence: str = ""
    licence_url: str = ""
    is_premium: bool = False
    needs_gpu: bool = False
    strengths: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    pairs_with: str = ""
    faq: tuple[tuple[str, str], ...] = ()

    def quality(self, asked: str) -> Quality:
        """Return the quality that `asked` means here: "auto" and "" mean the model's own."""
        for quality in QUALITIES:
            if quality == asked:
                return quality
        return self.auto_quality

    @property
    def price_of_auto(self) -> int:
        """The price of one image when no quality is asked for."""
        return self.prices[self.auto_quality]

    def unit_tokens(self, quality: Quality, *, thinking: bool | None = None) -> int:
        """Return the price of one image in tokens; with thinking it is that of the best quality."""
        return self.prices["high" if thinking and self.can_think else quality]


_DECLARED = (
    Model(
        slug="freeai-lite",
        name="FreeAI Lite",
        engine="freeai-lite",
        aliases=("lite",),
        maker="FreeAI",
        licence="Apache-2.0",
        licence_url="https://www.apache.org/licenses/LICENSE-2.0",
        summary="Light, colour, detail and style by plain words. Runs on any computer, in about a second.",
        prices={"low": 100, "medium": 100, "high": 100},
        has_qualities=False,
        strengths=(
            "Understands plain words in English, German, Spanish and Chinese",
            "Works on this computer, without a graphics card and without the internet",
            "Keeps every detail at full resolution",
            "Says so at once when a wish is beyond it, and charges nothing",
        ),
        weaknesses=(
            "Cannot add new things or replace what is in the picture",
            "Tells subject and background apart by colour, so it may miss parts; a mask is exact",
        ),
        examples=("Warmer and a bit brighter", "Golden hour light", "Watercolour painting"),
    ),
    Model(
        slug="step1x-edit",
        name="Step1X-Edit v1p2",
        engine="step1x-edit",
        aliases=("step1x", "step1x-edit-v1p2"),
        maker="StepFun",
        licence="Apache-2.0",
        licence_url="https://www.apache.org/licenses/LICENSE-2.0",
        summary="Thinks about your wish, edits, then checks its own work. Needs a graphics card.",
        prices={"low": 250, "medium": 500, "high": 1000},
        needs_gpu=True,
        can_think=True,
        strengths=("Adds, removes and replaces things", "Changes season, time of day, material and style"),
        weaknesses=("Takes up to a minute", "Needs a worker with a graphics card"),
        examples=("Make it snow", "Replace the sky with a sunset"),
    ),
    Model(
        slug="qwen-image-edit",
        name="Qwen-Image-Edit",
        engine="qwen-image-edit",
        aliases=("qwen",),
        maker="Alibaba Qwen",
        licence="Apache-2.0",
        licence_url="https://www.apache.org/licenses/LICENSE-2.0",
        summary="Strong with words in pictures. Needs a graphics card.",
        prices={"low": 150, "medium": 300, "high": 500},
        needs_gpu=True,
        strengths=("Changes words in signs and posters", "Turns and re-poses objects"),
        weaknesses=("Needs a worker with a graphics card",),
        examples=("Change the sign to say OPEN",),
    ),
)


@cache
def models() -> tuple[Model, ...]:
    """Return all models, in the order they are shown."""
    table = {model.slug: model for model in _DECLARED}
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
    raise ModelNotFound("There is no model of this name here.", param="model")


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
