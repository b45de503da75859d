"""What programs get is the signed file, however they ask for it."""

import base64
import io
from collections.abc import Callable

import pytest
from django.test import Client

from editor.imaging import credentials, xmp
from editor.models import Edit
from tests.editor.api.conftest import Caller

pytestmark = pytest.mark.django_db(transaction=True)
Working = Callable[..., None]


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_every_way_to_a_result_gives_the_same_signed_bytes(
    as_alice: Caller, photo_bytes: bytes, working: Working, kind: str
) -> None:
    working("test-invert")
    answer = as_alice.edit(photo_bytes, output_format=kind)
    inline = base64.b64decode(answer.json()["data"][0]["b64_json"])
    edit = Edit.objects.get()
    fetched = as_alice.get(f"/v1/edits/{edit.pk}/result").content
    linked = as_alice.edit(photo_bytes, output_format=kind, response_format="url").json()["data"][0]["url"]
    by_link = Client().get(linked).content
    assert fetched == inline
    for data in (inline, by_link):
        report = credentials.read(data, f"image/{kind}")
        assert (report.state, report.parent, report.chain[0].is_ai) == ("valid", "source", True)
        assert b"c2pa.thumbnail" not in data
        assert xmp.SOURCE_TYPE.encode() in io.BytesIO(data).getvalue()
