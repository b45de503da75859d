"""Every address of the site that has an id in it: to a stranger, somebody's id is nobody's id.

The addresses come from the table of URLs, so that a new one is asked too, or this fails.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts import keys
from accounts.models import Owner
from billing.models import Purchase
from editor.models import Batch, BatchFile, Edit, Source, WebhookDelivery
from tests import members
from tests.conftest import Submit, run

pytestmark = pytest.mark.django_db(transaction=True)

METHODS = ("get", "post", "put", "patch", "delete")
PUBLIC = {"slug", "name", "token", "key", "uidb36", "share_id"}
"""Names of models, and secrets in links, which are no ids of anybody's."""
NEVER = {"pk": "987654321"}


def with_ids(patterns: list[Any], prefix: str = "/") -> Iterator[str]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if not path.startswith("/admin"):
                yield from with_ids(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            names = set(re.findall(r"<(?:\w+:)?(\w+)>", path))
            if names - PUBLIC:
                yield path


ROUTES = sorted(with_ids(get_resolver().url_patterns))


@pytest.fixture
def alice(db: None) -> Owner:
    return Owner.objects.create(user=members.make("alice@example.org"))


@pytest.fixture
def hers(alice: Owner, photo: Source, submit: Submit) -> dict[str, str]:
    """One of everything, Alice's."""
    key = keys.mint(alice).key
    edit = run(submit(api_key=key))
    purchase = Purchase.objects.create(owner=alice, tokens=200_000, price_cents=500)
    batch = Batch.objects.create(owner=alice)
    file = BatchFile.objects.create(batch=batch, name="garden/rose.png", sent_bytes=9, source=photo)
    delivery = WebhookDelivery.objects.create(edit=edit, url="https://example.org/hook")
    passkey = Authenticator.objects.create(
        user=alice.user, id=987654320, type=Authenticator.Type.WEBAUTHN, data={}
    )
    return {
        "edit_id": edit.pk,
        "source_id": photo.pk,
        "key_id": key.pk,
        "purchase_id": purchase.pk,
        "delivery_id": str(delivery.pk),
        "pk": str(passkey.pk),
        "batch_id": batch.pk,
        "file_id": str(file.pk),
    }


def filled(route: str, ids: dict[str, str]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: ids[found[1]], route)


def seen(answer: Any, ids: dict[str, str]) -> tuple[int, str, str]:
    """Return what an answer tells, without what differs from request to request."""
    body = b"" if answer.streaming else answer.content
    text = re.sub(r'value="[^"]{32,}"', "", body.decode())
    place = str(answer.headers.get("Location", ""))
    for one in ids.values():
        text, place = text.replace(one, "ID"), place.replace(one, "ID")
    return answer.status_code, text, place


def ask(client: Client, method: str, path: str, **headers: str) -> Any:
    cache.clear()
    return getattr(client, method)(path, headers=headers)


def test_there_are_addresses_to_ask() -> None:
    assert len(ROUTES) > 20


@pytest.mark.parametrize("who", ["bob", "visitor"])
def test_somebody_s_id_is_nobody_s_id_to_a_stranger(
    hers: dict[str, str], bob: Owner, client: Client, who: str
) -> None:
    bobs = Owner.objects.create(user=members.make("bob@example.org"))
    bearer = {"Authorization": f"Bearer {keys.mint(bobs).text}"}
    if who == "bob":
        assert bobs.user is not None
        client.force_login(bobs.user)
        client.post("/account/reauthenticate/", {"password": members.PASSWORD})
    nobodys = {name: NEVER.get(name) or re.sub(r"_.*", "_" + "0" * 26, one) for name, one in hers.items()}
    for route in ROUTES:
        headers = bearer if route.startswith("/v1/") and who == "bob" else {}
        for method in METHODS:
            theirs = ask(client, method, filled(route, hers), **headers)
            never = ask(client, method, filled(route, nobodys), **headers)
            assert seen(theirs, hers) == seen(never, nobodys), (method, route)
            assert theirs.status_code in {302, 401, 404, 405}, (method, route, theirs.status_code)
            if who == "bob":
                assert theirs.status_code in {404, 405}, (method, route, theirs.status_code)
    assert Edit.objects.get().has_result
    assert Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).exists()
