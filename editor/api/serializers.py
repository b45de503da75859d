"""The fields of an edit request: their form. What they mean is judged at the one door."""

from typing import Any

from rest_framework import serializers

from editor.submission import SEED_MAX, Wish

QUALITIES = {
    "auto": "auto",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "standard": "auto",
    "hd": "high",
    "xhigh": "high",
    "max": "high",
}
IGNORED = ("user", "safety_identifier", "input_fidelity", "moderation", "complexity", "style")
"""Fields of OpenAI's that ask for nothing we do."""


class EditFields(serializers.Serializer[Any]):
    """What may be asked beside the pictures themselves."""

    prompt = serializers.CharField(
        max_length=32_000, help_text="What should change. At most 2,000 characters by default."
    )
    model = serializers.CharField(
        max_length=100, default="", help_text="Slug, alias or name, in any case; the first model if absent."
    )
    n = serializers.IntegerField(min_value=1, max_value=4, default=1, help_text="How many variants, 1 to 4.")
    size = serializers.CharField(
        max_length=20, default="auto", help_text="Accepted; the result always has the picture's own size."
    )
    quality = serializers.ChoiceField(choices=list(QUALITIES), default="auto")
    output_format = serializers.ChoiceField(
        choices=["png", "jpeg", "webp"], required=False, help_text="As the picture, if absent."
    )
    output_compression = serializers.IntegerField(min_value=0, max_value=100, required=False)
    background = serializers.ChoiceField(choices=["auto", "opaque", "transparent"], default="auto")
    response_format = serializers.ChoiceField(choices=["b64_json", "url"], default="b64_json")
    stream = serializers.BooleanField(default=False, help_text="Server-sent events.")
    partial_images = serializers.IntegerField(min_value=0, max_value=3, default=0)
    seed = serializers.IntegerField(min_value=0, max_value=SEED_MAX, required=False)
    preserve = serializers.FloatField(
        min_value=0, max_value=1, default=0.5, help_text="1 stays closest to the picture, 0 deviates most."
    )
    thinking = serializers.BooleanField(required=False)
    own_watermark = serializers.BooleanField(
        default=False,
        help_text="You declare that a mark in the picture is yours; kept with the edit, reviewable.",
    )
    webhook_url = serializers.CharField(
        max_length=2000, required=False, help_text="An https address that hears of the edit's end."
    )
    negative_prompt = serializers.CharField(max_length=2000, default="")
    user = serializers.CharField(max_length=500, required=False, help_text="Accepted and ignored.")

    def get_fields(self) -> dict[str, Any]:
        """Add `async`, which Python will not have as a name."""
        waits = serializers.BooleanField(default=False, help_text="Answer 202 at once; follow the edit.")
        return {**super().get_fields(), "async": waits}


_TYPES: list[tuple[type[serializers.Field[Any, Any, Any, Any]], str]] = [
    (serializers.BooleanField, "boolean"),
    (serializers.IntegerField, "integer"),
    (serializers.FloatField, "number"),
]


def field_schemas() -> dict[str, dict[str, Any]]:
    """Return every field as JSON schema says it: for OpenAPI and for the tools of agents."""
    return {name: _schema_of(field) for name, field in EditFields().get_fields().items()}


def _schema_of(field: Any) -> dict[str, Any]:
    kind = next((name for cls, name in _TYPES if isinstance(field, cls)), "string")
    schema = {
        "type": kind,
        "enum": list(getattr(field, "choices", ())) or None,
        "minimum": getattr(field, "min_value", None),
        "maximum": getattr(field, "max_value", None),
        "maxLength": getattr(field, "max_length", None),
        "default": None if field.default is serializers.empty else field.default,
        "description": str(field.help_text) if field.help_text else None,
    }
    return {name: value for name, value in schema.items() if value is not None}


def known_fields() -> set[str]:
    """Return every field that is not refused."""
    return {*EditFields().get_fields(), *IGNORED, "image", "images", "mask"}


def wish_of(data: dict[str, Any]) -> Wish:
    """Return checked fields as the one door wants them; key, mask and request id come from the call."""
    return Wish(
        prompt=data["prompt"],
        model=data["model"],
        quality=QUALITIES[data["quality"]],
        seed=data.get("seed"),
        preserve=data["preserve"],
        negative_prompt=data["negative_prompt"],
        thinking=data.get("thinking"),
        output_format=data.get("output_format"),
        own_watermark=data["own_watermark"],
    )


def warnings_for(data: dict[str, Any], *, size: str) -> list[str]:
    """Return what was asked and is not done."""
    told = []
    if data["size"] not in {"auto", size}:
        told.append(f"size: the result has the picture's own size, {size}.")
    if data.get("output_compression") is not None:
        told.append("output_compression: results are encoded at quality 95.")
    if data["background"] != "auto":
        told.append("background: transparency stays as in the picture.")
    return told
