"""`/s/<id>/`: one edit, shown to whoever has the address; and the owner's switch for it.

Search engines are asked to stay away, in header and page. What is shown is asked for anew each
time, so that a revoked share is gone at once.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.networks import network_of
from editor import catalogue, shares
from editor.models import Report, Share
from editor.pages import answers
from freeai.common.api import status_of
from freeai.common.errors import NotFound, UserError
from freeai.common.language import told

REASONS = (
    (Report.Reason.PERSON, gettext_lazy("It shows me or somebody I know, without consent")),
    (Report.Reason.RIGHTS, gettext_lazy("It uses a picture that is not theirs")),
    (Report.Reason.SEXUAL, gettext_lazy("It is sexual or violent")),
    (Report.Reason.CHILD, gettext_lazy("It harms a child")),
    (Report.Reason.DECEIT, gettext_lazy("It is made to deceive")),
    (Report.Reason.OTHER, gettext_lazy("Something else")),
)
ROBOTS = "noindex, nofollow, noimageindex"


class ReportForm(forms.Form):
    """What is wrong with a shared picture."""

    reason = forms.ChoiceField(
        choices=REASONS, error_messages={"required": gettext_lazy("Choose what is wrong.")}
    )
    text = forms.CharField(max_length=shares.TEXT_MAX, required=False)


@require_POST
def share(request: HttpRequest, edit_id: str) -> HttpResponseBase:
    """Open the asker's own edit to whoever has the address."""
    edit = answers.edit_of(request, edit_id)
    try:
        shares.share(
            edit,
            shows_source=request.POST.get("shows", "both") == "both",
            shows_prompt="shows_prompt" in request.POST,
        )
    except UserError as refusal:
        messages.info(request, told(refusal.message))
    return redirect(f"{edit.get_absolute_url()}#share")


@require_POST
def revoke(request: HttpRequest, edit_id: str) -> HttpResponseBase:
    """Close it again."""
    edit = answers.edit_of(request, edit_id)
    shares.revoke(edit)
    messages.success(request, _("The link is closed. It shows nothing to anybody any more."))
    return redirect(f"{edit.get_absolute_url()}#share")


@require_GET
def show(request: HttpRequest, share_id: str) -> HttpResponseBase:
    """The shared picture, before and after or the result only."""
    return _page(request, _share(share_id), ReportForm())


@require_GET
def result(request: HttpRequest, share_id: str) -> HttpResponseBase:
    """The result's bytes, content credentials included."""
    edit = _share(share_id).edit
    return _shown(answers.stored_picture(edit.result_name, answers.MEDIA_TYPES[edit.output_format]))


@require_GET
def source(request: HttpRequest, share_id: str) -> HttpResponseBase:
    """The picture before, if the owner chose to show it."""
    shared = _share(share_id)
    picture = shared.edit.source
    if not (shared.shows_source and picture.is_open):
        raise Http404
    return _shown(answers.stored_picture(picture.file_name, picture.media_type))


@require_GET
def card(request: HttpRequest, share_id: str) -> HttpResponseBase:
    """The small picture that messengers show beside the address."""
    return _shown(answers.stored_picture(_share(share_id).edit.thumbnail_name, "image/jpeg"))


@require_POST
def report(request: HttpRequest, share_id: str) -> HttpResponseBase:
    """Hear what is wrong with a shared picture."""
    shared = _share(share_id)
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _page(request, shared, form, status=400)
    try:
        shares.report(shared, **form.cleaned_data, network=network_of(request))
    except UserError as refusal:
        form.add_error(None, told(refusal.message))
        return _page(request, shared, form, status=status_of(refusal))
    messages.success(request, _("Thank you. A person looks at it."))
    return redirect(shared)


def _share(share_id: str) -> Share:
    try:
        return shares.find(share_id)
    except NotFound:
        raise Http404 from None


def _page(request: HttpRequest, shared: Share, form: ReportForm, *, status: int = 200) -> HttpResponseBase:
    edit = shared.edit
    context: dict[str, Any] = {
        "share": shared,
        "edit": edit,
        "source": edit.source,
        "shows_source": shared.shows_source and edit.source.is_open,
        "model": catalogue.known(edit.model),
        "form": form,
        "reasons": REASONS,
        "address": request.build_absolute_uri(),
        "card": request.build_absolute_uri(reverse("share-card", args=[shared.pk])),
        "text_max": shares.TEXT_MAX,
    }
    page: HttpResponse = render(request, "editor/share.html", context, status=status)
    page["X-Robots-Tag"] = ROBOTS
    page["Cache-Control"] = "private, no-store"
    page["Referrer-Policy"] = "no-referrer"
    return page


def _shown(response: HttpResponseBase) -> HttpResponseBase:
    response["X-Robots-Tag"] = ROBOTS
    response["Cache-Control"] = "private, no-cache, max-age=0"
    return response
