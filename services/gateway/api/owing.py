"""Who owes what, to whom, and since when? Duties, handoffs, filings, and new case numbers."""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.api.answers import JsonRoute, problems
from services.gateway.api.callers import Alive, Publishing, Reading
from services.gateway.api.cases import now_ms
from services.gateway.problems import Fault, Problem
from services.gateway.world import world_of
from yisong.audit.handoffs import handoffs
from yisong.audit.trails import Trail
from yisong.desk.agenda import agenda
from yisong.desk.case_numbers import next_case_id
from yisong.desk.filing_register import FilingRegister
from yisong.desk.filings import asked_of
from yisong.desk.store import Store
from yisong.ledger import Law

router = APIRouter(route_class=JsonRoute)

_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2099


class NewCase(BaseModel):
    """For which region and year a case number is wanted."""

    model_config = ConfigDict(extra="forbid", strict=True)

    region: str = Field(pattern=r"^\d{6}$", description="GB/T 2260.", examples=["980100"])
    year: int = Field(ge=_FIRST_YEAR, le=_LAST_YEAR, examples=[2016])


@router.get("/duties", tags=["duties"], summary="What does the caller's organ owe?", responses=problems(403))
def duties(
    request: Request,
    caller: Reading,
    alive: Alive,
    organ: Annotated[str | None, Query(max_length=20, description="Another organ, below the caller's.")] = None,
    *,
    everything: Annotated[bool, Query(alias="all", description="What is done or void, too.")] = False,
) -> dict[str, Any]:
    """Return duties, the most urgent first: until when, under which article, because of which event."""
    del alive
    world, whose = world_of(request), organ or caller.organ
    if not _is_below(whose, caller.organ, world.law):
        raise Problem(403, "not-allowed", "Duties are shown of the caller's organ and of those below it.")
    with world.connection() as connection:
        found = agenda(Store(connection), world.agency, world.law, now=now_ms(), organ=whose, everything=everything)
    return {"duties": [_without_bodies(one.as_json()) for one in found]}


@router.get("/handoffs", tags=["handoffs"], summary="Who waits for whose answer?", responses=problems())
def all_handoffs(request: Request, caller: Reading, alive: Alive) -> dict[str, Any]:
    """Return, by sender and receiver, what was sent, receipted and is pending, and each pending one with its age."""
    del caller, alive
    world = world_of(request)
    with world.connection() as connection:
        found = handoffs(Trail(world.agency, connection), world.law, now=now_ms())
    return {"cells": [one.as_json() for one in found.cells], "pending": [one.as_json() for one in found.pending]}


@router.get("/filings", tags=["filings"], summary="Under which filing is a domain?", responses=problems(404))
def filing(
    request: Request,
    caller: Reading,
    domain: Annotated[str, Query(max_length=253)],
    on: Annotated[date, Query(description="As of which day.")],
) -> dict[str, Any]:
    """Return what the register 备案库 of the telecoms line says of a domain, or of the domain above it, on a day."""
    del caller
    world = world_of(request)
    if world.agency != "miit":
        raise Problem(404, "not-known", "The filing register is kept by the telecoms line: ask its gateway.")
    asked = asked_of({"kind": "domain", "value": domain})
    if asked is None:
        faults = [Fault("", "is no domain by IDNA 2008", parameter="domain")]
        raise Problem(422, "not-valid", "Nothing was looked up.", faults=faults)
    with world.connection() as connection:
        found = FilingRegister(connection).find(asked, on=on)
    if found is None:
        raise Problem(404, "not-known", "The register has no filing of this domain on that day.")
    return {
        "value": found.value,
        "authority": found.authority,
        "icp_no": found.icp_no,
        "licence_no": found.licence_no,
        "sponsor_kind": found.sponsor_kind,
        "sponsor_uscc": found.sponsor_uscc,
        "access_provider": found.access_provider,
        "access_region": found.access_region,
        "valid_from": found.valid_from.isoformat(),
        "valid_to": None if found.valid_to is None else found.valid_to.isoformat(),
    }


@router.post(
    "/case-numbers",
    tags=["cases"],
    summary="Allocate a case number",
    status_code=201,
    responses=problems(400, 413, 415),
)
def case_number(request: Request, caller: Publishing, wanted: NewCase) -> dict[str, str]:
    """Return the id of a new case; it is nobody else's, whether or not it is ever used."""
    del caller
    world = world_of(request)
    if wanted.region not in world.law.rulebook.directory.regions:
        faults = [Fault("/region", "is no region of the directory", "行政区划代码")]
        raise Problem(422, "not-valid", "No number was taken.", faults=faults)
    with world.connection() as connection:
        return {"case_id": next_case_id(connection, world.agency, region=wanted.region, year=wanted.year)}


def _without_bodies(duty: dict[str, object]) -> dict[str, object]:
    """Return *duty* without what a desk has read in a body: bodies are read through the case, and that is noted."""
    return {name: value for name, value in duty.items() if name not in ("advice", "officer")}


def _is_below(organ: str, above: str, law: Law) -> bool:
    at: str | None = organ
    while at is not None and at != above:
        at = law.organs[at].parent if at in law.organs else None
    return at is not None
