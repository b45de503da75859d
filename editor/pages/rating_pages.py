"""Stars for a model, from its own page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from editor import catalogue, ratings
from editor.pages.answers import owner_of
from freeai.common.errors import FreeAIError
from freeai.common.language import told


@require_POST
def rate(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Keep the stars and go back to where they are shown."""
    model, owner = catalogue.known(slug), owner_of(request)
    try:
        ratings.rate(owner, model.slug, _stars(request))
    except FreeAIError as refusal:
        messages.error(request, told(refusal.message))
    return redirect(f"{reverse('model', args=[slug])}#rating")


def _stars(request: HttpRequest) -> int:
    text = request.POST.get("stars", "")
    return int(text) if text.isdecimal() and len(text) == 1 else 0
