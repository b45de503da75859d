"""Who is asking: the owner behind a request, found by login or by signed cookie.

A visitor's Owner is made at the first accepted Source, never by a GET, so that
crawlers mint nothing. The cookie holds the owner's id, signed; it is not a secret
that opens anything but that visitor's own pictures.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from accounts.models import Owner, User
from freeai.common.errors import NotFound

COOKIE = "freeai_owner"
_SALT = "accounts.owner"


def find(request: HttpRequest) -> Owner | None:
    """Return the owner behind the request, or None for a visitor who owns nothing yet."""
    if request.user.is_authenticated:
        return Owner.objects.filter(user_id=request.user.pk).first()
    owner = find_by_cookie(request)
    # What a visitor owned before signing in is the member's now; the cookie alone opens none of it.
    return None if owner is None or owner.merged_into_id else owner


def find_by_cookie(request: HttpRequest) -> Owner | None:
    """Return the visitor whose cookie came with the request, even one that is merged by now."""
    owner_id = request.get_signed_cookie(COOKIE, default=None, salt=_SALT)
    if owner_id is None:
        return None
    return Owner.objects.filter(pk=owner_id, user__isnull=True).first()


def find_or_make(request: HttpRequest) -> Owner:
    """Return the owner behind the request, making one if this is their first picture."""
    owner = find(request)
    if owner is not None:
        return owner
    if request.user.is_authenticated:
        return Owner.objects.get_or_create(user_id=request.user.pk)[0]
    return Owner.objects.create()


def named(who: str) -> Owner:
    """Return the owner an operator means: a member by e-mail address, or anybody by id.

    Raises NotFound.
    """
    owner = Owner.objects.filter(pk=who).first()
    if owner is None and "@" in who:
        user = User.objects.filter(email__iexact=who).first()
        owner = Owner.objects.get_or_create(user=user)[0] if user else None
    if owner is None:
        raise NotFound(f"There is no member or owner {who}.")
    return owner


def remember(response: HttpResponseBase, owner: Owner) -> None:
    """Hand a visitor the cookie that will find them again; members have their session."""
    if owner.is_member:
        return
    response.set_signed_cookie(
        COOKIE,
        owner.pk,
        salt=_SALT,
        max_age=settings.OWNER_COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
