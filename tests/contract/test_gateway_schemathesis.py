"""Is every answer of the API one that its OpenAPI document describes, whatever is asked, and never a fault of ours?"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.apis import Api, api

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SOAK = bool(os.environ.get("YISONG_SOAK"))
EXAMPLES = 75 if SOAK else 6
"""For each route, asked rightly and wrongly: five minutes of trying in the long run, less than one otherwise."""


@pytest.fixture(scope="module")
def gateway(police_dsn: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with api(*police_dsn, tmp_path_factory.mktemp("gateway")) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def operations(gateway: Api) -> list[Any]:
    """Return every operation of the document, but the stream that does not end."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", gateway.http.app)
    found = schema.exclude(path="/v1/inbox/stream").get_all_operations()
    return [one.ok() for one in found if isinstance(one, Ok)]


def test_every_answer_is_described(gateway: Api, operations: list[Any]) -> None:
    assert len(operations) > 15
    for operation in operations:
        _try(gateway, operation, GenerationMode.POSITIVE)
        # What has no parameter and no body cannot be asked wrongly.
        if operation.body or operation.query or operation.path_parameters:
            _try(gateway, operation, GenerationMode.NEGATIVE)


def _try(gateway: Api, operation: Any, mode: GenerationMode) -> None:
    headers = {"authorization": gateway.http.headers["authorization"], "prefer": "wait=0"}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=not SOAK,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers(case: Any) -> None:
        gateway.heard()
        if "wait" in (case.query or {}):
            case.query["wait"] = 0  # nobody waits in a test of forms
        case.call_and_validate(headers=headers, checks=CHECKS)

    answers()
