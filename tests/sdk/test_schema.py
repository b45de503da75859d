"""The schema is true: every answer to generated requests is one that it names, and none is our bug."""

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS
from schemathesis.config import SchemathesisConfig

from tests.sdk.conftest import Door

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

EXAMPLES = 12
OPERATIONS = [
    "POST /v1/images/edits",
    "POST /v1/image/edit",
    "GET /v1/models",
    "GET /v1/models/{name}",
    "GET /v1/edits",
    "GET /v1/edits/{edit_id}",
    "DELETE /v1/edits/{edit_id}",
    "POST /v1/edits/{edit_id}/cancel",
    "GET /v1/edits/{edit_id}/events",
    "GET /v1/edits/{edit_id}/result",
    "GET /v1/balance",
    "GET /v1/usage",
]
CHECKED = ("status_code_conformance", "content_type_conformance", "response_schema_conformance")


@pytest.fixture(scope="module")
def schema(door: Door) -> Any:
    return schemathesis.openapi.from_dict(
        httpx.get(f"{door.base_url}/openapi.json").json(), config=SchemathesisConfig()
    )


def operations(schema: Any) -> dict[str, Any]:
    found = [result.ok() for result in schema.get_all_operations()]
    return {f"{one.method.upper()} {one.path}": one for one in found}


def test_the_schema_names_every_operation(schema: Any) -> None:
    assert sorted(operations(schema)) == sorted(OPERATIONS)
    assert schema.raw_schema["openapi"].startswith("3.1")


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_answer_is_one_the_schema_names(door: Door, schema: Any, name: str) -> None:
    checks = [CHECKS.get_one(check) for check in CHECKED]

    @given(case=operations(schema)[name].as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def answers(case: Any) -> None:
        response = case.call(base_url=door.site.url, headers={"Authorization": f"Bearer {door.key}"})
        assert response.status_code != 500, response.text
        assert response.headers["x-request-id"]
        case.validate_response(response, checks=checks)

    answers()
