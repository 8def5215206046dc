"""What does the page of a case show?"""

import time
from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg import Connection
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.console import geometry as geo
from services.gateway.console.casefile import CaseFile, Record, casefile
from services.gateway.console.casehead import documents, lane_organs, where
from services.gateway.console.clocks import ClockView, clock_views
from services.gateway.console.drawing import Drawing, drawing
from services.gateway.console.names import Names
from services.gateway.console.panel import panel
from services.gateway.console.proofs import Checkpointed, checkpointed
from services.gateway.console.rows import Row, counts, facts, rows
from services.gateway.console.shell import Shell, render
from services.gateway.console.texts import texts
from services.gateway.problems import Problem
from yisong.audit.bodies import Body, bodies_of, note_reading
from yisong.audit.trails import Trail
from yisong.envelope.case_id import is_case_id
from yisong.ledger import Law
from yisong.proof.policy import QUORUM
from yisong.publishing.instants import to_ms, to_text

PURPOSES: Final = ("handling", "supervision", "audit", "reply", "court")
"""Why somebody may read: what the log of readings holds is the Chinese name of it."""
_MASKED: Final = Body(masked="not-in-audience")
_LATEST: Final = "latest"
_ASKING: Final = "AssistanceRequested"
"""The event with which one organ asks another for something: it is on the log, and starts a clock."""


class Asked(NamedTuple):
    """What is asked of a case: at which instant (ms), which event, and for which purpose its body; None: not said."""

    at: int | None
    event: int | None
    purpose: str | None


class Opened(NamedTuple):
    """
    A case as somebody sees it: its records, the drawing, and the one event that is open (*chosen*, its number).

    *body*: what that event says, or why it is masked; *asked_for*: whether it was to be opened, by whoever may.
    """

    case: CaseFile
    drawn: Drawing
    chosen: int
    body: Body
    asked_for: bool
    proof: Checkpointed
    purpose: str

    @property
    def record(self) -> Record:
        """The record of the event that is open."""
        return self.case.records[self.chosen - 1]


def case_page(shell: Shell, case_id: str, asked: Asked, *, x: float | None = None) -> Response:
    """
    Return the page of a case, and write down that it was read.

    *x*: where the slider stands, which names the instant where `asked.at` does not. Raises Problem 404 where this node
    knows nothing of it, BusUnreachable, NotProven.
    """
    now = int(time.time() * 1000)
    need_case_id(case_id)
    with shell.world.connection() as connection, connection.transaction():
        seen = _opened(shell, connection, case_id, asked, x=x, now=now)
    case, names = seen.case, shell.names
    shown = rows(case, seen.drawn, names, organ=shell.organ)
    clocks = clock_views(case, seen.drawn.plan, shell.world.law, names, now=_newest(case, _until(case, shell, now)))
    return render(
        shell,
        "case.html",
        current="cases",
        case=case,
        rows=shown,
        clocks=clocks,
        **_of_heading(seen, shown, shell),
        **_of_drawing(seen, clocks, shell),
        **_of_slider(case, shown),
        **_of_event(seen, shown, clocks, shell),
    )


def _opened(  # noqa: PLR0913 (which case, as of when, for whom)
    shell: Shell, connection: Connection[Any], case_id: str, asked: Asked, *, x: float | None, now: int
) -> Opened:
    law, trail = shell.world.law, Trail(shell.world.agency, connection)
    purpose = asked.purpose or ("handling" if shell.may("read") else "audit")
    case = casefile(connection, trail, case_id, law, at=asked.at, now=now)
    if case is None:
        raise unknown()
    drawn = _drawn(case, law, shell.names)
    if asked.at is None and x is not None and (at := _instant_at(drawn, x)) is not None:
        case = casefile(connection, trail, case_id, law, at=at, now=now) or case
        drawn = _drawn(case, law, shell.names)
    note_reading(connection, shell.reader, what="history", case_id=case_id, purpose=purpose_text(purpose))
    chosen = chosen_of(case, asked.event)
    record = case.records[chosen - 1]
    may_open = asked.purpose is not None and shell.organ in record.readers
    body = _body(shell, connection, record, purpose) if may_open else _MASKED
    proof = checkpointed(trail, law, case.partition, record.entry.offset, least=record.cosigners)
    return Opened(case, drawn, chosen, body, may_open, proof, purpose)


def _body(shell: Shell, connection: Connection[Any], record: Record, purpose: str) -> Body:
    law, keys, why = shell.world.law, shell.world.keys, purpose_text(purpose)
    (body,) = bodies_of(connection, [record.entry], reader=shell.reader, purpose=why, law=law, keys=keys)
    return body


