"""The gates on the line: what they refuse, what that costs, and what its owner may do about it."""

from datetime import timedelta

import numpy as np
import pytest
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from accounts.models import Owner
from billing import purses
from editor import gates, retention, sources, submission
from editor.models import Appeal, Declaration, Edit, Flag, Source
from tests import pictures
from tests.conftest import Submit, run

pytestmark = pytest.mark.django_db(transaction=True)
REMOVAL = "please get rid of the watermark"


def noticed(width: int = 720, height: int = 480) -> NDArray[np.uint8]:
    """Return a photo with a photographer's notice at its lower edge."""
    picture = Image.fromarray(pictures.photo(width, height))
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=24)
    pen.text((330, height - 50), "© 2021 Jane Miller Photography", font=font, fill="white")
    return np.asarray(picture)


@pytest.fixture
def marked(alice: Owner) -> Source:
    return sources.receive(pictures.png(noticed()), name="marked.png", owner=lambda: alice)


@pytest.fixture
def refused(submit: Submit) -> Edit:
    return submit(prompt=REMOVAL)


def test_a_prompt_against_a_mark_becomes_a_refused_edit_that_cost_nothing(
    refused: Edit, alice: Owner, settings: LazySettings
) -> None:
    assert (refused.status, refused.error_code, refused.hold) == ("refused", "watermark_removal", None)
    assert "Nothing was charged" in refused.error_message
    assert refused.finished_at is not None
    assert purses.balance(alice).daily == settings.DAILY_TOKENS_VISITOR
    assert run(refused).status == "refused"


def test_a_prompt_to_undress_is_refused_even_if_a_mark_is_declared(submit: Submit) -> None:
    edit = submit(prompt="undress her", own_watermark=True)
    assert (edit.status, edit.error_code) == ("refused", "moderation_blocked")


def test_a_declared_mark_may_go_and_the_words_are_kept(submit: Submit, alice: Owner) -> None:
    edit = run(submit(prompt=REMOVAL, own_watermark=True))
    declared = Declaration.objects.get(edit=edit)
    assert edit.status == "succeeded"
    assert (declared.owner, declared.wording) == (alice, gates.DECLARATION)
    assert Flag.objects.filter(edit=edit, kind="own_watermark").exists()


def test_a_result_that_lost_its_mark_is_refused_and_costs_nothing(
    submit: Submit, marked: Source, alice: Owner, settings: LazySettings
) -> None:
    edit = run(submit("test-eraser", source=marked, prompt="a plain meadow below"))
    assert (edit.status, edit.error_code) == ("refused", "watermark_removal")
    assert edit.hold is not None
    assert edit.hold.status == "released"
    assert purses.balance(alice).daily == settings.DAILY_TOKENS_VISITOR
    assert not edit.has_result
    kinds = {mark["kind"] for mark in Source.objects.get(pk=marked.pk).marks or []}
    assert kinds & {"notice", "credit"}


def test_a_result_that_lost_a_declared_mark_is_fine(submit: Submit, marked: Source) -> None:
    edit = run(submit("test-eraser", source=marked, prompt="a plain meadow below", own_watermark=True))
    assert edit.status == "succeeded"


def test_a_change_of_tone_needs_no_look_at_the_letters(submit: Submit, marked: Source) -> None:
    assert run(submit(source=marked)).status == "succeeded"
    assert Source.objects.get(pk=marked.pk).marks is None


def test_a_mask_over_a_mark_is_refused_before_the_engine(submit: Submit, marked: Source) -> None:
    mask = np.zeros((480, 720), np.uint8)
    mask[420:470, 320:700] = 255
    edit = run(submit(source=marked, mask=mask, prompt="plain grass"))
    assert (edit.status, edit.error_code, edit.engine_ms < 60_000) == ("refused", "watermark_removal", True)
    assert "painted area" in edit.error_message


def test_a_mask_beside_a_mark_is_fine(submit: Submit, marked: Source) -> None:
    mask = np.zeros((480, 720), np.uint8)
    mask[40:200, 40:300] = 255
    assert run(submit(source=marked, mask=mask, prompt="plain grass")).status == "succeeded"


def test_what_a_model_rewrites_for_itself_passes_the_same_gate(submit: Submit) -> None:
    refused = run(submit("test-rewriter", prompt="tidy it up as erase the stock logo"))
    assert (refused.status, refused.error_code) == ("refused", "watermark_removal")
    assert run(submit("test-rewriter", prompt="tidy it up as warmer light")).status == "succeeded"


def test_a_picture_above_the_threshold_is_flagged_or_refused_as_set(
    submit: Submit, photo: Source, settings: LazySettings
) -> None:
    settings.CONTENT_FLAG_PERCENT = settings.CONTENT_REFUSE_PERCENT = 0
    settings.CONTENT_MODE = "flag"
    edit = run(submit())
    assert edit.status == "succeeded"
    flagged = Flag.objects.get(edit=edit, kind="source_content")
    assert 0 < flagged.score < 1
    settings.CONTENT_MODE = "refuse"
    again = run(submit())
    assert (again.status, again.error_code) == ("refused", "moderation_blocked")


