"""`POST /v1/images/edits`: a picture and a wish in, the edited picture out."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.models import Owner
from editor.api import door, intake, objects, streaming
from editor.models import ApiRequest, Edit
from freeai.common import api, threads
from freeai.common.errors import FreeAIError, Pending

ATTACH_POLL_SECONDS = 0.2


@csrf_exempt
async def create_edit(request: HttpRequest) -> HttpResponseBase:
    """Accept the call, then wait, stream or answer at once, as asked."""
    try:
        await threads.give_back()
        call, edit_ids = await edits_of(partial(intake.accept, request))
        door.drop_body(request)
        return await _respond(request, call, edit_ids)
    except FreeAIError as error:
        return door.stamp(api.error_response(error), request)


async def edits_of(accept: Callable[[], intake.Call]) -> tuple[intake.Call, list[str]]:
    """Return the call and its edits; a repeated call waits for the first one to have them.

    Shielded: a client that hangs up half-way must not leave a picture without its row.
    """
    accepting = sync_to_async(accept, thread_sensitive=False)
    deadline = asyncio.get_running_loop().time() + settings.WAIT_SECONDS
    while True:
        call = await asyncio.shield(asyncio.ensure_future(accepting()))
        while (edit_ids := await sync_to_async(_edit_ids, thread_sensitive=False)(call.request_id)) == []:
            if asyncio.get_running_loop().time() > deadline:
                raise Pending("The first try of this request is still being received. Send it again.")
            await asyncio.sleep(ATTACH_POLL_SECONDS)
        if edit_ids is not None:
            return call, edit_ids


def _edit_ids(request_id: str) -> list[str] | None:
    """Return a call's edits; [] while they are being made, None if it was refused and forgotten."""
    try:
        found = ApiRequest.objects.filter(pk=request_id).first()
        if found is None:
            return None
        edits = Edit.objects.filter(request_id=request_id).order_by("created_at", "id")
        return list(edits.values_list("id", flat=True)) if found.is_complete else []
    finally:
        connection.close()


async def _respond(request: HttpRequest, call: intake.Call, edit_ids: list[str]) -> HttpResponseBase:
    base = door.base_url(request)
    if call.data["async"]:
        return await sync_to_async(_accepted, thread_sensitive=False)(request, call, edit_ids, base)
    if call.data["stream"]:
        stream = streaming.image_events(edit_ids, call.data, base)
        response = StreamingHttpResponse(stream, content_type="text/event-stream")
        response["X-Accel-Buffering"] = "no"
        return door.stamp(response, request, request_id=call.request_id)
    await streaming.until_ended(edit_ids)
    return await sync_to_async(_answer, thread_sensitive=False)(request, call, edit_ids, base)


def _accepted(request: HttpRequest, call: intake.Call, edit_ids: list[str], base: str) -> HttpResponseBase:
    try:
        described = [objects.describe(edit, base) for edit in _rows(edit_ids)]
        body: Any = described[0] if len(described) == 1 else listed(described)
        return _stamped(JsonResponse(body, status=202), request, call)
    finally:
        connection.close()


def _answer(request: HttpRequest, call: intake.Call, edit_ids: list[str], base: str) -> HttpResponseBase:
    try:
        edits = _rows(edit_ids)
        failures = [failure for edit in edits if (failure := objects.error_of(edit))]
        if len(failures) == len(edits):
            response = api.error_response(failures[0])
        else:
            response = JsonResponse(objects.answer(edits, call.data, base))
        return _stamped(response, request, call)
    finally:
        connection.close()


def _stamped(answer: HttpResponse, request: HttpRequest, call: intake.Call) -> HttpResponse:
    owner = Owner.objects.select_related("user").get(pk=call.owner_id)
    return door.stamp(answer, request, owner=owner, request_id=call.request_id)


def _rows(edit_ids: list[str]) -> list[Edit]:
    rows = Edit.objects.select_related("source", "hold").filter(pk__in=edit_ids)
    return list(rows.order_by("created_at", "id"))


def listed(data: list[dict[str, Any]], *, has_more: bool = False) -> dict[str, Any]:
    """Return a list in the API's shape."""
    last_id = data[-1]["id"] if data else None
    return {"object": "list", "data": data, "has_more": has_more, "last_id": last_id}
