"""Which proofs may a caller take away? Receipts, handoffs and dossiers, and how far the nodes agree."""

import re
from pathlib import Path
from typing import Annotated, Any, Final, cast
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from services.gateway.api import dossiers
from services.gateway.api.answers import JsonRoute, problems
from services.gateway.api.callers import Alive, Reading, verdicts_of
from services.gateway.api.cases import STATED, CaseId, checked
from services.gateway.problems import RETRY_SECONDS, Problem
from services.gateway.world import World, world_of
from yisong.audit.bodies import Reader
from yisong.audit.handoff_files import handoff_over, span_of
from yisong.audit.receipts import places_of
from yisong.audit.trails import Trail
from yisong.envelope.case_id import is_case_id
from yisong.postgres import queries
from yisong.proof.handoff import handoff_bytes
from yisong.proof.policy import QUORUM
from yisong.proof.receipt import receipt_bytes
from yisong.proof.trust import trust_in

router = APIRouter(tags=["proofs"], route_class=JsonRoute)

_SQL: Final = queries(Path(__file__).with_name("queries.sql"))
_REFERRAL: Final = re.compile(r"R-(CRB-\d{6}-\d{4}-\d{6}-[0-9A-Z])-[1-9]\d{0,8}", re.ASCII)
_PROOF: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The proof; `yisong verify` reads it with no network", "content": {"text/plain": {}}},
}
_ZIP: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The dossier; `yisong verify` reads it with no network", "content": {"application/zip": {}}},
}


class Wanted(BaseModel):
    """Why a dossier is made."""

    model_config = ConfigDict(extra="forbid", strict=True)

    purpose: str = Field(
        min_length=2, max_length=200, pattern=STATED, description="It goes on the log with the notice."
    )


@router.get("/events/{event_id}/receipt", summary="The receipt of an event", responses={**_PROOF, **problems(404, 409)})
def receipt(request: Request, event_id: UUID, caller: Reading, alive: Alive) -> Response:
    """
    Return the proof that an event stands where it stands, under a checkpoint that a quorum of the nodes has cosigned.

    A receipt holds the header and no body, so every agency may have it. 503 until the quorum is there.
    """
    del caller, alive
    world = world_of(request)
    with world.connection() as connection:
        trail = Trail(world.agency, connection)
        places = places_of(trail, event_id)
        if not places:
            raise Problem(404, "not-known", "The trail of this node remembers no event of this id.")
        if len(places) > 1:
            raise Problem(409, "ambiguous", "Several events have this id, of other publishers or cases.")
        kept = trail.cosignatures(world.law)
        made = kept.receipt(places[0].partition, places[0].offset, least=QUORUM)
        if made is None:
            raise _not_yet()
        data = receipt_bytes(made)
        _verified(world, data, trail, places[0].partition)
    return _file(data, "text/plain; charset=utf-8", f"receipt-{event_id}.txt")


@router.get("/handoffs/{referral}/proof", summary="The proof of a handoff", responses={**_PROOF, **problems(404)})
def handoff(
    request: Request, referral: Annotated[str, InPath(max_length=60)], caller: Reading, alive: Alive
) -> Response:
    """Return the proof that a referral was offered, and receipted when, or unanswered when its clock ran out."""
    del caller, alive
    world, found = world_of(request), _REFERRAL.fullmatch(referral)
    if found is None or not is_case_id(found[1]):
        raise Problem(404, "not-known", "This is no id of a referral; its form is R-CRB-980100-2016-000021-5-1.")
    with world.connection() as connection:
        trail = Trail(world.agency, connection)
        span = span_of(trail, found[1], referral)
        if span is None:
            raise Problem(404, "not-known", "It was not sent, or neither its receipt nor a breach is on record yet.")
        made = handoff_over(trail, span, world.law, case_id=found[1], referral=referral, least=QUORUM)
        if made is None:
            raise _not_yet()
        data = handoff_bytes(made)
        _verified(world, data, trail, span.partition)
    return _file(data, "text/plain; charset=utf-8", f"handoff-{referral}.txt")


@router.post(
    "/cases/{case_id}/dossiers",
    summary="Have a dossier made",
    status_code=202,
    response_model=None,
    responses={
        202: {"description": "The notice is accepted: take the dossier at Location"},
        **problems(400, 404, 413, 415),
    },
)
async def make_dossier(request: Request, case_id: CaseId, caller: Reading, alive: Alive, wanted: Wanted) -> Response:
    """Put on the log that a dossier of a case is made for the caller's organ; the notice closes it."""
    if alive.away:
        raise dossiers.away()
    reader = Reader(caller.account, caller.organ)
    event_id = await dossiers.announced(world_of(request), checked(case_id), reader, wanted.purpose)
    await verdicts_of(request).wait([event_id], seconds=5.0)
    location = f"/v1/cases/{case_id}/dossiers/{UUID(bytes=event_id)}"
    return JSONResponse({"event_id": str(UUID(bytes=event_id))}, 202, headers={"location": location})


@router.get("/cases/{case_id}/dossiers/{event_id}", summary="A dossier", responses={**_ZIP, **problems(404, 409)})
def dossier(request: Request, *, case_id: CaseId, event_id: UUID, caller: Reading, alive: Alive) -> Response:
    """
    Return the dossier that a notice closes: every record of the case, with bodies as far as the caller may know.

    503 until a quorum of the nodes has cosigned the notice.
    """
    del alive
    reader = Reader(caller.account, caller.organ)
    data = dossiers.dossier(world_of(request), checked(case_id), event_id.bytes, reader)
    if data is None:
        raise _not_yet()
    return _file(data, "application/zip", f"dossier-{case_id}.zip")


@router.get("/agreement", summary="How far do the nodes agree?", responses=problems())
def agreement(request: Request, caller: Reading, alive: Alive) -> dict[str, Any]:
    """
    Return, by partition, how many entries this node has and how many a quorum has cosigned.

    And of each node: the largest checkpoint that this node's own tree confirms, and the smallest one that differs; both
    of the origin under which the partition is signed now.
    """
    del caller, alive
    world = world_of(request)
    with world.connection() as connection:
        kept = Trail(world.agency, connection).cosignatures(world.law)
        progress = kept.progress(least=QUORUM)
        origins = {partition: kept.origin(partition) for partition in progress}
        rows = connection.execute(_SQL["agreement"]).fetchall()
    nodes: dict[int, dict[str, dict[str, Any]]] = {}
    for partition, node, size, differs in cast("list[tuple[int, str, int | None, int | None]]", rows):
        said = nodes.setdefault(partition, {}).setdefault(node, {"size": 0, "differs_from": None})
        said.update({"size": size} if size is not None else {"differs_from": differs})
    return {
        "node": world.agency,
        "quorum": QUORUM,
        "partitions": [
            {"partition": one, **done._asdict(), "origin": origins[one], "nodes": nodes.get(one, {})}
            for one, done in sorted(progress.items())
        ],
    }


def _verified(world: World, data: bytes, trail: Trail, partition: int) -> None:
    """See that a proof verifies before anybody has it. Raises NotProven."""
    restatements = tuple(kept.value for kept in trail.cosignatures(world.law).restatements(partition))
    trust_in(world.law.versions).verify(data, restatements=restatements)


def _file(data: bytes, media_type: str, name: str) -> Response:
    return Response(data, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})


def _not_yet() -> Problem:
    detail = f"Fewer than {QUORUM} nodes have cosigned it yet, so nothing would be proven. Ask again."
    return Problem(503, "not-cosigned-yet", detail, headers={"Retry-After": str(RETRY_SECONDS)})