def test_what_a_quick_engine_paints_on_a_plain_place_is_judged_too(
    submit: Submit, alice: Owner, settings: LazySettings
) -> None:
    plain = np.full((256, 256, 3), 128, np.uint8)
    source = sources.receive(pictures.png(plain), name="plain.png", owner=lambda: alice)
    settings.CONTENT_FLAG_PERCENT = 0
    settings.CONTENT_MODE = "flag"
    edit = run(submit("test-painter", source=source, prompt="a figure"))
    assert edit.status == "succeeded"
    assert Flag.objects.filter(edit=edit, kind="result_content").exists()


def owned(picture: NDArray[np.uint8], holder: str) -> bytes:
    """Return a JPEG whose metadata names its holder."""
    tags = Image.Exif()
    tags[0x8298] = holder
    return pictures.encoded(picture, "JPEG", exif=tags, quality=95)


def test_metadata_that_claims_rights_forbids_nothing_and_goes_on(submit: Submit, alice: Owner) -> None:
    upload = owned(pictures.photo(320, 240), "Copyright 2020 Jane Miller")
    source = sources.receive(upload, name="hers.jpg", owner=lambda: alice)
    edit = run(submit("test-eraser", source=source, prompt="a plain meadow below"))
    assert edit.status == "succeeded"
    with default_storage.open(edit.result_name) as file:
        assert "Copyright 2020 Jane Miller" in Image.open(file).info["xmp"].decode()
    assert {mark["kind"] for mark in Source.objects.get(pk=source.pk).marks or []} == {"metadata"}


def test_a_bare_name_is_a_mark_if_the_metadata_names_it(submit: Submit, alice: Owner) -> None:
    picture = Image.fromarray(pictures.photo(720, 480))
    font = ImageFont.load_default(size=28)
    ImageDraw.Draw(picture).text((400, 420), "Jane Miller", font=font, fill="white")
    signed = np.asarray(picture)
    hers = sources.receive(owned(signed, "Copyright 2020 Jane Miller"), name="a.jpg", owner=lambda: alice)
    edit = run(submit("test-eraser", source=hers, prompt="a plain meadow below"))
    assert (edit.status, edit.error_code) == ("refused", "watermark_removal")
    nobodys = sources.receive(pictures.encoded(signed, "JPEG"), name="b.jpg", owner=lambda: alice)
    assert run(submit("test-eraser", source=nobodys, prompt="a plain meadow below")).status == "succeeded"


def test_an_appeal_keeps_the_picture_for_its_days_and_is_shown(
    refused: Edit, alices_browser: Client, settings: LazySettings
) -> None:
    page = alices_browser.get(refused.get_absolute_url())
    assert "Send the appeal" in page.content.decode()
    assert "Declare and try again" in page.content.decode()

    answer = alices_browser.post(f"/edits/{refused.pk}/appeal", {"reason": "I made it", "keeps_source": "1"})

    assert answer.headers["Location"] == refused.get_absolute_url()
    page = alices_browser.get(refused.get_absolute_url())
    assert "under review" in page.content.decode()
    assert "Send the appeal" not in page.content.decode()
    appeal = Appeal.objects.get(edit=refused)
    assert (appeal.reason, appeal.keeps_source) == ("I made it", True)
    week = timezone.now() + settings.APPEAL_WINDOW - timedelta(minutes=1)
    assert Source.objects.get(pk=refused.source_id).expires_at > week
    assert Edit.objects.get(pk=refused.pk).expires_at > week
    assert retention.check().is_clean


def test_without_consent_nothing_is_kept_longer(refused: Edit, alices_browser: Client) -> None:
    alices_browser.post(f"/edits/{refused.pk}/appeal", {"reason": ""})
    assert Appeal.objects.get(edit=refused).keeps_source is False
    assert Edit.objects.get(pk=refused.pk).expires_at == refused.expires_at


def test_an_appeal_is_made_once_by_the_owner_and_of_rules_only(
    refused: Edit, submit: Submit, alices_browser: Client, bobs_browser: Client
) -> None:
    assert bobs_browser.post(f"/edits/{refused.pk}/appeal", {"reason": "mine"}).status_code == 404
    assert alices_browser.get(f"/edits/{refused.pk}/appeal").status_code == 405
    for _ in range(2):
        alices_browser.post(f"/edits/{refused.pk}/appeal", {"reason": "first"})
    done = run(submit())
    alices_browser.post(f"/edits/{done.pk}/appeal", {"reason": "?"})
    assert list(Appeal.objects.values_list("edit", "reason")) == [(refused.pk, "first")]


def test_declaring_on_the_page_tries_again_with_the_statement(refused: Edit, alices_browser: Client) -> None:
    answer = alices_browser.post(f"/edits/{refused.pk}/retry", {"own_watermark": "1"})
    fresh = Edit.objects.exclude(pk=refused.pk).get()
    assert answer.headers["Location"] == fresh.get_absolute_url()
    assert (fresh.status, fresh.own_watermark) == ("queued", True)
    assert Declaration.objects.get(edit=fresh).version == gates.DECLARATION_VERSION


def test_a_refused_wish_keeps_its_mask_for_the_appeal(submit: Submit) -> None:
    mask = np.zeros((64, 96), np.uint8)
    mask[10:20, 10:20] = 255
    edit = submit(prompt=REMOVAL, mask=mask)
    assert edit.status == "refused"
    assert retention.check().is_clean
    again = submission.again(edit.owner, edit, new_seed=False, own_watermark=True)
    assert (again.status, again.has_mask) == ("queued", True)
