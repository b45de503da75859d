"""What an owner has: history, tokens, and settings for members."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import owners
from billing import purchases, purses, statement
from editor.models import Edit
from editor.pages import data_pages, history_pages, key_pages

HELD_SHOWN = 20


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """The tab asked for; history if none is."""
    return _TABS.get(request.GET.get("tab", ""), history_pages.history)(request)


@login_required
def member_settings(request: HttpRequest) -> HttpResponse:
    """What a member may change about signing in."""
    passkeys = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN)
    sessions = UserSession.objects.purge_and_list(request.user)
    context = {
        "tab": "settings",
        "has_second_factor": is_mfa_enabled(request.user, [Authenticator.Type.TOTP]),
        "passkey_count": passkeys.count(),
        "session_count": len(sessions),
    }
    return render(request, "accounts/settings.html", context)


def tokens(request: HttpRequest) -> HttpResponse:
    """Both purses, what is set aside and for which edits, what moved, and what was bought."""
    owner = owners.find(request)
    purse = request.GET.get("purse", "")
    before = request.GET.get("before", "")
    rows, after = statement.page(owner, purse=purse, before=int(before) if before.isdecimal() else None)
    bars = statement.spent_by_day(owner) if owner else []
    running = Edit.objects.visible_to(owner).filter(status__in=Edit.ACTIVE) if owner else Edit.objects.none()
    context = {
        "tab": "tokens",
        "balance": purses.balance(owner),
        "held": list(running.filter(hold__isnull=False).select_related("hold").newest_first()[:HELD_SHOWN]),
        "rows": rows,
        "next": after,
        "purse": purse,
        "purses": statement.PURSES.items(),
        "bars": bars,
        "spent": sum(bar.tokens for bar in bars),
        "chart_days": statement.CHART_DAYS,
        "chart_width": statement.CHART_DAYS * statement.BAR_WIDTH,
        "purchases": purchases.of_owner(owner) if owner else [],
        "can_buy": bool(purchases.packs()),
    }
    return render(request, "billing/tokens.html", context)


_TABS = {
    "history": history_pages.history,
    "tokens": tokens,
    "settings": member_settings,
    "keys": key_pages.keys_tab,
    "data": data_pages.data_tab,
}
