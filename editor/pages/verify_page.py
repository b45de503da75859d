"""`/verify/`: drop any picture, read what it says about itself. Nothing of it is kept."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import limits
from accounts.networks import network_of
from editor import sources
from editor.imaging import mark, witness
from editor.imaging.credentials import Claim, Report
from editor.pages import forms
from freeai.common.api import status_of
from freeai.common.errors import FreeAIError, InvalidInput
from freeai.common.language import told


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The form; after a picture was sent, what its credentials say in plain words."""
    context: dict[str, Any] = {"section": "verify"}
    status = 200
    if request.method == "POST":
        try:
            context |= _told(request)
        except FreeAIError as refusal:
            context["problem"] = told(refusal.message)
            status = status_of(refusal)
    response = render(request, "editor/verify.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _told(request: HttpRequest) -> dict[str, Any]:
    limits.require(limits.visit("verify", network_of(request), settings.VERIFY_PER_MINUTE))
    form = forms.UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        raise InvalidInput(_("Choose a picture first."))
    file = form.cleaned_data["image"]
    report, strength = witness.tell(
        file.read(forms.bytes_max()), limits=sources.limits(), mark_key=settings.MARK_KEY
    )
    is_marked = strength >= mark.FOUND
    title, words = _verdict(report, is_marked=is_marked)
    return {
        "report": report,
        "name": file.name,
        "is_marked": is_marked,
        "verdict": title,
        "words": words,
        "claims": [_in_words(claim) for claim in report.chain],
    }


def _verdict(report: Report, *, is_marked: bool) -> tuple[str, str]:
    """Return the one sentence people came for, and what it means."""
    match report.state:
        case "valid":
            return _("The credentials are intact"), _(
                "Not one byte of this picture has changed since it was signed. "
                "We check the seal, not the person: whether the signer is to be trusted is for you to say."
            )
        case "altered":
            return _("Altered after it was signed"), _(
                "The picture carries credentials, but it is not the picture they were made for any more."
            )
        case "unreadable":
            return _("The credentials cannot be read"), _(
                "There are content credentials in this picture, or the rest of some, but they are damaged."
            )
    if is_marked:
        return _("Edited here, credentials removed"), _(
            "The picture has lost its credentials, but it carries the invisible mark of edits made here."
        )
    return _("No credentials"), _(
        "This picture says nothing about where it comes from. Most pictures do not. "
        "That is no proof of a plain photograph: many apps lose credentials when they save or send."
    )


def _in_words(claim: Claim) -> dict[str, Any]:
    names = {
        "c2pa.opened": _("Opened another picture"),
        "c2pa.created": _("Created"),
        "c2pa.edited": _("Edited"),
        "c2pa.placed": _("Put another picture in"),
        "c2pa.converted": _("Converted"),
        "c2pa.cropped": _("Cropped"),
        "c2pa.resized": _("Resized"),
        "c2pa.published": _("Published"),
    }
    actions = [(names.get(action, action), agent) for action, agent in claim.actions]
    try:
        signed_at = parse_datetime(claim.signed_at)
    except ValueError:
        signed_at = None
    return {
        "issuer": claim.issuer or _("nobody named"),
        "program": claim.program,
        "signed_at": signed_at,
        "actions": actions,
        "is_ai": claim.is_ai,
    }
