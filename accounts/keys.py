"""API keys: minted, verified, rotated, revoked.

A key reads `sk-free-<prefix>.<secret>` (`sk-free-test-…` for integrators). The prefix finds
the row by its unique index; of the secret only a SHA-256 is kept, which is enough for 256
random bits, and it is compared in constant time. The secret is shown once, when minted.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import blocks
from accounts.models import ApiKey, Owner, User
from freeai.common.errors import InvalidInput, NotAuthenticated, NotFound
from freeai.common.sentences import sentence as _

LIVE = "sk-free-"
TEST = "sk-free-test-"
_PREFIX_ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"
_NOBODY = hashlib.sha256(b"").hexdigest()
USED_EVERY = timedelta(minutes=1)
"""How exactly "last used" is known; a write per request would cost more than the check."""


class ExpiredApiKey(NotAuthenticated):
    code = "expired_api_key"


@dataclass(frozen=True, slots=True)
class Minted:
    """A fresh key with its secret, for the one moment in which it can be shown."""

    key: ApiKey
    text: str


def mint(
    owner: Owner,
    *,
    name: str = "",
    is_test: bool = False,
    expires_at: datetime | None = None,
    monthly_tokens: int | None = None,
    models: Iterable[str] = (),
) -> Minted:
    """Make a key for an owner. Raises InvalidInput at too many keys."""
    open_keys = ApiKey.objects.filter(owner=owner, revoked_at=None).count()
    if open_keys >= settings.API_KEYS_MAX:
        raise InvalidInput(_("You have %(count)s keys. Revoke one that you no longer use.", count=open_keys))
    prefix = "".join(secrets.choice(_PREFIX_ALPHABET) for _ in range(10))
    secret = secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        owner=owner,
        prefix=prefix,
        secret_hash=_hash(secret),
        name=name,
        is_test=is_test,
        expires_at=expires_at,
        monthly_tokens=monthly_tokens,
        allowed_models=list(models),
    )
    return Minted(key, f"{TEST if is_test else LIVE}{prefix}.{secret}")


def mint_for(email: str) -> Minted:
    """Make a key for the member of this address, making the member first if need be."""
    with transaction.atomic():
        user = User.objects.filter(email=email.lower()).first() or User.objects.create_user(email)
        owner, _made = Owner.objects.get_or_create(user=user)
        return mint(owner, name="Minted on the command line")


def verify(text: str) -> ApiKey:
    """Return the key behind a credential: one indexed query, then a comparison in constant time.

    Raises NotAuthenticated, ExpiredApiKey or AccountSuspended.
    """
    kind = TEST if text.startswith(TEST) else LIVE
    prefix, _, secret = text.removeprefix(kind).partition(".")
    is_readable = prefix.isascii() and prefix.isalnum()  # PostgreSQL fails at a NUL
    found = (
        ApiKey.objects.select_related("owner__user").filter(prefix=prefix[:20] if is_readable else "").first()
    )
    fits = hmac.compare_digest(_hash(secret), found.secret_hash if found else _NOBODY)
    if (
        found is None
        or not fits
        or found.owner.user is None
        or found.is_test != (kind == TEST)
        or found.revoked_at is not None
    ):
        raise NotAuthenticated("This API key is not known here, or it was revoked.")
    now = timezone.now()
    if found.expires_at is not None and found.expires_at <= now:
        raise ExpiredApiKey("This API key has expired. Make a new one in your account.")
    blocks.require_open(found.owner)
    _remember_use(found, now)
    return found


def rotate(key: ApiKey) -> Minted:
    """Make a successor with the same limits; the old key goes on for a while, then expires."""
    with transaction.atomic():
        locked = ApiKey.objects.select_for_update().get(pk=key.pk)
        overlap_end = timezone.now() + timedelta(hours=settings.API_KEY_OVERLAP_HOURS)
        successor = mint(
            locked.owner,
            name=locked.name,
            is_test=locked.is_test,
            expires_at=locked.expires_at,
            monthly_tokens=locked.monthly_tokens,
            models=locked.allowed_models,
        )
        ends = [end for end in (locked.expires_at, overlap_end) if end is not None]
        ApiKey.objects.filter(pk=locked.pk).update(expires_at=min(ends))
    return successor


def revoke(key: ApiKey) -> None:
    """End a key now; the next request with it is refused."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())


def revoke_all(owner: Owner) -> None:
    """End every key of an owner, and forget what they called them."""
    now = timezone.now()
    ApiKey.objects.filter(owner=owner, revoked_at=None).update(revoked_at=now)
    ApiKey.objects.filter(owner=owner).update(name="")


def find(key_id: str, owner: Owner | None) -> ApiKey:
    """Return this owner's key; raises NotFound for anybody else's."""
    key = ApiKey.objects.filter(pk=key_id, owner=owner, revoked_at=None).first() if owner else None
    if key is None:
        raise NotFound(_("There is no such key."))
    return key


def _remember_use(key: ApiKey, now: datetime) -> None:
    if key.last_used_at is None or key.last_used_at < now - USED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
