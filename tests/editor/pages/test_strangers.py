"""Every address with an id in it, asked by its owner, by a stranger and by nobody."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Owner
from editor import batch_files, batches, urls
from editor.models import Batch, Edit, Share, Source
from tests import members
from tests.conftest import Submit, run

pytestmark = pytest.mark.django_db(transaction=True)

READ = {"edit", "edit-status", "edit-result", "edit-thumbnail", "edit-changes"}
READ |= {"source-image", "source-thumbnail"}
ACT = {"edit-cancel", "edit-continue", "edit-retry", "edit-delete", "source-object", "edit-appeal"}
ACT |= {"edit-favourite", "edit-share", "edit-unshare"}
STREAMED = {"edit-events"}
ONLY_WHILE_RUNNING = {"edit-preview"}


def addresses(edit: Edit, source: Source) -> dict[str, str]:
    ids = {"edit_id": edit.pk, "source_id": source.pk}
    found = {}
    for pattern in urls.urlpatterns:
        for parameter in ids.keys() & pattern.pattern.converters.keys():
            found[str(pattern.name)] = reverse(str(pattern.name), args=[ids[parameter]])
    return found


@pytest.fixture
def edit(submit: Submit) -> Edit:
    return run(submit())


def test_every_address_with_an_id_is_covered_here(edit: Edit, photo: Source) -> None:
    assert set(addresses(edit, photo)) == READ | ACT | STREAMED | ONLY_WHILE_RUNNING


@pytest.mark.parametrize("name", sorted(READ))
def test_the_owner_sees_their_own(name: str, edit: Edit, photo: Source, alices_browser: Client) -> None:
    assert alices_browser.get(addresses(edit, photo)[name]).status_code == 200


@pytest.mark.parametrize("name", sorted(READ | STREAMED | ONLY_WHILE_RUNNING))
def test_a_stranger_sees_nothing(
    name: str, edit: Edit, photo: Source, bobs_browser: Client, client: Client
) -> None:
    for browser in (bobs_browser, client):
        assert browser.get(addresses(edit, photo)[name]).status_code == 404


@pytest.mark.parametrize("name", sorted(ACT))
def test_a_stranger_changes_nothing(
    name: str, edit: Edit, photo: Source, bobs_browser: Client, client: Client
) -> None:
    for browser in (bobs_browser, client):
        assert browser.post(addresses(edit, photo)[name]).status_code == 404
    assert Edit.objects.count() == 1
    assert Edit.objects.get().has_result
    assert Source.objects.count() == 1


@pytest.mark.parametrize("name", sorted(ACT))
def test_looking_never_acts(name: str, edit: Edit, photo: Source, alices_browser: Client) -> None:
    assert alices_browser.get(addresses(edit, photo)[name]).status_code == 405


@pytest.mark.parametrize("name", sorted(ACT))
def test_acting_needs_a_token_of_our_own_page(name: str, edit: Edit, photo: Source) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(addresses(edit, photo)[name]).status_code == 403


def test_a_stranger_cannot_edit_another_s_source(photo: Source, bobs_browser: Client) -> None:
    answer = bobs_browser.post(reverse("edits"), {"source": photo.pk, "prompt": "warmer"})
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_a_stranger_s_history_is_empty(edit: Edit, bobs_browser: Client) -> None:
    assert edit.pk not in bobs_browser.get("/account/?tab=history").content.decode()


def test_a_forged_cookie_opens_nothing(edit: Edit, alices_browser: Client) -> None:
    browser = Client()
    browser.cookies["freeai_owner"] = edit.owner_id
    assert browser.get(edit.get_absolute_url()).status_code == 404


@pytest.fixture
def batch(alice: Owner, photo_bytes: bytes) -> Batch:
    """A batch of Alice's, with one file in it."""
    batch = batches.open_draft(alice, name="Garden")
    batch_files.receive(batch, photo_bytes, name="garden.png", sent_bytes=len(photo_bytes))
    return batch


def batch_addresses(batch: Batch) -> list[tuple[str, str]]:
    """Return every address with a batch's id in it, and how it is asked."""
    found = []
    for pattern in urls.urlpatterns:
        parameters = pattern.pattern.converters.keys()
        if "batch_id" in parameters:
            ids = {"batch_id": batch.pk, "file_id": batch.files.get().pk}
            address = reverse(str(pattern.name), kwargs={name: ids[name] for name in parameters})
            is_read = str(pattern.name) in {"batch", "batch-status", "batch-zip"}
            found.append((address, "get" if is_read else "post"))
    return found


def test_a_stranger_finds_no_batch(batch: Batch, bobs_browser: Client, client: Client) -> None:
    member = Client()
    member.force_login(members.make("bob@example.org"))
    assert len(batch_addresses(batch)) == 12
    for address, how in batch_addresses(batch):
        for browser in (bobs_browser, client, member):
            assert getattr(browser, how)(address, {"prompt": "x"}).status_code == 404, address
    assert batch.files.count() == 1
    assert Batch.objects.get().prompt == ""


def test_looking_never_acts_on_a_batch(batch: Batch, alices_browser: Client) -> None:
    for address, how in batch_addresses(batch):
        if how == "post":
            assert alices_browser.get(address).status_code == 405, address


def test_changing_a_batch_needs_a_token_of_our_own_page(batch: Batch) -> None:
    browser = Client(enforce_csrf_checks=True)
    for address, how in batch_addresses(batch):
        if how == "post":
            assert browser.post(address).status_code == 403, address


def test_a_share_says_nothing_of_its_owner(edit: Edit, alices_browser: Client, client: Client) -> None:
    alices_browser.post(reverse("edit-share", args=[edit.pk]))
    page = client.get(Share.objects.get().get_absolute_url()).content.decode()
    for secret in (edit.pk, edit.owner_id, edit.source_id, edit.prompt):
        assert secret not in page


def test_guessing_a_share_finds_nothing(edit: Edit, client: Client) -> None:
    assert client.get(f"/s/{edit.pk}/").status_code == 404
    assert client.post(f"/s/{edit.pk}/report", {"reason": "other"}).status_code == 404
