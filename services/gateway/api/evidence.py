"""How do files get into their owner's store, and who may have them back? Evidence by reference."""

import logging
import time
from collections.abc import Iterator
from typing import IO, Annotated, Any, Final
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from services.gateway.api.answers import problems
from services.gateway.api.callers import Principal, Publishing, Reading
from services.gateway.api.evidence_in import media_type_of, received
from services.gateway.problems import Fault, Problem, request_id
from services.gateway.world import World, world_of
from yisong.audit.evidence import HandedIn, Right, hand_in, note_evidence, right_to
from yisong.audit.readings import Reader
from yisong.errors import FileChanged
from yisong.evidence import EvidenceStore
from yisong.metrics import Metrics
from yisong.telemetry.about import About
from yisong.telemetry.logs import about

router: Final = APIRouter(prefix="/evidence", tags=["evidence"])

_LOG = logging.getLogger(__name__)
_KINDS: Final = "attachment_kind"
_PIECE: Final = 256 * 1024

_UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "The file itself, byte for byte, with its media type in Content-Type.",
        "content": {"*/*": {"schema": {"type": "string", "format": "binary", "minLength": 1}}},
    }
}
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The file.", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}},
}
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="The SHA-256 of the file, as the manifest has it.")]
Purpose = Annotated[
    str,
    Query(min_length=2, max_length=200, pattern=r"\S", description="What for: it is written down with the reading."),
]
Kind = Annotated[
    str, Query(max_length=64, description="Which kind of document it is: `attachment_kind` of events.yaml.")
]
Event = Annotated[
    UUID | None,
    Query(description="The event that cites the file; it may be left out by the organ that handed the file in."),
]


class Attached(BaseModel):
    """One line of a manifest, to be put into `header.attachments` as it is."""

    kind: str = Field(examples=["evidence_package"])
    sha256: str = Field(description="64 hexadecimal digits.", examples=["ab" * 32])
    size: int = Field(description="Bytes.")
    media_type: str = Field(description="As the file was first handed in.", examples=["application/zip"])


@router.post(
    "",
    summary="Hand a file in",
    status_code=201,
    response_model=Attached,
    openapi_extra=_UPLOAD,
    responses={200: {"model": Attached, "description": "It was here before."}, **problems(400, 408, 413, 415, 503)},
)
async def upload(request: Request, caller: Publishing, kind: Kind) -> Response:
    """
    Keep a file in the store of this node, under its SHA-256, and return the line of the manifest that cites it.

    The file goes nowhere else: the bus carries its hash. The same file again is the same file. What did not arrive
    whole leaves nothing behind.
    """
    world = world_of(request)
    _check_kind(world, kind)
    media_type = media_type_of(request)
    stored = await received(request, store_of(request))
    file = await to_thread.run_sync(_noted, world, caller, HandedIn(stored.sha256, stored.size, media_type))
    line = Attached(kind=kind, sha256=file.sha256.hex(), size=file.size, media_type=file.media_type)
    location = f"/v1/evidence/{line.sha256}"
    return JSONResponse(line.model_dump(), 201 if stored.new else 200, headers={"location": location})


@router.get(
    "/{sha256}",
    summary="Take a file out",
    response_class=Response,
    responses={**_FILE, **problems(404, 410, 503)},
)
def download(request: Request, caller: Reading, sha256: Digest, purpose: Purpose, event: Event = None) -> Response:
    """
    Return the file to whoever may read the body of the event that cites it, and write down that he took it.

    404: there is none, or it is not for this caller; he learns not which. 410: what is kept is not what its hash says
    any more, and is given to nobody.
    """
    world, reader = world_of(request), Reader(caller.account, caller.organ)
    with world.connection() as connection, connection.transaction():
        right = right_to(connection, bytes.fromhex(sha256), reader, event_id=event, law=world.law)
        if right is None:
            raise Problem(404, "not-known", _NOT_KNOWN)
        content = _content(request, right)
        note_evidence(connection, reader, right, purpose=purpose)
    headers = {
        "content-length": str(right.file.size),
        "content-disposition": f'attachment; filename="{sha256}"',
        "etag": f'"{sha256}"',
    }
    return StreamingResponse(_pieces(content), media_type=right.file.media_type, headers=headers)


_NOT_KNOWN: Final = (
    "There is no such file here for this caller. Name the event that cites it (`event`), if your organ may read that "
    "event's body; the file lies in the store of whoever published the event."
)


def store_of(request: Request) -> EvidenceStore:
    """Return the store of the files that this line has handed in."""
    return world_of(request).evidence


def _check_kind(world: World, kind: str) -> None:
    if kind not in world.law.rulebook.catalogue.enums[_KINDS]:
        faults = [Fault("", "is no kind of attachment (events.yaml, attachment_kind)", "材料", parameter="kind")]
        raise Problem(
            422, "not-valid", "The request is not as /openapi.json describes it. Nothing was kept.", faults=faults
        )


def _noted(world: World, caller: Principal, file: HandedIn) -> HandedIn:
    with world.connection() as connection:
        by = Reader(caller.account, caller.organ)
        return hand_in(connection, by, file, at=time.time_ns() // 1_000_000)


def _content(request: Request, right: Right) -> IO[bytes]:
    """Return what the hash says. Raises Problem, and the alarm, where that is not what is kept."""
    try:
        content = store_of(request).open(right.file.sha256)
    except FileChanged as fault:
        raise _lost(request, right, "changed") from fault
    if content is None:
        raise _lost(request, right, "gone")
    return content


def _lost(request: Request, right: Right, why: str) -> Problem:
    metrics = request.app.state.metrics
    if isinstance(metrics, Metrics):
        metrics.count("yisong_evidence_lost_total", why=why)
    known = request_id(request)
    _LOG.critical(
        "request %s: the file %s is %s: it is not given out",
        *(known, right.file.sha256.hex(), why),
        extra=about(About(request_id=known)),
    )
    detail = (
        "The file was here, and what is kept now is not what its hash says, so it is given to nobody. An operator was "
        "told. Whoever has the original may hand it in again, and this address serves it again."
    )
    return Problem(410, f"evidence-{why}", detail)


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    with content:
        while piece := content.read(_PIECE):
            yield piece
