"""What an owner has: history, and settings for members."""

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import owners
from editor import catalogue
from editor.models import Edit

PAGE = 24


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """The tab asked for; history if none is."""
    return _TABS.get(request.GET.get("tab", ""), history)(request)


@login_required
def member_settings(request: HttpRequest) -> HttpResponse:
    """What a member may change about signing in."""
    sessions = UserSession.objects.purge_and_list(request.user)
    context = {
        "tab": "settings",
        "has_second_factor": is_mfa_enabled(request.user),
        "session_count": len(sessions),
    }
    return render(request, "accounts/settings.html", context)


def history(request: HttpRequest) -> HttpResponse:
    """The owner's edits, newest first; ?after=<edit id> turns the page."""
    owner = owners.find(request)
    mine = Edit.objects.visible_to(owner) if owner else Edit.objects.none()
    after = mine.filter(pk=request.GET.get("after", "")).first()
    page = list(mine.older_than(after).newest_first().select_related("source")[: PAGE + 1])
    names = {model.slug: model.name for model in catalogue.models()}
    context = {
        "tab": "history",
        "edits": page[:PAGE],
        "tiles": [(edit, names.get(edit.model, edit.model)) for edit in page[:PAGE]],
        "next": page[PAGE - 1].pk if len(page) > PAGE else None,
    }
    return render(request, "accounts/history.html", context)


_TABS = {"history": history, "settings": member_settings}
