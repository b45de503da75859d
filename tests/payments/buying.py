"""What a shop does at the payment server, through the official library."""

from typing import Any

import stripe

from tests.payments import PaymentServer


def client_of(server: PaymentServer, *, retries: int = 0) -> stripe.StripeClient:
    return stripe.StripeClient(
        server.api_key,
        base_addresses={"api": server.url},
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=30),
    )


def new_session(client: stripe.StripeClient, *, key: str | None = None, **more: Any) -> Any:
    params: Any = {
        "mode": "payment",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "usd",
                    "unit_amount": 500,
                    "product_data": {"name": "200,000 tokens"},
                },
            }
        ],
        "success_url": "http://127.0.0.1:9/thanks?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:9/pricing",
        "client_reference_id": "owner_7",
        "metadata": {"purchase": "p1"},
        "payment_intent_data": {"metadata": {"purchase": "p1", "0": "digits are keys too"}},
        **more,
    }
    return client.v1.checkout.sessions.create(params, {"idempotency_key": key} if key else {})


def paid(server: PaymentServer, client: stripe.StripeClient) -> Any:
    """Return the payment intent of a new session paid by card."""
    session = new_session(client)
    server.pay(session.id)
    found: Any = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent", "payment_intent.latest_charge"]}
    )
    return found.payment_intent
