"""POST /v1/images/edits in all the ways clients write it."""

import asyncio
import base64
import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts import keys
from accounts.keys import Minted
from accounts.models import Owner
from billing import purses
from editor.models import ApiRequest, Edit
from tests import pictures
from tests.editor.api.conftest import Caller

pytestmark = pytest.mark.django_db(transaction=True)
Working = Callable[..., None]


def code(answer: Any) -> tuple[int, str]:
    body = answer.json()["error"]
    assert set(body) == {"message", "type", "param", "code"}
    assert answer["x-request-id"].startswith("req_")
    return answer.status_code, body["code"]


def shown(answer: Any) -> Image.Image:
    assert answer.status_code == 200, answer.content
    return Image.open(BytesIO(base64.b64decode(answer.json()["data"][0]["b64_json"])))


def test_an_edit_comes_back_in_the_same_frame(
    as_alice: Caller, alice: Owner, photo_bytes: bytes, working: Working
) -> None:
    working("test-invert")
    answer = as_alice.edit(photo_bytes, seed="7")
    before = np.asarray(Image.open(BytesIO(photo_bytes)).convert("RGB"))
    assert np.array_equal(np.asarray(shown(answer).convert("RGB")), 255 - before)
    body = answer.json()
    assert (body["size"], body["output_format"], body["usage"]["total_tokens"]) == ("96x64", "png", 100)
    ours = body["freeai"]["edits"][0]
    assert (ours["status"], ours["seed"], ours["tokens"]["state"]) == ("succeeded", 7, "charged")
    assert body["freeai"]["warnings"] == []
    assert purses.balance(alice).daily == 9_900
    assert answer["x-request-id"] == body["freeai"]["request_id"]
    assert answer["x-ratelimit-remaining-tokens"] == "9900"


@pytest.mark.parametrize(
    "path", ["/v1/images/edits", "/v1/images/edits/", "/v1/image/edit", "/v1/image/edit/"]
)
@pytest.mark.parametrize("name", ["image", "image[]"])
def test_every_spelling_is_understood(
    as_alice: Caller, photo_bytes: bytes, worker_for: Callable[[str], object], path: str, name: str
) -> None:
    worker_for("test-invert")
    data = {
        name: SimpleUploadedFile("x", photo_bytes),
        "prompt": "x",
        "model": "TEST-Invert",
        "async": "true",
    }
    answer = as_alice.post(path, data)
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert answer.json()["object"] == "edit"


def test_absent_fields_may_be_empty(as_alice: Caller, photo_bytes: bytes, working: Working) -> None:
    working("test-invert")
    fields = {"n": "", "size": "", "quality": "", "seed": "", "stream": "", "user": "", "background": ""}
    assert as_alice.edit(photo_bytes, **fields).status_code == 200


def test_what_was_asked_and_not_done_is_told(as_alice: Caller, photo_bytes: bytes, working: Working) -> None:
    working("test-invert")
    answer = as_alice.edit(photo_bytes, size="1024x1024", output_compression="50", background="transparent")
    warned = [line.partition(":")[0] for line in answer.json()["freeai"]["warnings"]]
    assert warned == ["size", "output_compression", "background"]
    assert answer.json()["size"] == "96x64"


def test_n_images_are_n_edits_of_one_request(
    as_alice: Caller, alice: Owner, photo_bytes: bytes, working: Working
) -> None:
    working("test-invert")
    body = as_alice.edit(photo_bytes, n="3").json()
    assert len(body["data"]) == 3
    assert len({edit["seed"] for edit in body["freeai"]["edits"]}) == 3
    assert {edit.request_id for edit in Edit.objects.all()} == {body["freeai"]["request_id"]}
    assert purses.balance(alice).daily == 9_700


