"""A network whose visitors upload very much: a piece of work first, then a wait; members are not slowed."""

import base64
import json
from typing import Any

import pytest
from altcha import v1 as altcha
from django.conf import LazySettings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from editor.models import Source
from tests import members

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def a_hot_network(settings: LazySettings) -> None:
    settings.CHALLENGE_AFTER_UPLOADS, settings.VISITOR_UPLOADS_PER_HOUR = 1, 4
    cache.clear()


def upload(browser: Client, photo: bytes, solution: str = "") -> Any:
    headers = {"x-challenge": solution} if solution else {}
    return browser.post(reverse("sources"), {"image": SimpleUploadedFile("a.png", photo)}, headers=headers)


def code_of(answer: Any) -> str:
    return str(json.loads(answer.content)["error"]["code"])


def solved(browser: Client) -> str:
    asked = browser.get(reverse("challenge")).json()
    answer = altcha.solve_challenge(asked["challenge"], asked["salt"], asked["algorithm"], asked["maxnumber"])
    assert answer is not None
    kept = {name: asked[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return base64.b64encode(json.dumps({**kept, "number": answer.number}).encode()).decode()


def test_a_piece_of_work_opens_one_upload(client: Client, photo_bytes: bytes) -> None:
    assert upload(client, photo_bytes).status_code == 201
    answer = upload(client, photo_bytes)
    assert (answer.status_code, code_of(answer)) == (429, "challenge_required")
    solution = solved(client)
    assert upload(client, photo_bytes, solution).status_code == 201
    again = json.loads(base64.b64decode(solution)) | {"took": 7}
    for used in (solution, base64.b64encode(json.dumps(again).encode()).decode()):
        assert upload(Client(), photo_bytes, used).status_code == 429
    assert Source.objects.count() == 2


@pytest.mark.parametrize(
    "nonsense", ["x", "e30=", "bnVsbA==", "9" * 3000, base64.b64encode(b'{"a": 1}').decode()]
)
def test_nonsense_opens_nothing(client: Client, photo_bytes: bytes, nonsense: str) -> None:
    upload(client, photo_bytes)
    assert upload(client, photo_bytes, nonsense).status_code == 429


def test_beyond_the_limit_work_does_not_help(
    client: Client, photo_bytes: bytes, settings: LazySettings
) -> None:
    settings.VISITOR_UPLOADS_PER_HOUR = 1
    upload(client, photo_bytes)
    answer = upload(client, photo_bytes, solved(client))
    assert (answer.status_code, code_of(answer)) == (429, "rate_limit_exceeded")


def test_members_are_not_slowed(photo_bytes: bytes) -> None:
    browser = Client()
    browser.force_login(members.make("ann@example.com"))
    assert [upload(browser, photo_bytes).status_code for _ in range(6)] == [201] * 6


def test_a_form_without_script_says_what_to_do(client: Client, photo_bytes: bytes) -> None:
    upload(client, photo_bytes)
    wish = {"image": SimpleUploadedFile("a.png", photo_bytes), "prompt": "warmer"}
    answer = client.post(reverse("model", args=["freeai-lite"]), wish)
    assert answer.status_code == 429
    assert "Sign in, or turn on JavaScript" in answer.content.decode()


def test_by_default_nobody_is_asked(client: Client, photo_bytes: bytes, settings: LazySettings) -> None:
    settings.CHALLENGE_AFTER_UPLOADS = 0
    assert [upload(client, photo_bytes).status_code for _ in range(3)] == [201] * 3
