"""Bodies as programs really send them: without a length, or far too large. One shape for a refusal."""

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.sdk.conftest import Door

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

LIMIT = 12 * 1024 * 1024
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
        body, media = json.dumps({"prompt": "x", "image": "A" * LIMIT}).encode(), "application/json"
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
