"""`/v1/edits`: the same edits, for those who do not wait."""

from typing import Any

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from editor import edits, retention
from editor.api import door, objects, pictures, streaming
from editor.api.create_edit import listed
from editor.models import Edit, Source
from freeai.common import api
from freeai.common.errors import FreeAIError, NotFound

PAGE_MAX = 100


class Page(serializers.Serializer[Any]):
    """Which part of a list."""

    limit = serializers.IntegerField(min_value=1, max_value=PAGE_MAX, default=20)
    after = serializers.CharField(max_length=40, default="", help_text="The last id of the page before.")


class EditView(door.ApiView):
    """A route about one edit: the asker's own; anybody else's does not exist."""

    def edit(self, edit_id: str) -> Edit:
        mine = Edit.objects.visible_to(self.owner).select_related("source", "owner", "hold")
        found = mine.filter(pk=edit_id).first()
        if found is None:
            raise Http404
        return found

    def described(self, edit: Edit, code: int = status.HTTP_200_OK) -> Response:
        return Response(objects.describe(edit, door.base_url(self.asked)), status=code)


class Edits(door.ApiView):
    """The key owner's edits, newest first."""

    def get(self, request: Request) -> Response:
        page = Page(data=request.query_params)
        page.is_valid(raise_exception=True)
        limit, after = page.validated_data["limit"], page.validated_data["after"]
        mine = Edit.objects.visible_to(self.owner).select_related("source", "hold")
        last = mine.filter(pk=after).first() if after else None
        if after and last is None:
            raise Http404
        rows = list(mine.older_than(last).newest_first()[: limit + 1])
        base = door.base_url(self.asked)
        return Response(
            listed([objects.describe(edit, base) for edit in rows[:limit]], has_more=len(rows) > limit)
        )


class OneEdit(EditView):
    """Look at an edit, or delete it with its pictures and words."""

    def get(self, request: Request, edit_id: str) -> Response:
        return self.described(self.edit(edit_id))

    def delete(self, request: Request, edit_id: str) -> Response:
        retention.delete(self.edit(edit_id), self.owner)
        return Response({"id": edit_id, "object": "edit", "deleted": True})


class Cancel(EditView):
    """Stop an edit: at once while it waits, at the engine's next step while it runs."""

    def post(self, request: Request, edit_id: str) -> Response:
        edits.cancel(self.edit(edit_id))
        return self.described(self.edit(edit_id))


@csrf_exempt
async def events(request: HttpRequest, edit_id: str) -> HttpResponseBase:
    """An edit's state as server-sent events, until it ends. Thousands may listen: nothing is held."""
    try:
        await sync_to_async(_require_visible, thread_sensitive=False)(request, edit_id)
    except FreeAIError as error:
        return door.stamp(api.error_response(error), request)
    response = StreamingHttpResponse(streaming.edit_events(edit_id), content_type="text/event-stream")
    response["X-Accel-Buffering"] = "no"
    return door.stamp(response, request)


def _require_visible(request: HttpRequest, edit_id: str) -> None:
    try:
        key = door.enter(request, "GET")
        if not Edit.objects.visible_to(key.owner).filter(pk=edit_id).exists():
            raise NotFound(door.NOT_YOURS)
    finally:
        connection.close()


class Result(EditView):
    """The result's bytes."""

    def get(self, request: Request, edit_id: str) -> HttpResponseBase:
        edit = self.edit(edit_id)
        if not edit.has_result:
            raise Http404
        return pictures.of_result(edit)


@csrf_exempt
def linked_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """One picture, for whoever holds a link that the API gave out within the hour."""
    found = objects.linked(token)
    if found is not None and request.method in {"GET", "HEAD"}:
        what, row_id = found
        if what == "result":
            edit = Edit.objects.select_related("source").filter(pk=row_id, deleted_at=None).first()
            if edit is not None and edit.has_result:
                return door.stamp(pictures.of_result(edit), request)
        source = Source.objects.filter(pk=row_id).first() if what == "source" else None
        if source is not None and source.is_open:
            return door.stamp(pictures.of_source(source), request)
    return door.nothing_here(request)
