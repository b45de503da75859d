"""Stripe's objects in the shape of API version 2026-10-28.endive: the fields a shop reads. Pure."""

from typing import Any

from tests.payments.forms import Json

API_VERSION = "2026-10-28.endive"


def session(*, form: Json, amount: int, currency: str, created: int, expires: int) -> Json:
    """Return an open Checkout Session; id and url are its maker's to add."""
    return {
        "object": "checkout.session",
        "amount_subtotal": amount,
        "amount_total": amount,
        "cancel_url": form.get("cancel_url"),
        "client_reference_id": form.get("client_reference_id"),
        "created": created,
        "currency": currency,
        "customer": None,
        "customer_details": None,
        "customer_email": form.get("customer_email"),
        "expires_at": expires,
        "livemode": False,
        "locale": form.get("locale"),
        "metadata": form.get("metadata", {}),
        "mode": "payment",
        "payment_intent": None,
        "payment_method_types": form.get("payment_method_types", ["card", "us_bank_account"]),
        "payment_status": "unpaid",
        "status": "open",
        "submit_type": form.get("submit_type"),
        "success_url": form["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    }


def line_item(*, identifier: str, item: Json, amount: int, quantity: int, currency: str) -> Json:
    product = item["price_data"].get("product_data", {})
    return {
        "id": identifier,
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount * quantity,
        "amount_tax": 0,
        "amount_total": amount * quantity,
        "currency": currency,
        "description": product.get("name"),
        "price": {"object": "price", "currency": currency, "type": "one_time", "unit_amount": amount},
        "quantity": quantity,
    }


def intent(*, identifier: str, paid_session: Json, data: Json, method: str, created: int) -> Json:
    return {
        "id": identifier,
        "object": "payment_intent",
        "amount": paid_session["amount_total"],
        "amount_capturable": 0,
        "amount_received": 0,
        "capture_method": "automatic_async",
        "client_secret": f"{identifier}_secret_test",
        "created": created,
        "currency": paid_session["currency"],
        "customer": None,
        "description": data.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": dict(data.get("metadata", {})),
        "next_action": None,
        "payment_method": None,
        "payment_method_types": [method],
        "receipt_email": data.get("receipt_email"),
        "status": "processing",
    }


def charge(*, identifier: str, of: Json, details: Json, status: str, receipts: str) -> Json:
    """Return the charge of a payment intent; the intent's metadata is copied, as Stripe does."""
    return {
        "id": identifier,
        "object": "charge",
        "amount": of["amount"],
        "amount_captured": of["amount"] if status == "succeeded" else 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None},
        "captured": True,
        "created": of["created"],
        "currency": of["currency"],
        "customer": None,
        "description": of["description"],
        "disputed": False,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": dict(of["metadata"]),
        "paid": status == "succeeded",
        "payment_intent": of["id"],
        "payment_method": of["payment_method"],
        "payment_method_details": details,
        "receipt_email": of["receipt_email"],
        "receipt_number": None,
        "receipt_url": f"{receipts}/receipts/{identifier}",
        "refunded": False,
        "status": status,
    }


def refund(*, identifier: str, of: Json, amount: int, form: Json, status: str, created: int) -> Json:
    return {
        "id": identifier,
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": of["id"],
        "created": created,
        "currency": of["currency"],
        "description": None,
        "failure_reason": None,
        "metadata": dict(form.get("metadata", {})),
        "payment_intent": of["payment_intent"],
        "pending_reason": "processing" if status == "pending" else None,
        "reason": form.get("reason"),
        "receipt_number": None,
        "status": status,
    }


def dispute(*, identifier: str, of: Json, amount: int, created: int) -> Json:
    return {
        "id": identifier,
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": of["id"],
        "created": created,
        "currency": of["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {"due_by": created + 7 * 86400, "has_evidence": False, "submission_count": 0},
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": of["payment_intent"],
        "reason": "fraudulent",
        "status": "needs_response",
    }


def event(
    *, identifier: str, kind: str, about: Json, created: int, before: Json | None, key: str | None
) -> Json:
    data: dict[str, Any] = {"object": about}
    if before is not None:
        data["previous_attributes"] = before
    return {
        "id": identifier,
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": data,
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": key},
        "type": kind,
    }
