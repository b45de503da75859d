"""The addresses of Stripe's API that the front answers itself; `answer` returns None for the others."""

import json
import re
from collections.abc import Callable

from tests.payments import checkout, returns
from tests.payments.book import Book, page
from tests.payments.forms import Ask, Json, Refusal, missing, only

Handler = Callable[..., Json]


def create_session(book: Book, ask: Ask) -> Json:
    return checkout.create(book, ask.form)


def get_session(book: Book, ask: Ask, identifier: str) -> Json:
    return book.get("checkout.session", identifier)


def list_sessions(book: Book, ask: Ask) -> Json:
    only(ask.query, "payment_intent", "limit", "starting_after", "ending_before", "status")
    found = book.every("checkout.session")
    for name in ("payment_intent", "status"):
        if name in ask.query:
            found = [each for each in found if each[name] == ask.query[name]]
    return page(found, url=ask.path, query=ask.query)


def expire_session(book: Book, ask: Ask, identifier: str) -> Json:
    return checkout.expire(book, book.get("checkout.session", identifier))


def list_line_items(book: Book, ask: Ask, identifier: str) -> Json:
    book.get("checkout.session", identifier)
    return page(book.lines[identifier], url=ask.path, query=ask.query)


def create_refund(book: Book, ask: Ask) -> Json:
    return returns.create_refund(book, ask.form)


def get_thing(kind: str) -> Handler:
    return lambda book, ask, identifier: book.get(kind, identifier)


def list_things(kind: str) -> Handler:
    return lambda book, ask: page(returns.chosen(book, kind, ask.query), url=ask.path, query=ask.query)


def update_thing(kind: str, event: str | None) -> Handler:
    """Change metadata: keys given are set, keys given empty are removed, others stay."""

    def update(book: Book, ask: Ask, identifier: str) -> Json:
        thing = book.get(kind, identifier)
        only(ask.form, "metadata")
        merged = {**thing["metadata"], **(ask.form.get("metadata") or {})}
        thing["metadata"] = {name: value for name, value in merged.items() if value != ""}
        if event:
            book.happened(event, thing)
        return thing

    return update


def get_event(book: Book, ask: Ask, identifier: str) -> Json:
    for event in book.outbox.events:
        if event.id == identifier:
            found: Json = json.loads(event.payload)
            return found
    raise missing("event", identifier)


def list_events(book: Book, ask: Ask) -> Json:
    only(ask.query, "type", "types", "limit", "starting_after", "ending_before")
    types = ask.query.get("types") or ([ask.query["type"]] if "type" in ask.query else None)
    chosen = [event for event in reversed(book.outbox.events) if types is None or event.type in types]
    return page([json.loads(event.payload) for event in chosen], url=ask.path, query=ask.query)


SESSIONS = "/v1/checkout/sessions"
ROUTES: list[tuple[str, str, Handler]] = [
    ("POST", SESSIONS, create_session),
    ("GET", SESSIONS, list_sessions),
    ("GET", f"{SESSIONS}/(cs_[^/]+)", get_session),
    ("POST", f"{SESSIONS}/(cs_[^/]+)", update_thing("checkout.session", None)),
    ("POST", f"{SESSIONS}/(cs_[^/]+)/expire", expire_session),
    ("GET", f"{SESSIONS}/(cs_[^/]+)/line_items", list_line_items),
    ("GET", "/v1/payment_intents", list_things("payment_intent")),
    ("GET", "/v1/payment_intents/([^/]+)", get_thing("payment_intent")),
    ("POST", "/v1/payment_intents/([^/]+)", update_thing("payment_intent", None)),
    ("GET", "/v1/charges", list_things("charge")),
    ("GET", "/v1/charges/([^/]+)", get_thing("charge")),
    ("POST", "/v1/charges/([^/]+)", update_thing("charge", "charge.updated")),
    ("POST", "/v1/refunds", create_refund),
    ("GET", "/v1/refunds", list_things("refund")),
    ("GET", "/v1/refunds/([^/]+)", get_thing("refund")),
    ("POST", "/v1/refunds/([^/]+)", update_thing("refund", "refund.updated")),
    ("GET", "/v1/disputes", list_things("dispute")),
    ("GET", "/v1/disputes/([^/]+)", get_thing("dispute")),
    ("GET", "/v1/events", list_events),
    ("GET", "/v1/events/([^/]+)", get_event),
]


def answer(book: Book, ask: Ask) -> Json | None:
    """Return what Stripe would answer, None where this is for localstripe; raise Refusal."""
    for method, pattern, handler in ROUTES:
        match = re.fullmatch(pattern, ask.path)
        if match and method == ask.method:
            plain = Ask(ask.method, ask.path, without_expand(ask.query), without_expand(ask.form))
            return book.expanded(handler(book, plain, *match.groups()), ask.expand)
    if ask.path.startswith(
        ("/v1/checkout", "/v1/disputes", "/v1/payment_intents", "/v1/charges", "/v1/refunds")
    ):
        raise Refusal(f"Unrecognized request URL ({ask.method}: {ask.path}).", status=404)
    return None


def without_expand(form: Json) -> Json:
    return {name: value for name, value in form.items() if name != "expand"}
