"""Addresses of the API. Each answers with and without a slash at its end."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path, re_path

from editor.api import door
from editor.api.create_edit import create_edit
from editor.api.edits import Cancel, Edits, OneEdit, Result, events, linked_file
from editor.api.models import Models, OneModel
from editor.api.schema import openapi
from editor.api.usage import Balance, Usage


def _both(route: str, view: Callable[..., Any], name: str) -> list[URLPattern]:
    return [path(route, view, name=f"api-{name}"), path(f"{route}/", view)]


urlpatterns = [
    *_both("images/edits", create_edit, "create-edit"),
    *_both("image/edit", create_edit, "create-edit-singular"),
    *_both("models", Models.as_view(), "models"),
    *_both("models/<str:name>", OneModel.as_view(), "model"),
    *_both("edits", Edits.as_view(), "edits"),
    *_both("edits/<slug:edit_id>", OneEdit.as_view(), "edit"),
    *_both("edits/<slug:edit_id>/cancel", Cancel.as_view(), "cancel"),
    *_both("edits/<slug:edit_id>/events", events, "events"),
    *_both("edits/<slug:edit_id>/result", Result.as_view(), "result"),
    *_both("balance", Balance.as_view(), "balance"),
    *_both("usage", Usage.as_view(), "usage"),
    *_both("files/<str:token>", linked_file, "file"),
    *_both("openapi.json", openapi, "openapi"),
    re_path(r"", door.nothing_here),
]
