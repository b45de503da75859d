"""Money that goes back: refunds, and disputes, which localstripe does not have.

refund: pending → succeeded | failed, and succeeded → failed (a bank may return it later).
dispute: needs_response → won | lost. A disputed charge takes no refunds, as at Stripe.
"""

from tests.payments import objects
from tests.payments.book import Book, now, refunds_of
from tests.payments.forms import Json, Refusal, missing, only, whole

REASONS = {"duplicate", "fraudulent", "requested_by_customer"}


def charge_named(book: Book, form: Json) -> Json:
    """Return the charge that `charge` or `payment_intent` names."""
    if "charge" in form:
        return book.get("charge", form["charge"], param="charge")
    if "payment_intent" not in form:
        raise Refusal("One of the following params should be provided: payment_intent or charge.")
    intent = book.get("payment_intent", form["payment_intent"], param="payment_intent")
    if intent["latest_charge"] is None:
        raise Refusal(
            "This PaymentIntent does not have a successful charge to refund.", param="payment_intent"
        )
    return book.get("charge", intent["latest_charge"])


def create_refund(book: Book, form: Json) -> Json:
    """Return money to the payer: never more than the charge has left, never on a disputed one."""
    only(form, "payment_intent", "charge", "amount", "reason", "metadata")
    charge = charge_named(book, form)
    if charge["status"] != "succeeded":
        raise Refusal(f"Charge {charge['id']} is {charge['status']} and cannot be refunded.")
    if form.get("reason") not in REASONS | {None}:
        raise Refusal("Invalid reason: must be one of " + ", ".join(sorted(REASONS)), param="reason")
    if disputes_of(book, charge, but="won"):
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise Refusal(message, code="charge_disputed")
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise Refusal(message, code="charge_already_refunded")
    amount = whole(form, "amount") or left
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise Refusal(message, param="amount")
    return move_back(book, charge, amount=amount, form=form)


def move_back(book: Book, charge: Json, *, amount: int, form: Json) -> Json:
    moved = book.backend.call("POST", "/v1/refunds", charge=book.behind[charge["id"]], amount=amount)
    status = "pending" if book.holds_refunds else "succeeded"
    refund = book.put(
        objects.refund(
            identifier=moved["id"], of=charge, amount=amount, form=form, status=status, created=now()
        )
    )
    recount(book, charge)
    book.happened("refund.created", refund)
    book.happened("charge.refunded", charge)
    return refund


def recount(book: Book, charge: Json) -> None:
    """Count anew what went back; a failed refund came home and counts no longer."""
    back = sum(each["amount"] for each in refunds_of(book, charge) if each["status"] != "failed")
    charge.update(amount_refunded=back, refunded=back == charge["amount"])


def settle_refund(book: Book, refund: Json) -> None:
    if refund["status"] != "pending":
        raise Refusal(f"This refund is {refund['status']}, not pending.")
    refund.update(status="succeeded", pending_reason=None)
    changed(book, refund, before={"status": "pending", "pending_reason": "processing"})


def fail_refund(book: Book, refund: Json) -> None:
    """Let the payer's bank send the money of a refund back."""
    if refund["status"] == "failed":
        raise Refusal("This refund has failed already.")
    before = {name: refund[name] for name in ("status", "failure_reason", "pending_reason")}
    refund.update(status="failed", failure_reason="expired_or_canceled_card", pending_reason=None)
    recount(book, book.get("charge", refund["charge"]))
    changed(book, refund, before=before)
    book.happened("refund.failed", refund)


def changed(book: Book, refund: Json, *, before: Json) -> None:
    """Tell it under both names: `charge.refund.updated` is the older one, still sent."""
    book.happened("refund.updated", refund, before=before)
    book.happened("charge.refund.updated", refund, before=before)


def disputes_of(book: Book, charge: Json, *, but: str | None = None) -> list[Json]:
    return [
        each for each in book.every("dispute") if each["charge"] == charge["id"] and each["status"] != but
    ]


def open_dispute(book: Book, charge: Json, *, amount: int | None = None) -> Json:
    """Let the payer's bank take the money back, the whole charge unless told less."""
    if charge["status"] != "succeeded" or disputes_of(book, charge):
        raise Refusal("Only a paid charge without a dispute can be disputed.")
    asked = charge["amount"] if amount is None else amount
    if not 0 < asked <= charge["amount"]:
        raise Refusal("A dispute is about a part of the charge.")
    dispute = book.put(objects.dispute(identifier=book.new_id("du_"), of=charge, amount=asked, created=now()))
    charge["disputed"] = True
    book.happened("charge.dispute.created", dispute)
    book.happened("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(book: Book, dispute: Json, *, won: bool) -> None:
    """Decide it. The charge stays `disputed`; only the dispute says who won."""
    if dispute["status"] in ("won", "lost"):
        raise Refusal(f"This dispute is {dispute['status']} already.")
    before = {"status": dispute["status"]}
    dispute["status"] = "won" if won else "lost"
    if won:
        book.happened("charge.dispute.funds_reinstated", dispute)
    book.happened("charge.dispute.closed", dispute, before=before)


def chosen(book: Book, kind: str, query: Json) -> list[Json]:
    """Return the charges, refunds or disputes that a list request asks for."""
    only(query, "payment_intent", "charge", "limit", "starting_after", "ending_before", "created")
    if "created" in query:
        raise Refusal("This test server does not filter by created.", param="created")
    found = book.every(kind)
    for name in ("payment_intent", "charge"):
        if name in query:
            if query[name] not in book.objects:
                raise missing(name, query[name], param=name)
            found = [each for each in found if each.get(name) == query[name]]
    return found
