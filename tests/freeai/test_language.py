"""Pages speak the reader's language, programs always get English, and no page owes a word."""

import pytest
from django.test import Client
from django.utils import translation

pytestmark = pytest.mark.django_db


def test_the_reader_s_browser_is_asked(client: Client) -> None:
    page = client.get("/privacy/", headers={"accept-language": "de-AT,de;q=0.9"})
    assert page["Content-Language"] == "de"
    assert '<html lang="de" dir="ltr">' in page.content.decode()


def test_the_picker_is_remembered_and_goes_back(client: Client) -> None:
    answer = client.post("/language/", {"language": "es", "next": "/terms/"})
    assert answer["Location"] == "/terms/"
    assert client.get("/terms/")["Content-Language"] == "es"
    assert (
        client.post("/language/", {"language": "es", "next": "https://elsewhere.example/"})["Location"] == "/"
    )


def test_programs_get_english(client: Client) -> None:
    answer = client.get("/v1/edits", headers={"accept-language": "de"})
    assert answer.status_code == 401
    assert "Content-Language" not in answer
    assert "key" in answer.json()["error"]["message"].lower()
    assert translation.get_language() == "en"