def test_only_what_is_transparent_in_the_mask_is_edited(
    as_alice: Caller, photo_bytes: bytes, working: Working
) -> None:
    working("test-invert")
    mask = np.full((64, 96, 4), 255, np.uint8)
    mask[:, :48, 3] = 0
    answer = as_alice.edit(photo_bytes, mask=SimpleUploadedFile("mask.png", pictures.png(mask)))
    before = np.asarray(Image.open(BytesIO(photo_bytes)).convert("RGB"))
    after = np.asarray(shown(answer).convert("RGB"))
    assert np.array_equal(after[:, 48:], before[:, 48:])
    assert not np.array_equal(after[:, :40], before[:, :40])
    assert answer.json()["freeai"]["edits"][0]["frame"]["outside_max_diff"] == 0


@pytest.mark.parametrize("kind", ["other size", "opaque", "no picture"])
def test_a_mask_that_does_not_fit_is_refused(
    as_alice: Caller, photo_bytes: bytes, worker_for: Callable[[str], object], kind: str
) -> None:
    worker_for("test-invert")
    masks = {
        "other size": pictures.png(np.zeros((50, 50, 4), np.uint8)),
        "opaque": photo_bytes,
        "no picture": b"nothing",
    }
    status, error = code(as_alice.edit(photo_bytes, mask=SimpleUploadedFile("m.png", masks[kind])))
    assert (status, error) == (400, "image_unsupported_format" if kind == "no picture" else "mask_mismatch")
    assert not Edit.objects.exists()


def as_json(as_someone: Caller, **fields: Any) -> Any:
    body = {"prompt": "invert it", "model": "test-invert", **fields}
    return as_someone.post("/v1/images/edits", json.dumps(body), content_type="application/json")


def test_json_carries_pictures_too(as_alice: Caller, photo_bytes: bytes, working: Working) -> None:
    working("test-invert")
    plain = base64.b64encode(photo_bytes).decode()
    url = f"data:image/png;base64,{plain}"
    for picture in ({"image": plain}, {"image": url}, {"images": [{"image_url": url}]}, {"images": [url]}):
        assert shown(as_json(as_alice, **picture, n=1, stream=None)).size == (96, 64)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({}, "image"),
        ({"image": "no base64!"}, "image"),
        ({"image": 7}, "image"),
        ({"image": "http://127.0.0.1/x.png"}, "image"),
        ({"image": "https://127.0.0.1/x.png"}, "image"),
        ({"images": ["QQ==", "QQ=="]}, "image"),
        ({"image": "QQ==", "promt": "x"}, "promt"),
        ({"image": "QQ==", "n": 5}, "n"),
        ({"image": "QQ==", "n": "many"}, "n"),
        ({"image": "QQ==", "seed": -1}, "seed"),
        ({"image": "QQ==", "preserve": 2}, "preserve"),
        ({"image": "QQ==", "prompt": ""}, "prompt"),
        ({"image": "QQ==", "prompt": ["a"]}, "prompt"),
        ({"image": "QQ==", "output_format": "gif"}, "output_format"),
        ({"image": "QQ=="}, "image"),
    ],
)
def test_bad_input_is_named_and_leaves_nothing(
    as_alice: Caller, worker_for: Callable[[str], object], fields: dict[str, Any], param: str
) -> None:
    worker_for("test-invert")
    answer = as_json(as_alice, **fields)
    assert answer.status_code == 400, answer.content
    assert answer.json()["error"]["param"] == param
    assert not Edit.objects.exists()
    assert not ApiRequest.objects.exists()


@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b"\xff\xfe", b"[" * 100_000])
def test_broken_json_is_refused(as_alice: Caller, body: bytes) -> None:
    answer = as_alice.post("/v1/images/edits", body, content_type="application/json")
    assert code(answer) == (400, "invalid_request")


def test_broken_multipart_is_refused(as_alice: Caller) -> None:
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        answer = as_alice.post("/v1/images/edits", b"--y\r\nnonsense", content_type=kind)
        assert code(answer)[0] == 400
    answer = as_alice.post("/v1/images/edits", b"x", content_type="text/plain")
    assert code(answer) == (415, "unsupported_media_type")


