"""Which document describes the API? OpenAPI from the types of the routes, with what those cannot say."""

from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from services.gateway.api.documents import NAMED
from services.gateway.problems import MEDIA_TYPE, ProblemDocument

if TYPE_CHECKING:
    from pydantic import BaseModel

_DESCRIPTION: Final = (
    "Publish events, read what concerns one's organ, and take proofs away. Every answer names its request in "
    "`x-request-id` and says in `yisong-trail-behind` how many records this node's trail is behind the log. Problems "
    "are RFC 9457 documents that name every fault at once. What comes over the inbox and the log is described at "
    "`/asyncapi.json`."
)


def install(app: FastAPI) -> None:
    """Let *app* publish its document at ``/openapi.json``."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(
        title=app.title, version=app.version, summary=app.summary, description=_DESCRIPTION, routes=app.routes
    )
    models: list[type[BaseModel]] = [*NAMED, ProblemDocument]
    _, schemas = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    made.setdefault("components", {}).setdefault("schemas", {}).update(schemas["$defs"])
    for path in made["paths"].values():
        for operation in path.values():
            # FastAPI's own form of a fault is never answered: faults are problem documents.
            _without_fastapis(operation)
            _problems_as_such(operation)
    for name in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(name, None)
    return made


def _problems_as_such(operation: dict[str, Any]) -> None:
    """Give problem documents their media type, where a route says `model` and so would promise plain JSON."""
    for answer in operation.get("responses", {}).values():
        content = answer.get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        if schema.get("$ref", "").endswith("/ProblemDocument"):
            content[MEDIA_TYPE] = content.pop("application/json")


def _without_fastapis(operation: dict[str, Any]) -> None:
    answer = operation.get("responses", {}).get("422", {})
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    if schema.get("$ref", "").endswith("/HTTPValidationError"):
        del operation["responses"]["422"]
