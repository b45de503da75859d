"""Hooks that keep the OpenAPI schema to the API and its errors."""

from typing import Any

ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": ["string", "null"]},
            },
        }
    },
}


def only_the_api(endpoints: list[Any], **_: Any) -> list[Any]:
    """Keep one of the two ways to write each address."""
    return [one for one in endpoints if one[0].startswith("/v1/") and not one[0].endswith("/")]


def with_errors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say at every operation how errors look."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR
    return result
