"""Who is behind a request: by cookie or by login, and never somebody else."""

from http.cookies import SimpleCookie

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from accounts import owners
from accounts.models import Owner, User

pytestmark = pytest.mark.django_db


def request_with(cookie: str | None = None, user: User | None = None) -> HttpRequest:
    request = HttpRequest()
    request.user = user or AnonymousUser()
    if cookie is not None:
        request.COOKIES[owners.COOKIE] = cookie
    return request


def cookie_of(owner: Owner) -> str:
    response = HttpResponse()
    owners.remember(response, owner)
    cookies: SimpleCookie = response.cookies
    return cookies[owners.COOKIE].value


def test_a_visitor_is_found_by_their_cookie(alice: Owner, bob: Owner) -> None:
    assert owners.find(request_with(cookie_of(alice))) == alice
    assert owners.find(request_with(cookie_of(bob))) == bob


@pytest.mark.parametrize("forged", ["", "owner_x", "owner_x:signature", "a:b:c"])
def test_a_forged_cookie_finds_nobody(forged: str) -> None:
    assert owners.find(request_with(forged)) is None


def test_a_cookie_altered_to_another_owner_finds_nobody(alice: Owner, bob: Owner) -> None:
    assert owners.find(request_with(cookie_of(alice).replace(alice.pk, bob.pk))) is None


def test_asking_makes_nobody_and_keeping_makes_one() -> None:
    assert owners.find(request_with()) is None
    assert not Owner.objects.exists()
    assert owners.find_or_make(request_with()) == Owner.objects.get()


def test_a_member_is_found_by_login_whatever_the_cookie_says(alice: Owner) -> None:
    mona = User.objects.create_user("Mona@Example.org", "secret")
    made = owners.find_or_make(request_with(cookie_of(alice), mona))
    assert made.user == mona
    assert made != alice
    assert owners.find(request_with(cookie_of(alice), mona)) == made
    assert mona.email == "mona@example.org"


def test_a_merged_visitor_s_cookie_opens_nothing_of_the_member(alice: Owner) -> None:
    member = Owner.objects.create(user=User.objects.create_user("m@example.org"))
    cookie = cookie_of(alice)
    alice.merged_into = member
    alice.save()
    assert owners.find(request_with(cookie)) is None


def test_a_member_s_owner_has_no_cookie_and_a_longer_window(alice: Owner) -> None:
    member = Owner.objects.create(user=User.objects.create_user("m@example.org"))
    response = HttpResponse()
    owners.remember(response, member)
    assert owners.COOKIE not in response.cookies
    assert (alice.window.days, member.window.days) == (1, 7)


def test_a_member_cannot_be_merged_away(alice: Owner) -> None:
    user = User.objects.create_user("m@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        Owner.objects.create(user=user, merged_into=alice)
