"""One call becomes edits: key, limits, fields, registration, picture, and the one door.

Everything here is synchronous and runs in a thread of its own, once per call; the view that
waits for the result holds neither a thread nor a database connection meanwhile.
"""

from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import connection, transaction
from django.http import HttpRequest

from accounts.models import ApiKey
from editor import api_requests, gates, masks, sources, submission, trials, webhooks
from editor.api import bodies, door, serializers
from editor.models import ApiRequest, Edit
from freeai.common import fetching
from freeai.common.errors import FreeAIError, InvalidInput


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was accepted, or that repeats an accepted one: no more than its answer needs."""

    owner_id: str
    request_id: str
    data: dict[str, Any]


def accept(request: HttpRequest) -> Call:
    """Carry out a call up to its edits, or find the earlier call it repeats. Raises FreeAIError."""
    try:
        key = door.enter(request, "POST")
        named = request.headers.get("Idempotency-Key", "")
        return _accept(key, bodies.read(request), idempotency_key=named, tries=_tries(request))
    except SuspiciousOperation as error:
        raise InvalidInput("This request cannot be read.") from error
    finally:
        connection.close()


def accept_body(key: ApiKey, body: bodies.Body, *, idempotency_key: str = "") -> Call:
    """Do as `accept` does for a body that came another way, from a key already let in."""
    try:
        return _accept(key, body, idempotency_key=idempotency_key, tries=None)
    finally:
        connection.close()


def _accept(key: ApiKey, body: bodies.Body, *, idempotency_key: str, tries: int | None) -> Call:
    fields = serializers.EditFields(data=body.fields)
    if not fields.is_valid():
        raise door.invalid(fields.errors)
    data: dict[str, Any] = fields.validated_data
    registration = api_requests.register(
        key,
        api_requests.fingerprint(*body.prints()),
        idempotency_key=idempotency_key[:255] or None,
        tries=tries,
    )
    if registration.is_new and "webhook_url" in data:
        _require_webhook(registration.request, data["webhook_url"])
    if registration.is_new:
        _carry_out(key, registration.request, body, data)
    return Call(key.owner_id, registration.request.pk, data)


def _tries(request: HttpRequest) -> int | None:
    counted = request.headers.get("x-stainless-retry-count", "").strip()
    return int(counted) if counted.isascii() and counted.isdigit() and len(counted) < 4 else None


def _carry_out(key: ApiKey, request: ApiRequest, body: bodies.Body, data: dict[str, Any]) -> None:
    """Make the edits of a new call; a call that is refused leaves no trace, so it may be repeated."""
    is_done = False
    try:
        source = sources.receive(_bytes(body.image, "image"), name="", owner=lambda: key.owner)
        mask = None
        if body.mask is not None:
            mask = masks.receive(_bytes(body.mask, "mask"), source, limits=sources.limits())
        wish = replace(
            serializers.wish_of(data),
            mask=mask,
            rank=Edit.Rank.API,
            request_id=request.pk,
            api_key=key,
        )
        submit = trials.submit if key.is_test else submission.submit_edit
        made = []
        gates.make_ready()  # not under the lock that every other writer of SQLite waits for
        with transaction.atomic():
            for number in range(data["n"]):
                seed = None if wish.seed is None else (wish.seed + number) % (submission.SEED_MAX + 1)
                edit = submit(key.owner, source, replace(wish, seed=seed))
                if "webhook_url" in data:
                    webhooks.ask(edit, data["webhook_url"])
                made.append(edit.pk)
            api_requests.complete(request)
        is_done = True
        if key.is_test:
            trials.start(made)
    finally:
        if not is_done:
            api_requests.release(request)


def _require_webhook(request: ApiRequest, url: str) -> None:
    try:
        fetching.require_address(url)
    except fetching.CannotFetch as refusal:
        api_requests.release(request)
        raise InvalidInput(refusal.message, param="webhook_url") from refusal


def _bytes(picture: bodies.Picture, param: str) -> bytes:
    if isinstance(picture, bytes):
        return picture
    try:
        return fetching.fetch(picture, bytes_max=sources.limits().source_bytes_max + 1, media="image/")
    except FreeAIError as error:
        error.param = param
        raise
