"""Pictures as the API sends them."""

from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse

from editor.models import Edit, Source


def of_result(edit: Edit) -> HttpResponse:
    """Return an edit's result."""
    return _stored(edit.result_name, f"image/{edit.output_format}")


def of_source(source: Source) -> HttpResponse:
    """Return a normalised source."""
    return _stored(source.file_name, source.media_type)


def _stored(name: str, media_type: str) -> HttpResponse:
    try:
        with default_storage.open(name) as file:
            return HttpResponse(file.read(), content_type=media_type)
    except FileNotFoundError:
        raise Http404 from None
