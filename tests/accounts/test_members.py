"""Signing up, in and out; resetting; and that nothing tells a stranger who is a member."""

import re
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.models import Owner, User
from tests import members

pytestmark = pytest.mark.django_db(transaction=True)

MONA = {"email": "mona@example.org", "password1": members.PASSWORD}


@pytest.fixture(autouse=True)
def no_counts_of_other_tests() -> None:
    cache.clear()


def link_in_mail() -> str:
    found = re.search(r"http://testserver(/\S+)", str(mail.outbox[-1].body))
    assert found is not None, mail.outbox[-1].body
    return found[1]


def sign_up(client: Client, **fields: str) -> Any:
    return client.post("/account/signup/", MONA | fields)


def sign_in(client: Client, password: str = MONA["password1"]) -> Any:
    return client.post("/account/login/", {"login": MONA["email"], "password": password})


@pytest.fixture
def mona() -> User:
    return members.make(MONA["email"])


def is_signed_in(client: Client) -> bool:
    return client.get("/account/?tab=settings").status_code == 200


def test_a_member_signs_up_by_a_link_in_the_mail(client: Client) -> None:
    assert sign_up(client)["Location"] == "/account/confirm-email/"
    assert not is_signed_in(client)
    link = link_in_mail()
    assert b"Is <b>mona@example.org</b> yours?" in client.get(link).content
    client.post(link)
    assert is_signed_in(client)
    assert Owner.objects.get(user__email="mona@example.org").is_member


def test_without_the_link_there_is_no_way_in(client: Client) -> None:
    sign_up(client)
    other = Client()
    assert sign_in(other)["Location"] == "/account/confirm-email/"
    assert not is_signed_in(other)


def test_a_member_signs_in_and_out(client: Client, mona: User) -> None:
    assert sign_in(client)["Location"] == "/account/?tab=history"
    assert is_signed_in(client)
    assert client.get("/account/logout/").status_code == 200
    assert is_signed_in(client), "looking signs nobody out"
    client.post("/account/logout/")
    assert not is_signed_in(client)


def test_a_forgotten_password_is_set_anew_once(client: Client, mona: User) -> None:
    client.post("/account/password/reset/", {"email": MONA["email"]})
    used = link_in_mail()
    link = client.get(used)["Location"]
    client.post(link, {"password1": "another long sentence", "password2": "another long sentence"})
    assert sign_in(Client()).status_code == 200
    assert sign_in(client, "another long sentence").status_code == 302
    assert b"already been used" in Client().get(used, follow=True).content


def test_a_changed_password_needs_the_old_one(client: Client, mona: User) -> None:
    sign_in(client)
    fields = {
        "oldpassword": "wrong",
        "password1": "another long sentence",
        "password2": "another long sentence",
    }
    assert client.post("/account/password/change/", fields).status_code == 200
    assert sign_in(Client()).status_code == 302
    client.post("/account/password/change/", fields | {"oldpassword": MONA["password1"]})
    assert sign_in(Client()).status_code == 200
    assert "password" in mail.outbox[-1].subject.lower()


@pytest.mark.parametrize("weak", ["short", "password", "12345678"])
def test_a_weak_password_is_refused(client: Client, weak: str) -> None:
    assert sign_up(client, password1=weak).status_code == 200
    assert not User.objects.exists()


def test_signing_up_and_resetting_do_not_tell_who_is_a_member(client: Client, mona: User) -> None:
    known, unknown = sign_up(client), sign_up(Client(), email="nobody@example.org")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    answers = [
        Client().post("/account/password/reset/", {"email": email})
        for email in (MONA["email"], "stranger@example.org")
    ]
    assert answers[0]["Location"] == answers[1]["Location"]
    wrong = [
        Client().post("/account/login/", {"login": email, "password": "wrong wrong wrong"})
        for email in (MONA["email"], "stranger@example.org")
    ]
    texts = [re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in wrong]
    assert texts[0] == texts[1]


def test_guessing_ends_after_five_tries(mona: User) -> None:
    for _ in range(5):
        sign_in(Client(), "wrong")
    refused = sign_in(Client())
    assert (refused.status_code, b"Too many failed login attempts" in refused.content) == (200, True)


def test_signing_up_in_bulk_is_refused() -> None:
    statuses = [
        Client().post("/account/signup/", MONA | {"email": f"m{number}@example.org"}).status_code
        for number in range(21)
    ]
    assert statuses[-1] == 429
    assert statuses[:20] == [302] * 20


def test_all_other_sessions_end_with_one_click(client: Client, mona: User) -> None:
    sign_in(client)
    elsewhere = Client()
    sign_in(elsewhere)
    assert client.get("/account/sessions/").content.count(b"<li>") == 2
    client.post("/account/sessions/")
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)


