"""The stored result is the signed file, so every door gives it out; the mark obeys the mask."""

from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client

from accounts.models import Owner
from editor import alone, retention, runner, signing, sources
from editor.imaging import credentials, intake, mark, xmp
from editor.models import Edit, Source
from tests import pictures
from tests.conftest import Submit, run
from tests.editor.imaging.test_provenance import foreign

pytestmark = pytest.mark.django_db(transaction=True)
LARGE = pictures.photo(400, 300)


def bytes_of(name: str) -> bytes:
    with default_storage.open(name) as file:
        data: bytes = file.read()
    return data


@pytest.fixture
def large(alice: Owner) -> Source:
    return sources.receive(pictures.png(LARGE), name="large.png", owner=lambda: alice)


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_a_download_is_signed_and_names_its_source(submit: Submit, alices_browser: Client, kind: str) -> None:
    edit = run(submit(output_format=kind))
    for query in ("", "?download=1"):
        data = alices_browser.get(f"/edits/{edit.pk}/result{query}").content
        report = credentials.read(data, f"image/{kind}")
        assert (report.state, report.parent) == ("valid", "source")
        assert b"c2pa.thumbnail" not in data
        assert len(data) == edit.result_bytes


def test_a_thumbnail_and_a_preview_carry_the_iptc_field(submit: Submit, alices_browser: Client) -> None:
    edit = run(submit())
    small = alices_browser.get(f"/edits/{edit.pk}/thumbnail").content
    assert xmp.SOURCE_TYPE.encode() in small
    assert xmp.SOURCE_TYPE.encode() in runner._preview(LARGE)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_the_command_line_writes_signed_files(tmp_path: Path, suffix: str) -> None:
    photo, out = tmp_path / "photo.png", tmp_path / f"out.{suffix}"
    photo.write_bytes(pictures.png(LARGE))
    call_command("edit", str(photo), "black and white", output=out, verbosity=0)
    media_type = "image/jpeg" if suffix == "jpg" else f"image/{suffix}"
    report = credentials.read(out.read_bytes(), media_type)
    assert (report.state, report.parent) == ("valid", "source")


def test_an_unmasked_edit_carries_the_mark(submit: Submit, large: Source) -> None:
    edit = run(submit(source=large))
    grey = np.asarray(intake.read_pixels(bytes_of(edit.result_name))[0][..., 1])
    assert mark.strength(grey, settings.MARK_KEY) >= mark.FOUND


@pytest.mark.parametrize(("width", "is_marked"), [(60, False), (120, True)])
def test_a_small_masked_edit_is_exactly_the_engine_s_and_a_large_one_marked_inside(
    submit: Submit, large: Source, width: int, is_marked: bool
) -> None:
    mask = np.zeros((300, 400), np.uint8)
    mask[:, :width] = 255
    edit = run(submit(source=large, mask=mask))
    result, _ = intake.read_pixels(bytes_of(edit.result_name))
    assert np.array_equal(result[mask == 0], LARGE[mask == 0])
    deep = np.s_[:, : width - 20]
    assert np.array_equal(result[deep], 255 - LARGE[deep]) is not is_marked
    assert edit.outside_max_diff == 0


def test_an_upload_s_own_credentials_go_on_and_are_kept_no_longer_than_it(
    submit: Submit, alice: Owner
) -> None:
    upload = foreign(signing.seal())
    source = sources.receive(upload, name="camera.jpg", owner=lambda: alice)
    assert source.has_credentials
    first, second = run(submit(source=source)), run(submit(source=source))
    for edit in (first, second):
        report = credentials.read(bytes_of(edit.result_name), "image/jpeg")
        assert [claim.program for claim in report.chain] == ["FreeAI", "Camera"]
        assert b"bidb" not in bytes_of(edit.result_name)
    assert retention.check().is_clean
    for edit in (first, second):
        retention.delete(edit, alice)
    assert not default_storage.exists(source.credentials_name)
    assert retention.check().is_clean
    assert Edit.objects.count() == 2


def test_credentials_that_are_a_hoax_do_not_keep_a_picture_from_being_edited(
    submit: Submit, alice: Owner
) -> None:
    upload = bytearray(foreign(signing.seal()))
    start = upload.index(b"c2pa.claim")
    upload[start + 30 : start + 400] = bytes(370)
    source = sources.receive(bytes(upload), name="camera.jpg", owner=lambda: alice)
    edit = run(submit(source=source))
    assert edit.status == "succeeded"
    assert credentials.read(bytes_of(edit.result_name), "image/jpeg").state == "valid"


def test_an_edit_without_the_site_keeps_incoming_credentials_too() -> None:
    made = alone.edit_photo(foreign(signing.seal()), "black and white")
    report = credentials.read(made.data, "image/jpeg")
    assert [claim.program for claim in report.chain] == ["FreeAI", "Camera"]
