"""In which form does somebody want a table: JSON or CSV?"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import Query, Request, Response
from pydantic import BaseModel

CSV: Final = "text/csv"
Form = Annotated[
    Literal["json", "csv"] | None,
    Query(description="Which form is wanted; else what Accept says, and JSON where it says neither."),
]


def wants_csv(request: Request, form: str | None) -> bool:
    """Hold where CSV is wanted: by name, or else as the only form of the two that is accepted."""
    if form is not None:
        return form == "csv"
    accepted = [one.partition(";")[0].strip() for one in request.headers.get("accept", "").split(",")]
    return CSV in accepted and "application/json" not in accepted


def in_either_form(model: type[BaseModel], said: str) -> dict[int | str, dict[str, Any]]:
    """Return what the OpenAPI document says of an answer that is *model* as JSON, or a table as CSV."""
    return {200: {"model": model, "description": said, "content": {CSV: {"schema": {"type": "string"}}}}}


def as_json(document: Mapping[str, Any] | bytes, *, behind: int, status: int = 200) -> Response:
    """Answer with *document*; *behind*: records that the trail is behind the log."""
    content = document if isinstance(document, bytes) else orjson.dumps(document)
    headers = {"yisong-trail-behind": str(behind), "vary": "Accept"}
    return Response(content, status, media_type="application/json", headers=headers)


def as_csv(content: str | bytes, name: str, *, behind: int) -> Response:
    """Answer with a table, to be kept as the file *name*.csv."""
    headers = {
        "yisong-trail-behind": str(behind),
        "vary": "Accept",
        "content-disposition": f'attachment; filename="{name}.csv"',
    }
    return Response(content, media_type=f"{CSV}; charset=utf-8", headers=headers)
