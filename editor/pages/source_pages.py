"""Uploads by script, and the normalised picture back."""

from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts import brakes, owners
from editor import sources
from editor.imaging import encoding, pointing
from editor.models import Source
from editor.pages import answers, forms
from freeai.common.errors import NotFound

THUMBNAIL_SIDE_MAX = 320


@require_POST
@answers.answers_errors
def upload(request: HttpRequest) -> HttpResponseBase:
    """Take one picture; answer with the Source that became of it, or why not."""
    brakes.require_pace(request)
    form = forms.UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return answers.form_refusal(form)
    file = form.cleaned_data["image"]
    source = sources.receive(
        file.read(forms.bytes_max()), name=file.name, owner=lambda: owners.find_or_make(request)
    )
    response = JsonResponse(as_json(source), status=201)
    owners.remember(response, source.owner)
    return response


@require_GET
def image(request: HttpRequest, source_id: str) -> HttpResponseBase:
    """Show the normalised picture to its owner."""
    try:
        source = sources.find(source_id, owners.find(request))
    except NotFound:
        raise Http404 from None
    return answers.stored_picture(source.file_name, source.media_type)


@require_GET
def thumbnail(request: HttpRequest, source_id: str) -> HttpResponseBase:
    """Show a source small, for grids of many. Made on the way: kept by the browser, not by us."""
    try:
        source = sources.find(source_id, owners.find(request))
        image, alpha = sources.read(source)
    except (NotFound, FileNotFoundError):
        raise Http404 from None
    small = encoding.thumbnail(image, alpha, side_max=THUMBNAIL_SIDE_MAX)
    response = answers.made_picture(small, "image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    return response


@require_POST
@answers.answers_errors
def object_at(request: HttpRequest, source_id: str) -> HttpResponseBase:
    """Answer with the outline of the thing at a point: a grey PNG of the source's size, 255 = the thing."""
    source = sources.find(source_id, owners.find(request))
    form = forms.PointForm(request.POST)
    if not form.is_valid():
        return answers.form_refusal(form)
    found = pointing.object_at(sources.read_file(source), form.cleaned_data["x"], form.cleaned_data["y"])
    return answers.made_picture(found, "image/png")


def as_json(source: Source) -> dict[str, object]:
    """Return what a page needs to show a source and edit it."""
    return {
        "id": source.pk,
        "url": reverse("source-image", args=[source.pk]),
        "name": source.name,
        "width": source.width,
        "height": source.height,
        "original_width": source.original_width,
        "original_height": source.original_height,
        "has_alpha": source.has_alpha,
        "format": source.source_format,
        "bytes": source.file_bytes,
        "expires_at": int(source.expires_at.timestamp()),
    }
