"""Waiting for edits without holding anything: to their end, or as server-sent events."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection

from editor import progress
from editor.api import objects
from editor.models import Edit, Preview
from freeai.common import api, errors, threads

PING = b": ping\n\n"


def event(name: str, data: dict[str, Any]) -> bytes:
    """Return one server-sent event; its type is in the name and in the data, as SDKs want it."""
    return f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n".encode()


async def until_ended(edit_ids: list[str]) -> None:
    """Wait until all these edits have ended. Raises Pending after the time a call may wait."""
    try:
        async with asyncio.timeout(settings.WAIT_SECONDS):
            for edit_id in edit_ids:  # one after the other takes no longer, and no task for each
                async for _state in progress.watcher().follow(edit_id, quiet_seconds=None):
                    pass
    except TimeoutError:
        raise errors.Pending(
            f"Still working on {', '.join(edit_ids)}. Nothing is lost: ask for /v1/edits/{edit_ids[0]}, "
            "or send the same request again."
        ) from None


async def edit_events(edit_id: str) -> AsyncIterator[bytes]:
    """Yield an edit's state whenever it changes, until it ends."""
    await threads.give_back()
    async for state in progress.watcher().follow(edit_id):
        yield PING if state is None else event("edit", state)


async def image_events(edit_ids: list[str], data: dict[str, Any], base: str) -> AsyncIterator[bytes]:
    """Yield OpenAI's events for one call: partial pictures, then one terminal event per edit."""
    await threads.give_back()
    for edit_id in edit_ids:
        partials = 0
        seen = 0.0
        async for state in progress.watcher().follow(edit_id):
            if state is None:
                yield PING
                continue
            if state["preview_url"] and partials < data["partial_images"] and time.monotonic() - seen > 0.3:
                partial = await sync_to_async(_partial, thread_sensitive=False)(edit_id, partials)
                if partial is not None:
                    partials += 1
                    seen = time.monotonic()
                    yield event("image_edit.partial_image", partial)
        yield await sync_to_async(_last, thread_sensitive=False)(edit_id, data, base)


def _partial(edit_id: str, index: int) -> dict[str, Any] | None:
    try:
        preview = Preview.objects.select_related("edit__source").filter(pk=edit_id).first()
        if preview is None:
            return None
        return {
            "b64_json": base64.b64encode(bytes(preview.jpeg)).decode(),
            "partial_image_index": index,
            "output_format": "jpeg",
            **_facts(preview.edit),
        }
    finally:
        connection.close()


def _last(edit_id: str, data: dict[str, Any], base: str) -> bytes:
    try:
        edit = Edit.objects.select_related("source", "hold").get(pk=edit_id)
        failure = objects.error_of(edit)
        if failure is not None:
            return event("error", api.envelope(failure))
        answer = objects.answer([edit], {**data, "response_format": "b64_json"}, base)
        picture = answer.pop("data")[0]
        return event("image_edit.completed", {**picture, **answer, "created_at": answer.pop("created")})
    finally:
        connection.close()


def _facts(edit: Edit) -> dict[str, Any]:
    return {
        "created_at": int(edit.created_at.timestamp()),
        "size": f"{edit.source.width}x{edit.source.height}",
        "quality": edit.quality,
        "background": "transparent" if edit.source.has_alpha else "opaque",
    }