def test_without_a_key_there_is_no_edit(photo_bytes: bytes) -> None:
    for text in ("", "sk-free-none.at-all"):
        assert code(Caller(text).edit(photo_bytes)) == (401, "invalid_api_key")
    assert code(Client().post("/v1/images/edits")) == (401, "invalid_api_key")
    assert not Edit.objects.exists()


def test_reading_is_no_editing(as_alice: Caller) -> None:
    assert code(as_alice.get("/v1/images/edits")) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    ("model", "expected"),
    [("nothing", (404, "model_not_found")), ("Step1X-Edit v1p2", (503, "model_unavailable"))],
)
def test_a_model_that_cannot_edit_now_is_refused(
    as_alice: Caller, photo_bytes: bytes, model: str, expected: tuple[int, str]
) -> None:
    answer = as_alice.edit(photo_bytes, model=model)
    assert code(answer) == expected
    if expected[0] == 503:
        assert (answer["x-should-retry"], answer["retry-after"]) == ("true", "5")


def test_failures_cost_nothing_and_say_whether_to_retry(
    as_alice: Caller, alice: Owner, photo_bytes: bytes, working: Working
) -> None:
    working("test-broken", "test-echo")
    answer = as_alice.edit(photo_bytes, model="test-broken")
    assert (code(answer), answer["x-should-retry"]) == ((500, "edit_failed"), "false")
    assert code(as_alice.edit(photo_bytes, model="test-echo")) == (400, "no_change")
    assert purses.balance(alice).daily == 10_000


def test_out_of_tokens_says_so_and_is_not_retried(
    alice: Owner,
    as_alice: Caller,
    photo_bytes: bytes,
    worker_for: Callable[[str], object],
    settings: LazySettings,
) -> None:
    settings.DAILY_TOKENS_MEMBER = 250
    worker_for("test-invert")
    answer = as_alice.edit(photo_bytes, n="3", **{"async": "true"})
    assert (code(answer), answer["x-should-retry"]) == ((429, "insufficient_quota"), "false")
    assert not Edit.objects.exists(), "all images of a request are accepted, or none"
    assert as_alice.edit(photo_bytes, n="2", **{"async": "true"}).status_code == 202


def test_too_many_requests_a_minute_are_refused(
    as_alice: Caller, as_bob: Caller, settings: LazySettings
) -> None:
    settings.REQUESTS_PER_MINUTE = 2
    seen = [as_alice.get("/v1/models") for _ in range(3)]
    if seen[2].status_code == 200:  # the minute turned in between
        seen.append(as_alice.get("/v1/models"))
    refused = seen[-1]
    assert code(refused) == (429, "rate_limit_exceeded")
    assert 1 <= int(refused["retry-after"]) <= 60
    assert refused["x-ratelimit-remaining-requests"] == "0"
    assert as_bob.get("/v1/models").status_code == 200


def test_too_many_waiting_edits_are_refused(
    as_alice: Caller, photo_bytes: bytes, worker_for: Callable[[str], object], settings: LazySettings
) -> None:
    settings.QUEUED_EDITS_MAX = 1
    worker_for("test-invert")
    assert as_alice.edit(photo_bytes, **{"async": "true"}).status_code == 202
    assert code(as_alice.edit(photo_bytes, **{"async": "true"})) == (429, "too_many_queued")


def test_a_key_s_own_limits_hold(alice: Owner, photo_bytes: bytes, working: Working) -> None:
    working("test-invert")
    limited = Caller(keys.mint(alice, monthly_tokens=150).text)
    assert limited.edit(photo_bytes).status_code == 200
    assert code(limited.edit(photo_bytes)) == (403, "key_limit_reached")
    other = Caller(keys.mint(alice, models=["freeai-lite"]).text)
    assert code(other.edit(photo_bytes)) == (403, "model_not_allowed")


