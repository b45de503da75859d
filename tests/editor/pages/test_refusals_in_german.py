"""Whoever reads German is refused in German, at once and when a row is shown later. Programs read English."""

import json
import re
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from accounts.models import Owner
from editor import batch_files, batches, catalogue
from editor.engines.lite.understand import check
from editor.models import BatchFile, Edit, Source, Worker
from editor.pages.samples import SAMPLES, Sample
from freeai.common.language import told
from freeai.common.sentences import sentence, unpack
from tests import pictures
from tests.conftest import Submit

WorkerFor = Callable[[str], Worker]
GERMAN = {"Accept-Language": "de"}


def message(answer: object) -> str:
    return str(json.loads(answer.content)["error"]["message"])  # type: ignore[attr-defined]


def upload(browser: Client, data: bytes) -> str:
    image = SimpleUploadedFile("bild.png", data, content_type="image/png")
    return message(browser.post("/sources/", {"image": image}, headers=GERMAN))


def wish(browser: Client, source: Source, prompt: str) -> str:
    data = {"source": source.pk, "prompt": prompt, "model": "freeai-lite"}
    return message(browser.post("/edits/", data, headers=GERMAN))


def test_a_picture_that_is_too_large_or_too_small(alices_browser: Client, settings: LazySettings) -> None:
    small = pictures.png(pictures.photo(200, 31))
    assert upload(alices_browser, small).startswith(
        "Dieses Bild hat 200 × 31 Pixel; jede Seite muss mindestens 32"
    )
    settings.SOURCE_BYTES_MAX = 1_048_576
    large = pictures.png(pictures.photo(1000, 700))
    assert len(large) > 1_048_576
    said = upload(alices_browser, large)
    assert said.startswith("Diese Datei hat 1,")
    assert said.endswith("MB; die Grenze liegt bei 1,0 MB. Exportiere sie kleiner oder als JPEG.")


def test_too_few_tokens(
    alices_browser: Client, photo: Source, worker_for: WorkerFor, settings: LazySettings
) -> None:
    worker_for("freeai-lite")
    settings.DAILY_TOKENS_VISITOR = 0
    said = wish(alices_browser, photo, "wärmer")
    assert said.startswith("Das kostet 100 Token, und du hast 0. Es wurde nichts berechnet.")


def test_too_many_waiting(
    alices_browser: Client, photo: Source, worker_for: WorkerFor, settings: LazySettings
) -> None:
    worker_for("freeai-lite")
    settings.QUEUED_EDITS_MAX = 0
    assert (
        wish(alices_browser, photo, "wärmer")
        == "0 deiner Bearbeitungen warten. Lass erst einige fertig werden."
    )


def test_a_wish_beyond_the_model(alices_browser: Client, photo: Source, worker_for: WorkerFor) -> None:
    worker_for("freeai-lite")
    said = wish(alices_browser, photo, "put a dragon on the roof")
    assert said.startswith("FreeAI Lite hat „dragon“ nicht verstanden. Es kann Licht und Farbe ändern")


def test_what_a_row_says_is_read_in_the_language_of_whoever_reads_it(
    alices_browser: Client, submit: Submit
) -> None:
    edit = submit()
    reason = sentence(
        "This wish has %(characters)s characters; the limit is %(limit)s.", characters=2345, limit=2000
    )
    Edit.objects.filter(pk=edit.pk).update(status="failed", error_code="x", error_message=reason)
    page = f"/edits/{edit.pk}/"
    assert (
        "Dieser Wunsch hat 2.345 Zeichen; die Grenze liegt bei 2.000."
        in alices_browser.get(page, headers=GERMAN).content.decode()
    )
    assert "This wish has 2,345 characters; the limit is 2,000." in alices_browser.get(page).content.decode()
    assert Edit.objects.get(pk=edit.pk).error_message == "This wish has 2,345 characters; the limit is 2,000."


def test_a_file_of_a_batch_says_why_in_german(alice: Owner) -> None:
    batch = batches.open_draft(alice)
    batch_files.receive(batch, b"hello, this is no picture", name="notes.txt", sent_bytes=25)
    reason = BatchFile.objects.get(batch=batch).reason
    assert reason == "This file is not a picture that we can read. Upload a PNG, JPEG, WebP or HEIC."
    with translation.override("de"):
        assert told(reason) == (
            "Diese Datei ist kein Bild, das wir lesen können. "
            "Lade ein Bild als PNG, JPEG, WebP oder HEIC hoch."
        )


def test_a_sentence_comes_back_from_its_packing_as_it_was() -> None:
    inner = sentence("“%(word)s” is not complete", word="a bit")
    whole = sentence("FreeAI Lite is not sure what you mean: %(reason)s.", reason=inner)
    whole = whole.then(sentence("100 % of it"))
    again = unpack(whole.pack())
    assert (str(again), again.parts) == (str(whole), whole.parts)
    assert again == "FreeAI Lite is not sure what you mean: “a bit” is not complete. 100 % of it"


def test_a_child_cannot_make_a_template_that_costs_memory() -> None:
    with pytest.raises(ValueError, match="names"):
        unpack('[["%(a)9999999999s", {"a": "x"}]]')


@pytest.mark.parametrize("language", ["en", "de", "es", "zh-hans"])
def test_a_wish_that_a_page_proposes_is_understood_in_every_language(language: str) -> None:
    proposed = [*(str(one.wish) for one in english_samples()), *catalogue.find("freeai-lite").examples]
    for wanted in proposed:
        with translation.override(language):
            assert kinds(check(translation.gettext(wanted), has_mask=False)) == kinds(
                check(wanted, has_mask=False)
            )


def kinds(plan: str) -> str:
    """What would be done; how much of it is for each language to say."""
    return re.sub(r"[+-]?\d+ %", "", plan)


def english_samples() -> tuple[Sample, ...]:
    with translation.override("en"):
        return tuple(Sample(one.name, str(one.wish)) for one in SAMPLES)
