"""What an owner has: the history tab."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import owners
from editor import catalogue
from editor.models import Edit

PAGE = 24


@require_GET
def account(request: HttpRequest) -> HttpResponse:
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