def test_a_wait_that_runs_out_loses_nothing(
    as_alice: Caller, photo_bytes: bytes, worker_for: Callable[[str], object], settings: LazySettings
) -> None:
    settings.WAIT_SECONDS = 0.3
    worker_for("test-invert")
    answer = as_alice.edit(photo_bytes)
    edit = Edit.objects.get()
    assert (code(answer), answer["x-should-retry"]) == ((504, "edit_pending"), "true")
    assert edit.pk in answer.json()["error"]["message"]
    again = as_alice.edit(photo_bytes, headers={"x-stainless-retry-count": "1"})
    assert code(again) == (504, "edit_pending")
    assert Edit.objects.get() == edit


def test_a_retry_of_the_sdk_attaches_to_its_edit(
    as_alice: Caller, alice: Owner, as_bob: Caller, photo_bytes: bytes, working: Working
) -> None:
    working("test-invert")
    first = as_alice.edit(photo_bytes).json()
    retry = {"x-stainless-retry-count": "1"}
    again = as_alice.edit(photo_bytes, headers=retry).json()
    assert again["data"] == first["data"]
    assert again["freeai"]["edits"] == first["freeai"]["edits"]
    assert purses.balance(alice).daily == 9_900
    assert as_alice.edit(photo_bytes, seed="5", headers=retry).json()["freeai"]["edits"][0]["seed"] == 5
    assert as_bob.edit(photo_bytes, headers=retry).json()["freeai"]["edits"] != first["freeai"]["edits"]
    assert as_alice.edit(photo_bytes).json()["freeai"]["edits"] != first["freeai"]["edits"]


def test_a_first_try_that_its_retry_overtook_attaches_once(
    as_alice: Caller, photo_bytes: bytes, working: Working
) -> None:
    working("test-invert")
    retried = as_alice.edit(photo_bytes, headers={"x-stainless-retry-count": "1"}).json()
    late = [as_alice.edit(photo_bytes, headers={"x-stainless-retry-count": "0"}).json() for _ in range(2)]
    assert late[0]["freeai"]["edits"] == retried["freeai"]["edits"]
    assert late[1]["freeai"]["edits"] != retried["freeai"]["edits"]


def test_an_idempotency_key_is_good_for_one_request(
    as_alice: Caller, as_bob: Caller, photo_bytes: bytes, working: Working
) -> None:
    working("test-invert")
    named = {"Idempotency-Key": "order-7"}
    first = as_alice.edit(photo_bytes, headers=named).json()
    assert as_alice.edit(photo_bytes, headers=named).json() == first
    other = as_alice.edit(photo_bytes, prompt="something else", headers=named)
    assert (code(other), other["x-should-retry"]) == ((409, "idempotency_conflict"), "false")
    bobs = as_bob.edit(photo_bytes, headers=named).json()
    assert bobs["freeai"]["edits"][0]["id"] != first["freeai"]["edits"][0]["id"]
    assert Edit.objects.count() == 2


def test_a_refused_request_may_be_repeated_under_its_key(
    as_alice: Caller, photo_bytes: bytes, working: Working
) -> None:
    named = {"Idempotency-Key": "order-8"}
    assert code(as_alice.edit(photo_bytes, headers=named)) == (503, "model_unavailable")
    working("test-invert")
    assert as_alice.edit(photo_bytes, headers=named).status_code == 200


def test_a_link_opens_the_result_without_a_key(
    as_alice: Caller, photo_bytes: bytes, working: Working
) -> None:
    working("test-invert")
    url = as_alice.edit(photo_bytes, response_format="url").json()["data"][0]["url"]
    path = url.removeprefix("http://testserver")
    answer = Client().get(path)
    assert (answer.status_code, answer["content-type"]) == (200, "image/png")
    assert code(Client().get(path[:-2])) == (404, "not_found")


