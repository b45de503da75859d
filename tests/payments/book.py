"""What the front remembers: objects by id, in the order they were made, and who waits for what.

The money itself moves in localstripe; `behind` leads from a charge to localstripe's charge.
One lock makes every request and every control of a test a single step.
"""

import random
import string
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tests.payments import objects
from tests.payments.backend import Backend
from tests.payments.events import Outbox
from tests.payments.forms import Json, Refusal, missing

PREFIXES: dict[str, tuple[str, ...]] = {
    "checkout.session": ("cs_",),
    "payment_intent": ("pi_",),
    "charge": ("ch_", "py_"),
    "refund": ("re_",),
    "dispute": ("du_",),
}
EXPANDABLE = {"payment_intent", "latest_charge", "charge"}


@dataclass
class Book:
    """State of one payment server, in memory only."""

    backend: Backend
    outbox: Outbox
    seed: int | None = None
    url: str = ""
    objects: dict[str, Json] = field(default_factory=dict)
    lines: dict[str, list[Json]] = field(default_factory=dict)
    intent_data: dict[str, Json] = field(default_factory=dict)
    behind: dict[str, str] = field(default_factory=dict)
    holds_refunds: bool = False
    idempotency_key: str | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def new_id(self, prefix: str) -> str:
        letters = string.ascii_letters + string.digits
        return prefix + "".join(self._random.choice(letters) for _ in range(24))

    def put(self, thing: Json) -> Json:
        self.objects[thing["id"]] = thing
        return thing

    def get(self, kind: str, identifier: str, *, param: str = "id") -> Json:
        if not identifier.startswith(PREFIXES[kind]) or identifier not in self.objects:
            raise missing(kind.replace(".", " ").replace("checkout ", "checkout."), identifier, param=param)
        return self.objects[identifier]

    def every(self, kind: str) -> list[Json]:
        """Return all of a kind, newest first, as Stripe lists them."""
        return [each for each in reversed(self.objects.values()) if each["object"] == kind]

    def happened(self, kind: str, about: Json, *, before: Json | None = None) -> None:
        self.outbox.add(
            objects.event(
                identifier=self.new_id("evt_"),
                kind=kind,
                about=about,
                created=now(),
                before=before,
                key=self.idempotency_key,
            )
        )

    def expanded(self, thing: Json, paths: list[str]) -> Json:
        """Return a copy with the asked ids replaced by their objects, one level per dot."""
        shown = dict(thing)
        for path in paths:
            name, _, rest = path.partition(".")
            if name == "data" and isinstance(shown.get("data"), list):
                shown["data"] = [self.expanded(each, [rest]) for each in shown["data"]]
            elif name == "line_items" and thing["object"] == "checkout.session":
                shown[name] = page(self.lines[thing["id"]], url="", query={})
            elif name == "refunds" and thing["object"] == "charge":
                shown[name] = page(refunds_of(self, thing), url="", query={})
            elif name in EXPANDABLE and name in thing:
                inner = shown[name] if isinstance(shown[name], dict) else self.objects.get(shown[name] or "")
                shown[name] = self.expanded(inner, [rest] if rest else []) if inner else None
            else:
                raise Refusal(f"This property cannot be expanded ({path}).", param="expand")
        return shown


def now() -> int:
    return int(time.time())


def refunds_of(book: Book, charge: Json) -> list[Json]:
    return [each for each in book.every("refund") if each["charge"] == charge["id"]]


def page(found: list[Json], *, url: str, query: Json) -> Json:
    """Return one page of a list that is newest first, as `limit` and the two cursors ask."""
    limit = int(query.get("limit", 10))
    if not 1 <= limit <= 100:
        raise Refusal("Invalid integer: limit must be between 1 and 100", param="limit")
    ids = [each["id"] for each in found]
    for cursor in ("starting_after", "ending_before"):
        if cursor in query and query[cursor] not in ids:
            raise missing("object", query[cursor], param=cursor)
    if "ending_before" in query:
        earlier = found[: ids.index(query["ending_before"])]
        return listing(earlier[-limit:], url=url, has_more=len(earlier) > limit)
    rest = found[ids.index(query["starting_after"]) + 1 :] if "starting_after" in query else found
    return listing(rest[:limit], url=url, has_more=len(rest) > limit)


def listing(data: list[Json], *, url: str, has_more: bool) -> Json:
    found: dict[str, Any] = {"object": "list", "url": url, "has_more": has_more, "data": data}
    return found
