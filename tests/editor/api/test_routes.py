"""The other routes: for the owner, for nobody, for somebody else, and for addresses that are none."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts import keys
from accounts.models import Owner
from editor import edits
from editor.api import urls
from editor.models import Edit
from tests.conftest import run
from tests.editor.api.conftest import Caller

pytestmark = pytest.mark.django_db(transaction=True)

WITH_ID = [
    ("get", "/v1/edits/{}"),
    ("delete", "/v1/edits/{}"),
    ("post", "/v1/edits/{}/cancel"),
    ("get", "/v1/edits/{}/events"),
    ("get", "/v1/edits/{}/result"),
    ("get", "/v1/edits?after={}"),
]
PLAIN = ["/v1/models", "/v1/edits", "/v1/balance", "/v1/usage"]


def is_error(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    body: dict[str, Any] = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"message", "type", "param", "code"}
    assert answer["x-request-id"].startswith("req_")
    return body["error"]  # type: ignore[no-any-return]


@pytest.fixture
def edit(as_alice: Caller, photo_bytes: bytes, worker_for: Callable[[str], object]) -> Edit:
    worker_for("test-invert")
    return Edit.objects.get(pk=as_alice.edit(photo_bytes, **{"async": "true"}).json()["id"])


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", PLAIN)
def test_reading_works_with_a_key_only(as_alice: Caller, path: str, slash: str) -> None:
    answer = as_alice.get(path + slash)
    assert answer.status_code == 200
    assert answer["x-ratelimit-limit-requests"] == "300"
    assert is_error(Client().get(path + slash), 401)["code"] == "invalid_api_key"
    for text in ("", "Basic x", "Bearer ", "Bearer sk-free-a.b", "bearer\u00a0x", "Bearer " + "x" * 5000):
        assert is_error(Client().get(path, headers={"Authorization": text}), 401)["code"] == "invalid_api_key"


@pytest.mark.parametrize(("method", "path"), WITH_ID)
def test_somebody_else_s_edit_does_not_exist(as_bob: Caller, edit: Edit, method: str, path: str) -> None:
    theirs = getattr(as_bob, method)(path.format(edit.pk))
    nobodys = getattr(as_bob, method)(path.format("edit_00000000000000000000000000"))
    assert is_error(theirs, 404) == is_error(nobodys, 404)
    assert Edit.objects.get().status == "queued"
    assert is_error(getattr(Client(), method)(path.format(edit.pk)), 401)


def test_every_route_with_an_id_is_covered_here() -> None:
    routes = {str(pattern.pattern) for pattern in urls.urlpatterns if "edit_id" in str(pattern.pattern)}
    covered = {path.format("<slug:edit_id>").removeprefix("/v1/").partition("?")[0] for _, path in WITH_ID}
    assert {route.rstrip("/") for route in routes} == covered - {"edits"}


def test_an_edit_s_life_as_its_owner_sees_it(as_alice: Caller, edit: Edit) -> None:
    seen = as_alice.get(f"/v1/edits/{edit.pk}").json()
    assert set(seen) == {
        *("id", "object", "status", "model", "prompt", "quality", "seed", "created_at", "finished_at"),
        *("expires_at", "progress", "tokens", "frame", "error", "result_url", "source_url", "reasoning"),
    }
    assert seen["tokens"] == {"price": 100, "daily": 100, "paid": 0, "state": "held"}
    assert seen["progress"]["position"] == 0
    assert as_alice.get("/v1/balance").json()["held"] == 100
    assert Client().get(seen["source_url"].removeprefix("http://testserver")).status_code == 200
    run(edit)
    seen = as_alice.get(f"/v1/edits/{edit.pk}").json()
    assert (seen["status"], seen["tokens"]["state"]) == ("succeeded", "charged")
    result = as_alice.get(seen["result_url"].removeprefix("http://testserver"))
    assert (result.status_code, result["content-type"]) == (200, "image/png")
    row = as_alice.get("/v1/usage").json()["data"][0]
    assert (row["model"], row["edits"], row["tokens"], row["key"]) == (
        "test-invert", 1, 100, edit.api_key_id,
    )  # fmt: skip
    assert is_error(as_alice.post(f"/v1/edits/{edit.pk}/cancel"), 409)["code"] == "not_cancelable"
    assert as_alice.delete(f"/v1/edits/{edit.pk}").json()["deleted"]
    assert is_error(as_alice.get(f"/v1/edits/{edit.pk}"), 404)
    assert as_alice.get("/v1/edits").json()["data"] == []


def test_a_canceled_edit_is_free(as_alice: Caller, edit: Edit) -> None:
    seen = as_alice.post(f"/v1/edits/{edit.pk}/cancel").json()
    assert (seen["status"], seen["tokens"]["state"]) == ("canceled", "released")
    assert as_alice.get("/v1/balance").json()["daily"]["available"] == 10_000


def test_the_list_turns_its_pages(as_alice: Caller, photo_bytes: bytes, edit: Edit) -> None:
    made = [edit.pk] + [
        as_alice.edit(photo_bytes, prompt=f"p{number}", **{"async": "true"}).json()["id"]
        for number in range(2)
    ]
    first = as_alice.get("/v1/edits?limit=2").json()
    assert ([one["id"] for one in first["data"]], first["has_more"]) == ([made[2], made[1]], True)
    second = as_alice.get(f"/v1/edits?limit=2&after={first['last_id']}").json()
    assert ([one["id"] for one in second["data"]], second["has_more"]) == ([made[0]], False)


@pytest.mark.parametrize("query", ["limit=0", "limit=1000", "limit=x", "after=" + "x" * 50])
def test_a_bad_page_is_refused(as_alice: Caller, query: str) -> None:
    assert is_error(as_alice.get(f"/v1/edits?{query}"), 400)["param"] == query.partition("=")[0]


@pytest.mark.parametrize("name", ["step1x-edit", "Step1X-Edit%20v1p2", "STEP1X", "freeai-lite"])
def test_a_model_is_found_by_any_of_its_names(as_alice: Caller, name: str) -> None:
    model = as_alice.get(f"/v1/models/{name}").json()
    assert model["object"] == "model"
    assert model["prices"]["high"] >= 100
    assert model["available"] is False


def test_an_unknown_model_is_not_found(as_alice: Caller) -> None:
    assert is_error(as_alice.get("/v1/models/nothing"), 404)["code"] == "model_not_found"


@pytest.mark.parametrize(
    "path", ["/v1/", "/v1/nothing", "/v1/edits/x/y/z", "/v1/edits/%00", "/v1/images", "/v1/chat/completions"]
)
@pytest.mark.parametrize("method", ["get", "post", "delete", "put"])
def test_other_addresses_answer_in_the_same_shape(path: str, method: str) -> None:
    assert is_error(getattr(Client(), method)(path), 404)["code"] == "not_found"


@pytest.mark.parametrize("path", PLAIN)
def test_other_methods_answer_in_the_same_shape(as_alice: Caller, path: str) -> None:
    for method in ("post", "put", "patch", "delete"):
        assert is_error(getattr(as_alice, method)(path), 405)["code"] == "method_not_allowed"


def test_a_bug_of_ours_answers_in_the_same_shape(as_alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken database is as good as a bug: nobody foresaw it here."""

    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("editor.workers.served_engines", broken)
    assert is_error(as_alice.get("/v1/models"), 500)["code"] == "server_error"


@pytest.mark.parametrize("path", [*PLAIN, "/v1/models/freeai-lite"])
def test_limits_and_expiry_hold_on_every_route(alice: Owner, path: str, settings: LazySettings) -> None:
    settings.REQUESTS_PER_MINUTE = 1
    minted = keys.mint(alice)
    caller = Caller(minted.text)
    statuses = {caller.get(path).status_code for _ in range(4)}
    assert statuses == {200, 429}
    keys.revoke(minted.key)
    assert is_error(caller.get(path), 401)


def test_events_end_with_the_edit(as_alice: Caller, edit: Edit) -> None:
    import asyncio

    edits.cancel(edit)
    answer = as_alice.get(f"/v1/edits/{edit.pk}/events")

    async def collect() -> bytes:
        return b"".join([chunk async for chunk in answer.streaming_content])

    block = asyncio.run(collect()).decode().strip()
    assert block.startswith("event: edit\ndata: ")
    assert json.loads(block.partition("data: ")[2])["status"] == "canceled"


def test_no_route_takes_a_session_for_a_key(alice: Owner) -> None:
    browser = Client()
    assert alice.user is not None
    browser.force_login(alice.user)
    assert is_error(browser.get("/v1/balance"), 401)