def test_a_revoked_key_is_refused_at_once(as_alice: Caller, alices_key: Minted, photo_bytes: bytes) -> None:
    assert as_alice.get("/v1/models").status_code == 200
    keys.revoke(alices_key.key)
    assert code(as_alice.get("/v1/models")) == (401, "invalid_api_key")
    assert code(as_alice.edit(photo_bytes)) == (401, "invalid_api_key")


def events(answer: Any) -> list[dict[str, Any]]:
    assert answer["content-type"] == "text/event-stream"

    async def collect() -> bytes:
        return b"".join([chunk async for chunk in answer.streaming_content])

    blocks = asyncio.run(collect()).decode().split("\n\n")
    return [json.loads(block.partition("data: ")[2]) for block in blocks if "data: " in block]


def test_streaming_sends_partial_pictures_and_an_end(
    as_alice: Caller, photo_bytes: bytes, working: Working
) -> None:
    working("test-slow", "test-broken")
    told = events(
        as_alice.edit(photo_bytes, model="test-slow", prompt="slow 20", stream="true", partial_images="2")
    )
    kinds = [event["type"] for event in told]
    assert kinds[-1] == "image_edit.completed"
    assert 1 <= kinds.count("image_edit.partial_image") <= 2
    assert Image.open(BytesIO(base64.b64decode(told[0]["b64_json"]))).format == "JPEG"
    assert told[-1]["usage"]["total_tokens"] == 100
    failed = events(as_alice.edit(photo_bytes, model="test-broken", stream="true"))
    assert [event["type"] for event in failed] == ["error"] or failed[-1]["error"]["code"] == "edit_failed"


def test_a_wish_against_a_mark_is_refused_by_name_and_replayed(
    as_alice: Caller, alice: Owner, photo_bytes: bytes, working: Working
) -> None:
    working("test-invert")
    headers = {"Idempotency-Key": "once"}
    first = as_alice.edit(photo_bytes, prompt="erase the getty logo", headers=headers)
    edit = Edit.objects.get()
    assert code(first) == (400, "watermark_removal")
    assert edit.pk in first.json()["error"]["message"]
    assert "Nothing was charged" in first.json()["error"]["message"]
    assert (edit.status, edit.hold) == ("refused", None)
    assert purses.balance(alice).daily == 10_000
    again = as_alice.edit(photo_bytes, prompt="erase the getty logo", headers=headers)
    assert again.json() == first.json()
    assert Edit.objects.count() == 1
    shown_edit = as_alice.get(f"/v1/edits/{edit.pk}").json()
    assert (shown_edit["status"], shown_edit["error"]["code"]) == ("refused", "watermark_removal")


def test_a_program_may_declare_that_the_mark_is_its_owner_s(
    as_alice: Caller, photo_bytes: bytes, working: Working
) -> None:
    working("test-invert")
    answer = as_alice.edit(photo_bytes, prompt="erase the getty logo", own_watermark="true")
    assert answer.status_code == 200
    assert Edit.objects.get().declaration.wording.startswith("The mark in this picture is mine")


@pytest.mark.parametrize("name", ["step1x-edit", "Step1X-Edit v1p2", "STEP1X-EDIT V1P2", "step1x-Edit"])
def test_the_flagship_is_asked_for_by_any_of_its_names(
    as_alice: Caller, photo_bytes: bytes, worker_for: Callable[[str], object], name: str
) -> None:
    away = as_alice.edit(photo_bytes, model=name, **{"async": "true"})
    assert code(away) == (503, "model_unavailable")
    assert "Step1X-Edit v1p2" in away.json()["error"]["message"]
    worker_for("step1x-edit")
    there = as_alice.edit(photo_bytes, model=name, **{"async": "true"})
    assert (there.status_code, there.json()["model"]) == (202, "step1x-edit")
    assert there.json()["tokens"]["price"] == 1000
