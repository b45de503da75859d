"""The one door: every edit, from page, API or batch, is accepted or refused here."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import blocks
from accounts.models import ApiKey, Owner
from billing import ledger, pricing
from editor import catalogue, gates, key_limits, masks, queue, sources, workers
from editor.engines import registry
from editor.engines.base import NotUnderstood, Plane
from editor.imaging import encoding
from editor.models import Batch, Edit, Source
from freeai.common import ids
from freeai.common.errors import InvalidInput, OutOfTokens, PolicyRefusal, RateLimited
from freeai.common.sentences import sentence as _

SEED_MAX = 2**32 - 1
SUBMITTING_MAX = 100
"""More submissions of one owner than that are never under way at once: each needs a thread.
Whoever has more room than this need not count again under the lock of the purse."""


class PromptTooLong(InvalidInput):
    code = "prompt_too_long"


class InstructionNotSupported(InvalidInput):
    """The model knows from the words alone that it cannot do this."""

    code = "instruction_not_supported"


class TooManyQueued(RateLimited):
    code = "too_many_queued"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for, as it comes from a form or the API."""

    prompt: str
    model: str = ""
    quality: str = "auto"
    seed: int | None = None
    preserve: float = 0.5
    negative_prompt: str = ""
    thinking: bool | None = None
    output_format: encoding.OutputFormat | None = None
    mask: Plane | None = None
    own_watermark: bool = False
    """The owner's statement that a mark in the picture is theirs (`gates.DECLARATION`)."""
    rank: Edit.Rank = Edit.Rank.INTERACTIVE
    request_id: str = ""
    api_key: ApiKey | None = None
    network: str = ""
    """Where it comes from (`accounts.networks`); caps what one network's visitors use."""
    batch: Batch | None = None


def submit_edit(
    owner: Owner, source: Source, wish: Wish, *, also: Callable[[Edit], None] | None = None
) -> Edit:
    """Accept one edit: check it, price it, place the hold with the row, ring the bell.

    `also` writes what belongs to the edit in the edit's own transaction; if it raises, there is no edit.

    Raises a UserError that says why not (OutOfTokens among them), or ModelUnavailable. What
    is refused here is not charged. What a rule refuses comes back as a `refused` edit without a
    hold, so that it can be appealed.
    """
    blocks.require_open(owner)
    if not source.is_open:
        raise sources.SourceExpired(_("The source picture has expired. Upload it again."), param="source")
    prompt = _clean_prompt(wish.prompt)
    model = catalogue.find(wish.model) if wish.model else catalogue.default()
    _require_served(model)
    is_tight = _require_room(owner) < SUBMITTING_MAX
    refusal = gates.refusal_of(prompt, own_watermark=wish.own_watermark)
    plan = "" if refusal else _plan(model, prompt, has_mask=wish.mask is not None)
    edit = _draft(owner, source, wish, model)
    edit.prompt = prompt
    edit.plan = plan
    if refusal is not None:
        return _refused(edit, wish, refusal, also=also)
    if wish.api_key is not None:
        key_limits.require_model(wish.api_key, model.slug)
    if wish.mask is not None:
        masks.keep(edit, wish.mask)
    try:
        _accept(edit, wish, also=also, is_tight=is_tight)
    except (OutOfTokens, TooManyQueued, key_limits.KeyLimitReached):
        masks.drop(edit)
        raise
    return edit


def draft(owner: Owner, source: Source, wish: Wish) -> Edit:
    """Check a wish and return its unsaved edit, mask kept, for a line of its own (`editor.trials`)."""
    blocks.require_open(owner)
    prompt = _clean_prompt(wish.prompt)
    _require_room(owner)
    edit = _draft(owner, source, wish, catalogue.find(wish.model) if wish.model else catalogue.default())
    edit.prompt = prompt
    if wish.mask is not None:
        masks.keep(edit, wish.mask)
    return edit


def again(
    owner: Owner, edit: Edit, *, new_seed: bool, own_watermark: bool = False, network: str = ""
) -> Edit:
    """Submit the same wish on the same source once more: same seed or a new one, perhaps declared."""
    wish = _wish_of(edit)
    wish = replace(wish, network=network, own_watermark=own_watermark or wish.own_watermark)
    return submit_edit(owner, edit.source, replace(wish, seed=None) if new_seed else wish)


def _wish_of(edit: Edit) -> Wish:
    """Return what was asked for, mask included."""
    return Wish(
        prompt=edit.prompt,
        model=edit.model,
        quality=edit.quality,
        seed=edit.seed,
        preserve=edit.preserve,
        negative_prompt=edit.negative_prompt,
        thinking=edit.thinking,
        output_format=edit.asked_format,
        mask=masks.read(edit),
        own_watermark=edit.own_watermark,
    )


def rerun(edit: Edit) -> Edit:
    """Run a wrongly refused edit again at the house's cost, past the gates that refused it.

    Raises SourceExpired when its picture is gone.
    """
    if not edit.source.is_open:
        raise sources.SourceExpired(_("The source picture has expired."), param="source")
    wish = _wish_of(edit)
    fresh = _draft(edit.owner, edit.source, wish, catalogue.find(edit.model))
    fresh.prompt, fresh.plan, fresh.is_cleared = edit.prompt, edit.plan, True
    if wish.mask is not None:
        masks.keep(fresh, wish.mask)
    _accept(fresh, wish, from_goodwill=True)
    return fresh