def _until(case: CaseFile, shell: Shell, now: int) -> int:
    """Return up to when (ms) time has passed for the clocks of a case: on a demo bus that is the case's own now."""
    if not shell.world.law.bus.test_data:
        return now
    return case.records[-1].docket.log_time if case.is_now else case.as_of


def _of_heading(seen: Opened, shown: Sequence[Row], shell: Shell) -> dict[str, Any]:
    case, names = seen.case, shell.names
    readable = sum(row.readable for row in shown[: case.known])
    return {
        "facts": facts(case, names),
        "counts": counts(case),
        "readable": readable,
        "where": where(case.case_id, shell),
        "owner": "、".join(names.organ(one) for one in case.docket.case.fact("owner")),
        "documents": documents(case, names),
    }


def _of_drawing(seen: Opened, clocks: Sequence[ClockView], shell: Shell) -> dict[str, Any]:
    lanes = (geo.RULER + lane * geo.LANE for lane in range(geo.LANES + 1))
    return {
        "drawn": seen.drawn,
        "geo": geo,
        "lane_organs": lane_organs(seen.case, shell.names),
        "height": geo.CLOCKS + len(clocks) * geo.CLOCK + 6,
        "lines": (*lanes, geo.STRIPS + geo.STRIP, geo.STRIPS + 2 * geo.STRIP),
    }


def _of_slider(case: CaseFile, shown: Sequence[Row]) -> dict[str, Any]:
    return {
        "earlier": _before(shown, case.known),
        "later": shown[case.known].log_time if case.known < len(shown) else None,
        "as_of_query": "" if case.is_now else f"&as_of={to_text(case.as_of).replace('+', '%2B')}",
    }


def _of_event(seen: Opened, shown: Sequence[Row], clocks: Sequence[ClockView], shell: Shell) -> dict[str, Any]:
    record, names = seen.record, shell.names
    asks = shell.world.law.events[_ASKING].publishers
    return {
        "chosen": seen.chosen,
        "chosen_row": shown[seen.chosen - 1],
        "panel": panel(record, clocks, seen.body, seen.proof, names),
        "unopened": not seen.asked_for and shell.organ in record.readers,
        "purpose": seen.purpose,
        "purposes": PURPOSES,
        "quorum": QUORUM,
        "event_id": _event_id(record),
        "may_ask": shell.may("publish") and names.role_of(shell.organ) in asks,
    }


def _event_id(record: Record) -> str:
    """Return the id under which the receipt of an event is found; empty where it is not remembered."""
    header = record.entry.header
    return "" if header is None or not record.entry.remembered else str(UUID(bytes=header.event_id))


def need_case_id(case_id: str) -> None:
    """Raise Problem 404 where *case_id* is none."""
    if not is_case_id(case_id):
        raise unknown()


def unknown() -> Problem:
    """Return the problem of a case that this node knows nothing of."""
    return Problem(404, "no-such-case", "This node has nothing of such a case.")


def purpose_text(purpose: str) -> str:
    """Return a purpose as the log of readings holds it."""
    return texts("zh")(f"purpose.{purpose}")


def asked_of(request: Request) -> Asked:
    """Return what the address asks of a case. Raises Problem 400 where it cannot be understood."""
    said = request.query_params
    purpose = said.get("purpose") or None
    if purpose is not None and purpose not in PURPOSES:
        raise Problem(400, "no-such-purpose", "There is no such purpose.")
    try:
        when = said.get("as_of") or _LATEST
        at = None if when == _LATEST else to_ms(when.replace(" ", "+"))
        event = int(said["event"]) if said.get("event") else None
    except (ValueError, OverflowError) as fault:
        raise Problem(400, "not-understood", "An instant or a number in the address cannot be understood.") from fault
    return Asked(at, event, purpose)


def chosen_of(case: CaseFile, event: int | None) -> int:
    """Return the number of the event that is shown: the one asked for where it was known then, else the newest."""
    newest = max(case.known, 1)
    return newest if event is None or not 1 <= event <= newest else event


def _drawn(case: CaseFile, law: Law, names: Names) -> Drawing:
    wide = geo.COLUMN if names.t.language == "zh" else geo.WIDE_COLUMN
    return drawing(case, law, names, wide=wide)


def _instant_at(drawn: Drawing, x: float) -> int | None:
    """Return the log time of the last event left of *x*; None where that is the newest of all."""
    known = sum(column.x <= x for column in drawn.plan.columns)
    return None if known >= len(drawn.plan.columns) else drawn.plan.times[max(known, 1) - 1]


def _newest(case: CaseFile, until: int) -> int:
    return max(until, case.records[-1].docket.log_time)


def _before(shown: Sequence[Row], known: int) -> int | None:
    """Return the newest log time at which less was known; None where that was nothing."""
    times = [row.log_time for row in shown[: max(known - 1, 0)]]
    return next((at for at in reversed(times) if at < shown[known - 1].log_time), None)
