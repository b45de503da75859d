"""Requests as Stripe's clients write them, and refusals as Stripe words them. Pure."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

Json = dict[str, Any]


class Refusal(Exception):
    """An answer that is not 200, in Stripe's error envelope."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"type": kind, "message": message}
        for name, value in (("code", code), ("param", param)):
            if value:
                self.error[name] = value


@dataclass(frozen=True)
class Ask:
    """One request, decoded."""

    method: str
    path: str
    query: Json = field(default_factory=dict)
    form: Json = field(default_factory=dict)
    idempotency_key: str | None = None

    @property
    def expand(self) -> list[str]:
        return list({**self.query, **self.form}.get("expand", []))


def missing(what: str, identifier: str, *, param: str = "id") -> Refusal:
    return Refusal(f"No such {what}: '{identifier}'", status=404, code="resource_missing", param=param)


def decode(encoded: str) -> Json:
    """Turn `a[b][0][c]=v&expand[]=x` into nested dictionaries and lists."""
    tree: Json = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        first, *rest = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name)
        place, key = tree, first
        for step in rest:
            place = place.setdefault(key, {})
            key = step or str(len(place))
        place[key] = value
    return {key: listed(value) if key != "metadata" else value for key, value in tree.items()}


def listed(value: Any) -> Any:
    """Turn dictionaries whose keys are 0, 1, 2 … into lists, all the way down."""
    if not isinstance(value, dict):
        return value
    inner = {key: listed(each) if key != "metadata" else each for key, each in value.items()}
    if inner and list(inner) == [str(n) for n in range(len(inner))]:
        return list(inner.values())
    return inner


def whole(form: Json, name: str, *, param: str | None = None) -> int | None:
    """Read a positive integer, or None where it is absent."""
    text = form.get(name)
    if text is None or text == "":
        return None
    if not str(text).isdecimal() or int(text) < 1:
        raise Refusal(
            f"Invalid positive integer: {text}", param=param or name, code="parameter_invalid_integer"
        )
    return int(text)


def only(form: Json, *names: str, within: str = "") -> None:
    """Refuse parameters that this server does not know: silence would hide a mistake."""
    for name in form:
        if name not in names and name != "expand":
            full = f"{within}[{name}]" if within else name
            raise Refusal(f"Received unknown parameter: {full}", code="parameter_unknown", param=full)


def required(form: Json, name: str) -> Any:
    if not form.get(name):
        raise Refusal(f"Missing required param: {name}.", code="parameter_missing", param=name)
    return form[name]
