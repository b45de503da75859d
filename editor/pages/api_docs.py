"""`/api/`: the API for people, from the same tables that the code obeys."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import owners
from accounts.models import ApiKey, Owner
from editor import catalogue
from editor.api import mcp_endpoint
from editor.api.serializers import EditFields

SNIPPETS = Path(__file__).resolve().parent.parent / "api" / "snippets"
ERRORS = (
    (400, "invalid_request", "A field is missing, unknown or out of range. `param` names it."),
    (400, "image_too_large", "The picture has more than 10 MB. Export it smaller or as JPEG."),
    (400, "image_too_many_pixels", "The picture has more than 100 megapixels. Scale it down."),
    (400, "image_too_small", "A side has fewer than 32 pixels."),
    (400, "image_aspect", "One side is more than 8 times the other. Crop it."),
    (400, "image_unsupported_format", "Send PNG, JPEG, WebP or HEIC."),
    (400, "image_animated", "Send one frame."),
    (400, "image_corrupt", "The file is damaged or cut off. Export it again."),
    (
        400,
        "image_url_unreachable",
        "The picture's address is not https, not public, or did not answer in time.",
    ),
    (400, "mask_mismatch", "The mask must have the picture's size and a transparent part."),
    (400, "prompt_too_long", "Say it shorter."),
    (400, "instruction_not_supported", "This model cannot do that. The message says what it can."),
    (400, "moderation_blocked", "This wish is not carried out here."),
    (400, "watermark_removal", "Say `own_watermark` only if the mark is yours."),
    (400, "no_change", "The result equalled the picture. Nothing was charged; try other words."),
    (401, "invalid_api_key", "The key is unknown or revoked."),
    (401, "expired_api_key", "Make a new key."),
    (403, "model_not_allowed", "This key is limited to other models."),
    (403, "account_suspended", "Write to us."),
    (403, "key_limit_reached", "This key has used its tokens of the month. Raise its limit."),
    (404, "not_found", "There is no such thing, or it is not yours."),
    (404, "model_not_found", "See GET /v1/models."),
    (405, "method_not_allowed", "Use the method this page names."),
    (409, "idempotency_conflict", "This Idempotency-Key was used with another request."),
    (409, "not_cancelable", "The edit has already ended."),
    (409, "canceled", "The edit was canceled while you waited."),
    (413, "request_too_large", "The whole request is larger than 12 MB, or 27 MB as JSON."),
    (415, "unsupported_media_type", "Send multipart/form-data or application/json."),
    (429, "insufficient_quota", "Out of tokens. The message says when the pool renews. Not retried."),
    (429, "rate_limit_exceeded", "Too many requests in a minute. Wait as `retry-after` says."),
    (429, "too_many_queued", "Let some of your edits finish first."),
    (500, "edit_failed", "The edit failed and is not charged. Try again later."),
    (500, "worker_lost", "A machine stopped in the middle. Not charged."),
    (502, "upstream_failed", "The provider of a premium model failed. Not charged."),
    (503, "model_unavailable", "No machine serves this model now."),
    (503, "overloaded", "Too much at once. Wait as `retry-after` says."),
    (504, "edit_pending", "Still working. Send the same request again, or follow the edit it names."),
)
"""Every code the API sends, with its status and what to do."""


@require_GET
def api_docs(request: HttpRequest) -> HttpResponse:
    """All of it on one page, with the reader's own key prefix filled in."""
    start = key_start(owners.find(request))
    context = {
        "section": "api",
        "base": base_url(request),
        "snippets": [(name, snippet(kind, base_url(request), start)) for name, kind in KINDS],
        "fields": [_field(name, field) for name, field in EditFields().get_fields().items()],
        "errors": ERRORS,
        "mcp_snippet": snippet("json", base_url(request), start) if settings.MCP else "",
        "mcp_seconds": mcp_endpoint.patience_seconds(),
        "requests_per_minute": settings.REQUESTS_PER_MINUTE,
        "queued_max": settings.QUEUED_EDITS_MAX,
        "wait_seconds": settings.WAIT_SECONDS,
    }
    return render(request, "editor/api_docs.html", context)


KINDS = (("curl", "sh"), ("Python", "py"), ("JavaScript", "mjs"))


def curl_for(request: HttpRequest, owner: Owner | None, model: str) -> str:
    """Return the curl call of one model, with the reader's own key prefix."""
    return snippet("sh", base_url(request), key_start(owner), model)


def key_start(owner: Owner | None) -> str:
    """Return how the reader's newest key begins."""
    mine = ApiKey.objects.filter(owner=owner, revoked_at=None).order_by("-created_at") if owner else None
    key = mine.first() if mine is not None else None
    return f"{key.start}.…" if key else "sk-free-…"


def base_url(request: HttpRequest) -> str:
    """Return where programs reach the API."""
    return settings.API_URL.rstrip("/") or request.build_absolute_uri("/").rstrip("/")


def snippet(kind: str, base: str, key: str, model: str = "") -> str:
    """Return a snippet that works as it stands, once key and picture are there."""
    text = (SNIPPETS / f"edit.{kind}.txt").read_text(encoding="utf-8")
    filled = {"BASE": base, "KEY": key, "MODEL": model or catalogue.default().slug}
    for name, value in filled.items():
        text = text.replace(f"@{name}@", value)
    return text.strip()


_KINDS = {"IntegerField": "whole number", "FloatField": "number", "BooleanField": "true or false"}


def _field(name: str, field: Any) -> tuple[str, str, str]:
    kind = _KINDS.get(type(field).__name__, "text")
    choices = ", ".join(map(str, getattr(field, "choices", {}) or {}))
    return name, choices or kind, str(field.help_text or "")
