"""Checkout Sessions, which localstripe does not have: open → complete | expired.

A card is charged at once. A bank debit completes the session unpaid and is settled, or failed,
by a control of the test. A declined card leaves the session open and makes no payment intent.
"""

import time
from dataclasses import dataclass
from urllib.parse import quote

from tests.payments import objects, returns
from tests.payments.book import Book, now
from tests.payments.forms import Json, Refusal, only, required, whole

SESSION_SECONDS = 86_400
SESSION_SECONDS_MIN = 1_800
AMOUNT_MIN = 50
DISPUTED_CARD = "4000000000000259"
GOOD_CARDS = {"4242424242424242", DISPUTED_CARD}
DECLINED_CARDS = {
    "4000000000000002": "Your card was declined.",
    "4000000000009995": "Your card has insufficient funds.",
    "4000000000000069": "Your card has expired.",
    "4000000000000127": "Your card's security code is incorrect.",
}
PARAMETERS = (
    "mode", "line_items", "success_url", "cancel_url", "client_reference_id", "metadata", "customer_email",
    "payment_intent_data", "payment_method_types", "expires_at", "locale", "submit_type", "ui_mode",
)  # fmt: skip


@dataclass(frozen=True)
class Card:
    """What a person typed on the page."""

    number: str
    expiry: str
    cvc: str

    @property
    def digits(self) -> str:
        return "".join(self.number.split())

    @property
    def month_and_year(self) -> tuple[int, int]:
        month, _, year = (part.strip() for part in self.expiry.partition("/"))
        if not (month.isdecimal() and year.isdecimal() and 1 <= int(month) <= 12):
            raise Refusal("Your card's expiration date is incomplete.")
        return int(month), int(year) % 100 + 2000


def create(book: Book, form: Json) -> Json:
    """Return a new open session for what the form describes, in one currency."""
    only(form, *PARAMETERS)
    only(
        form.get("payment_intent_data", {}),
        "metadata",
        "description",
        "receipt_email",
        within="payment_intent_data",
    )
    if required(form, "mode") != "payment" or form.get("ui_mode", "hosted_page") != "hosted_page":
        raise Refusal("This test server knows mode=payment on the hosted page only.", param="mode")
    required(form, "success_url")
    items = priced(book, required(form, "line_items"))
    amount, currency = sum(item["amount_total"] for item in items), items[0]["currency"]
    if amount < AMOUNT_MIN:
        raise Refusal("The total amount due must add up to at least $0.50 usd", code="amount_too_small")
    made = objects.session(form=form, amount=amount, currency=currency, created=now(), expires=expiry(form))
    made["id"] = book.new_id("cs_test_")
    made["url"] = f"{book.url}/pay/{made['id']}"
    book.lines[made["id"]] = items
    book.intent_data[made["id"]] = form.get("payment_intent_data", {})
    return book.put(made)


def expiry(form: Json) -> int:
    asked = whole(form, "expires_at")
    if asked is None:
        return now() + SESSION_SECONDS
    if not now() + SESSION_SECONDS_MIN - 60 <= asked <= now() + SESSION_SECONDS + 60:
        raise Refusal("expires_at must be between 30 minutes and 24 hours from now", param="expires_at")
    return asked


def priced(book: Book, given: list[Json]) -> list[Json]:
    items = []
    for n, item in enumerate(given):
        only(item, "price_data", "quantity", within=f"line_items[{n}]")
        price = required(item, "price_data")
        only(price, "currency", "unit_amount", "product_data", within=f"line_items[{n}][price_data]")
        only(price.get("product_data", {}), "name", "description", within="product_data")
        required(price.get("product_data", {}), "name")
        amount, quantity = whole(price, "unit_amount"), whole(item, "quantity")
        if amount is None or quantity is None:
            raise Refusal("Missing required param: unit_amount or quantity.", code="parameter_missing")
        currency = required(price, "currency").lower()
        items.append(
            objects.line_item(
                identifier=book.new_id("li_"), item=item, amount=amount, quantity=quantity, currency=currency
            )
        )
    if len({item["currency"] for item in items}) != 1:
        raise Refusal("All line items must have the same currency.", param="line_items")
    return items


def expire(book: Book, session: Json) -> Json:
    if session["status"] != "open":
        raise Refusal(
            f"Only Checkout Sessions with a status in open can be expired. This one is {session['status']}."
        )
    session["status"], session["url"] = "expired", None
    book.happened("checkout.session.expired", session)
    return session


def expire_overdue(book: Book) -> None:
    """Expire what is over. Called before every request and control: nobody sees it open too long."""
    for session in book.every("checkout.session"):
        if session["status"] == "open" and now() >= session["expires_at"]:
            expire(book, session)


def check_card(card: Card) -> None:
    """Refuse a card that Stripe would refuse, in words for the page."""
    month, year = card.month_and_year
    today = time.gmtime()
    if card.digits in DECLINED_CARDS:
        raise Refusal(DECLINED_CARDS[card.digits], status=402, kind="card_error", code="card_declined")
    if card.digits not in GOOD_CARDS:
        raise Refusal("Your card number is invalid.", status=402, kind="card_error", code="incorrect_number")
    if (year, month) < (today.tm_year, today.tm_mon):
        raise Refusal("Your card's expiration year is in the past.", status=402, kind="card_error")
    if not (card.cvc.isdecimal() and len(card.cvc) == 3):
        raise Refusal("Your card's security code is incomplete.", status=402, kind="card_error")