def _accept(
    edit: Edit,
    wish: Wish,
    *,
    also: Callable[[Edit], None] | None = None,
    from_goodwill: bool = False,
    is_tight: bool = False,
) -> None:
    """Write the row and its hold together, and ring once both are there.

    `is_tight`: the owner's line may be full by now. Raises OutOfTokens, KeyLimitReached, TooManyQueued.
    """
    with transaction.atomic():
        if wish.api_key is not None:
            key_limits.require_tokens(wish.api_key, edit.price_tokens)
        edit.hold = ledger.place_hold(
            edit.owner,
            edit.price_tokens,
            reference=edit.pk,
            network=wish.network,
            from_goodwill=from_goodwill,
        )
        if is_tight:
            _require_room(edit.owner)  # once more, now alone: the hold has locked the owner's purse
        edit.save(force_insert=True)
        if edit.own_watermark:
            gates.declare(edit)
        if also is not None:
            also(edit)
        transaction.on_commit(lambda: queue.ring(edit.engine))


def _refused(edit: Edit, wish: Wish, refusal: PolicyRefusal, *, also: Callable[[Edit], None] | None) -> Edit:
    """Write down what a rule refused: no hold, no bell, but a row that its owner can appeal."""
    if wish.mask is not None:
        masks.keep(edit, wish.mask)
    edit.status, edit.finished_at = Edit.Status.REFUSED, edit.created_at
    edit.error_code, edit.error_message = refusal.code, refusal.message
    with transaction.atomic():
        edit.save(force_insert=True)
        if edit.own_watermark:
            gates.declare(edit)
        if also is not None:
            also(edit)
    return edit


def plan_of(model: str, prompt: str, *, has_mask: bool) -> str:
    """Tell what a model would do, by the words alone; "" if it cannot know. Raises UserError.

    The same two checks that `submit_edit` makes, so that nothing is promised which it would refuse.
    """
    chosen, clean = catalogue.find(model), _clean_prompt(prompt)
    return _plan(chosen, clean, has_mask=has_mask) if chosen.engine in registry.names() else ""


def _clean_prompt(prompt: str) -> str:
    clean = " ".join(prompt.replace("\x00", " ").split())
    if not clean:
        raise InvalidInput(_("Say in a few words what should change."), param="prompt")
    if len(clean) > settings.PROMPT_CHARACTERS_MAX:
        raise PromptTooLong(
            _(
                "This wish has %(characters)s characters; the limit is %(limit)s.",
                characters=len(clean),
                limit=settings.PROMPT_CHARACTERS_MAX,
            ),
            param="prompt",
        )
    return clean


def _require_served(model: catalogue.Model) -> None:
    if model.engine not in workers.served_engines():
        raise workers.ModelUnavailable(
            _("%(model)s is not running here at the moment. Nothing was charged.", model=model.name),
            param="model",
        )


def _require_room(owner: Owner) -> int:
    """Return how many more edits of this owner may wait. Raises TooManyQueued if none."""
    queued = Edit.objects.filter(owner=owner, status__in=Edit.ACTIVE).count()
    if queued >= settings.QUEUED_EDITS_MAX:
        raise TooManyQueued(_("%(queued)s of your edits are waiting. Let some finish first.", queued=queued))
    return settings.QUEUED_EDITS_MAX - queued


def _plan(model: catalogue.Model, prompt: str, *, has_mask: bool) -> str:
    try:
        return registry.check(model.engine, prompt, has_mask=has_mask)
    except NotUnderstood as refusal:
        raise InstructionNotSupported(refusal.message, param="prompt") from refusal


def _draft(owner: Owner, source: Source, wish: Wish, model: catalogue.Model) -> Edit:
    quality = model.quality(wish.quality)
    if wish.mask is not None:
        masks.require_fit(source, wish.mask)
    if not 0 <= wish.preserve <= 1:
        raise InvalidInput(_("preserve goes from 0 to 1."), param="preserve")
    if wish.seed is not None and not 0 <= wish.seed <= SEED_MAX:
        raise InvalidInput(_("seed goes from 0 to %(most)s.", most=SEED_MAX), param="seed")
    now = timezone.now()
    return Edit(
        request_id=wish.request_id or ids.new("req"),
        owner=owner,
        batch=wish.batch,
        api_key=wish.api_key,
        source=source,
        model=model.slug,
        engine=model.engine,
        negative_prompt=wish.negative_prompt.strip(),
        quality=quality,
        seed=secrets.randbelow(SEED_MAX + 1) if wish.seed is None else wish.seed,
        preserve=wish.preserve,
        thinking=wish.thinking,
        has_mask=wish.mask is not None,
        own_watermark=wish.own_watermark,
        asked_format_name=wish.output_format or "",
        output_format_name=encoding.output_format_for(
            source.source_format, has_alpha=source.has_alpha, asked=wish.output_format
        ),
        rank=wish.rank,
        price_tokens=pricing.quote(model.unit_tokens(quality, thinking=wish.thinking)),
        created_at=now,
        queued_at=now,
        expires_at=now + owner.window,
    )
