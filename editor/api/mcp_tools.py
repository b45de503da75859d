"""What agents can do: `edit_image`, `get_edit`, `list_models`, by the official MCP SDK.

Each is the API's own route by another name: same fields, same submission, same objects, same
errors, which come as results that say what went wrong, so that an agent can put it right. An
agent's call is cut by its host after a minute or so; `edit_image` therefore waits less than
that and then names the edit, which goes on.
"""

import asyncio
import base64
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from mcp import MCPError
from mcp import types as wire
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from accounts.models import ApiKey
from editor import catalogue, progress, workers
from editor.api import bodies, door, intake, objects
from editor.api.create_edit import edits_of, listed
from editor.api.mcp_endpoint import Serve, patience_seconds
from editor.api.serializers import field_schemas
from editor.models import Edit
from freeai.common import api
from freeai.common.errors import FreeAIError, InvalidInput, NotFound

NOT_FOR_TOOLS = {
    *("async", "stream", "partial_images", "response_format"),  # how to wait and answer: ours to say here
    *("size", "output_compression", "background", "user"),  # accepted for OpenAI's SDKs and not acted on
}
PICTURE = (
    "Base64, a data URL, an https address, or the id of an edit of yours whose result is edited further."
)
INSTRUCTIONS = (
    "Edit pictures by saying what to change. The result has exactly the picture's own size. Each edit "
    "costs tokens (list_models says how many); one that fails or changes nothing is free."
)

