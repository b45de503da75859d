"""The OpenAPI 3.1 schema: what DRF's views say, and the one async view and all errors in our words."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from editor.api import door
from editor.api.serializers import field_schemas

ERRORS = {
    "400": "The request, its picture or its wish cannot be carried out.",
    "401": "The key is missing, unknown, revoked or expired.",
    "403": "The key or the account may not do this.",
    "404": "There is no such thing, or it is not the key owner's.",
    "405": "Another method is wanted.",
    "409": "It contradicts what was done already.",
    "413": "The request is too large.",
    "415": "Send multipart/form-data or application/json.",
    "429": "Out of tokens, or too much at once.",
    "500": "The edit failed; nothing is charged.",
    "502": "The provider of a premium model failed; nothing is charged.",
    "503": "Nobody can do this now.",
    "504": "The edit goes on; ask again.",
}


def _object(required: list[str] | None = None, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required or list(properties)}


def _list(of: str) -> dict[str, Any]:
    items = {"$ref": f"#/components/schemas/{of}"}
    return _object(
        object={"const": "list"},
        data={"type": "array", "items": items},
        has_more={"type": "boolean"},
        last_id={"type": ["string", "null"]},
    )


TEXT: dict[str, Any] = {"type": "string"}
WHOLE: dict[str, Any] = {"type": "integer"}
OPEN: dict[str, Any] = {"type": "object"}
MAYBE_TEXT: dict[str, Any] = {"type": ["string", "null"]}
MAYBE_WHOLE: dict[str, Any] = {"type": ["integer", "null"]}
MAYBE_NUMBER: dict[str, Any] = {"type": ["number", "null"]}
TOKENS = _object(price=WHOLE, daily=WHOLE, paid=WHOLE, state=TEXT)
FRAME = _object(changed=MAYBE_NUMBER, outside_max_diff=MAYBE_WHOLE)
STATUSES = ["queued", "running", "succeeded", "failed", "refused", "canceled"]

SCHEMAS: dict[str, Any] = {
    "Error": _object(error=_object(message=TEXT, type=TEXT, param=MAYBE_TEXT, code=MAYBE_TEXT)),
    "Edit": _object(
        id=TEXT,
        object={"const": "edit"},
        status={"enum": STATUSES},
        model=TEXT,
        prompt=TEXT,
        quality=TEXT,
        seed=WHOLE,
        created_at=WHOLE,
        finished_at=MAYBE_WHOLE,
        expires_at=WHOLE,
        progress=OPEN,
        tokens=TOKENS,
        frame=FRAME,
        error={"type": ["object", "null"]},
        result_url=MAYBE_TEXT,
        source_url=MAYBE_TEXT,
        reasoning=OPEN,
    ),
    "EditList": _list("Edit"),
    "Deleted": _object(id=TEXT, object={"const": "edit"}, deleted={"const": True}),
    "Model": _object(
        id=TEXT,
        object={"const": "model"},
        created=WHOLE,
        owned_by=TEXT,
        name=TEXT,
        aliases={"type": "array", "items": TEXT},
        prices={"type": "object", "additionalProperties": WHOLE},
        licence=TEXT,
        available={"type": "boolean"},
    ),
    "ModelList": _list("Model"),
    "Balance": _object(
        object={"const": "balance"},
        daily=_object(available=WHOLE, pool=WHOLE, renews_at=WHOLE),
        paid=_object(available=WHOLE),
        held=WHOLE,
    ),
    "UsageRow": _object(
        object={"const": "usage"}, day=TEXT, model=TEXT, key=MAYBE_TEXT, edits=WHOLE, tokens=WHOLE
    ),
    "UsageList": _list("UsageRow"),
    "Images": _object(
        created=WHOLE,
        background=TEXT,
        output_format=TEXT,
        quality=TEXT,
        size=TEXT,
        data={
            "type": "array",
            "minItems": 1,
            "items": _object(required=["url"], url=TEXT) | {"required": []},
        },
        usage=OPEN,
        freeai=OPEN,
    ),
}
SCHEMAS["Images"]["properties"]["data"]["items"]["properties"]["b64_json"] = TEXT
ANSWERS = {
    "/v1/models": {"get": "ModelList"},
    "/v1/models/{name}": {"get": "Model"},
    "/v1/edits": {"get": "EditList"},
    "/v1/edits/{edit_id}": {"get": "Edit", "delete": "Deleted"},
    "/v1/edits/{edit_id}/cancel": {"post": "Edit"},
    "/v1/edits/{edit_id}/events": {"get": ""},
    "/v1/edits/{edit_id}/result": {"get": ""},
    "/v1/balance": {"get": "Balance"},
    "/v1/usage": {"get": "UsageList"},
}
QUERIES = {
    ("/v1/edits", "get"): {
        "limit": {"type": "integer", "minimum": 1, "maximum": 100},
        "after": {"type": "string", "maxLength": 40},
    },
    ("/v1/usage", "get"): {"days": {"type": "integer", "minimum": 1, "maximum": 90}},
}
_MEDIA = {
    "/v1/edits/{edit_id}/events": ["text/event-stream"],
    "/v1/edits/{edit_id}/result": ["image/png", "image/jpeg", "image/webp"],
}


def only_the_api(endpoints: list[Any], **_: Any) -> list[Any]:
    """Keep one of the two ways to write each address."""
    return [one for one in endpoints if one[0].startswith("/v1/") and not one[0].endswith("/")]


def with_answers(result: dict[str, Any], generator: SchemaGenerator, **_: Any) -> dict[str, Any]:
    """Say at every operation what it answers, and add the routes that are plain views."""
    for path, methods in result["paths"].items():
        for method, operation in methods.items():
            _complete(operation, path, method)
    one = {"name": "edit_id", "in": "path", "required": True, "schema": TEXT}
    listen: dict[str, Any] = {"operationId": "edit_events", "parameters": [one]}
    _complete(listen, "/v1/edits/{edit_id}/events", "get")
    result["paths"]["/v1/edits/{edit_id}/events"] = {"get": listen}
    create = _create_operation()
    result["paths"]["/v1/images/edits"] = {"post": create}
    result["paths"]["/v1/image/edit"] = {"post": {**create, "operationId": "create_edit_singular"}}
    result["components"] = {
        "schemas": SCHEMAS,
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "sk-free-…"}},
    }
    result["security"] = [{"key": []}]
    return result


@require_safe
def openapi(request: HttpRequest) -> HttpResponseBase:
    """The schema, for machines; no key needed."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    schema["servers"] = [{"url": request.build_absolute_uri("/").rstrip("/")}]
    return door.stamp(JsonResponse(schema), request)


