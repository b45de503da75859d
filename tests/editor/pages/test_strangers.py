"""Every address with an id in it, asked by its owner, by a stranger and by nobody."""

import pytest
from django.test import Client
from django.urls import reverse

from editor import urls
from editor.models import Edit, Source
from tests.conftest import Submit, run

pytestmark = pytest.mark.django_db(transaction=True)

READ = {"edit", "edit-status", "edit-result", "edit-thumbnail", "edit-changes", "source-image"}
ACT = {"edit-cancel", "edit-continue", "edit-retry", "edit-delete", "source-object"}
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
