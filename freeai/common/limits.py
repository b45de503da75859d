"""A guard in front of the application: no request may be larger than agreed.

Django reads a whole request body to disk before any view can refuse it. Here a body
that announces too much is refused at once, and one that lies is cut off. A body that comes
in chunks without a length, as Node sends streams, is given one: Django takes none for nothing.
Programs may send more as JSON, where base64 makes every picture a third longer.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from freeai.common import ids

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
PROGRAMS = ("/v1/", "/mcp")


class _BodyTooLarge(Exception):
    pass


class LimitedBody:
    """An ASGI application that passes on requests of at most `bytes_max` bytes of body.

    JSON of programs may have `json_bytes_max`.
    """

    def __init__(self, app: App, *, bytes_max: int, json_bytes_max: int = 0) -> None:
        self._app = app
        self._bytes_max = bytes_max
        self._json_bytes_max = max(bytes_max, json_bytes_max)

    def _limit(self, scope: Scope, headers: Mapping[bytes, bytes]) -> int:
        is_json = headers.get(b"content-type", b"").lower().startswith(b"application/json")
        is_program_s = is_json and scope["path"].startswith(PROGRAMS)
        return self._json_bytes_max if is_program_s else self._bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        limit = self._limit(scope, headers)
        if b"content-length" not in headers and b"transfer-encoding" in headers:
            await self._measured(scope, receive, send, limit)
            return
        announced = headers.get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > limit:
            await _drain(receive, limit)
            await _refuse(send, limit)
            return
        has_answered = False

        async def watched_send(message: Message) -> None:
            nonlocal has_answered
            has_answered = True
            await send(message)

        try:
            await self._app(scope, _counted(receive, limit), watched_send)
        except _BodyTooLarge:
            if not has_answered:
                await _refuse(send, limit)

    async def _measured(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        """Pass on a body of unknown length once all of it is here, with its length."""
        parts: list[bytes] = []
        received, is_whole = 0, False
        while not is_whole:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            parts.append(message.get("body", b""))
            received += len(parts[-1])
            is_whole = not message.get("more_body")
            if received > limit:
                if not is_whole:
                    await _drain(receive, limit)
                await _refuse(send, limit)
                return
        body = [{"type": "http.request", "body": b"".join(parts), "more_body": False}]
        parts.clear()

        async def replayed() -> Message:
            return body.pop() if body else await receive()

        length = (b"content-length", str(len(body[0]["body"])).encode())  # type: ignore[arg-type]
        await self._app({**scope, "headers": [*scope["headers"], length]}, replayed, send)


def _counted(receive: Receive, limit: int) -> Receive:
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise _BodyTooLarge
        return message

    return counted


async def _drain(receive: Receive, limit: int) -> None:
    """Read and drop a body that is only a few times too large.

    A browser that is still sending when we hang up shows "connection reset"
    instead of our sentence.
    """
    dropped = 0
    while dropped <= 8 * limit:
        message = await receive()
        dropped += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return


async def _refuse(send: Send, limit: int) -> None:
    megabytes = limit // (1024 * 1024)
    error = {
        "message": f"This request is larger than {megabytes} MB. Send a smaller picture.",
        "type": "invalid_request_error",
        "param": None,
        "code": "request_too_large",
    }
    body = json.dumps({"error": error}).encode()
    headers = [
        (b"x-request-id", ids.new("req").encode()),
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