def _complete(operation: dict[str, Any], path: str, method: str) -> None:
    name = ANSWERS[path][method]
    media = _MEDIA.get(path)
    content = {kind: {"schema": TEXT} for kind in media} if media else _json(name)
    operation.pop("tags", None)
    operation.pop("requestBody", None)
    operation["security"] = [{"key": []}]
    operation["responses"] = {"200": {"description": "Done.", "content": content}, **_errors()}
    fields = QUERIES.get((path, method), {})
    operation["parameters"] = [
        *[one for one in operation.get("parameters", []) if one["in"] == "path"],
        *[{"name": name, "in": "query", "schema": schema} for name, schema in fields.items()],
    ]


def _create_operation() -> dict[str, Any]:
    fields = field_schemas()
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    address = {"type": "string", "description": "base64, a data URL or an https address"}
    form = _object(["image", "prompt"], image=file, mask=file, **fields)
    body = _object(["image", "prompt"], image=address, mask=address, **fields)
    events = {"text/event-stream": {"schema": TEXT}}
    return {
        "operationId": "create_edit",
        "description": "Edit a picture by saying what to change.",
        "security": [{"key": []}],
        "parameters": [
            {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 255}}
        ],
        "requestBody": {
            "required": True,
            "content": {"multipart/form-data": {"schema": form}, "application/json": {"schema": body}},
        },
        "responses": {
            "200": {"description": "The edited pictures.", "content": {**_json("Images"), **events}},
            "202": {"description": "Accepted; follow the edit.", "content": _accepted()},
            **_errors(),
        },
    }


def _accepted() -> dict[str, Any]:
    either = [{"$ref": "#/components/schemas/Edit"}, {"$ref": "#/components/schemas/EditList"}]
    return {"application/json": {"schema": {"oneOf": either}}}


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _errors() -> dict[str, Any]:
    return {code: {"description": words, "content": _json("Error")} for code, words in ERRORS.items()}
