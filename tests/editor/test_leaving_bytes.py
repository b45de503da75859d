"""Every byte of a result that leaves, by any door, is the signed file, and one changed byte is seen."""

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from accounts.models import Owner
from editor import batch_files, batches, export, runner
from editor.imaging import credentials, xmp
from editor.models import Batch, Edit, Share, Worker
from tests import pictures
from tests.conftest import Submit, run

pytestmark = pytest.mark.django_db(transaction=True)

FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP"}


def require_signed(data: bytes, kind: str) -> None:
    """The file is ours, says so, names its source, shows nothing of before, and any change is seen."""
    report = credentials.read(data, f"image/{kind}")
    assert (report.state, report.parent, report.chain[0].program) == ("valid", "source", "FreeAI")
    assert report.chain[0].is_ai
    assert [name for name, _agent in report.chain[0].actions] == ["c2pa.opened", "c2pa.edited"]
    for thumbnail in (b"c2pa.thumbnail", b"bidb"):
        assert thumbnail not in data
    assert xmp.SOURCE_TYPE.encode() in data
    for at in places(data):
        changed = bytearray(data)
        changed[at] ^= 1
        assert credentials.read(bytes(changed), f"image/{kind}").state != "valid", at


def places(data: bytes) -> Iterator[int]:
    """Yield where to change a byte: in the picture itself, and in what was written about it."""
    begins = {b"\x89P": b"IDAT", b"RI": b"VP8", b"\xff\xd8": b"\xff\xda"}[data[:2]]
    yield data.rindex(begins) + 40
    yield data.index(xmp.SOURCE_TYPE.encode()) + 8
    yield data.index(b"c2pa.edited") + 3


@pytest.fixture
def edit(submit: Submit, alice: Owner, request: pytest.FixtureRequest) -> Edit:
    return run(submit(output_format=request.param))


@pytest.mark.parametrize("edit", list(FORMATS), indirect=True)
def test_the_page_and_the_share_page_give_the_signed_file(
    edit: Edit, alices_browser: Client, client: Client
) -> None:
    page = alices_browser.get(f"/edits/{edit.pk}/result")
    alices_browser.post(f"/edits/{edit.pk}/share")
    share = client.get(f"/s/{Share.objects.get().pk}/result")
    require_signed(page.getvalue(), edit.output_format)
    assert share.getvalue() == page.getvalue()


@pytest.mark.parametrize("edit", ["jpeg"], indirect=True)
def test_small_pictures_say_what_they_are(edit: Edit, alices_browser: Client, client: Client) -> None:
    alices_browser.post(f"/edits/{edit.pk}/share")
    for browser, address in (
        (alices_browser, f"/edits/{edit.pk}/thumbnail"),
        (client, f"/s/{Share.objects.get().pk}/card"),
    ):
        assert xmp.SOURCE_TYPE.encode() in browser.get(address).getvalue()


@pytest.fixture
def batch(alice: Owner, worker_for: Callable[[str], Worker]) -> Batch:
    """A finished batch of Alice's, one picture of each format."""
    worker_for("test-invert")
    draft = batches.open_draft(alice, name="Holidays", announced=len(FORMATS))
    batches.keep_wish(draft, prompt="invert it", model="test-invert", quality="auto")
    for kind, name in FORMATS.items():
        data = pictures.encoded(pictures.photo(96, 80), name)
        batch_files.receive(draft, data, name=f"one.{kind}", sent_bytes=len(data))
    batches.start(draft)
    runner.work("test-invert")
    return draft


def zipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_batch_s_zip_holds_signed_files(batch: Batch, alices_browser: Client) -> None:
    browser = AsyncClient()
    browser.cookies = alices_browser.cookies

    async def take() -> bytes:
        answer: Any = await browser.get(f"/batch/{batch.pk}/zip")
        assert answer.status_code == 200
        return b"".join([piece async for piece in answer.streaming_content])

    files = zipped(async_to_sync(take)())
    assert len(files) == len(FORMATS)
    for name, data in files.items():
        require_signed(data, name.rsplit(".", 1)[1])


@pytest.mark.parametrize("edit", ["png"], indirect=True)
def test_the_export_of_one_s_data_holds_signed_files(edit: Edit, alice: Owner) -> None:
    files = zipped(b"".join(export.stream(alice)))
    results = [data for data in files.values() if b"c2pa" in data]
    assert len(results) == 1
    require_signed(results[0], "png")
