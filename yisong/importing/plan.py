"""What would an import publish, and which rows can't be taken as the log stands? Nothing is written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from yisong.audit.rehearsal import rehearse
from yisong.audit.trails import Trail
from yisong.envelope.case_id import case_id
from yisong.envelope.codec import SALT_BYTES
from yisong.importing.case import Case
from yisong.importing.columns import HEADINGS
from yisong.importing.kept import EVENTS, documents, event_id, kept
from yisong.importing.planned import (
    ADMITTED,
    ATTEMPTS,
    Planned,
    Step,
    date_of,
    header_of,
    planned,
    told_elsewhere,
    unlike,
    why_refused,
)
from yisong.importing.row import Note
from yisong.ledger import Law
from yisong.postgres.connection import Rows
from yisong.publishing.compose import Content, content
from yisong.publishing.publisher import Publisher
from yisong.publishing.sealer import with_sealing
from yisong.publishing.signer import Signer

_STAND_IN: Final = 399_999
"""The number under which an event is looked at before its case has one: the last of the line's range."""
_COLUMNS: Final = {
    ("clue", "occurred_at"): "clue_date",
    ("clue", "variant"): "feedback",
    ("clue", "body.targets"): "targets",
    ("clue", "body.works"): "works",
    ("clue", "body.summary"): "summary",
    ("opened", "occurred_at"): "opened_date",
    ("opened", "decided_at"): "opened_date",
    ("opened", "doc_no"): "opened_doc_no",
    ("opened", "body.parties"): "party",
    ("penalty", "occurred_at"): "penalty_date",
    ("penalty", "decided_at"): "penalty_date",
    ("penalty", "served_at"): "penalty_served",
    ("penalty", "doc_no"): "penalty_doc_no",
    ("closed", "occurred_at"): "closed_date",
    ("closed", "body.reason"): "closing_reason",
}


class Plan(NamedTuple):
    """The rows that can be taken, in their order, and what is to be said of all."""

    rows: tuple[Planned, ...]
    faults: tuple[Note, ...]
    warnings: tuple[Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a plan is made with: *publisher*, database of its node, *trail*, keys, law, and *now* (ms)."""

    organ: str
    publisher: Publisher
    connection: Rows
    trail: Trail
    signer: Signer
    law: Law
    now: int


def plan(cases: Iterable[Case], desk: Desk) -> Plan:
    """Look at *cases* as the log stands at the node of *desk*. Raises BusUnreachable."""
    cases = list(cases)
    tries = range(1, ATTEMPTS + 1)
    ids = (event_id(desk.organ, case.number, name, n) for case in cases for name in EVENTS for n in tries)
    known, written = kept(desk.connection, desk.organ, ids), documents(desk.connection, desk.organ)
    rows: list[Planned] = []
    faults: list[Note] = []
    warnings: list[Note] = []
    for case in cases:
        row = planned(case, desk.organ, known)
        unfit = (*unlike(row, desk.organ, known, desk.law), *told_elsewhere(row, written), *_unfit(row, desk))
        if found := list(dict.fromkeys(unfit)):
            faults += found
            continue
        late, refused = _rehearsed(row, desk)
        faults += refused
        if not refused:
            rows.append(Planned(case=case, case_id=row.case_id, attempt=row.attempt, steps=row.steps, late=late))
            warnings += _remarks(row, desk)
    return Plan(tuple(rows), tuple(faults), tuple(warnings))


def _stand_in(row: Planned) -> str:
    """Return the case id of *row*, or the one under which it is looked at while it has none."""
    if row.case_id is not None:
        return row.case_id
    return case_id(str(row.case.events[0].header["region_code"]), row.case.year, _STAND_IN)


def _unfit(row: Planned, desk: Desk) -> Iterator[Note]:
    """Yield what keeps an event of *row* from being published whatever the state of its case."""
    for step in row.to_do:
        header = header_of(step.stated, _stand_in(row))
        for fault in desk.publisher.faults(header, step.stated.body):
            yield _note(row.case.line, step.stated.name, fault)


def _remarks(row: Planned, desk: Desk) -> Iterator[Note]:
    """Yield what looks wrong, as far as the row itself could not say."""
    for step in row.to_do:
        header = header_of(step.stated, _stand_in(row))
        for warning in desk.publisher.warnings(header, step.stated.body):
            if warning.startswith(("body.targets", "body.works")):
                yield _note(row.case.line, step.stated.name, warning)
    if any(step.kept is not None and step.kept.row is None for step in row.steps):
        yield Note(row.case.line, "", "was published, and this node no longer keeps what it said: it is not compared")


def _note(line: int, name: str, sentence: str) -> Note:
    field, _, what = sentence.partition(": ")
    column = _COLUMNS.get((name, field.partition("[")[0]))
    return Note(line, HEADINGS[column], what) if column else Note(line, "", f"{name}: {sentence}")


def _rehearsed(row: Planned, desk: Desk) -> tuple[bool, list[Note]]:
    """Judge what is to be published as the trail stands; not where an earlier event still waits for its verdict."""
    if any(step.kept is not None and step.kept.verdict is None for step in row.steps):
        return False, []
    drafts = [(_draft(row, step, desk), desk.now) for step in row.to_do]
    late, refused = False, []
    for step, found in zip(row.to_do, rehearse(desk.trail, drafts, desk.law, desk.signer), strict=True):
        late = late or found.verdict == "admitted-late"
        if found.verdict not in ADMITTED:
            why = why_refused(found.reason, desk.law)
            refused.append(Note(row.case.line, date_of(step.stated.name), f"would be {found.verdict}: {why}"))
    return late, refused


def _draft(row: Planned, step: Step, desk: Desk) -> Content:
    fields = with_sealing(header_of(step.stated, _stand_in(row)), desk.law, at=desk.now)
    schemas, salt = desk.law.registered(desk.now), bytes(SALT_BYTES)
    return content(fields, step.stated.body, event_id=step.event_id.bytes, salt=salt, registered=schemas)
