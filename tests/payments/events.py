"""Events: kept with their raw payload, signed as Stripe signs, delivered or left to the test."""

import hashlib
import hmac
import http.client
import json
import queue
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.payments.forms import Json

ANSWER_SECONDS = 30


@dataclass(frozen=True)
class SignedEvent:
    """One event. `headers` signs anew at each reading, as Stripe does at each delivery."""

    id: str
    type: str
    payload: bytes
    secret: str = field(repr=False)

    @property
    def object(self) -> Json:
        """The object as it was when the event happened."""
        found: Json = json.loads(self.payload)["data"]["object"]
        return found

    @property
    def signature(self) -> str:
        at = int(time.time())
        signed = f"{at}.".encode() + self.payload
        return f"t={at},v1={hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": self.signature}


@dataclass(frozen=True)
class Delivery:
    """One attempt; status is None where nobody answered."""

    event_id: str
    type: str
    status: int | None


class Outbox:
    """All events in the order they happened. One thread delivers, in order, each once, no retries."""

    def __init__(self, *, secret: str, url: str | None, types: Collection[str] | None) -> None:
        self.secret = secret
        self.url = url
        self.types = types
        self.is_automatic = url is not None
        self.events: list[SignedEvent] = []
        self.deliveries: list[Delivery] = []
        self._waiting: queue.Queue[SignedEvent | None] = queue.Queue()
        self._postman = threading.Thread(target=self._carry, name="payments-postman", daemon=True)
        self._postman.start()

    def add(self, event: Json) -> None:
        payload = json.dumps(event, indent=2).encode()
        signed = SignedEvent(event["id"], event["type"], payload, self.secret)
        self.events.append(signed)
        if self.is_automatic and (self.types is None or signed.type in self.types):
            self._waiting.put(signed)

    def find(self, event_id: str) -> SignedEvent:
        return next(event for event in self.events if event.id == event_id)

    def deliver(self, event: SignedEvent) -> int | None:
        """Send it now, in this thread; return the status of the answer, None for no answer."""
        assert self.url, "no webhook_url is set"
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=ANSWER_SECONDS)
        status: int | None = None
        try:
            connection.request("POST", parts.path or "/", body=event.payload, headers=event.headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            status = None
        finally:
            connection.close()
        self.deliveries.append(Delivery(event.id, event.type, status))
        return status

    def wait(self) -> None:
        """Return when everything handed to the postman has been answered or has failed."""
        self._waiting.join()

    def close(self) -> None:
        self._waiting.put(None)
        self._postman.join()

    def _carry(self) -> None:
        while (event := self._waiting.get()) is not None:
            try:
                self.deliver(event)
            finally:
                self._waiting.task_done()
        self._waiting.task_done()