Report = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose key came with the request, and the address they know us by."""

    key: ApiKey
    base: str


async def serve() -> Serve:
    """Start serving the protocol in this event loop; returns the ASGI application.

    No session is kept: every request carries its key, and any of several web processes may answer.
    """
    server: Server[Any] = Server(
        "freeai",
        title="FreeAI",
        instructions=INSTRUCTIONS,
        on_list_tools=_list_tools,
        on_call_tool=_call_tool,
    )
    manager = StreamableHTTPSessionManager(
        server, stateless=True, max_request_body_size=settings.JSON_BYTES_MAX
    )
    is_running = asyncio.Event()
    _kept.append(asyncio.create_task(_hold_open(manager, is_running)))
    await is_running.wait()
    return cast(Serve, manager.handle_request)


_kept: list[asyncio.Task[None]] = []
"""The event loop alone would let a running task be collected."""


async def _hold_open(manager: StreamableHTTPSessionManager, is_running: asyncio.Event) -> None:
    async with manager.run():
        is_running.set()
        await asyncio.Event().wait()


async def _list_tools(_context: Any, _params: Any) -> wire.ListToolsResult:
    return wire.ListToolsResult(tools=[_edit_image(), _get_edit(), _list_models()])


def _edit_image() -> wire.Tool:
    picture = {"type": "string", "description": PICTURE}
    mask = {"type": "string", "description": "A PNG of the picture's size; its transparent part is edited."}
    ours = {
        "wait_seconds": {
            "type": "integer",
            "minimum": 0,
            "maximum": settings.WAIT_SECONDS,
            "default": patience_seconds(),
            "description": "How long to wait for the result; after that, ask get_edit.",
        },
        "idempotency_key": {
            "type": "string",
            "maxLength": 255,
            "description": "Repeat a request under the same key within a day: same edit, paid once.",
        },
    }
    fields = {name: one for name, one in field_schemas().items() if name not in NOT_FOR_TOOLS}
    return wire.Tool(
        name="edit_image",
        title="Edit a picture",
        description="Edit a picture by saying what to change. Returns the edit, a small picture and a link.",
        input_schema=_takes({"image": picture, "mask": mask, **fields, **ours}, required=["image", "prompt"]),
    )


def _get_edit() -> wire.Tool:
    fields = {
        "id": {"type": "string", "description": "The edit's id."},
        "full_size": {"type": "boolean", "default": False, "description": "Return the whole result inline."},
    }
    return wire.Tool(
        name="get_edit",
        title="Look at an edit",
        description="Return an edit's state, its progress, and its result once it is there.",
        input_schema=_takes(fields, required=["id"]),
        annotations=wire.ToolAnnotations(read_only_hint=True),
    )


def _list_models() -> wire.Tool:
    return wire.Tool(
        name="list_models",
        title="List models",
        description="Say which models there are, what they cost and whether they run now.",
        input_schema=_takes({}),
        annotations=wire.ToolAnnotations(read_only_hint=True),
    )


def _takes(fields: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": fields,
        "required": required or [],
        "additionalProperties": False,
    }


async def _call_tool(
    context: ServerRequestContext[Any, Any], params: wire.CallToolRequestParams
) -> wire.CallToolResult:
    tool = TOOLS.get(params.name)
    if tool is None:
        raise MCPError(wire.INVALID_PARAMS, f"There is no tool {params.name}.")
    caller = Caller(**context.request.scope["freeai.caller"])  # type: ignore[union-attr]

    async def report(now: dict[str, Any]) -> None:
        if now["steps"]:
            await context.session.report_progress(now["step"], now["steps"], now["phase"])

    try:
        return await tool(caller, dict(params.arguments or {}), report)
    except FreeAIError as error:
        told = api.envelope(error)
        return wire.CallToolResult(content=[_text(told)], structured_content=told, is_error=True)


async def edit_image(caller: Caller, asked: dict[str, Any], report: Report) -> wire.CallToolResult:
    """Submit an edit and wait a while. Raises FreeAIError."""
    _require_known(asked, _edit_image())
    seconds = _seconds(asked.pop("wait_seconds", patience_seconds()))
    named = str(asked.pop("idempotency_key", ""))
    _call, edit_ids = await edits_of(partial(_accept, caller.key, asked, named))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            for edit_id in edit_ids:
                async for state in progress.watcher().follow(edit_id):
                    if state is not None:
                        await report(state["progress"])
    return await sync_to_async(_shown, thread_sensitive=False)(caller, edit_ids)


async def get_edit(caller: Caller, asked: dict[str, Any], _report: Report) -> wire.CallToolResult:
    """Show one edit of the caller's. Raises NotFound for anybody else's."""
    _require_known(asked, _get_edit())
    is_whole = asked.get("full_size") is True
    wanted = [str(asked.get("id", ""))]
    return await sync_to_async(_shown, thread_sensitive=False)(caller, wanted, is_whole=is_whole)


async def list_models(_caller: Caller, asked: dict[str, Any], _report: Report) -> wire.CallToolResult:
    """Show the catalogue."""
    _require_known(asked, _list_models())
    told = await sync_to_async(_catalogue, thread_sensitive=False)()
    return wire.CallToolResult(content=[_text(told)], structured_content=told)


TOOLS = {"edit_image": edit_image, "get_edit": get_edit, "list_models": list_models}


def _require_known(asked: dict[str, Any], tool: wire.Tool) -> None:
    unknown = set(asked) - set(tool.input_schema["properties"])
    if unknown:
        name = min(unknown)[:60]
        raise InvalidInput(f"Unknown field: {name}.", param=name)


def _seconds(value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value <= settings.WAIT_SECONDS:
        raise InvalidInput(f"wait_seconds goes from 0 to {settings.WAIT_SECONDS}.", param="wait_seconds")
    return value


def _accept(key: ApiKey, asked: dict[str, Any], idempotency_key: str) -> intake.Call:
    image = asked.get("image")
    if isinstance(image, str) and image.startswith("edit_"):
        asked = {**asked, "image": base64.b64encode(_result_of(_mine(key, image))).decode()}
    return intake.accept_body(key, bodies.from_object(asked), idempotency_key=idempotency_key)


def _mine(key: ApiKey, edit_id: str) -> Edit:
    known = edit_id if edit_id.isascii() and "\x00" not in edit_id else ""
    mine = Edit.objects.visible_to(key.owner).select_related("source", "hold", "owner")
    found = mine.filter(pk=known).first()
    if found is None:
        raise NotFound(door.NOT_YOURS)
    return found


def _result_of(edit: Edit) -> bytes:
    if not edit.has_result:
        raise NotFound("This edit has no result.", param="image")
    with default_storage.open(edit.result_name) as file:
        return bytes(file.read())


def _shown(caller: Caller, edit_ids: list[str], *, is_whole: bool = False) -> wire.CallToolResult:
    """Return edits as text and data, each result as a picture and as a link that needs no key."""
    try:
        rows = [_mine(caller.key, edit_id) for edit_id in edit_ids]
        described = [objects.describe(edit, caller.base) for edit in rows]
        told = described[0] if len(described) == 1 else listed(described)
        content: list[wire.ContentBlock] = [_text(told)]
        for edit in rows:
            if edit.has_result:
                content += _pictures(edit, caller.base, is_whole=is_whole)
        failures = [failure for edit in rows if (failure := objects.error_of(edit)) and edit.finished_at]
        return wire.CallToolResult(
            content=content, structured_content=told, is_error=len(failures) == len(rows)
        )
    finally:
        connection.close()


def _pictures(edit: Edit, base: str, *, is_whole: bool) -> list[wire.ContentBlock]:
    kind = f"image/{edit.output_format}"
    if is_whole:
        data = _result_of(edit)
    else:
        with default_storage.open(edit.thumbnail_name) as file:
            data = file.read()
    inline = wire.ImageContent(
        data=base64.b64encode(data).decode(), mime_type=kind if is_whole else "image/jpeg"
    )
    link = wire.ResourceLink(
        uri=objects.link_to("result", edit.pk, base),
        name=f"{edit.pk}.{edit.output_format}",
        mime_type=kind,
        description="The result in full size; opens without a key for an hour.",
    )
    return [inline, link]


def _catalogue() -> dict[str, Any]:
    try:
        served = workers.served_engines()
        return listed(
            [objects.model_object(model, is_available=model.engine in served) for model in catalogue.models()]
        )
    finally:
        connection.close()


def _text(told: Any) -> wire.TextContent:
    return wire.TextContent(text=json.dumps(told, default=str))
