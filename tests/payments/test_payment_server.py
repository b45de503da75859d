"""The payment server keeps Stripe's promises, as the official library and a browser's form see them."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import stripe
import time_machine

from tests.payments import PaymentServer, running_payments
from tests.payments.buying import client_of, new_session, paid
from tests.payments.fixtures import payments  # noqa: F401

GOOD, DECLINED, DISPUTED = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0000 0000 0259"


@pytest.fixture(scope="module")
def server() -> Iterator[PaymentServer]:
    with running_payments() as server:
        yield server


@pytest.fixture
def client(server: PaymentServer) -> stripe.StripeClient:
    return client_of(server)


def types_since(server: PaymentServer, count: int) -> list[str]:
    return [event.type for event in server.events()[count:]]


def test_a_session_is_paid_through_its_page(server: PaymentServer, client: stripe.StripeClient) -> None:
    session = new_session(client, customer_email="alice@example.com")
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    with httpx.Client() as browser:
        shown = browser.get(session.url)
        assert shown.status_code == 200
        assert "$5.00" in shown.text
        assert 'href="http://127.0.0.1:9/pricing"' in shown.text
        card = {"method": "card", "number": DECLINED, "expiry": "12 / 34", "cvc": "123"}
        declined = browser.post(session.url, data=card)
        assert declined.status_code == 200
        assert "Your card was declined." in declined.text
        assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
        done = browser.post(session.url, data={**card, "number": GOOD})
        assert done.status_code == 303
        assert done.headers["Location"] == f"http://127.0.0.1:9/thanks?session={session.id}"
        again = browser.post(session.url, data={**card, "number": GOOD})
        assert again.headers["Location"] == done.headers["Location"]

    found: Any = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent", "payment_intent.latest_charge"]}
    )
    assert (found.status, found.payment_status, found.url) == ("complete", "paid", None)
    assert found.client_reference_id == "owner_7"
    charge = found.payment_intent.latest_charge
    assert charge.metadata.to_dict() == {"purchase": "p1", "0": "digits are keys too"}
    assert (charge.amount, charge.amount_refunded, charge.refunded, charge.disputed) == (500, 0, False, False)
    assert "$5.00 paid" in httpx.get(charge.receipt_url).text
    mine = [each for each in server.payments() if each.payment_intent == found.payment_intent.id]
    assert [(each.amount, each.amount_refunded, each.disputed) for each in mine] == [(500, 0, False)]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"number": "4000000000009995"}, "insufficient funds"),
        ({"number": "1234"}, "number is invalid"),
        ({"number": ""}, "number is invalid"),
        ({"expiry": "13/30"}, "expiration date is incomplete"),
        ({"expiry": "01/20"}, "in the past"),
        ({"cvc": "12"}, "security code is incomplete"),
    ],
)
def test_what_stripe_would_refuse_stays_on_the_page(
    server: PaymentServer, client: stripe.StripeClient, typed: dict[str, str], words: str
) -> None:
    session = new_session(client)
    form = {"method": "card", "number": GOOD, "expiry": "12/34", "cvc": "123", **typed}
    assert words in httpx.post(session.url, data=form).text
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"


def test_every_event_is_signed_and_tells_the_moment(
    server: PaymentServer, client: stripe.StripeClient
) -> None:
    before = len(server.events())
    intent = paid(server, client)
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 100})
    events = server.events()[before:]
    assert [event.type for event in events] == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
        "refund.created",
        "charge.refunded",
    ]
    for event in events:
        read = stripe.Webhook.construct_event(event.payload, event.signature, server.webhook_secret)
        assert (read.id, read.type) == (event.id, event.type)
    assert [event.object.get("amount_refunded") for event in events] == [0, None, None, None, 100]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(events[0].payload + b" ", events[0].signature, server.webhook_secret)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(events[0].payload, events[0].signature, "whsec_other")
    assert client.v1.events.retrieve(events[0].id).type == "charge.succeeded"


def test_a_bank_debit_ends_unpaid_and_is_settled_later(
    server: PaymentServer, client: stripe.StripeClient
) -> None:
    before = len(server.events())
    session = new_session(client)
    done = httpx.post(session.url, data={"method": "us_bank_account"})
    assert done.status_code == 303
    found: Any = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (found.status, found.payment_status) == ("complete", "unpaid")
    assert found.payment_intent.status == "processing"
    assert found.payment_intent.id not in {each.payment_intent for each in server.payments()}
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": found.payment_intent.id})
    server.async_succeed(session.id)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert found.payment_intent.id in {each.payment_intent for each in server.payments()}
    assert types_since(server, before)[2] == "checkout.session.completed"
    assert server.events()[before + 2].object["payment_status"] == "unpaid"
    assert types_since(server, before)[-1] == "checkout.session.async_payment_succeeded"
    assert client.v1.refunds.create({"payment_intent": found.payment_intent.id}).amount == 500


def test_a_bank_debit_may_fail(server: PaymentServer, client: stripe.StripeClient) -> None:
    before = len(server.events())
    session = new_session(client)
    server.pay(session.id, method="us_bank_account")
    server.async_fail(session.id)
    found: Any = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (found.status, found.payment_status) == ("complete", "unpaid")
    assert found.payment_intent.status == "requires_payment_method"
    assert types_since(server, before)[-1] == "checkout.session.async_payment_failed"
    assert found.payment_intent.id not in {each.payment_intent for each in server.payments()}


def test_a_key_answers_the_same_once_and_for_all(server: PaymentServer, client: stripe.StripeClient) -> None:
    session = new_session(client, key="buy-1")
    assert new_session(client, key="buy-1").id == session.id
    assert new_session(client, key="buy-2").id != session.id
    with pytest.raises(stripe.IdempotencyError):
        new_session(client, key="buy-1", client_reference_id="owner_8")

    intent = paid(server, client)
    asked: Any = {"payment_intent": intent.id, "amount": 200}
    first = client.v1.refunds.create(asked, {"idempotency_key": "back-1"})
    assert client.v1.refunds.create(asked, {"idempotency_key": "back-1"}).id == first.id
    assert client.v1.charges.retrieve(intent.latest_charge.id).amount_refunded == 200


def test_no_more_goes_back_than_was_paid(server: PaymentServer, client: stripe.StripeClient) -> None:
    intent = paid(server, client)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 501})
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 300, "metadata": {"return": "r1"}})
    with pytest.raises(stripe.InvalidRequestError, match=r"\(201\) is greater than .* \(200\)"):
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 201})
    server.refund_outside(intent.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"charge": intent.latest_charge.id})
    assert refused.value.code == "charge_already_refunded"
    charge = client.v1.charges.retrieve(intent.latest_charge.id)
    assert (charge.amount_refunded, charge.refunded) == (500, True)
    listed = client.v1.refunds.list({"payment_intent": intent.id})
    assert [(each.amount, each.status) for each in listed.data] == [(200, "succeeded"), (300, "succeeded")]
    assert [each.id for each in client.v1.charges.list({"payment_intent": intent.id}).data] == [charge.id]
    payment = next(each for each in server.payments() if each.payment_intent == intent.id)
    assert (payment.amount, payment.amount_refunded) == (500, 500)


def test_a_refund_may_wait_and_may_fail(server: PaymentServer, client: stripe.StripeClient) -> None:
    intent = paid(server, client)
    server.hold_refunds()
    waiting = client.v1.refunds.create({"payment_intent": intent.id, "amount": 100})
    server.hold_refunds(hold=False)
    assert waiting.status == "pending"
    server.settle_refund(waiting.id)
    assert client.v1.refunds.retrieve(waiting.id).status == "succeeded"
    before = len(server.events())
    server.fail_refund(waiting.id)
    assert types_since(server, before) == ["refund.updated", "charge.refund.updated", "refund.failed"]
    assert client.v1.refunds.retrieve(waiting.id).failure_reason == "expired_or_canceled_card"
    assert client.v1.charges.retrieve(intent.latest_charge.id).amount_refunded == 0
    payment = next(each for each in server.payments() if each.payment_intent == intent.id)
    assert payment.amount_refunded == 0


@pytest.mark.parametrize(("won", "charged_back"), [(True, 0), (False, 500)])
def test_a_dispute_takes_the_money_until_it_is_won(
    server: PaymentServer, client: stripe.StripeClient, won: bool, charged_back: int
) -> None:
    before = len(server.events())
    session = new_session(client)
    httpx.post(session.url, data={"number": DISPUTED, "expiry": "12/34", "cvc": "123"})
    assert types_since(server, before)[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    intent_id = str(client.v1.checkout.sessions.retrieve(session.id).payment_intent)
    dispute = client.v1.disputes.list({"payment_intent": intent_id}).data[0]
    assert (dispute.amount, dispute.status) == (500, "needs_response")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent_id})
    assert refused.value.code == "charge_disputed"
    server.close_dispute(dispute.id, won=won)
    assert client.v1.disputes.retrieve(dispute.id).status == ("won" if won else "lost")
    assert server.events()[-1].type == "charge.dispute.closed"
    payment = next(each for each in server.payments() if each.payment_intent == intent_id)
    assert (payment.disputed, payment.amount_charged_back) == (True, charged_back)


def test_a_session_expires(server: PaymentServer, client: stripe.StripeClient) -> None:
    session = new_session(client)
    assert client.v1.checkout.sessions.expire(session.id).status == "expired"
    assert server.events()[-1].type == "checkout.session.expired"
    assert "expired" in httpx.get(session.url).text
    card = {"number": GOOD, "expiry": "12/34", "cvc": "123"}
    assert "Nothing was charged" in httpx.post(session.url, data=card).text
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(session.id)


def test_a_session_left_alone_expires_after_a_day(payments: PaymentServer) -> None:  # noqa: F811
    start = int(time.time())
    with time_machine.travel(start, tick=True) as clock:
        session = new_session(client_of(payments))
        assert session.expires_at - start in range(86_400, 86_460)
        clock.shift(86_399 - 60)
        assert payments.events() == []
        clock.shift(120)
        event = payments.events()[0]
        assert (event.type, event.object["id"]) == ("checkout.session.expired", session.id)
        read = stripe.Webhook.construct_event(event.payload, event.signature, payments.webhook_secret)
        assert read.created - start in range(86_400, 86_600)


def test_errors_have_stripes_shape(server: PaymentServer, client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as unknown:
        client.v1.checkout.sessions.retrieve("cs_test_none")
    assert (unknown.value.http_status, unknown.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError) as parameter:
        new_session(client, colour="blue")
    assert (parameter.value.code, parameter.value.param) == ("parameter_unknown", "colour")
    stranger = stripe.StripeClient("nobody", base_addresses={"api": server.url}, max_network_retries=0)
    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.refunds.list()


def test_lists_are_paged_newest_first(server: PaymentServer, client: stripe.StripeClient) -> None:
    intent = paid(server, client)
    made = [client.v1.refunds.create({"payment_intent": intent.id, "amount": 50 + n}).id for n in range(5)]
    listed = client.v1.refunds.list({"payment_intent": intent.id, "limit": 2})
    assert ([each.id for each in listed.data], listed.has_more) == ([made[4], made[3]], True)
    assert [each.id for each in listed.auto_paging_iter()] == made[::-1]
    earlier = client.v1.refunds.list({"payment_intent": intent.id, "limit": 2, "ending_before": made[0]})
    assert [each.id for each in earlier.data] == [made[2], made[1]]


def test_the_events_of_a_life_can_be_read_as_raw_bytes(
    server: PaymentServer, client: stripe.StripeClient
) -> None:
    paid(server, client)
    event = server.events("checkout.session.completed")[-1]
    body = json.loads(event.payload)
    assert body["api_version"] == stripe.api_version
    assert body["data"]["object"]["metadata"] == {"purchase": "p1"}
