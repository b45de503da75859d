"""The payment server as a test holds it: where it listens, what it recorded, what it can be told."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from tests.payments import checkout, returns
from tests.payments.backend import Backend, BackendFailed
from tests.payments.book import Book
from tests.payments.events import Delivery, Outbox, SignedEvent
from tests.payments.faults import Fault
from tests.payments.forms import Json
from tests.payments.front import Front

API_KEY = "sk_test_payments"
WEBHOOK_SECRET = "whsec_payments"


@dataclass(frozen=True)
class Payment:
    """One payment that succeeded, in cents, from the books of localstripe."""

    payment_intent: str
    amount: int
    amount_refunded: int
    disputed: bool
    amount_charged_back: int
    """What disputes, open or lost, hold of it."""
    metadata: dict[str, str] = field(hash=False)


class PaymentServer:
    """Stripe's part in a test. Objects follow API version 2026-10-28.endive.

    `checkout_session` arguments below take an id (`cs_test_…`). All amounts are cents.
    """

    api_key = API_KEY

    def __init__(self, book: Book, front: Front) -> None:
        self._book = book
        self._front = front
        self.url = book.url
        self.webhook_secret = book.outbox.secret

    # Webhooks

    @property
    def webhook_url(self) -> str | None:
        return self._book.outbox.url

    def deliver_to(self, url: str, *, automatically: bool = True) -> None:
        """Send the events that happen from now on to this address."""
        self._book.outbox.url, self._book.outbox.is_automatic = url, automatically

    def collect(self) -> None:
        """Deliver nothing by itself from now on; `events` and `resend` remain."""
        self._book.outbox.is_automatic = False

    def events(self, *types: str) -> list[SignedEvent]:
        """Return all events in the order they happened, or those of these types."""
        with self._step():
            return [event for event in self._book.outbox.events if not types or event.type in types]

    def resend(self, event_id: str) -> int | None:
        """Deliver this event now; return the status answered, None where nobody answered."""
        return self._book.outbox.deliver(self._book.outbox.find(event_id))

    def wait_delivered(self) -> list[Delivery]:
        """Wait for automatic deliveries under way, and return all there have been."""
        self._book.outbox.wait()
        return list(self._book.outbox.deliveries)

    # What payers, banks and the shop's own people do at Stripe

    def pay(self, session: str, *, card: str = "4242424242424242", method: str = "card") -> Json:
        """Pay as the page would (`method="us_bank_account"` debits a bank); return the charge."""
        with self._step():
            form = {"method": method, "number": card, "expiry": "12/99", "cvc": "123"}
            return checkout.pay(self._book, self._session(session), form)

    def async_succeed(self, session: str) -> None:
        with self._step():
            checkout.settle_debit(self._book, self._session(session))

    def async_fail(self, session: str) -> None:
        with self._step():
            checkout.bounce_debit(self._book, self._session(session))

    def expire(self, session: str) -> None:
        with self._step():
            checkout.expire(self._book, self._session(session))

    def refund_outside(self, payment_intent: str, amount: int | None = None) -> str:
        """Refund as a person would in Stripe's dashboard; return the refund's id."""
        form: Json = {"payment_intent": payment_intent}
        if amount is not None:
            form["amount"] = amount
        with self._step():
            identifier: str = returns.create_refund(self._book, form)["id"]
        return identifier

    def hold_refunds(self, *, hold: bool = True) -> None:
        """Let refunds made from now on stay pending until `settle_refund` or `fail_refund`."""
        self._book.holds_refunds = hold

    def settle_refund(self, refund_id: str) -> None:
        with self._step():
            returns.settle_refund(self._book, self._book.get("refund", refund_id))

    def fail_refund(self, refund_id: str) -> None:
        with self._step():
            returns.fail_refund(self._book, self._book.get("refund", refund_id))

    def dispute(self, payment_intent: str, *, amount: int | None = None) -> str:
        """Let the payer dispute the charge, the whole unless told less; return the dispute's id."""
        with self._step():
            charge = returns.charge_named(self._book, {"payment_intent": payment_intent})
            identifier: str = returns.open_dispute(self._book, charge, amount=amount)["id"]
        return identifier

    def close_dispute(self, dispute_id: str, *, won: bool) -> None:
        """Close it; `won` means the shop keeps the money."""
        with self._step():
            returns.close_dispute(self._book, self._book.get("dispute", dispute_id), won=won)

    # Records

    def payments(self) -> list[Payment]:
        """Return every payment that succeeded, oldest first, counted in localstripe's own books."""
        with self._step():
            refunds = self._book.backend.call("GET", "/v1/refunds?limit=100000")["data"]
            paid = [each for each in reversed(self._book.every("charge")) if each["paid"]]
            return [self._payment(charge, refunds) for charge in paid]

    def object(self, identifier: str) -> Json:
        """Return any of Stripe's objects by id, as it is now, unexpanded."""
        with self._step():
            found: Json = json.loads(json.dumps(self._book.objects[identifier]))
            return found

    # Faults, each for the next request to the API whose path begins so

    def drop_next_response(self, path: str = "/v1/", *, method: str | None = None) -> None:
        """Do the work of one request and then break the connection."""
        self._front.faults.add(Fault("drop", path, method))

    def answer_500(self, path: str = "/v1/", *, method: str | None = None, does_work: bool = False) -> None:
        """Answer one request with 500. Where the work was done, the key remembers the 500, as at Stripe."""
        self._front.faults.add(Fault("fail", path, method, does_work=does_work))

    def delay_next(self, seconds: float, path: str = "/v1/", *, method: str | None = None) -> None:
        """Do the work of one request and answer only after this time."""
        self._front.faults.add(Fault("delay", path, method, seconds=seconds))

    @property
    def faults_waiting(self) -> int:
        return self._front.faults.waiting

    @contextmanager
    def _step(self) -> Iterator[None]:
        with self._book.lock:
            checkout.expire_overdue(self._book)
            yield

    def _session(self, identifier: str) -> Json:
        return self._book.get("checkout.session", identifier)

    def _payment(self, charge: Json, refunds: list[Json]) -> Payment:
        """Count one payment, and say so where the front and localstripe disagree."""
        behind = self._book.backend.call("GET", f"/v1/charges/{self._book.behind[charge['id']]}")
        back = sum(
            each["amount"]
            for each in refunds
            if each["charge"] == behind["id"] and self._book.objects[each["id"]]["status"] != "failed"
        )
        if (behind["amount"], back) != (charge["amount"], charge["amount_refunded"]):
            raise BackendFailed(f"localstripe has {behind['amount']} and {back} for {charge}")
        held = returns.disputes_of(self._book, charge, but="won")
        return Payment(
            payment_intent=charge["payment_intent"],
            amount=behind["amount"],
            amount_refunded=back,
            disputed=charge["disputed"],
            amount_charged_back=sum(each["amount"] for each in held),
            metadata=dict(charge["metadata"]),
        )


@contextmanager
def running_payments(
    *,
    webhook_url: str | None = None,
    webhook_secret: str = WEBHOOK_SECRET,
    event_types: Collection[str] | None = None,
    seed: int | None = None,
) -> Iterator[PaymentServer]:
    """Run a payment server; with a webhook_url it delivers by itself, otherwise it collects.

    event_types are those delivered automatically, all by default; `events` returns all anyway.
    A seed makes the front's own ids repeat; without one two servers never share an id.
    """
    backend, outbox = Backend(), Outbox(secret=webhook_secret, url=webhook_url, types=event_types)
    try:
        backend.start()
        front = Front(Book(backend, outbox, seed))
        listening: dict[str, Any] = {"poll_interval": 0.05}
        thread = Thread(target=front.serve_forever, kwargs=listening, name="payments-front", daemon=True)
        thread.start()
        try:
            yield PaymentServer(front.book, front)
        finally:
            front.close()
            thread.join()
    finally:
        outbox.close()
        backend.stop()
