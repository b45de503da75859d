"""Bodies as programs really send them: without a length, or far too large. One shape for a refusal."""

import base64
import json
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest

from tests import pictures
from tests.sdk.conftest import Door

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

SOURCE_BYTES_MAX = 10 * 1024 * 1024
JSON_BYTES_MAX = 2 * (SOURCE_BYTES_MAX * 4 // 3) + 1024 * 1024
MIB = b"x" * 1024 * 1024


def multipart(picture: bytes) -> tuple[bytes, str]:
    request = httpx.Request(
        "POST",
        "http://x/",
        data={"prompt": "black and white", "model": "freeai-lite"},
        files={"image": ("a.jpg", picture)},
    )
    return request.read(), request.headers["content-type"]


def in_chunks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 65536):
        yield body[start : start + 65536]


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("kind", ["multipart", "json"])
def test_a_request_over_the_limit_is_refused_in_the_one_shape(
    door: Door, kind: str, is_chunked: bool
) -> None:
    if kind == "json":
        body, media = json.dumps({"prompt": "x", "image": "A" * JSON_BYTES_MAX}).encode(), "application/json"
    else:
        body, media = multipart(MIB * 12)
    for path in ("/v1/images/edits", "/v1/image/edit/", "/mcp", "/sources/"):
        answer = httpx.post(
            f"{door.site.url}{path}",
            content=in_chunks(body) if is_chunked else body,
            headers={"Authorization": f"Bearer {door.key}", "Content-Type": media},
            timeout=60,
        )
        assert answer.status_code == 413
        error = answer.json()["error"]
        assert (set(error), error["code"]) == ({"message", "type", "param", "code"}, "request_too_large")
        assert answer.headers["x-request-id"].startswith("req_")


def of_bytes(size: int) -> bytes:
    """Return a PNG of exactly so many bytes, most of them in a chunk that readers skip."""
    small = pictures.png(pictures.photo(64, 48))
    return padded(small, size - len(small))


def padded(png: bytes, by: int) -> bytes:
    end = png.rindex(b"IEND") - 4
    filling = b"paDd" + b"\0" * (by - 12)
    chunk = struct.pack(">I", len(filling) - 4) + filling + struct.pack(">I", zlib.crc32(filling))
    return png[:end] + chunk + png[end:]


def sent(door: Door, way: str, picture: bytes, mask: bytes | None) -> httpx.Response:
    fields: dict[str, Any] = {"prompt": "black and white", "model": "freeai-lite", "async": "true"}
    parts = {"image": picture} if mask is None else {"image": picture, "mask": mask}
    asked: dict[str, Any] = {"data": fields, "files": parts}
    if way != "multipart":
        start = "data:image/png;base64," if way == "data URL" else ""
        coded = {name: start + base64.b64encode(part).decode() for name, part in parts.items()}
        asked = {"json": {**fields, **coded, "async": True}}
    headers = {"Authorization": f"Bearer {door.key}"}
    return httpx.post(f"{door.base_url}/images/edits", **asked, headers=headers, timeout=120)


@pytest.mark.parametrize("way", ["multipart", "base64", "data URL"])
def test_the_largest_picture_is_taken_however_it_is_written(door: Door, way: str) -> None:
    picture = of_bytes(SOURCE_BYTES_MAX)
    assert len(picture) == SOURCE_BYTES_MAX
    answer = sent(door, way, picture, None)
    assert answer.status_code == 202, answer.text
    answer = sent(door, way, of_bytes(SOURCE_BYTES_MAX + 1), None)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "image_too_large")


def test_picture_and_mask_may_both_be_as_large_as_can_be(door: Door) -> None:
    whole = np.zeros((48, 64, 4), np.uint8)
    mask = pictures.png(whole)
    padding = SOURCE_BYTES_MAX - len(mask)
    answer = sent(door, "base64", of_bytes(SOURCE_BYTES_MAX), padded(mask, padding))
    assert answer.status_code == 202, answer.text


def test_json_made_of_brackets_is_refused_unread(door: Door) -> None:
    answer = httpx.post(
        f"{door.base_url}/images/edits",
        content=b'{"prompt": [' + b"[]," * 7_000_000 + b"0]}",
        headers={"Authorization": f"Bearer {door.key}", "Content-Type": "application/json"},
        timeout=120,
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")
    assert "too many values" in answer.json()["error"]["message"]


def test_a_picture_may_come_in_chunks_by_api_and_by_page(door: Door, photo_file: object) -> None:
    body, media = multipart(photo_file.read_bytes())  # type: ignore[attr-defined]
    answer = httpx.post(
        f"{door.base_url}/images/edits",
        content=in_chunks(body),
        headers={"Authorization": f"Bearer {door.key}", "Content-Type": media},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    with door.site.browser() as browser:
        page = browser.post("/sources/", content=in_chunks(body), headers={"Content-Type": media})
    assert page.status_code in {200, 201}, page.text
    assert page.json()["width"] == 320
