"""What does the page of a case show?"""

import time
from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.console import geometry as geo
from services.gateway.console.casefile import CaseFile, Record, casefile
from services.gateway.console.clocks import clock_views
from services.gateway.console.drawing import Drawing, drawing
from services.gateway.console.names import LANES, Names
from services.gateway.console.panel import panel
from services.gateway.console.proofs import checkpointed
from services.gateway.console.rows import Row, counts, facts, rows, title
from services.gateway.console.shell import Shell, render
from services.gateway.problems import Problem
from yisong.audit.bodies import Body, bodies_of, note_reading
from yisong.audit.trails import Trail
from yisong.envelope.case_id import is_case_id, is_register
from yisong.ledger import Law
from yisong.proof.policy import QUORUM
from yisong.publishing.instants import to_ms, to_text

PURPOSES: Final = ("handling", "supervision", "audit", "reply", "court")
"""Why somebody may read: what the log of readings holds is the Chinese name of it."""
_MASKED: Final = Body(masked="not-in-audience")
_MOST_ORGANS: Final = 3
_LATEST: Final = "latest"
_ASKING: Final = "AssistanceRequested"
"""The event with which one organ asks another for something: it is on the log, and starts a clock."""


class Asked(NamedTuple):
    """What is asked of a case: at which instant (ms), which event, and for which purpose its body; None: not said."""

    at: int | None
    event: int | None
    purpose: str | None


class Document(NamedTuple):
    """One line of a manifest of the case."""

    kind: str
    number: int
    title: str
    doc_no: str
    role: str
    organ: str
    size: int
    sha256: str


def case_page(shell: Shell, case_id: str, asked: Asked, *, x: float | None = None) -> Response:
    """
    Return the page of a case, and write down that it was read.

    *x*: where the slider stands, which names the instant where `asked.at` does not. Raises Problem 404 where this node
    knows nothing of it, BusUnreachable, NotProven.
    """
    law, now = shell.world.law, int(time.time() * 1000)
    purpose = asked.purpose or ("handling" if shell.may("read") else "audit")
    need_case_id(case_id)
    with shell.world.connection() as connection, connection.transaction():
        trail = Trail(shell.world.agency, connection)
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
        opened = asked.purpose is not None and shell.organ in record.readers
        body = _MASKED
        if opened:
            keys, why = shell.world.keys, purpose_text(purpose)
            (body,) = bodies_of(connection, [record.entry], reader=shell.reader, purpose=why, law=law, keys=keys)
        proof = checkpointed(trail, law, case.partition, record.entry.offset, least=record.cosigners)
    until = now if not law.bus.test_data else case.records[-1].docket.log_time if case.is_now else case.as_of
    shown = rows(case, drawn, shell.names, organ=shell.organ)
    clocks = clock_views(case, drawn.plan, law, shell.names, now=_newest(case, until))
    return render(
        shell,
        "case.html",
        current="cases",
        case=case,
        drawn=drawn,
        geo=geo,
        rows=shown,
        facts=facts(case, shell.names),
        counts=counts(case),
        readable=sum(row.readable for row in shown[: case.known]),
        clocks=clocks,
        chosen=chosen,
        chosen_row=shown[chosen - 1],
        panel=panel(record, clocks, body, proof, shell.names),
        unopened=not opened and shell.organ in record.readers,
        purpose=purpose,
        purposes=PURPOSES,
        documents=_documents(case, shell.names),
        where=_where(case, shell),
        owner="、".join(shell.names.organ(one) for one in case.docket.case.fact("owner")),
        lane_organs=_lane_organs(case, shell.names),
        height=geo.CLOCKS + len(clocks) * geo.CLOCK + 6,
        lines=(*(geo.RULER + lane * geo.LANE for lane in range(5)), geo.STRIPS + geo.STRIP, geo.STRIPS + 2 * geo.STRIP),
        earlier=_before(shown, case.known),
        later=shown[case.known].log_time if case.known < len(shown) else None,
        as_of_query="" if case.is_now else f"&as_of={to_text(case.as_of).replace('+', '%2B')}",
        quorum=QUORUM,
        event_id=_event_id(record),
        may_ask=shell.may("publish") and shell.names.role_of(shell.organ) in law.events[_ASKING].publishers,
    )


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
    from services.gateway.console.texts import texts  # noqa: PLC0415

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


def _where(case: CaseFile, shell: Shell) -> str:
    _, region, year, seq, _ = case.case_id.split("-")
    if is_register(case.case_id):
        return shell.t("case.register")
    named = shell.world.law.rulebook.directory.regions.get(region, region)
    return shell.t("case.region", region=named, year=year, seq=int(seq))


def _lane_organs(case: CaseFile, names: Names) -> tuple[str, ...]:
    found: dict[str, dict[str, None]] = {role: {} for role in LANES}
    for record in case.records:
        header = record.entry.header
        if header is not None and record.entry.verdict != "refused":
            for organ in (header.speaker, *header.to):
                if not organ.startswith("S-") and names.role_of(organ) in found:
                    found[names.role_of(organ)][organ] = None
    return tuple(_shortened(tuple(organs)) for organs in found.values())


def _shortened(organs: tuple[str, ...]) -> str:
    more = " …" if len(organs) > _MOST_ORGANS else ""
    return " · ".join(organs[:_MOST_ORGANS]) + more


def _documents(case: CaseFile, names: Names) -> Sequence[Document]:
    found: list[Document] = []
    for record in case.records[: case.known]:
        header = record.entry.header
        for one in () if header is None or record.entry.verdict == "refused" else header.attachments:
            assert header is not None  # noqa: S101 (it has attachments)
            kind, organ = names.enum("attachment_kind", one.kind), header.speaker
            found.append(
                Document(
                    kind,
                    record.number,
                    title(record, names),
                    header.doc_no or "",
                    names.role_of(organ),
                    names.organ(organ),
                    one.size,
                    one.sha256.hex(),
                )
            )
    return found
