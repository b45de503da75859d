"""Privacy and terms, in the numbers of the settings in force."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from billing import purchases
from editor import catalogue
from freeai.pages import in_words


@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, for how long, and who sees it."""
    context = {
        "member_window": in_words(settings.MEMBER_WINDOW),
        "visitor_window": in_words(settings.VISITOR_WINDOW),
        "premium_models": [model for model in catalogue.models() if model.is_premium],
        "sells": bool(purchases.packs()),
        "cookie_days": settings.OWNER_COOKIE_AGE.days,
    }
    return render(request, "editor/privacy.html", context)


@require_GET
def terms(request: HttpRequest) -> HttpResponse:
    """What this service owes its users, and they it."""
    context = {"sells": bool(purchases.packs()), "refund_days": settings.REFUND_DAYS}
    return render(request, "editor/terms.html", context)
