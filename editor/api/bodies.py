"""What a client sent: fields and pictures, from multipart or JSON, as SDKs really write them.

Everything in multipart is a string and "" is absent; a list of pictures arrives as `image[]`;
parts may lack a name or a type, so only their bytes are believed.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDict

from editor.api.serializers import known_fields
from freeai.common.errors import InvalidInput, UnsupportedMedia

JSON_VALUES_MAX = 100_000
"""Megabytes of brackets would become gigabytes of lists; a picture in base64 has none."""
Picture = bytes | str
"""Bytes, or an https address they are to be fetched from."""


@dataclass(frozen=True, slots=True)
class Body:
    """One request for an edit, as sent."""

    fields: dict[str, Any]
    image: Picture
    mask: Picture | None

    def prints(self) -> tuple[dict[str, str], list[tuple[str, bytes]]]:
        """Return what tells this request from another one."""
        fields = {name: json.dumps(value, sort_keys=True) for name, value in self.fields.items()}
        parts = [("image", self.image), ("mask", self.mask or b"")]
        return fields, [(name, part if isinstance(part, bytes) else part.encode()) for name, part in parts]


def read(request: HttpRequest) -> Body:
    """Read a request's body. Raises InvalidInput, UnsupportedMedia."""
    if request.content_type == "multipart/form-data":
        return _from_multipart(request)
    if request.content_type == "application/json":
        return _from_json(request)
    raise UnsupportedMedia("Send multipart/form-data or application/json.")


def _from_multipart(request: HttpRequest) -> Body:
    try:
        posted, files = request.POST, request.FILES
    except MultiPartParserError as error:
        raise InvalidInput("This multipart body cannot be read.") from error
    fields = {name: str(value) for name, value in posted.items() if value != ""}
    images = _files(files, "image", "image[]")
    masks = _files(files, "mask", "mask[]")
    refuse_unknown({name.removesuffix("[]") for name in [*fields, *files]})
    for name in ("image", "image[]", "mask"):
        if name in fields:
            raise InvalidInput("Send pictures as files, or as JSON.", param=name.removesuffix("[]"))
    return Body(fields, _one(images), masks[0] if masks else None)


def _files(files: MultiValueDict[str, Any], *names: str) -> list[bytes]:
    return [file.read() for name in names for file in files.getlist(name)]


def _from_json(request: HttpRequest) -> Body:
    body = request.read()
    if sum(map(body.count, (b",", b"[", b"{"))) > JSON_VALUES_MAX:
        raise InvalidInput("This JSON has too many values.")
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("This JSON cannot be read.") from error
    if not isinstance(data, dict):
        raise InvalidInput("Send a JSON object.")
    return from_object(data)


def from_object(data: dict[str, Any]) -> Body:
    """Read a request that came as one JSON object. Raises InvalidInput."""
    data = dict(data)
    refuse_unknown(set(data))
    pictures = [picture for name in ("image", "images") for picture in _listed(data.pop(name, None))]
    mask = data.pop("mask", None)
    fields = {name: value for name, value in data.items() if value is not None and value != ""}
    images = [_picture(picture, "image") for picture in pictures]
    return Body(fields, _one(images), None if mask is None else _picture(mask, "mask"))


def refuse_unknown(names: set[str]) -> None:
    """Refuse a field we do not know by its name, so that a typing error is not silently ignored."""
    unknown = {name for name in names if not name.startswith(("svg", "frame_"))} - known_fields()
    if unknown:
        name = min(unknown)[:60]
        raise InvalidInput(f"Unknown field: {name}.", param=name)


def _one(images: list[Any]) -> Picture:
    if not images:
        raise InvalidInput("Send a picture as `image`.", param="image")
    if len(images) > 1:
        raise InvalidInput("Send one picture per edit.", param="image")
    return images[0]  # type: ignore[no-any-return]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _picture(value: Any, param: str) -> Picture:
    """Read a data URL, an https address or bare base64; also inside {"image_url": …}."""
    if isinstance(value, dict):
        value = value.get("image_url") or value.get("b64_json")
        value = value.get("url") if isinstance(value, dict) else value
    if not isinstance(value, str) or not value:
        raise InvalidInput("Send the picture as data URL, base64 or https address.", param=param)
    if value[:8].lower().startswith(("https://", "http://")):
        return value
    if value.startswith("data:"):
        value = value.partition(",")[2]
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("This picture is not valid base64.", param=param) from error
