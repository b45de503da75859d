"""What is yours: take it with you, delete it, close the account; and how the pages look to you."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import limits, owners
from accounts.models import User
from billing import purchases, purses, refunds
from editor import export, leaving
from editor.pages import answers
from freeai.common.api import status_of
from freeai.common.errors import UserError
from freeai.common.language import told
from freeai.pages import THEME_COOKIE, THEMES

CLOSE_TRIES_PER_MINUTE = 5


@require_GET
def data_tab(request: HttpRequest) -> HttpResponse:
    """What a visitor may do with what is theirs; members have it among their settings."""
    if request.user.is_authenticated:
        return redirect(f"{reverse('account')}?tab=settings")
    context = {"tab": "data", "has_something": owners.find(request) is not None}
    return render(request, "accounts/data.html", context)


@require_POST
async def take_out(request: HttpRequest) -> HttpResponseBase:
    """Everything the asker has, as a zip that is written while it is sent."""
    owner = await sync_to_async(answers.owner_of)(request)
    response = StreamingHttpResponse(_pieces(export.stream(owner)), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="freeai-my-data.zip"'
    response["Cache-Control"] = "private, no-store"
    return response


async def _pieces(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Hand parts on one by one: an ordinary iterator would be read to its end before the first is sent."""

    def following() -> bytes | None:
        return next(parts, None)

    while (part := await sync_to_async(following)()) is not None:
        if part:
            yield part


@require_POST
def delete_everything(request: HttpRequest) -> HttpResponse:
    """Delete all edits and pictures of the asker, once they said that they mean it."""
    owner = owners.find(request)
    if owner is None:
        raise Http404
    if "sure" not in request.POST:
        messages.error(request, _("Nothing was deleted: tick the box first."))
    else:
        leaving.delete_everything(owner)
        messages.success(request, _("Everything is deleted: pictures, results and words."))
    return redirect(f"{reverse('account')}?tab={'settings' if owner.is_member else 'data'}")


@login_required
@require_http_methods(["GET", "POST"])
def close_account(request: HttpRequest) -> HttpResponse:
    """Say what closing means, and what of it can be had back first; then do it."""
    user = request.user
    assert isinstance(user, User)
    problem, status = "", 200
    if request.method == "POST":
        try:
            limits.require(limits.visit("close", str(user.pk), CLOSE_TRIES_PER_MINUTE))
            leaving.close_account(user, request.POST.get("password", ""))
        except UserError as refusal:
            problem, status = told(refusal.message), status_of(refusal)
        else:
            logout(request)
            messages.success(request, _("Your account is closed. A letter about it is on its way."))
            return redirect("landing")
    owner = owners.find(request)
    bought = purchases.of_owner(owner) if owner else []
    offers = [(one, refunds.offer(one)) for one in bought if refunds.is_within_window(one)]
    context = {
        "tab": "settings",
        "problem": problem,
        "balance": purses.balance(owner),
        "returnable": [(one, offer) for one, offer in offers if offer],
        "refund_days": settings.REFUND_DAYS,
    }
    return render(request, "accounts/close.html", context, status=status)


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep a choice of light or dark in a cookie, where the next page's first line finds it."""
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    response = redirect(back if is_ours else reverse("landing"))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            theme,
            max_age=settings.OWNER_COOKIE_AGE,
            samesite="Lax",
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response