def totp(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def test_a_second_factor_is_asked_for_once_it_is_on(client: Client, mona: User) -> None:
    sign_in(client)
    assert client.get("/account/2fa/totp/activate/").status_code == 302, "first the password once more"
    client.post("/account/reauthenticate/", {"password": members.PASSWORD})
    page = client.get("/account/2fa/totp/activate/").content.decode()
    secret = re.search(r'id="authenticator_secret"[^>]*value="(\w+)"', page)
    assert secret is not None
    client.post("/account/2fa/totp/activate/", {"code": totp(secret[1])})
    assert b"On: a code from your app" in client.get("/account/?tab=settings").content
    cache.clear()  # a code works once; the cache remembers the one just used
    other = Client()
    assert sign_in(other)["Location"].startswith("/account/2fa/authenticate/")
    assert not is_signed_in(other)
    other.post("/account/2fa/authenticate/", {"code": "000000"})
    assert not is_signed_in(other)
    other.post("/account/2fa/authenticate/", {"code": totp(secret[1])})
    assert is_signed_in(other)


@pytest.mark.parametrize(
    "path", ["/account/?tab=settings", "/account/email/", "/account/2fa/", "/account/sessions/"]
)
def test_what_is_a_member_s_needs_a_sign_in(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/?next=")


def test_every_page_of_signing_in_is_ours_and_runs_no_inline_script(client: Client, mona: User) -> None:
    paths = ["login", "signup", "password/reset", "password/reset/done", "confirm-email", "inactive"]
    pages = [client.get(f"/account/{path}/") for path in paths]
    sign_in(client)
    client.post("/account/reauthenticate/", {"password": members.PASSWORD})
    paths = ["email", "password/change", "2fa", "2fa/totp/activate", "sessions", "logout", "reauthenticate"]
    paths += ["2fa/webauthn", "2fa/webauthn/add", "2fa/recovery-codes/generate"]
    pages += [client.get(f"/account/{path}/") for path in paths]
    for page in pages:
        assert page.status_code == 200
        assert b'class="site-header"' in page.content
        policy = [part.strip() for part in page["Content-Security-Policy"].split(";")]
        assert "script-src 'self'" in policy
        assert not re.search(rb"<script(?![^>]*(src=|application/json))", page.content)


def test_the_link_leads_nowhere_else(client: Client, mona: User) -> None:
    answer = client.post(
        "/account/login/?next=https://evil.example/",
        {"login": MONA["email"], "password": MONA["password1"], "next": "https://evil.example/"},
    )
    assert answer["Location"] == "/account/?tab=history"


def change_address(client: Client, email: str) -> Any:
    client.post("/account/reauthenticate/", {"password": members.PASSWORD})
    return client.post("/account/email/", {"email": email, "action_add": ""})


def test_an_address_changes_once_the_new_one_answers(client: Client, mona: User) -> None:
    sign_in(client)
    change_address(client, "mona@new.example")
    assert mail.outbox[-1].to == ["mona@new.example"]
    mona.refresh_from_db()
    assert mona.email == "mona@example.org"
    client.post(link_in_mail())
    mona.refresh_from_db()
    assert mona.email == "mona@new.example"
    old, new = (
        Client().post("/account/login/", {"login": email, "password": members.PASSWORD})
        for email in ("mona@example.org", "mona@new.example")
    )
    assert (old.status_code, new.status_code) == (200, 302)


def test_changing_to_somebody_s_address_tells_nothing_and_takes_nothing(client: Client, mona: User) -> None:
    members.make("bob@example.org")
    sign_in(client)
    taken = change_address(client, "bob@example.org")
    link = link_in_mail()
    free = change_address(client, "free@example.org")
    assert (taken.status_code, taken.get("Location")) == (free.status_code, free.get("Location"))
    for clicker in (Client(), client):
        assert clicker.post(link).status_code < 500
    mona.refresh_from_db()
    assert mona.email == "mona@example.org"
    bobs = Client().post("/account/login/", {"login": "bob@example.org", "password": members.PASSWORD})
    assert bobs.status_code == 302


def test_forgetting_passwords_in_bulk_is_refused(mona: User) -> None:
    statuses = [
        Client().post("/account/password/reset/", {"email": MONA["email"]}).status_code for _ in range(6)
    ]
    assert statuses == [302] * 5 + [429]


def test_passkeys_cannot_be_tried_in_bulk_either(db: None) -> None:
    statuses = [
        Client().post("/account/2fa/webauthn/login/", {"credential": "{}"}).status_code for _ in range(11)
    ]
    assert statuses == [302] * 10 + [429]


def test_a_recovery_code_opens_once(client: Client, mona: User) -> None:
    sign_in(client)
    client.post("/account/reauthenticate/", {"password": members.PASSWORD})
    page = client.get("/account/2fa/totp/activate/").content.decode()
    secret = re.search(r'id="authenticator_secret"[^>]*value="(\w+)"', page)
    assert secret is not None
    client.post("/account/2fa/totp/activate/", {"code": totp(secret[1])})
    codes = client.get("/account/2fa/recovery-codes/download/").content.decode().split()
    for expected in (True, False):
        other = Client()
        sign_in(other)
        other.post("/account/2fa/authenticate/", {"code": codes[0]})
        assert is_signed_in(other) == expected
