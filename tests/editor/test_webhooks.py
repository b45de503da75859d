"""Who asked hears of an edit's end, signed, until they answer; a dead receiver delays nothing."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from accounts.models import Owner
from editor import edits, webhooks
from editor.models import Edit, WebhookDelivery
from tests import members
from tests.conftest import Submit, run

pytestmark = pytest.mark.django_db(transaction=True)


class Receiver:
    """A server that keeps what it hears and answers as told."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], str]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                receiver.heard.append((dict(self.headers), body))
                self.send_response(receiver.status)
                self.send_header("location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def receiver(settings: LazySettings) -> Iterator[Receiver]:
    one = Receiver()
    settings.FETCH_TRUSTED = [f"127.0.0.1:{one.server.server_port}"]
    thread = threading.Thread(target=one.server.serve_forever)
    thread.start()
    yield one
    one.server.shutdown()
    one.server.server_close()
    thread.join()


@pytest.fixture
def delivery(submit: Submit, receiver: Receiver) -> WebhookDelivery:
    edit = submit()
    webhooks.ask(edit, receiver.url)
    return WebhookDelivery.objects.get()


def seen(delivery: WebhookDelivery) -> WebhookDelivery:
    return WebhookDelivery.objects.get(pk=delivery.pk)


def test_it_is_told_when_the_edit_ends_and_the_signature_fits(
    delivery: WebhookDelivery, receiver: Receiver, alice: Owner
) -> None:
    assert webhooks.sweep() == 0, "not before the end"
    run(delivery.edit)
    assert webhooks.sweep() == 1
    deadline = time.monotonic() + 20
    while seen(delivery).state != "delivered" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert seen(delivery).state == "delivered"
    headers, body = receiver.heard[0]
    told = Webhook(webhooks.secrets_of(alice)[0]).verify(body, headers)
    assert (told["type"], told["data"]["id"]) == ("edit.succeeded", delivery.edit_id)
    with pytest.raises(WebhookVerificationError):
        Webhook(webhooks.secrets_of(alice)[0]).verify(body.replace("succeeded", "failed"), headers)
    assert webhooks.sweep() == 0


def test_a_canceled_edit_is_told_too(delivery: WebhookDelivery, receiver: Receiver) -> None:
    edits.cancel(delivery.edit)
    webhooks.send(delivery.pk)
    assert json.loads(receiver.heard[0][1])["type"] == "edit.canceled"


@pytest.mark.parametrize("status", [500, 302, 404])
def test_what_is_not_heard_is_told_again_for_a_day(
    delivery: WebhookDelivery, receiver: Receiver, status: int
) -> None:
    run(delivery.edit)
    receiver.status = status
    began = timezone.now()
    waited = timedelta()
    for tries in range(1, len(webhooks.PAUSES) + 1):
        webhooks.send(delivery.pk)
        row = seen(delivery)
        assert (row.tries, row.state) == (tries, "waiting")
        waited += row.next_at - timezone.now()
    webhooks.send(delivery.pk)
    assert seen(delivery).state == "given up"
    assert timedelta(hours=20) < waited < timedelta(hours=28)
    assert len(receiver.heard) == len(webhooks.PAUSES) + 1
    assert timezone.now() - began < timedelta(minutes=1)


def test_an_address_that_is_gone_is_not_asked_again(delivery: WebhookDelivery, receiver: Receiver) -> None:
    receiver.status = 410
    webhooks.send(delivery.pk)
    assert seen(delivery).state == "given up"


def test_an_inside_address_is_never_reached(
    delivery: WebhookDelivery, receiver: Receiver, settings: LazySettings
) -> None:
    settings.FETCH_TRUSTED = []
    WebhookDelivery.objects.update(url=receiver.url.replace("http:", "https:"))
    webhooks.send(delivery.pk)
    assert receiver.heard == []
    assert seen(delivery).tries == 1


def test_for_a_day_both_secrets_sign(delivery: WebhookDelivery, receiver: Receiver, alice: Owner) -> None:
    old = webhooks.secrets_of(alice)[0]
    webhooks.rotate_secret(alice)
    webhooks.send(delivery.pk)
    headers, body = receiver.heard[0]
    for secret in (old, webhooks.secrets_of(alice)[0]):
        Webhook(secret).verify(body, headers)
    assert old != webhooks.secrets_of(alice)[0]


def test_an_edit_does_not_wait_for_its_receiver(submit: Submit, settings: LazySettings) -> None:
    edit = submit()
    webhooks.ask(edit, "https://192.0.2.1/dead")
    assert run(edit).status == Edit.Status.SUCCEEDED
    assert webhooks.sweep() == 1


def test_the_log_is_its_owner_s_and_can_send_again(
    delivery: WebhookDelivery, alice: Owner, receiver: Receiver
) -> None:
    receiver.status = 410
    webhooks.send(delivery.pk)
    alice.user = members.make("alice@example.org")
    alice.save()
    mine, theirs = Client(), Client()
    mine.force_login(alice.user)
    theirs.force_login(members.make("bob@example.org"))
    assert receiver.url in mine.get("/account/?tab=keys").content.decode()
    assert receiver.url not in theirs.get("/account/?tab=keys").content.decode()
    path = f"/account/webhooks/{delivery.pk}/resend"
    assert theirs.post(path).status_code == 404
    assert seen(delivery).state == "given up"
    mine.post(path)
    assert (seen(delivery).state, seen(delivery).tries) == ("waiting", 0)
