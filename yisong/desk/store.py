"""How are the desk's answers kept: outcome, duties and events to be sent, all of them or none?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple, cast
from uuid import UUID

import orjson

from yisong.desk.delivery import Delivery
from yisong.desk.duties import Closing, DutyState, KeptDuty, duty_id
from yisong.desk.outcome import Duty, Ignore, Outcome, Owe, Park
from yisong.envelope.header import AggregateRef
from yisong.ledger import Docket, loads
from yisong.postgres import queries
from yisong.postgres.binary import shown
from yisong.postgres.connection import Rows, reachable
from yisong.postgres.json_text import from_jsonb, to_jsonb
from yisong.publishing.outbox import Draft
from yisong.publishing.stores import PostgresOutbox

_SQL = queries(Path(__file__).with_name("queries.sql"))

OutcomeName = Literal["emit", "owe", "ignore", "park"]


class Place(NamedTuple):
    """Which delivery it is: its position on ``case-events``, and its case."""

    partition: int
    offset: int
    case_id: str


class Waiting(NamedTuple):
    """A parked delivery, to be run again: where it belongs, why it waits, and the inbox record as it came."""

    place: Place
    reason: str
    detail: str
    value: bytes
    attempts: int


class Parked(NamedTuple):
    """A parked delivery, to be shown. *parked_at*: RFC 3339."""

    place: Place
    reason: str
    detail: str
    parked_at: str
    attempts: int
    asked: bool


class NotTaken(NamedTuple):
    """An event of the desk that the log refused (*state* settled) or did not take (parked); *name* as its rule said."""

    place: Place
    name: str
    publisher: str
    state: str
    reason: str


class Store:
    """What one desk keeps in the database of its node. For one thread at a time."""

    def __init__(self, connection: Rows) -> None:
        """Keep it through *connection*, which is in autocommit mode."""
        self._connection = connection
        self._outbox = PostgresOutbox(connection)

    @contextmanager
    def in_turn(self, case_id: str) -> Iterator[None]:
        """One transaction about a case, while no other process has one about it. Raises BusUnreachable."""
        with reachable(), self._connection.transaction():
            self._run("in_turn", {"case_id": case_id})
            yield

    # inside a transaction

    def is_held(self, case_id: str) -> bool:
        """Hold where an earlier delivery of the case waits for a person."""
        return bool(self._run("is_held", {"case_id": case_id}))

    def claim(self, place: Place, outcome: Outcome) -> bool:
        """Write down how a delivery is answered; return whether it had not been answered before."""
        return bool(self._run("settle_once", {**place._asdict(), **_named(outcome)}))

    def answer_again(self, place: Place, outcome: Outcome) -> None:
        """Write down another outcome for a delivery that was parked, and release it."""
        self._run("settle_again", {**place._asdict(), **_named(outcome)})
        self._run("release", place._asdict())

    def park(self, place: Place, park: Park, value: bytes) -> None:
        """Put a delivery aside, with the inbox record as it came."""
        row = {"reason": park.reason, "detail": shown(park.detail), "value": value}
        self._run("park", {**place._asdict(), **row})

    def park_again(self, place: Place, park: Park) -> None:
        """Note that a delivery that was run again still waits."""
        self._run("park_again", {**place._asdict(), "reason": park.reason, "detail": shown(park.detail)})
        self._run("settle_again", {**place._asdict(), **_named(park)})

    def send(self, place: Place, name: str, draft: Draft) -> None:
        """Put an event that answers a delivery into the outbox, in this very transaction."""
        self._outbox.submit(draft)
        self._run("emitted", {**place._asdict(), "event_id": draft.said.event_id, "name": name})

    def open_duties(self, case_id: str) -> Sequence[KeptDuty]:
        """Return what is owed in a case."""
        return [_as_duty(row) for row in self._run("open_duties_of_case", {"case_id": case_id})]

    def owe(self, cause: Delivery, duties: Iterable[Duty]) -> None:
        """Put *duties* before officers, because of *cause*."""
        for duty in duties:
            row = _as_row(cause, duty)
            if self._run("open_duty", row):
                self._note(row["id"], "open", offset=cause.offset, at=cause.log_time)

    def close_duty(self, kept: KeptDuty, closing: Closing) -> None:
        """Close a duty because of an event."""
        row = {"duty": kept.id, "state": closing.state, "offset": closing.by, "at": closing.at, "officer": None}
        if self._run("close_duty", row):
            self._note(kept.id, closing.state, offset=closing.by, at=closing.at)

    def advise(self, duty: UUID, advice: Mapping[str, object], *, at: int) -> None:
        """Let an open duty say what the node has come to know at *at* (log time, ms), where that is something new."""
        row = {"duty": duty, "advice": to_jsonb(orjson.dumps(advice)).decode()}
        if self._run("advise", row):
            self._note(duty, "open", offset=None, at=at)

    # each a transaction of its own

    def say_done(self, duty: UUID, *, officer: str, at: int) -> bool:
        """Close a duty because an *officer* (token) says that it is done; return whether it was open."""
        row = {"duty": duty, "state": "done", "offset": None, "at": at, "officer": officer}
        with reachable(), self._connection.transaction():
            if not self._run("close_duty", row):
                return False
            self._note(duty, "done", offset=None, at=at, officer=officer)
        return True

    def ask_again(self, case_id: str | None) -> int:
        """Ask the desk to run again what waits, in one case or (None) in all; return how many deliveries that is."""
        with reachable():
            return self._connection.execute(_SQL["ask_again"], {"case_id": case_id}).rowcount

    def asked(self) -> Sequence[str]:
        """Return the cases in which something is to be run again."""
        return [cast("str", row[0]) for row in self._run("asked", {})]

    def first_waiting(self, case_id: str) -> Waiting | None:
        """Return what comes first of all that waits in a case."""
        rows = self._run("first_waiting", {"case_id": case_id})
        if not rows:
            return None
        row = cast("tuple[int, int, str, str, str, bytes, int]", rows[0])
        return Waiting(Place(*row[:3]), *row[3:])

    def asked_no_more(self, case_id: str) -> None:
        """Note that a case has been run again as far as it goes."""
        self._run("answered", {"case_id": case_id})

    # to be shown

    def waiting_count(self) -> int:
        """Return how many deliveries wait for a person."""
        return cast("int", self._run("waiting_count", {})[0][0])

    def waiting(self) -> Sequence[Parked]:
        """Return all that waits for a person, case by case in their order."""
        rows = cast("list[tuple[int, int, str, str, str, object, int, bool]]", self._run("waiting", {}))
        return [
            Parked(Place(partition, offset, case_id), reason, detail, str(parked_at), attempts, asked)
            for partition, offset, case_id, reason, detail, parked_at, attempts, asked in rows
        ]

    def not_taken(self) -> Sequence[NotTaken]:
        """Return the events of the desk that the log refused or did not take."""
        rows = cast("list[tuple[int, int, str, str, str, str, str]]", self._run("not_taken", {}))
        return [NotTaken(Place(*row[:3]), *row[3:]) for row in rows]

    def duties(self, *, organ: str | None, closed: bool) -> Sequence[KeptDuty]:
        """Return what is owed by *organ* (None = by all), the most urgent first; *closed*: what was owed, too."""
        return [_as_duty(row) for row in self._run("duties", {"organ": organ, "closed": closed})]

    def duty(self, duty: UUID) -> KeptDuty | None:
        """Return one duty, or None."""
        return next(map(_as_duty, self._run("duty", {"id": duty})), None)

    def history(self, duty: UUID) -> Sequence[tuple[str, int | None, int, str | None]]:
        """Return every change of a duty: state, offset of the event, instant (ms), officer."""
        return cast("list[tuple[str, int | None, int, str | None]]", self._run("history_of_duty", {"id": duty}))

    def dockets(self, case_ids: Iterable[str]) -> Mapping[str, Docket]:
        """Return the dockets of these cases, each as of its last record in this trail."""
        rows = cast("list[tuple[str, str]]", self._run("dockets", {"case_ids": sorted(set(case_ids))}))
        return {case_id: loads(case_id, from_jsonb(state)) for case_id, state in rows}

    def live(self) -> frozenset[str]:
        """Return the cases of a demo bus that live by the wall clock."""
        return frozenset(cast("str", row[0]) for row in self._run("live", {}))

    def _note(self, duty: object, state: DutyState, *, offset: int | None, at: int, officer: str | None = None) -> None:
        self._run("note_duty", {"duty": duty, "state": state, "offset": offset, "at": at, "officer": officer})

    def _run(self, name: str, params: Mapping[str, object]) -> list[tuple[object, ...]]:
        with reachable(), self._connection.cursor() as cursor:
            cursor.execute(_SQL[name], params)
            return cursor.fetchall() if cursor.description else []


def _named(outcome: Outcome) -> dict[str, str | None]:
    return {"outcome": outcome_name(outcome), "reason": outcome_reason(outcome)}


def outcome_name(outcome: Outcome) -> OutcomeName:
    """Return the name under which an outcome is kept and counted."""
    match outcome:
        case Park():
            return "park"
        case Ignore():
            return "ignore"
        case Owe():
            return "owe"
        case _:
            return "emit"


def outcome_reason(outcome: Outcome) -> str | None:
    """Return the reason of an outcome that has one."""
    return outcome.reason if isinstance(outcome, Ignore | Park) else None


def _as_row(cause: Delivery, duty: Duty) -> dict[str, object]:
    return {
        "id": duty_id(cause.partition, cause.offset, duty.name),
        "partition": cause.partition,
        "offset": cause.offset,
        "event_id": UUID(bytes=cause.header.event_id),
        "case_id": cause.header.case_id,
        "name": duty.name,
        "organ": duty.by,
        "owed": list(duty.owed),
        "about_kind": duty.about.kind,
        "about_id": duty.about.id,
        "article": duty.article,
        "why": shown(duty.why),
        "due_strict": duty.due_strict,
        "due_rolled": duty.due_rolled,
        "clock_id": duty.clock_id,
        "advice": to_jsonb(orjson.dumps(duty.advice)).decode(),
        "about_state": cause.state(duty.about),
        "case_state": cause.docket.case.state,
        "opened_at": cause.log_time,
    }


def _as_duty(row: tuple[object, ...]) -> KeptDuty:
    (one_id, case_id, name, organ, owed, kind, about, article, why, strict, rolled, clock, advice, *rest) = row
    partition, offset, event_id, opened_at, about_state, case_state, state, closed_by, closed_at, officer = rest
    duty = Duty(
        name=cast("str", name),
        by=cast("str", organ),
        owed=tuple(cast("list[str]", owed)),
        about=AggregateRef(cast("str", kind), cast("str", about)),
        article=cast("str", article),
        why=cast("str", why),
        due_strict=cast("int | None", strict),
        due_rolled=cast("int | None", rolled),
        clock_id=cast("str | None", clock),
        advice=orjson.loads(from_jsonb(cast("str", advice))),
    )
    return KeptDuty(
        id=cast("UUID", one_id),
        case_id=cast("str", case_id),
        duty=duty,
        partition=cast("int", partition),
        offset=cast("int", offset),
        event_id=cast("UUID", event_id),
        opened_at=cast("int", opened_at),
        about_state=cast("str", about_state),
        case_state=cast("str", case_state),
        state=cast("DutyState", state),
        closed_by=cast("int | None", closed_by),
        closed_at=cast("int | None", closed_at),
        officer=cast("str | None", officer),
    )
