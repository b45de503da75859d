"""The Model Context Protocol's own Python client against a running site: what an agent sees."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client, types
from mcp.client.streamable_http import streamable_http_client
from PIL import Image

from editor.pages import api_docs
from tests.sdk.conftest import Door

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

Agent = Callable[[Client], Awaitable[Any]]


def as_agent(door: Door, do: Agent, *, key: str | None = None) -> Any:
    """Let an agent with a key do something; returns what it returns."""

    async def connected() -> Any:
        headers = {"Authorization": f"Bearer {key or door.key}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60) as http,
            Client(streamable_http_client(f"{door.site.url}/mcp", http_client=http)) as client,
        ):
            return await do(client)

    return asyncio.run(connected())


def call(door: Door, tool: str, *, key: str | None = None, **asked: Any) -> types.CallToolResult:
    result: types.CallToolResult = as_agent(door, lambda client: client.call_tool(tool, asked), key=key)
    return result


@pytest.fixture
def picture(photo_file: Path) -> str:
    return base64.b64encode(photo_file.read_bytes()).decode()


def inline(result: types.CallToolResult) -> Image.Image:
    (found,) = [one for one in result.content if isinstance(one, types.ImageContent)]
    return Image.open(BytesIO(base64.b64decode(found.data)))


def link(result: types.CallToolResult) -> str:
    (found,) = [one for one in result.content if isinstance(one, types.ResourceLink)]
    return str(found.uri)


def test_an_agent_finds_three_tools_with_the_api_s_own_fields(door: Door) -> None:
    listed = as_agent(door, lambda client: client.list_tools())
    tools = {tool.name: tool for tool in listed.tools}
    assert set(tools) == {"edit_image", "get_edit", "list_models"}
    fields = tools["edit_image"].input_schema
    assert fields["required"] == ["image", "prompt"]
    assert fields["properties"]["preserve"] | {"description": ""} == {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "default": 0.5,
        "description": "",
    }


def test_an_agent_edits_a_picture_and_goes_on_from_the_result(door: Door, picture: str) -> None:
    first = call(door, "edit_image", image=picture, prompt="black and white", model="FREEAI lite")
    assert not first.is_error
    edit = first.structured_content
    assert (edit["status"], edit["tokens"]["state"], edit["tokens"]["price"]) == ("succeeded", "charged", 100)
    assert inline(first).size == (320, 200)
    assert Image.open(BytesIO(httpx.get(link(first)).content)).size == (320, 200)
    second = call(door, "edit_image", image=edit["id"], prompt="invert it", model="test-invert")
    assert second.structured_content["status"] == "succeeded"
    whole = call(door, "get_edit", id=second.structured_content["id"], full_size=True)
    pixel = inline(whole).convert("RGB").getpixel((10, 10))
    assert isinstance(pixel, tuple)
    assert max(pixel) - min(pixel) < 12, "grey, as the first edit left it"


def test_progress_is_told_and_a_long_edit_outlives_the_call(door: Door, picture: str) -> None:
    heard: list[float] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append(progress)

    async def edit(client: Client) -> Any:
        asked = {"image": picture, "prompt": "slow 40", "model": "test-slow", "wait_seconds": 1}
        begun = await client.call_tool("edit_image", asked, progress_callback=hear)
        now = begun.structured_content
        assert now["status"] in {"queued", "running"}
        while now["status"] in {"queued", "running"}:
            await asyncio.sleep(0.2)
            now = (await client.call_tool("get_edit", {"id": now["id"]})).structured_content
        return now

    assert as_agent(door, edit)["status"] == "succeeded"
    assert heard
    assert heard == sorted(heard)


def test_repeating_under_a_key_is_paid_once(door: Door, picture: str) -> None:
    asked = {"image": picture, "prompt": "warmer", "model": "freeai-lite", "idempotency_key": "agent-1"}
    ids = {call(door, "edit_image", **asked).structured_content["id"] for _ in range(2)}
    assert len(ids) == 1
    other = call(door, "edit_image", **{**asked, "prompt": "colder"})
    assert other.structured_content["error"]["code"] == "idempotency_conflict"


@pytest.mark.parametrize(
    ("asked", "code", "param"),
    [
        ({"image": "%%%", "prompt": "warmer"}, "invalid_request", "image"),
        ({"prompt": "warmer"}, "invalid_request", "image"),
        ({"image": "edit_nothing", "prompt": "warmer"}, "not_found", None),
        ({"promt": "warmer"}, "invalid_request", "promt"),
        ({"async": True, "prompt": "warmer"}, "invalid_request", "async"),
        ({"prompt": "warmer", "model": "nothing"}, "model_not_found", "model"),
        ({"prompt": "x", "model": "step1x-edit"}, "model_unavailable", "model"),
        (
            {"prompt": "put a dragon on the roof", "model": "freeai-lite"},
            "instruction_not_supported",
            "prompt",
        ),
        ({"prompt": "x", "model": "test-broken"}, "edit_failed", None),
        ({"prompt": "x", "n": 9}, "invalid_request", "n"),
        ({"prompt": "x", "wait_seconds": -1}, "invalid_request", "wait_seconds"),
        ({"image": "http://127.0.0.1/a.png", "prompt": "x"}, "image_url_unreachable", "image"),
    ],
)
def test_what_is_refused_says_why_as_the_api_does(
    door: Door, picture: str, asked: dict[str, Any], code: str, param: str | None
) -> None:
    image = {} if asked == {"prompt": "warmer"} else {"image": picture}
    result = call(door, "edit_image", **{**image, **asked})
    assert result.is_error
    told = result.structured_content
    if code == "edit_failed":
        assert (told["status"], told["error"]["code"], told["tokens"]["state"]) == (
            "failed",
            code,
            "released",
        )
    else:
        assert (told["error"]["code"], told["error"]["param"]) == (code, param)


def test_the_docs_tell_an_agent_where_to_find_us(door: Door) -> None:
    told = json.loads(api_docs.snippet("json", door.site.url, door.key))["mcpServers"]["freeai"]
    assert told["url"] == f"{door.site.url}/mcp"
    assert told["headers"] == {"Authorization": f"Bearer {door.key}"}
    page = httpx.get(f"{door.site.url}/api/").text
    assert f"{door.site.url}/mcp" in page
    for tool in as_agent(door, lambda client: client.list_tools()).tools:
        assert f"<code>{tool.name}</code>" in page


def test_the_models_are_the_api_s(door: Door) -> None:
    told = call(door, "list_models").structured_content
    there = httpx.get(f"{door.base_url}/models", headers={"Authorization": f"Bearer {door.key}"}).json()
    assert told == there


def test_bob_sees_nothing_of_alice_s(door: Door, picture: str) -> None:
    edit = call(door, "edit_image", image=picture, prompt="black and white", model="freeai-lite")
    bobs = door.site.manage("mint_key", "bob-the-agent@example.org").stdout.strip()
    theirs = call(door, "get_edit", key=bobs, id=edit.structured_content["id"])
    nobodys = call(door, "get_edit", key=bobs, id="edit_00000000000000000000000000")
    assert theirs.is_error
    assert theirs.structured_content == nobodys.structured_content
    assert theirs.structured_content["error"]["code"] == "not_found"
    further = call(door, "edit_image", key=bobs, image=edit.structured_content["id"], prompt="warmer")
    assert further.structured_content["error"]["code"] == "not_found"


@pytest.mark.parametrize("sent", ["", "Bearer sk-free-x.y", "Basic x"])
def test_without_a_good_key_there_is_no_door(door: Door, sent: str) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    answer = httpx.post(f"{door.site.url}/mcp", json=message, headers={"Authorization": sent} if sent else {})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["x-request-id"].startswith("req_")


def test_reading_is_no_calling(door: Door) -> None:
    answer = httpx.get(f"{door.site.url}/mcp", headers={"Authorization": f"Bearer {door.key}"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")


def test_an_answer_carries_its_id_and_what_is_left(door: Door) -> None:
    answer = httpx.post(
        f"{door.site.url}/mcp/",
        json={"jsonrpc": "2.0", "id": 1, "method": "ping"},
        headers={"Authorization": f"Bearer {door.key}", "Accept": "application/json, text/event-stream"},
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-request-id"].startswith("req_")
    assert int(answer.headers["x-ratelimit-remaining-requests"]) < 100_000
