"""What a visitor made comes along when they sign in, and nobody else's does."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Owner, User
from editor import merging, settlement, sources
from editor.models import Edit, Source
from freeai.common.errors import OutOfTokens
from tests import members
from tests.conftest import Submit, client_of, run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mona() -> User:
    return members.make("mona@example.org")


def sign_in(browser: Client) -> None:
    answer = browser.post("/account/login/", {"login": "mona@example.org", "password": members.PASSWORD})
    assert answer.status_code == 302


def test_a_visitor_s_pictures_come_along_and_stay_a_week(
    alices_browser: Client, alice: Owner, mona: User, submit: Submit
) -> None:
    edit = run(submit())
    sign_in(alices_browser)
    edit.refresh_from_db()
    assert edit.owner == Owner.objects.get(user=mona)
    assert edit.source.owner == edit.owner
    assert edit.expires_at == edit.created_at + timedelta(days=7)
    assert edit.source.expires_at == edit.source.created_at + timedelta(days=7)
    assert alices_browser.get(f"/edits/{edit.pk}/result").status_code == 200
    alices_browser.post("/account/logout/")
    assert alices_browser.get(f"/edits/{edit.pk}/result").status_code == 404


def test_what_has_expired_stays_expired(alice: Owner, mona: User, submit: Submit) -> None:
    edit = run(submit())
    past = timezone.now() - timedelta(minutes=1)
    Edit.objects.update(expires_at=past)
    Source.objects.update(expires_at=past)
    member = Owner.objects.create(user=mona)
    merging.merge(alice, member)
    edit.refresh_from_db()
    assert (edit.owner, edit.has_result, edit.source.is_open) == (member, False, False)


def test_an_edit_under_way_comes_along_and_finishes(
    alices_browser: Client, mona: User, submit: Submit
) -> None:
    edit = submit()
    sign_in(alices_browser)
    assert run(edit).status == "succeeded"
    assert alices_browser.get(f"/edits/{edit.pk}/").status_code == 200


def test_bob_s_pictures_stay_bob_s(
    alices_browser: Client, bob: Owner, photo_bytes: bytes, mona: User, submit: Submit
) -> None:
    edit = run(submit(owner=bob))
    sign_in(alices_browser)
    edit.refresh_from_db()
    assert edit.owner == bob


def test_a_late_upload_of_the_visitor_comes_along_at_the_next_sign_in(
    alice: Owner, mona: User, photo_bytes: bytes
) -> None:
    browser = client_of(alice)
    sign_in(browser)
    late = sources.receive(photo_bytes, name="late.png", owner=lambda: alice)
    browser.post("/account/logout/")
    sign_in(browser)
    late.refresh_from_db()
    assert late.owner == Owner.objects.get(user=mona)


def test_an_edit_of_the_visitor_that_comes_too_late_is_asked_again(
    alice: Owner, mona: User, submit: Submit
) -> None:
    sign_in(client_of(alice))
    with pytest.raises(OutOfTokens, match="signed in meanwhile"):
        submit()


def test_an_edit_on_its_way_comes_along_with_its_tokens(alice: Owner, mona: User, submit: Submit) -> None:
    edit = submit()
    sign_in(client_of(alice))
    assert run(edit).status == "succeeded"
    assert settlement.reconcile_all() == []


def test_a_second_member_with_the_same_cookie_gets_nothing(alice: Owner, mona: User, submit: Submit) -> None:
    edit = run(submit())
    sign_in(client_of(alice))
    members.make("eve@example.org")
    browser = client_of(alice)
    browser.post("/account/login/", {"login": "eve@example.org", "password": members.PASSWORD})
    edit.refresh_from_db()
    assert edit.owner == Owner.objects.get(user=mona)
    assert browser.get(f"/edits/{edit.pk}/").status_code == 404
