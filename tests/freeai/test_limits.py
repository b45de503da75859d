"""The guard in front of the application, spoken to as a server speaks to it."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from freeai.common.limits import LimitedBody, Message, Receive, Scope, Send


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the number of body bytes, once all are here."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    announced = dict(scope["headers"]).get(b"content-length", b"?")
    await send({"type": "http.response.body", "body": f"{size} of {announced.decode()}".encode()})


def ask(
    chunks: Iterable[bytes], announced: str | None = None, *, is_chunked: bool = False
) -> tuple[int, bytes]:
    """Send the chunks through a guard of 100 bytes; returns status and body."""
    messages: list[Message] = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [] if announced is None else [(b"content-length", announced.encode())]
    headers += [(b"transfer-encoding", b"chunked")] if is_chunked else []
    scope: dict[str, Any] = {"type": "http", "headers": headers}
    asyncio.run(LimitedBody(echo, bytes_max=100)(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


def test_a_body_within_the_limit_passes() -> None:
    assert ask([b"a" * 60, b"b" * 40], announced="100") == (200, b"100 of 100")


def test_a_body_that_announces_too_much_is_refused_with_a_sentence() -> None:
    status, body = ask([b"a" * 101], announced="101")
    assert status == 413
    assert json.loads(body)["error"]["code"] == "request_too_large"


def test_a_body_that_lies_about_its_size_is_cut_off() -> None:
    assert ask([b"a" * 60, b"b" * 60], announced="10")[0] == 413


def test_a_body_without_a_size_is_counted() -> None:
    assert ask([b"a" * 60, b"b" * 60])[0] == 413
    assert ask([b"a" * 60])[0] == 200


def test_a_size_that_is_no_number_is_refused() -> None:
    assert ask([b"a"], announced="many")[0] == 413


def test_chunks_are_passed_on_with_their_length_and_counted_too() -> None:
    assert ask([b"a" * 60, b"b" * 40], is_chunked=True) == (200, b"100 of 100")
    assert ask([b"a" * 60, b"b" * 60], is_chunked=True)[0] == 413
