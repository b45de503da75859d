"""/verify/: anybody learns what a picture says about itself; nothing of it stays."""

import io

import numpy as np
import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from editor import sources
from editor.models import Edit, Source
from tests import pictures
from tests.conftest import Submit, run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_earlier_visits() -> None:
    cache.clear()


def look_at(data: bytes, client: Client, name: str = "a.png") -> str:
    answer = client.post("/verify/", {"image": SimpleUploadedFile(name, data)})
    assert answer.status_code == 200
    return answer.content.decode()


def result_of(edit: Edit) -> bytes:
    with default_storage.open(edit.result_name) as file:
        data: bytes = file.read()
    return data


@pytest.fixture
def large(alice: object, request: pytest.FixtureRequest) -> Source:
    owner = request.getfixturevalue("alice")
    return sources.receive(pictures.png(pictures.photo(640, 480)), name="large.png", owner=lambda: owner)


def test_a_result_is_known_by_seal_and_mark(submit: Submit, large: Source, client: Client) -> None:
    page = look_at(result_of(run(submit(source=large))), client)
    assert "The credentials are intact" in page
    assert "FreeAI, self-signed" in page
    assert "Edited · test-invert" in page
    assert "Yes, it says so" in page
    assert "Another picture, without credentials" in page
    assert "Found. A model on this site" in page


def test_one_changed_byte_is_told(submit: Submit, large: Source, client: Client) -> None:
    signed = bytearray(result_of(run(submit(source=large, output_format="jpeg"))))
    signed[-2000] ^= 1
    assert "Altered after it was signed" in look_at(bytes(signed), client)


def test_a_result_saved_again_without_its_credentials_is_still_known(
    submit: Submit, large: Source, client: Client
) -> None:
    picture = Image.open(io.BytesIO(result_of(run(submit(source=large)))))
    saved = io.BytesIO()
    Image.fromarray(np.asarray(picture)).resize((320, 240)).save(saved, "JPEG", quality=75)
    assert "Edited here, credentials removed" in look_at(saved.getvalue(), client)


def test_a_plain_picture_says_nothing(photo_bytes: bytes, client: Client) -> None:
    page = look_at(photo_bytes, client)
    assert "No credentials" in page
    assert "Not found." in page


def test_nothing_of_it_is_kept_and_nobody_becomes_an_owner(photo_bytes: bytes, client: Client) -> None:
    look_at(photo_bytes, client)
    assert not Source.objects.exists()
    assert not client.cookies.get("freeai_owner")
    assert not default_storage.exists("sources")


def test_what_is_no_picture_is_refused_in_words(client: Client) -> None:
    answer = client.post("/verify/", {"image": SimpleUploadedFile("a.png", b"<script>" * 99)})
    assert answer.status_code == 400
    assert "not a picture that we can read" in answer.content.decode()
    assert client.post("/verify/").status_code == 400


def test_a_name_cannot_bring_markup_along(photo_bytes: bytes, client: Client) -> None:
    assert "<b>x" not in look_at(photo_bytes, client, name="<b>x.png")


def test_one_network_may_not_keep_it_busy(photo_bytes: bytes, client: Client, settings: LazySettings) -> None:
    settings.VERIFY_PER_MINUTE = 2
    for _ in range(2):
        look_at(photo_bytes, client)
    answer = client.post("/verify/", {"image": SimpleUploadedFile("a.png", photo_bytes)})
    assert answer.status_code == 429
    assert client.get("/verify/").status_code == 200
