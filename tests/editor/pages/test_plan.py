"""GET /models/<slug>/plan: what a model would do, before anything is sent."""

import logging

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Owner
from editor.models import Edit

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/models/freeai-lite/plan"


def test_the_plan_is_told_in_words(client: Client) -> None:
    answer = client.get(URL, {"prompt": "warmer and a bit brighter"})
    assert answer.status_code == 200
    assert answer.json() == {"plan": "warmer +30 %, brighter +20 %"}
    assert answer["Cache-Control"] == "no-store"


def test_a_mask_changes_what_can_be_done(client: Client) -> None:
    assert client.get(URL, {"prompt": "remove the dog", "mask": "0"}).status_code == 400
    masked = client.get(URL, {"prompt": "remove the dog", "mask": "1"})
    assert masked.json() == {"plan": "removed and filled in"}


def test_a_refusal_has_the_one_error_shape(client: Client) -> None:
    answer = client.get(URL, {"prompt": "add a dog"})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["param"]) == ("instruction_not_supported", "prompt")
    assert "cannot add “a dog”" in error["message"]


def test_a_prompt_has_a_limit_here_too(client: Client) -> None:
    answer = client.get(URL, {"prompt": "x" * (settings.PROMPT_CHARACTERS_MAX + 1)})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "prompt_too_long"
    assert client.get(URL).status_code == 400


def test_a_model_that_cannot_know_says_nothing(client: Client) -> None:
    assert client.get("/models/step1x-edit/plan", {"prompt": "make it snow"}).json() == {"plan": ""}
    assert client.get("/models/nothing-such/plan", {"prompt": "brighter"}).status_code == 404


def test_asking_leaves_nothing_behind(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answer = client.get(URL, {"prompt": "brighter zorptle"})
    assert answer.status_code == 400
    assert not answer.cookies
    assert not Owner.objects.exists()
    assert not Edit.objects.exists()
    assert "zorptle" not in "".join(record.getMessage() for record in caplog.records)


def test_only_get_asks(client: Client) -> None:
    assert client.post(URL, {"prompt": "brighter"}).status_code == 405
