"""One call, one edit, however often it is sent (DESIGN §8).

A client that names an `Idempotency-Key` gets the same edit for a day. OpenAI's SDKs name
none but retry by themselves, with a new multipart boundary each time: such a retry is known
by its count header and by the fingerprint of key, fields and file bytes, and attaches to
the newest request with that fingerprint until ten minutes after its edits ended.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import ApiKey
from editor.models import ApiRequest, Edit
from freeai.common.errors import Conflict

REPLAYED_FOR = timedelta(hours=24)
RETRIED_FOR = timedelta(minutes=10)
OVERTAKEN_WITHIN = timedelta(seconds=30)
ABANDONED_AFTER = timedelta(seconds=60)
"""A request still open after this long died with its process; its retry takes its place."""


class IdempotencyConflict(Conflict):
    code = "idempotency_conflict"


@dataclass(frozen=True, slots=True)
class Registration:
    """A request, and whether it is this caller who must carry it out."""

    request: ApiRequest
    is_new: bool


def fingerprint(fields: Mapping[str, str], files: Iterable[tuple[str, bytes]]) -> str:
    """Return a digest of what was asked, whatever the wire looked like."""
    digest = hashlib.sha256()
    for name, value in sorted(fields.items()):
        digest.update(f"{name}\0{len(value)}\0{value}\0".encode(errors="surrogateescape"))
    for name, data in files:
        digest.update(f"{name}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def register(key: ApiKey, print_: str, *, idempotency_key: str | None, tries: int | None) -> Registration:
    """Write the request down, or find the one it repeats. Raises IdempotencyConflict.

    `tries` counts an SDK's earlier tries; None for a client that does not count. The key's row
    is locked meanwhile, so that of two who come together one finds the other.
    """
    with transaction.atomic():
        ApiKey.objects.select_for_update(no_key=True).get(pk=key.pk)
        if idempotency_key:
            earlier = ApiRequest.objects.filter(api_key=key, idempotency_key=idempotency_key).first()
        else:
            earlier = _repeated(key, print_, tries)
        if earlier is not None:
            if earlier.fingerprint != print_:
                raise IdempotencyConflict("This Idempotency-Key was used with another request.")
            if not _is_over(earlier):
                return Registration(earlier, is_new=False)
            release(earlier)
        fresh = ApiRequest.objects.create(
            api_key=key, fingerprint=print_, idempotency_key=idempotency_key or None, is_retry=bool(tries)
        )
    return Registration(fresh, is_new=True)


def complete(request: ApiRequest) -> None:
    """Say that the request's edits exist; call it in their transaction.

    Raises Conflict if a retry has taken the request's place, so that the edits are rolled back.
    """
    if not ApiRequest.objects.filter(pk=request.pk).update(is_complete=True):
        raise Conflict("A retry of this request has taken its place.", code="superseded")


def release(request: ApiRequest) -> None:
    """Forget a request that made no edit, so that its retry starts anew."""
    ApiRequest.objects.filter(pk=request.pk).delete()


def forget_old() -> int:
    """Forget requests that nobody may repeat any more; returns how many."""
    return ApiRequest.objects.filter(created_at__lt=timezone.now() - REPLAYED_FOR).delete()[0]


def _repeated(key: ApiKey, print_: str, tries: int | None) -> ApiRequest | None:
    """Return the request that this one is another try of."""
    if tries is None:
        return None
    same = ApiRequest.objects.filter(api_key=key, fingerprint=print_).order_by("-created_at")
    if tries == 0:
        return _overtaken(same)
    newest = same.first()
    if newest is None or not newest.is_complete:
        return newest
    edits = Edit.objects.filter(request_id=newest.pk)
    recent = edits.filter(finished_at__gt=timezone.now() - RETRIED_FOR)
    return newest if recent.exists() or edits.filter(status__in=Edit.ACTIVE).exists() else None


def _overtaken(same: QuerySet[ApiRequest]) -> ApiRequest | None:
    """Return the retry that came in before its own first try; it is found once."""
    overtaker = same.filter(is_retry=True, created_at__gt=timezone.now() - OVERTAKEN_WITHIN).first()
    if overtaker is not None:
        ApiRequest.objects.filter(pk=overtaker.pk).update(is_retry=False)
    return overtaker


def _is_over(request: ApiRequest) -> bool:
    age = timezone.now() - request.created_at
    return age > REPLAYED_FOR or (not request.is_complete and age > ABANDONED_AFTER)
