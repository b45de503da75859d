"""`/mcp`: the API's edits for agents that speak the Model Context Protocol.

The official SDK serves the protocol; this door in front of it checks the same keys and counts
the same requests as /v1/. The SDK and what it needs (pydantic, starlette) take most of a second and
27 MB to load, so that is done when the first agent with a good key comes, and never otherwise.
"""

import asyncio
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from editor.api import door
from freeai.common import api, errors
from freeai.common.limits import App, Message, Receive, Scope, Send

PATH = "/mcp"
TOOLS = "editor.api.mcp_tools.serve"
WAIT_SECONDS = 45
"""How long a tool waits for an edit unless told otherwise; hosts commonly give it 60 seconds."""
Serve = Callable[[Scope, Receive, Send], Awaitable[None]]


def patience_seconds() -> int:
    """Return how long a tool waits by default; never longer than any call may."""
    return min(WAIT_SECONDS, settings.WAIT_SECONDS)


class McpEndpoint:
    """An ASGI application that answers at /mcp and passes on everything else."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._starting: asyncio.Future[Serve] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].rstrip("/") != PATH or not settings.MCP:
            await self._app(scope, receive, send)
            return
        request = ASGIRequest(scope, BytesIO())
        try:
            scope["freeai.caller"] = await sync_to_async(_enter, thread_sensitive=False)(request)
        except errors.FreeAIError as error:
            await _answer(door.stamp(api.error_response(error), request), send)
            return
        serve = await self._tools()
        await serve(scope, receive, _stamping(send, request))

    async def _tools(self) -> Serve:
        """Return what serves the protocol; the first who asks loads it, off the event loop."""
        if self._starting is None:
            self._starting = asyncio.ensure_future(_load())
        return await asyncio.shield(self._starting)


async def _load() -> Serve:
    make = await asyncio.to_thread(import_string, TOOLS)
    return await make()  # type: ignore[no-any-return]


def _enter(request: HttpRequest) -> dict[str, Any]:
    """Return who calls, and where they reach us. Raises FreeAIError."""
    try:
        key = door.enter(request, "POST")
        return {"key": key, "base": door.base_url(request)}
    except SuspiciousOperation as error:
        raise errors.InvalidInput("This request cannot be read.") from error
    finally:
        connection.close()


def _stamping(send: Send, request: HttpRequest) -> Send:
    """Add to an answer what every answer of ours carries."""
    stamped = door.stamp(HttpResponse(), request)
    ours = [(b"x-request-id", stamped["x-request-id"].encode())]
    ours += [
        (name.lower().encode(), value.encode())
        for name, value in stamped.headers.items()
        if name.startswith("x-ratelimit")
    ]

    async def stamping(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), *ours]}
        await send(message)

    return stamping


async def _answer(response: HttpResponse, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in response.headers.items()]
    if response.status_code == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})