def begin_payment(book: Book, session: Json, *, card: Card, is_debit: bool) -> Json:
    """Open the payment intent in localstripe, unconfirmed, and complete the session unpaid."""
    if session["status"] != "open":
        raise Refusal("This Checkout Session is no longer open.")
    month, year = card.month_and_year
    method = book.backend.call(
        "POST", "/v1/payment_methods", type="card",
        card={"number": card.digits, "exp_month": month, "exp_year": year, "cvc": card.cvc},
    )  # fmt: skip
    opened = book.backend.call(
        "POST", "/v1/payment_intents", amount=session["amount_total"], currency=session["currency"],
        payment_method=method["id"], metadata={"session": session["id"]},
    )  # fmt: skip
    intent = objects.intent(
        identifier=opened["id"],
        paid_session=session,
        data=book.intent_data[session["id"]],
        method="us_bank_account" if is_debit else "card",
        created=now(),
    )
    intent["payment_method"] = method["id"]
    session.update(status="complete", url=None, payment_intent=intent["id"])
    session["customer_details"] = {"email": session["customer_email"], "name": None, "address": None}
    return book.put(intent)


def take(book: Book, intent: Json) -> str:
    """Move the money in localstripe; return localstripe's charge id."""
    confirmed = book.backend.call("POST", f"/v1/payment_intents/{intent['id']}/confirm")
    assert confirmed["status"] == "succeeded", confirmed["status"]
    assert confirmed["latest_charge"]["amount"] == intent["amount"]
    intent.update(status="succeeded", amount_received=intent["amount"])
    identifier: str = confirmed["latest_charge"]["id"]
    return identifier


def pay_by_card(book: Book, session: Json, card: Card) -> Json:
    check_card(card)
    intent = begin_payment(book, session, card=card, is_debit=False)
    identifier = take(book, intent)
    details = {"type": "card", "card": {"brand": "visa", "last4": card.digits[-4:], "country": "US"}}
    charge = book.put(
        objects.charge(
            identifier=identifier, of=intent, details=details, status="succeeded", receipts=book.url
        )
    )
    book.behind[identifier] = identifier
    intent["latest_charge"] = identifier
    session["payment_status"] = "paid"
    book.happened("charge.succeeded", charge)
    book.happened("payment_intent.succeeded", intent)
    book.happened("checkout.session.completed", session)
    return charge


def pay_by_debit(book: Book, session: Json) -> Json:
    """Begin a bank debit. localstripe's own debits settle by a clock; here it waits, unconfirmed."""
    intent = begin_payment(book, session, card=Card("4242424242424242", "12/99", "123"), is_debit=True)
    details = {"type": "us_bank_account", "us_bank_account": {"bank_name": "TEST BANK", "last4": "6789"}}
    charge = book.put(
        objects.charge(
            identifier=book.new_id("py_"), of=intent, details=details, status="pending", receipts=book.url
        )
    )
    intent["latest_charge"] = charge["id"]
    book.happened("charge.pending", charge)
    book.happened("payment_intent.processing", intent)
    book.happened("checkout.session.completed", session)
    return charge


def pay(book: Book, session: Json, form: Json) -> Json:
    """Pay as the page's form says; return the charge. A card that disputes does so at once."""
    if form.get("method", "card") == "us_bank_account":
        return pay_by_debit(book, session)
    card = Card(form.get("number", ""), form.get("expiry", ""), form.get("cvc", ""))
    charge = pay_by_card(book, session, card)
    if card.digits == DISPUTED_CARD:
        returns.open_dispute(book, charge)
    return charge


def pending(book: Book, session: Json) -> tuple[Json, Json]:
    intent = book.get("payment_intent", session["payment_intent"] or "none")
    if intent["status"] != "processing":
        raise Refusal(f"This payment is {intent['status']}, not processing.")
    return intent, book.get("charge", intent["latest_charge"])


def settle_debit(book: Book, session: Json) -> None:
    intent, charge = pending(book, session)
    book.behind[charge["id"]] = take(book, intent)
    charge.update(status="succeeded", paid=True, amount_captured=charge["amount"])
    session["payment_status"] = "paid"
    book.happened("charge.succeeded", charge)
    book.happened("payment_intent.succeeded", intent)
    book.happened("checkout.session.async_payment_succeeded", session)


def bounce_debit(book: Book, session: Json) -> None:
    intent, charge = pending(book, session)
    message = "The customer's bank account could not be debited."
    book.backend.call("POST", f"/v1/payment_intents/{intent['id']}/cancel")
    charge.update(status="failed", failure_code="insufficient_funds", failure_message=message)
    intent["status"] = "requires_payment_method"
    intent["last_payment_error"] = {"type": "card_error", "code": "insufficient_funds", "message": message}
    book.happened("charge.failed", charge)
    book.happened("payment_intent.payment_failed", intent)
    book.happened("checkout.session.async_payment_failed", session)


def destination(session: Json) -> str:
    """Return where a person goes after paying."""
    target: str = session["success_url"]
    return target.replace("{CHECKOUT_SESSION_ID}", quote(session["id"]))
