"""The front page, the catalogue, and a model's workspace."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts import brakes, owners
from accounts.models import Owner
from accounts.networks import network_of
from editor import catalogue, ratings, sources, submission, workers
from editor.models import Edit, Rating, Source
from editor.pages import api_docs, forms, samples, structured_data
from editor.pages.workspace import workspace
from freeai.common.api import status_of
from freeai.common.errors import FreeAIError, NotFound
from freeai.common.language import told


@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    """The front page: the default model's workspace, ready for a picture."""
    chosen = catalogue.default()
    context = workspace(chosen, owner=owners.find(request))
    context |= {
        "samples": samples.SAMPLES if chosen.engine == samples.ENGINE else (),
        "batch_files_max": settings.BATCH_FILES_MAX,
    }
    return render(request, "editor/landing.html", context)


@require_GET
def models(request: HttpRequest) -> HttpResponse:
    """The catalogue."""
    served = workers.served_engines()
    listed = [(model, model.engine in served) for model in catalogue.models()]
    return render(request, "editor/models.html", {"models": listed, "section": "models"})


@require_http_methods(["GET", "POST"])
def model(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One model's workspace; a POST carries picture and wish at once, for browsers without script."""
    chosen = _model(slug)
    if chosen is None:
        return render(request, "404.html", status=404)
    if request.method == "POST":
        return _submit(request, chosen)
    owner = owners.find(request)
    context = workspace(chosen, owner=owner, source=_source_asked_for(request))
    context |= _about(request, owner, chosen)
    return render(request, "editor/model_page.html", context)


def _about(request: HttpRequest, owner: Owner | None, chosen: catalogue.Model) -> dict[str, Any]:
    """Return what stands below the workspace: stars, the call for programs, what goes with it."""
    score = ratings.score(chosen.slug, owner)
    page_url = request.build_absolute_uri(reverse("model", args=[chosen.slug]))
    return {
        "snippet": api_docs.curl_for(request, owner, chosen.slug),
        "score": score,
        "stars": range(1, Rating.STARS_MAX + 1),
        "page_url": page_url,
        "pairs_with": catalogue.known(chosen.pairs_with) if chosen.pairs_with else None,
        "structured": structured_data.of_model(chosen, score, page_url) if score.count else "",
    }


def _submit(request: HttpRequest, chosen: catalogue.Model) -> HttpResponseBase:
    form = forms.EditForm(request.POST, request.FILES)
    source: Source | None = None
    status = 400
    if form.is_valid():
        try:
            source = _source(request, form)
            edit = submission.submit_edit(source.owner, source, form.wish(network=network_of(request)))
        except FreeAIError as refusal:
            form.add_error(None, told(refusal.message))
            status = status_of(refusal)
        else:
            return _remembering(redirect(edit), edit)
    owner = source.owner if source else owners.find(request)
    context = workspace(chosen, owner=owner, source=source, form=form) | _about(request, owner, chosen)
    page = render(request, "editor/model_page.html", context, status=status)
    if source is not None:
        owners.remember(page, source.owner)
    return page


def _source(request: HttpRequest, form: forms.EditForm) -> Source:
    file = form.cleaned_data["image"]
    if not file:
        return sources.find(form.cleaned_data["source"], owners.find(request))
    brakes.require_pace(request)
    return sources.receive(
        file.read(forms.bytes_max()), name=file.name, owner=lambda: owners.find_or_make(request)
    )


def _remembering(response: HttpResponseBase, edit: Edit) -> HttpResponseBase:
    owners.remember(response, edit.owner)
    return response


def _model(slug: str) -> catalogue.Model | None:
    try:
        return catalogue.find(slug)
    except catalogue.ModelNotFound:
        return None


def _source_asked_for(request: HttpRequest) -> Source | None:
    """Return the asker's own source named in ?source=, so that a reload keeps the picture."""
    try:
        return sources.find(request.GET.get("source", ""), owners.find(request))
    except NotFound:
        return None
