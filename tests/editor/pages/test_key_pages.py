"""The keys tab and the page for programmers."""

import re

import pytest
from django.test import Client

from accounts import keys
from accounts.models import ApiKey, Owner
from editor.api import urls
from editor.api.serializers import EditFields
from editor.pages import api_docs
from freeai.common import api, errors
from tests import members

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mona() -> Client:
    browser = Client()
    browser.force_login(members.make("mona@example.org"))
    return browser


def secret_on(page: bytes) -> str:
    found = re.search(r'id="secret" value="([^"]+)"', page.decode())
    assert found is not None
    return found[1]


def test_a_key_is_shown_once_and_works(mona: Client) -> None:
    fields = {
        "name": "website",
        "monthly_tokens": "5000",
        "models": ["freeai-lite"],
        "expires_on": "2099-12-31",
    }
    answer = mona.post("/account/keys/", fields)
    assert answer.status_code == 201
    assert "no-store" in answer["Cache-Control"]
    text = secret_on(answer.content)
    key = keys.verify(text)
    assert (key.name, key.monthly_tokens, key.allowed_models) == ("website", 5000, ["freeai-lite"])
    later = mona.get("/account/?tab=keys").content.decode()
    assert text not in later
    assert text.partition(".")[0] in later


@pytest.mark.parametrize(
    "fields", [{"name": ""}, {"name": "x", "monthly_tokens": "0"}, {"name": "x", "expires_on": "2001-01-01"},
               {"name": "x", "models": ["nothing"]}],
)  # fmt: skip
def test_a_form_that_does_not_fit_makes_no_key(mona: Client, fields: dict[str, object]) -> None:
    assert mona.post("/account/keys/", fields).status_code == 400
    assert not ApiKey.objects.exists()


def test_rotating_and_revoking(mona: Client) -> None:
    old = secret_on(mona.post("/account/keys/", {"name": "x"}).content)
    key = keys.verify(old)
    new = secret_on(mona.post(f"/account/keys/{key.pk}/rotate").content)
    keys.verify(old)
    mona.post(f"/account/keys/{key.pk}/revoke")
    with pytest.raises(errors.NotAuthenticated):
        keys.verify(old)
    keys.verify(new)


def test_bob_and_nobody_touch_no_key_of_mona_s(mona: Client) -> None:
    key = keys.verify(secret_on(mona.post("/account/keys/", {"name": "mona's own"}).content))
    bob = Client()
    bob.force_login(members.make("bob@example.org"))
    assert "mona&#x27;s own" not in bob.get("/account/?tab=keys").content.decode()
    for act in ("rotate", "revoke"):
        path = f"/account/keys/{key.pk}/{act}"
        assert bob.post(path).status_code == 404
        assert Client().post(path)["Location"].startswith("/account/login/")
        assert mona.get(path).status_code == 405
        assert Client(enforce_csrf_checks=True).post(path).status_code == 403
    assert ApiKey.objects.get().is_open
    assert Client().get("/account/?tab=keys").status_code == 302


def test_the_docs_fill_in_the_reader_s_own_key(mona: Client, client: Client) -> None:
    text = secret_on(mona.post("/account/keys/", {"name": "x"}).content)
    page = mona.get("/api/").content.decode()
    assert f"Bearer {text.partition('.')[0]}.…" in page
    assert text not in page
    assert "Bearer sk-free-…" in client.get("/api/").content.decode()
    assert not Owner.objects.filter(user=None).exists()


def subclasses(kind: type[errors.FreeAIError]) -> set[type[errors.FreeAIError]]:
    return {kind}.union(*(subclasses(child) for child in kind.__subclasses__()))


INSIDE_ONLY = {
    *(
        "error",
        "not_allowed",
        "conflict",
        "storage_failed",
        "payment_provider_failed",
        "source_expired",
        "challenge_required",
        "not_appealable",
        "no_change",
        "superseded",
    ),
}
"""Codes that the pages answer, or that a subclass always replaces."""


def test_the_docs_name_every_error_field_and_route(client: Client) -> None:
    page = client.get("/api/").content.decode()
    documented = {code: status for status, code, _ in api_docs.ERRORS}
    from_api = {
        kind.code: api.status_of(kind("x"))
        for kind in subclasses(errors.FreeAIError)
        if kind.__module__.startswith(("accounts", "editor", "freeai"))
        # What a worker cannot load stays with the worker: it never serves, so nobody is answered so.
        and not kind.__module__.startswith("editor.engines.")
    }
    for code, status in from_api.items():
        if code not in INSIDE_ONLY:
            assert documented.get(code) == status, code
    for name in EditFields().get_fields():
        assert f"<td><code>{name}</code></td>" in page
    for pattern in urls.urlpatterns:
        route = str(pattern.pattern)
        if pattern.name and not route.startswith(("files", "image/", "openapi", "models/")):
            assert f"/v1/{route.replace('<slug:edit_id>', 'ID')}" in page


def test_a_model_s_page_shows_its_call(client: Client) -> None:
    page = client.get("/models/step1x-edit/").content.decode()
    assert "model=step1x-edit" in page
    assert "curl http://testserver/v1/images/edits" in page
