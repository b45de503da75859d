"""Test keys: every outcome on demand, nothing billed, no worker needed."""

import base64
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from accounts import keys
from accounts.models import Owner
from billing import purses
from editor.models import Edit, Worker
from tests.editor.api.conftest import Caller

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def trying(alice: Owner) -> Caller:
    return Caller(keys.mint(alice, is_test=True).text)


def test_a_test_key_edits_at_once_and_free(trying: Caller, alice: Owner, photo_bytes: bytes) -> None:
    answers = [trying.edit(photo_bytes, model="step1x-edit", n="2") for _ in range(2)]
    before = np.asarray(Image.open(BytesIO(photo_bytes)).convert("RGB"))
    for answer in answers:
        assert answer.status_code == 200, answer.content
        for picture in answer.json()["data"]:
            after = Image.open(BytesIO(base64.b64decode(picture["b64_json"]))).convert("RGB")
            assert np.array_equal(np.asarray(after), 255 - before)
    assert answers[0].json()["usage"]["total_tokens"] == 0
    assert purses.balance(alice).daily == 10_000
    assert not Worker.objects.exists()


@pytest.mark.parametrize(
    ("prompt", "status", "code"),
    [
        ("test:fail", 500, "edit_failed"),
        ("test:refuse", 400, "instruction_not_supported"),
        ("test:out_of_tokens", 429, "insufficient_quota"),
    ],
)
def test_each_outcome_comes_on_demand(
    trying: Caller, photo_bytes: bytes, prompt: str, status: int, code: str
) -> None:
    answer = trying.edit(photo_bytes, prompt=f"please {prompt}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_a_slow_one_can_be_canceled(trying: Caller, photo_bytes: bytes) -> None:
    edit_id = trying.edit(photo_bytes, prompt="test:slow", **{"async": "true"}).json()["id"]
    answer = trying.post(f"/v1/edits/{edit_id}/cancel")
    assert answer.status_code == 200
    trying.get(f"/v1/edits/{edit_id}/events")
    waited = trying.edit(photo_bytes, prompt="after it")
    assert waited.status_code == 200
    assert Edit.objects.get(pk=edit_id).status in {"canceled", "running"}


def test_a_live_key_knows_no_magic_words(alice: Owner, photo_bytes: bytes) -> None:
    live = Caller(keys.mint(alice).text)
    answer = live.edit(photo_bytes, model="step1x-edit", prompt="test:fail")
    assert answer.json()["error"]["code"] == "model_unavailable"
