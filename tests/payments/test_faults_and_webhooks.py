"""The payment server under faults and crowds, its webhooks, and its end."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from tests.payments import PaymentServer, running_payments
from tests.payments.buying import client_of, paid

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def server() -> Iterator[PaymentServer]:
    with running_payments() as server:
        yield server


@pytest.fixture
def client(server: PaymentServer) -> stripe.StripeClient:
    return client_of(server)


def test_a_broken_connection_hides_work_that_was_done(
    server: PaymentServer, client: stripe.StripeClient
) -> None:
    intent = paid(server, client)
    server.drop_next_response("/v1/refunds", method="POST")
    with pytest.raises(stripe.APIConnectionError):
        client.v1.refunds.create({"payment_intent": intent.id}, {"idempotency_key": "lost"})
    assert server.faults_waiting == 0
    assert client.v1.charges.retrieve(intent.latest_charge.id).refunded
    again = client.v1.refunds.create({"payment_intent": intent.id}, {"idempotency_key": "lost"})
    assert [each.id for each in client.v1.refunds.list({"payment_intent": intent.id}).data] == [again.id]


def test_a_500_comes_before_the_work_or_after_it(server: PaymentServer, client: stripe.StripeClient) -> None:
    intent = paid(server, client)
    asked: Any = {"payment_intent": intent.id, "amount": 100}
    server.answer_500("/v1/refunds")
    with pytest.raises(stripe.APIError):
        client.v1.refunds.create(asked, {"idempotency_key": "before"})
    assert client.v1.charges.retrieve(intent.latest_charge.id).amount_refunded == 0
    client.v1.refunds.create(asked, {"idempotency_key": "before"})
    server.answer_500("/v1/refunds", does_work=True)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            client.v1.refunds.create(asked, {"idempotency_key": "after"})
    assert client.v1.charges.retrieve(intent.latest_charge.id).amount_refunded == 200


def test_an_answer_may_be_late(server: PaymentServer, client: stripe.StripeClient) -> None:
    server.delay_next(0.3, "/v1/refunds")
    began = time.perf_counter()
    client.v1.refunds.list()
    assert time.perf_counter() - began >= 0.3


def test_sixty_four_refunds_at_once_return_the_money_once(
    server: PaymentServer, client: stripe.StripeClient
) -> None:
    intent = paid(server, client)
    accepted: list[str] = []

    def ask() -> None:
        try:
            accepted.append(client_of(server).v1.refunds.create({"payment_intent": intent.id}).id)
        except stripe.InvalidRequestError:
            return

    threads = [threading.Thread(target=ask) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(accepted) == 1
    assert client.v1.charges.retrieve(intent.latest_charge.id).amount_refunded == 500


def test_what_the_front_does_not_know_goes_to_localstripe(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "bob@example.com"})
    assert client.v1.customers.retrieve(customer.id).email == "bob@example.com"


class Shop(HTTPServer):
    """A webhook endpoint that verifies with the official library and notes what came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ShopHandler)
        self.came: list[str] = []


class ShopHandler(BaseHTTPRequestHandler):
    server: Shop

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event = stripe.Webhook.construct_event(body, self.headers["Stripe-Signature"], "whsec_shop")
        self.server.came.append(event.type)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def test_webhooks_arrive_signed_and_can_be_sent_again() -> None:
    shop = Shop()
    thread = threading.Thread(target=shop.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    url = f"http://127.0.0.1:{shop.server_address[1]}/hook"
    wanted = ("checkout.session.completed", "charge.refunded")
    try:
        with running_payments(webhook_url=url, webhook_secret="whsec_shop", event_types=wanted) as server:
            intent = paid(server, client_of(server))
            server.refund_outside(intent.id, 100)
            assert [each.status for each in server.wait_delivered()] == [204, 204]
            assert shop.came == list(wanted)
            assert server.resend(server.events("charge.refunded")[0].id) == 204
            server.collect()
            server.refund_outside(intent.id, 100)
            assert len(server.wait_delivered()) == 3
            assert len(server.events("charge.refunded")) == 2
    finally:
        shop.shutdown()
        thread.join()
        shop.server_close()
    assert shop.came == [*wanted, "charge.refunded"]


def test_a_shop_that_is_away_is_noted_and_hinders_nobody() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/hook"
        with running_payments(webhook_url=url) as server:
            paid(server, client_of(server))
            assert {each.status for each in server.wait_delivered()} == {None}


def test_it_leaves_no_process_and_waits_for_no_idle_browser() -> None:
    with running_payments() as server:
        process = server._book.backend.process
        idle = socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])))
        client_of(server).v1.refunds.list()
    idle.close()
    assert isinstance(process, subprocess.Popen)
    assert process.returncode == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url)


def test_nothing_stays_when_the_test_run_is_killed() -> None:
    program = (
        "import os, signal\n"
        "from tests.payments import running_payments\n"
        "with running_payments() as server:\n"
        "    print(server._book.backend.port, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    port = int(killed.stdout)
    deadline = time.monotonic() + 30
    while is_listening(port):
        assert time.monotonic() < deadline, "localstripe outlived its starter"
        time.sleep(0.05)


def is_listening(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
