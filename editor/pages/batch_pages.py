"""`/batch/`: many pictures, one wish. A draft fills, is started, and is followed to its zip."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import owners
from billing import pricing, purses
from editor import batch_files, batches, catalogue, workers
from editor.models import Batch
from editor.pages import answers, batch_grid, forms
from editor.pages.batch_forms import BatchWishForm, DraftForm, FilesForm, PromptsForm
from editor.pages.workspace import QUALITIES
from freeai.common.api import status_of
from freeai.common.errors import FreeAIError, InvalidInput, NotFound, UserError
from freeai.common.language import told

RECENT = 12


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponseBase:
    """A place to drop a folder, and the batches so far; visitors are told what it is."""
    if request.method == "POST":
        return create(request)
    if not request.user.is_authenticated:
        context = {"section": "batch", "files_max": forms.batch_files_max()}
        return render(request, "editor/batch_intro.html", context)
    return render(request, "editor/batch.html", _bench(request, None))


@login_required
@answers.answers_errors
def create(request: HttpRequest) -> HttpResponseBase:
    """Open a draft, with the files of a plain form if there are any."""
    form = DraftForm(request.POST)
    if not form.is_valid():
        return answers.form_refusal(form)
    batch = batches.open_draft(
        owners.find_or_make(request),
        name=form.cleaned_data["folder"],
        announced=form.cleaned_data["announced"] or 0,
    )
    if _wants_json(request):
        return JsonResponse({"id": batch.pk, "url": batch.get_absolute_url()}, status=201)
    return _take_many(request, batch)


@require_GET
def show(request: HttpRequest, batch_id: str) -> HttpResponse:
    """One batch, in whatever state it is: safe to reload at any time."""
    return render(request, "editor/batch.html", _bench(request, batch_of(request, batch_id)))


@require_POST
@answers.answers_errors
def files(request: HttpRequest, batch_id: str) -> HttpResponseBase:
    """Take one file by script, or many from a plain form."""
    batch = batch_of(request, batch_id)
    if not _wants_json(request):
        return _take_many(request, batch)
    form = FilesForm(request.POST, request.FILES)
    if not form.is_valid():
        return answers.form_refusal(form)
    sent = form.cleaned_data["image"]
    data = sent[0].read(forms.bytes_max()) if sent else None
    size = form.cleaned_data["bytes"]
    file = batch_files.receive(
        batch,
        data,
        name=form.cleaned_data["name"] or (sent[0].name if sent else ""),
        sent_bytes=size if size is not None else len(data or b""),
    )
    cell = batch_grid.cell_of(file)
    return JsonResponse({"file": cell.as_json(), "name": cell.name, "bytes": cell.bytes}, status=201)


@require_POST
@answers.answers_errors
def announce(request: HttpRequest, batch_id: str) -> HttpResponseBase:
    """Remember how many files the browser is going to send."""
    batch = batch_of(request, batch_id)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return answers.form_refusal(form)
    Batch.objects.filter(pk=batch.pk).update(announced_files=form.cleaned_data["announced"] or 0)
    return HttpResponse(status=204)


@require_POST
@answers.answers_errors
def wish(request: HttpRequest, batch_id: str) -> HttpResponseBase:
    """Keep what is being typed, and answer with what it would cost."""
    batch = batch_of(request, batch_id)
    form = BatchWishForm(request.POST)
    if not form.is_valid():
        return answers.form_refusal(form)
    batches.keep_wish(batch, **form.wish())
    return render(request, "editor/_batch_deal.html", _bench(request, batch))


@require_POST
def prompts(request: HttpRequest, batch_id: str) -> HttpResponseBase:
    """Take a list of prompts; an empty one takes the old list away."""
    batch = batch_of(request, batch_id)
    form = PromptsForm(request.POST, request.FILES)
    try:
        if not form.is_valid():
            raise InvalidInput(str(next(iter(form.errors.values()))[0]))
        found = batch_files.parse_prompts(form.cleaned_data["text"])
    except UserError as refusal:
        return _refused(request, batch, refusal)
    batches.keep_prompts(batch, found)
    return redirect(f"{batch.get_absolute_url()}#own-prompts")


@require_POST
def start(request: HttpRequest, batch_id: str) -> HttpResponseBase:
    """Start every ready file, or as many as the tokens allow."""
    batch = batch_of(request, batch_id)
    form = BatchWishForm(request.POST)
    try:
        if not form.is_valid():
            raise InvalidInput(str(next(iter(form.errors.values()))[0]))
        batches.keep_wish(batch, **form.wish())
        batches.start(batch, only_affordable=form.cleaned_data["part"] == "affordable")
    except FreeAIError as refusal:
        return _refused(request, batch, refusal)
    return redirect(batch)


@require_POST
def cancel(request: HttpRequest, batch_id: str) -> HttpResponseBase:
    """Cancel what has not ended."""
    batch = batch_of(request, batch_id)
    batches.cancel_rest(batch)
    return redirect(batch)


@require_POST
def retry(request: HttpRequest, batch_id: str) -> HttpResponseBase:
    """Try again what failed or was canceled."""
    batch = batch_of(request, batch_id)
    try:
        batches.retry(batch)
    except FreeAIError as refusal:
        return _refused(request, batch, refusal)
    return redirect(batch)


@require_POST
def delete(request: HttpRequest, batch_id: str) -> HttpResponseBase:
    """Delete a batch with all its pictures and words."""
    batch = batch_of(request, batch_id)
    try:
        batches.delete(batch)
    except UserError as refusal:
        messages.info(request, told(refusal.message))
        return redirect(batch)
    messages.success(request, _("The batch is deleted, with its pictures."))
    return redirect("batches")


@require_POST
@answers.answers_errors
def remove(request: HttpRequest, batch_id: str, file_id: str) -> HttpResponseBase:
    """Take one file out of a draft."""
    batch = batch_of(request, batch_id)
    try:
        batch_files.remove(batch_files.find(batch, file_id))
    except NotFound:
        raise Http404 from None
    return HttpResponse(status=204) if _wants_json(request) else redirect(batch)


@require_GET
def status(request: HttpRequest, batch_id: str) -> JsonResponse:
    """The whole batch for the live grid, from one query."""
    response = JsonResponse(batch_grid.as_json(batch_of(request, batch_id)))
    response["Cache-Control"] = "no-store"
    return response


def batch_of(request: HttpRequest, batch_id: str) -> Batch:
    """Return the asker's own batch; anybody else's does not exist: 404."""
    try:
        return batches.find(batch_id, owners.find(request))
    except NotFound:
        raise Http404 from None


def _take_many(request: HttpRequest, batch: Batch) -> HttpResponseBase:
    form = FilesForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refused(request, batch, InvalidInput(str(next(iter(form.errors.values()))[0])))
    try:
        for sent in form.cleaned_data["image"]:
            data = sent.read(forms.bytes_max())
            batch_files.receive(batch, data, name=sent.name, sent_bytes=sent.size)
    except FreeAIError as refusal:
        return _refused(request, batch, refusal)
    return redirect(batch)


def _refused(request: HttpRequest, batch: Batch, refusal: FreeAIError) -> HttpResponse:
    batch.refresh_from_db()
    context = _bench(request, batch) | {"refusal": told(refusal.message)}
    return render(request, "editor/batch.html", context, status=status_of(refusal))


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


def _bench(request: HttpRequest, batch: Batch | None) -> dict[str, Any]:
    """Return the page's context; without a batch it is the place where one begins."""
    grid = batch_grid.cells(batch) if batch else []
    counts = batch_grid.tally_of(grid)
    served = workers.served_engines()
    chosen = _model(batch)
    quality = (batch.quality if batch else "") or "auto"
    each = pricing.quote(chosen.unit_tokens(chosen.quality(quality)))
    balance = purses.balance(owners.find(request))
    own, unmatched = batch_files.match_prompts(
        batch.prompts if batch else {}, [cell.name for cell in grid if cell.face in {"ready", "due"}]
    )
    return {
        "section": "batch",
        "batch": batch,
        "cells": [cell for cell in grid if cell.is_usable],
        "bad": [cell for cell in grid if not cell.is_usable],
        "has_zip": any(cell.face == "done" for cell in grid),
        "gone": sum(cell.face == "gone" for cell in grid),
        "tally": counts,
        "headline": batch_grid.headline(counts),
        "missing_files": max(0, batch.announced_files - len(grid)) if batch and batch.is_draft else 0,
        "expires_at": batches.expires_at(batch) if batch and counts.ready else None,
        "models": [(one, one.engine in served) for one in catalogue.models()],
        "model": chosen,
        "is_served": chosen.engine in served,
        "quality": quality,
        "qualities": QUALITIES,
        "deal": batches.Offer(files=counts.ready, each=each, available=balance.available),
        "again": batches.Offer(files=counts.again, each=each, available=balance.available),
        "balance": balance,
        "own_count": len(own),
        "unmatched": unmatched,
        "own_text": _as_lines(batch.prompts) if batch else "",
        "recent": _recent(request) if batch is None else [],
        "files_max": forms.batch_files_max(),
    }


def _model(batch: Batch | None) -> catalogue.Model:
    return catalogue.known(batch.model) if batch and batch.model else catalogue.default()


def _as_lines(prompts: dict[str, str]) -> str:
    quoted = ((name.replace('"', '""'), words.replace('"', '""')) for name, words in prompts.items())
    return "\n".join(f'"{name}","{words}"' for name, words in quoted)


def _recent(request: HttpRequest) -> list[dict[str, Any]]:
    owner = owners.find(request)
    if owner is None:
        return []
    latest = list(Batch.objects.visible_to(owner).newest_first()[:RECENT])
    tallies = batches.tally([batch.pk for batch in latest])
    return [
        {"batch": batch, "tally": tallies[batch.pk], "headline": batch_grid.headline(tallies[batch.pk])}
        for batch in latest
    ]
