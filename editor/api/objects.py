"""How edits look on the wire: OpenAI's answer, our own edit object, and links that need no key."""

import base64
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.files.storage import default_storage

from editor import catalogue, progress
from editor.api.serializers import warnings_for
from editor.models import Edit
from freeai.common import errors
from freeai.common.errors import FreeAIError

LINK_SECONDS = 3600
_SALT = "editor.api.link"
_RULES = {"moderation_blocked", "watermark_removal"}
"""Refusals that can be appealed on the edit's page: the message names the edit."""
_CALLER_S = {"no_change", "instruction_not_supported", *_RULES}


def describe(edit: Edit, base: str, state: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the edit object of DESIGN §8."""
    shown = state or progress.snapshot([edit.pk])[edit.pk]
    kept = ("id", "object", "status", "model", "quality", "seed", "created_at", "finished_at", "expires_at")
    link = link_to("source", edit.source_id, base) if edit.source.is_open else None
    return {
        **{name: shown[name] for name in kept},
        "prompt": edit.prompt,
        "progress": {name: value for name, value in shown["progress"].items() if name != "cancel_requested"},
        "tokens": tokens(edit),
        "frame": shown["frame"],
        "error": error_object(edit),
        "result_url": f"{base}/v1/edits/{edit.pk}/result" if edit.has_result else None,
        "source_url": link,
        "reasoning": edit.reasoning,
    }


def tokens(edit: Edit) -> dict[str, Any]:
    """Return what an edit costs, from where, and whether that is settled."""
    hold = edit.hold
    state = "free" if hold is None else {"placed": "held", "captured": "charged"}.get(hold.status, "released")
    return {
        "price": edit.price_tokens,
        "daily": hold.daily if hold else 0,
        "paid": hold.paid if hold else 0,
        "state": state,
    }


def error_of(edit: Edit) -> FreeAIError | None:
    """Return why an ended edit has no result, as an error of ours; None if it has one."""
    support = f" Write to {settings.SUPPORT_EMAIL} if it happens again." if settings.SUPPORT_EMAIL else ""
    if edit.status == Edit.Status.SUCCEEDED:
        return None
    if edit.status == Edit.Status.CANCELED:
        return errors.Conflict("This edit was canceled. Nothing was charged.", code="canceled")
    if edit.error_code in _CALLER_S or edit.status == Edit.Status.REFUSED:
        named = f" ({edit.pk})" if edit.error_code in _RULES else ""
        return errors.InvalidInput(f"{edit.error_message}{named}", code=edit.error_code, param="prompt")
    return errors.Failed(f"{edit.error_message}{support}", code=edit.error_code or "edit_failed")


def error_object(edit: Edit) -> dict[str, str] | None:
    return {"code": edit.error_code, "message": edit.error_message} if edit.error_code else None


def answer(edits: list[Edit], data: dict[str, Any], base: str) -> dict[str, Any]:
    """Return OpenAI's answer for ended edits of one call, at least one of which succeeded."""
    made = [edit for edit in edits if edit.status == Edit.Status.SUCCEEDED]
    first = made[0]
    size = f"{first.source.width}x{first.source.height}"
    pictures = [picture(edit, data["response_format"], base) for edit in made]
    spent = sum(edit.price_tokens for edit in made)
    return {
        "created": int(first.created_at.timestamp()),
        "background": "transparent" if first.source.has_alpha else "opaque",
        "output_format": first.output_format,
        "quality": first.quality,
        "size": size,
        "data": pictures,
        "usage": usage(spent),
        "freeai": {
            "request_id": first.request_id,
            "model": first.model,
            "edits": [summary(edit) for edit in edits],
            "warnings": warnings_for(data, size=size),
        },
    }


def usage(spent: int) -> dict[str, Any]:
    """Return OpenAI's usage; our tokens have no text share."""
    details = {"text_tokens": 0, "image_tokens": 0}
    return {
        "input_tokens": 0,
        "output_tokens": spent,
        "total_tokens": spent,
        "input_tokens_details": details,
    }


def summary(edit: Edit) -> dict[str, Any]:
    """Return what our own part of the answer says of one edit."""
    return {
        "id": edit.pk,
        "status": edit.status,
        "seed": edit.seed,
        "tokens": tokens(edit),
        "frame": {"changed": edit.changed, "outside_max_diff": edit.outside_max_diff},
        "reasoning": edit.reasoning,
        "error": error_object(edit),
    }


def picture(edit: Edit, response_format: str, base: str) -> dict[str, str]:
    """Return one result, as base64 or as a link."""
    if response_format == "url":
        return {"url": link_to("result", edit.pk, base)}
    with default_storage.open(edit.result_name) as file:
        return {"b64_json": base64.b64encode(file.read()).decode()}


def link_to(what: str, row_id: str, base: str) -> str:
    """Return an address that opens one picture without a key, for an hour."""
    return f"{base}/v1/files/{signing.dumps([what, row_id], salt=_SALT)}"


def linked(token: str) -> tuple[str, str] | None:
    """Return what a link opens; None for one that is forged or over."""
    try:
        what, row_id = signing.loads(token, salt=_SALT, max_age=LINK_SECONDS)
    except (signing.BadSignature, ValueError):
        return None
    return str(what), str(row_id)


def model_object(model: catalogue.Model, *, is_available: bool) -> dict[str, Any]:
    """Return a catalogue entry in OpenAI's shape, with prices and whether it runs now."""
    return {
        "id": model.slug,
        "object": "model",
        "created": 0,
        "owned_by": model.maker or "freeai",
        "name": model.name,
        "aliases": list(model.aliases),
        "prices": dict(model.prices),
        "licence": model.licence,
        "available": is_available,
    }
