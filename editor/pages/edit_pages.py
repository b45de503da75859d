"""One edit: its page, its state, its pictures, and what its owner may do with it."""

import json
from collections.abc import AsyncIterator
from pathlib import PurePath

import numpy as np
from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import owners
from accounts.networks import network_of
from editor import (
    appeals,
    catalogue,
    edits,
    masks,
    progress,
    results,
    retention,
    sources,
    submission,
)
from editor.imaging import encoding, frame
from editor.models import Edit, Preview
from editor.pages import answers, forms
from editor.pages.source_pages import as_json
from editor.pages.workspace import workspace
from freeai.common import threads
from freeai.common.errors import FreeAIError, NotFound, UserError
from freeai.common.language import told

OVERLAY_COLOUR = (255, 0, 128)
"""The colour of \"what changed\": found in few photographs."""


@require_POST
@answers.answers_errors
def create(request: HttpRequest) -> HttpResponseBase:
    """Submit an edit of a source that is here already; answer with its state."""
    form = forms.EditForm(request.POST, request.FILES)
    if not form.is_valid():
        return answers.form_refusal(form)
    source = sources.find(form.cleaned_data["source"], owners.find(request))
    painted = form.cleaned_data["mask"]
    mask = None
    if painted:
        mask = masks.receive(painted.read(forms.bytes_max()), source, limits=sources.limits())
    edit = submission.submit_edit(source.owner, source, form.wish(network=network_of(request), mask=mask))
    return JsonResponse(progress.describe(edit), status=201)


@require_GET
def show(request: HttpRequest, edit_id: str) -> HttpResponse:
    """The workspace around one edit, in whatever state it is: safe to reload at any time."""
    edit = answers.edit_of(request, edit_id)
    context = workspace(catalogue.known(edit.model), owner=edit.owner, edit=edit)
    return render(request, "editor/model_page.html", context)


@require_GET
def status(request: HttpRequest, edit_id: str) -> JsonResponse:
    """An edit's state, for pages that cannot hold a stream open."""
    edit = answers.edit_of(request, edit_id)
    response = JsonResponse(progress.snapshot([edit.pk])[edit.pk])
    response["Cache-Control"] = "no-store"
    return response


@require_GET
async def events(request: HttpRequest, edit_id: str) -> HttpResponseBase:
    """An edit's state as server-sent events, until it ends."""
    edit = await sync_to_async(answers.edit_of)(request, edit_id)
    response = StreamingHttpResponse(_stream(edit.pk), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def _stream(edit_id: str) -> AsyncIterator[bytes]:
    await threads.give_back()
    async for state in progress.watcher().follow(edit_id):
        if state is None:
            yield b": still here\n\n"
        else:
            yield f"event: edit\ndata: {json.dumps(state)}\n\n".encode()


@require_GET
def preview(request: HttpRequest, edit_id: str) -> HttpResponse:
    """The small picture of the moment of a running edit."""
    edit = answers.edit_of(request, edit_id)
    picture = Preview.objects.filter(edit=edit).first()
    if picture is None:
        raise Http404
    return answers.made_picture(bytes(picture.jpeg), "image/jpeg")


@require_GET
def result(request: HttpRequest, edit_id: str) -> HttpResponseBase:
    """The result, to look at or (with ?download=1) to keep."""
    edit = _with_result(request, edit_id)
    download_as = _download_name(edit) if "download" in request.GET else None
    return answers.stored_picture(
        edit.result_name, answers.MEDIA_TYPES[edit.output_format], download_as=download_as
    )


@require_GET
def thumbnail(request: HttpRequest, edit_id: str) -> HttpResponseBase:
    """The small picture for the history."""
    return answers.stored_picture(_with_result(request, edit_id).thumbnail_name, "image/jpeg")


@require_GET
def changes(request: HttpRequest, edit_id: str) -> HttpResponse:
    """What changed, as a picture to lay over the result: the more visible, the more it changed."""
    edit = _with_result(request, edit_id)
    try:
        before, _ = sources.read(edit.source)
        after, _ = results.read(edit)
    except NotFound:
        raise Http404 from None
    strength = frame.change_overlay(before, after)
    colour = np.broadcast_to(np.array(OVERLAY_COLOUR, np.uint8), after.shape)
    return answers.made_picture(encoding.encode(colour, strength, format="png", lossless=True), "image/png")


@require_POST
def cancel(request: HttpRequest, edit_id: str) -> HttpResponseBase:
    """Stop an edit: at once while it waits, at the engine's next step while it runs."""
    edit = answers.edit_of(request, edit_id)
    try:
        edits.cancel(edit)
    except UserError as refusal:
        messages.info(request, told(refusal.message))
    return redirect(edit)


@require_POST
def delete(request: HttpRequest, edit_id: str) -> HttpResponseBase:
    """Delete an edit, its pictures and its words, now."""
    edit = answers.edit_of(request, edit_id)
    try:
        retention.delete(edit, edit.owner)
    except UserError as refusal:
        messages.info(request, told(refusal.message))
        return redirect(edit)
    messages.success(request, _("Deleted, with its pictures."))
    return redirect(f"{reverse('account')}?tab=history")


@require_POST
def retry(request: HttpRequest, edit_id: str) -> HttpResponseBase:
    """Submit the same wish again: same seed, or a new one with new_seed=1; declared with own_watermark=1."""
    edit = answers.edit_of(request, edit_id)
    try:
        fresh = submission.again(
            edit.owner,
            edit,
            new_seed="new_seed" in request.POST,
            own_watermark=request.POST.get("own_watermark") == "1",
            network=network_of(request),
        )
    except FreeAIError as refusal:
        messages.error(request, told(refusal.message))
        return redirect(edit)
    return redirect(fresh)


@require_POST
def appeal(request: HttpRequest, edit_id: str) -> HttpResponseBase:
    """Ask a person to judge a refusal anew."""
    edit = answers.edit_of(request, edit_id)
    form = forms.AppealForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This reason is too long: 1,000 characters at most."))
        return redirect(edit)
    try:
        appeals.file(edit, **form.cleaned_data)
    except UserError as refusal:
        messages.info(request, told(refusal.message))
    return redirect(edit)


@require_POST
@answers.answers_errors
def continue_from(request: HttpRequest, edit_id: str) -> HttpResponseBase:
    """Make the result the next picture: answer with its Source, or go to its page."""
    edit = _with_result(request, edit_id)
    source = sources.continue_from(edit)
    if request.accepts("text/html"):
        page = reverse("mask-editor") if "paint" in request.POST else reverse("model", args=[edit.model])
        return redirect(f"{page}?source={source.pk}")
    return JsonResponse(as_json(source), status=201)


def _with_result(request: HttpRequest, edit_id: str) -> Edit:
    edit = answers.edit_of(request, edit_id)
    if not edit.has_result:
        raise Http404
    return edit


def _download_name(edit: Edit) -> str:
    stem = PurePath(edit.source.name).stem or "picture"
    return f"{stem}-edited.{answers.SUFFIXES[edit.output_format]}"
