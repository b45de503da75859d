"""How pages answer: pictures, states and refusals, each in one place."""

import functools
from collections.abc import Callable
from typing import Any

from django.core.files.storage import default_storage
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.http import content_disposition_header

from accounts import owners
from accounts.models import Owner
from editor.models import Edit
from freeai.common.api import error_response
from freeai.common.errors import FreeAIError, InvalidInput

MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
SUFFIXES = {"png": "png", "jpeg": "jpg", "webp": "webp"}


def answers_errors(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer a refusal of a JSON view in the one error shape."""

    @functools.wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except FreeAIError as error:
            return error_response(error)

    return answered


def edit_of(request: HttpRequest, edit_id: str) -> Edit:
    """Return the asker's own edit; anybody else's does not exist: 404."""
    owner = owners.find(request)
    edit = None
    if owner is not None:
        edit = (
            Edit.objects.visible_to(owner)
            .select_related("source", "owner", "hold")
            .filter(pk=edit_id)
            .first()
        )
    if edit is None:
        raise Http404
    return edit


def owner_of(request: HttpRequest) -> Owner:
    """Return the asker, who must own something already: 404 otherwise."""
    owner = owners.find(request)
    if owner is None:
        raise Http404
    return owner


def stored_picture(name: str, media_type: str, *, download_as: str | None = None) -> HttpResponseBase:
    """Send a stored picture to its owner. Names never change their bytes, so it may be kept by them.

    Whole, not as a stream: a file that is opened and sent by an async server in pieces would
    be read into memory all the same, and none of ours is larger than an upload.
    """
    try:
        with default_storage.open(name) as file:
            response = HttpResponse(file.read(), content_type=media_type)
    except FileNotFoundError:
        raise Http404 from None
    if download_as is not None:
        response["Content-Disposition"] = content_disposition_header(True, download_as)  # noqa: FBT003
    response["Cache-Control"] = "private, max-age=3600"
    return response


def made_picture(data: bytes, media_type: str) -> HttpResponse:
    """Answer with a picture that exists only for the moment."""
    response = HttpResponse(data, content_type=media_type)
    response["Cache-Control"] = "private, no-store"
    return response


def form_refusal(form: Form) -> JsonResponse:
    """Answer a form that does not fit with its first error."""
    param, messages = next(iter(form.errors.items()))
    return error_response(InvalidInput(str(messages[0]), param=None if param == "__all__" else param))
