"""Where is the document of what lies on Kafka? Beside that of the API, and as public."""

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.gateway.world import world_of
from yisong.kafka.asyncapi import asyncapi

router: Final = APIRouter(tags=["documents"])
_OBJECT: Final[dict[str, Any]] = {"content": {"application/json": {"schema": {"type": "object"}}}}


@router.get("/asyncapi.json", summary="What lies on Kafka?", responses={200: _OBJECT}, response_class=Response)
def asyncapi_document(request: Request) -> Response:
    """Return the AsyncAPI 3 document of this bus, made from topics.yaml and the schemas."""
    return JSONResponse(asyncapi(world_of(request).law.bus))
