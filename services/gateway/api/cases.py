"""What does an agency system read of cases? Search, state, the whole history as it was known, and clocks."""

import time
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath

from services.gateway.api.answers import JsonRoute, instant, problems
from services.gateway.api.callers import Alive, Reading
from services.gateway.api.clocks import clock_document
from services.gateway.api.histories import history_document
from services.gateway.api.pages import Limit, link_next
from services.gateway.problems import Fault, Problem
from services.gateway.world import World, world_of
from yisong.audit.bodies import Reader
from yisong.audit.trails import Trail, present
from yisong.envelope.case_id import is_case_id
from yisong.ledger import Docket, advance
from yisong.postgres import queries
from yisong.publishing.instants import to_ms

router = APIRouter(prefix="/cases", tags=["cases"], route_class=JsonRoute)

_SQL: Final = queries(Path(__file__).with_name("queries.sql"))
CaseId = Annotated[str, InPath(pattern=r"^CRB-\d{6}-\d{4}-\d{6}-[0-9A-Z]$", examples=["CRB-980100-2016-000021-5"])]
AsOf = Annotated[str | None, Query(max_length=40, description="As known at this instant (RFC 3339).")]
STATED: Final = r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$"
"""What a purpose looks like: on one line, and not blank, since a blank one is none (log of readings)."""
Purpose = Annotated[
    str, Query(min_length=2, max_length=200, pattern=STATED, description="Why it is read; it is put on record.")
]
Part = Annotated[str | None, Query(max_length=40)]


@router.get("", summary="Which cases are there?", responses=problems())
def search(  # noqa: PLR0913 (each is a filter)
    request: Request,
    response: Response,
    *,
    caller: Reading,
    alive: Alive,
    state: Part = None,
    owner: Part = None,
    region: Annotated[str | None, Query(pattern=r"^\d{6}$")] = None,
    year: Annotated[str | None, Query(pattern=r"^\d{4}$")] = None,
    mine: Annotated[bool, Query(description="Only cases that the caller's organ has to do with.")] = False,
    after: Annotated[str, Query(max_length=24, description="The last case id of the page before.")] = "",
    limit: Limit = 100,
) -> dict[str, Any]:
    """Return cases in the order of their ids, each as of its newest record."""
    del alive
    asked = {"state": _text(state), "owner": _text(owner), "region": region, "year": year, "after": _text(after) or ""}
    asked["concerning"] = caller.organ if mine else None
    with world_of(request).connection() as connection:
        rows = connection.execute(_SQL["cases"], {**asked, "limit": limit}).fetchall()
    found = [_found(row) for row in rows]
    if len(found) == limit:
        link_next(request, response, after=found[-1]["case_id"])
    return {"cases": found}


@router.get("/{case_id}", summary="How does a case stand?", responses=problems(404))
def case(request: Request, case_id: CaseId, caller: Reading, alive: Alive, as_of: AsOf = None) -> dict[str, Any]:
    """Return the states of a case and of all in it, and its clocks, advanced to now or to *as_of*."""
    del caller, alive
    world = world_of(request)
    with world.connection() as connection:
        docket, at = _advanced(world, Trail(world.agency, connection), checked(case_id), as_of)
    owner = docket.case.fact("owner")
    return {
        "case_id": case_id,
        "as_of": instant(at),
        "log_time": instant(docket.log_time),
        "records": docket.size,
        "state": docket.case.state,
        "owner": owner[0] if owner else None,
        "aggregates": [{"kind": ref.kind, "id": ref.id, "state": now} for ref, now in docket.states.items()],
        "clocks": [clock_document(clock, world.law) for clock in docket.clocks],
    }


@router.get("/{case_id}/clocks", summary="Which clocks run in a case?", responses=problems(404))
def clocks(request: Request, case_id: CaseId, caller: Reading, alive: Alive, as_of: AsOf = None) -> dict[str, Any]:
    """Return every clock that was started in a case, advanced to now or to *as_of*."""
    del caller, alive
    world = world_of(request)
    with world.connection() as connection:
        docket, at = _advanced(world, Trail(world.agency, connection), checked(case_id), as_of)
    return {
        "case_id": case_id,
        "as_of": instant(at),
        "clocks": [clock_document(clock, world.law) for clock in docket.clocks],
    }


@router.get("/{case_id}/history", summary="Who did what, and what was admitted?", responses=problems(404))
def history(  # noqa: PLR0913 (what is read, by whom and why)
    request: Request,
    *,
    case_id: CaseId,
    caller: Reading,
    alive: Alive,
    purpose: Purpose,
    as_of: AsOf = None,
    bodies: Annotated[bool, Query(description="Also what the events say, where the caller's organ may know.")] = False,
) -> dict[str, Any]:
    """
    Return every record of a case with its verdict, as it was known at *as_of*, or is known now.

    Headers are for all four agencies. A body that the caller's organ need not know is masked, and says why. That the
    history was read is put on record with the purpose.
    """
    del alive
    world = world_of(request)
    reader = Reader(caller.account, caller.organ)
    with world.connection() as connection:
        found = history_document(
            world, connection, checked(case_id), at=instant_of(as_of), reader=reader, purpose=purpose, bodies=bodies
        )
    if found is None:
        raise _unknown()
    return found


def _advanced(world: World, trail: Trail, case_id: str, as_of: str | None) -> tuple[Docket, int]:
    """Return a docket, and the instant to which it is advanced. Raises Problem where it is not known (yet)."""
    docket = trail.docket(case_id)
    if docket is None:
        raise _unknown()
    wanted = instant_of(as_of)
    at = present(docket, world.law, live=trail.live(), now=now_ms()) if wanted is None else wanted
    if at < docket.log_time:
        said = "lies before the case's newest record; the history shows the case as it was known then"
        raise Problem(422, "not-valid", "Nothing was read.", faults=[Fault("", said, parameter="as_of")])
    return advance(docket, at, world.law), at


def instant_of(text: str | None) -> int | None:
    """Return the instant (ms) that *text* names. Raises Problem where it names none."""
    try:
        return None if text is None else to_ms(text)
    except ValueError:
        said = "must be an instant in RFC 3339 with its offset, as 2016-08-03T11:04:00+08:00"
        raise Problem(422, "not-valid", "Nothing was read.", faults=[Fault("", said, parameter="as_of")]) from None


def now_ms() -> int:
    """Return the milliseconds since 1970 (UTC) by this machine's clock."""
    return time.time_ns() // 1_000_000


def checked(case_id: str) -> str:
    """Return *case_id*. Raises Problem where its check character is wrong."""
    if not is_case_id(case_id):
        said = "its check character is wrong (ISO 7064 MOD 37,36)"
        raise Problem(422, "not-valid", "Nothing was read.", faults=[Fault("", said, parameter="case_id")])
    return case_id


def _text(text: str | None) -> str | None:
    # PostgreSQL holds no NUL in a text, so nothing there is equal to one that has it.
    return None if text is None else text.replace("\0", "\ufffd")


def _found(row: tuple[Any, ...]) -> dict[str, Any]:
    case_id, state, owner, log_time, records = row
    return {"case_id": case_id, "state": state, "owner": owner, "log_time": instant(log_time), "records": records}


def _unknown() -> Problem:
    return Problem(404, "not-known", "The trail of this node knows nothing of this case, or knew nothing of it then.")
