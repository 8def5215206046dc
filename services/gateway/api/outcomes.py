"""What becomes of events that are accepted? They stand in the outbox, and get their verdict there."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast
from uuid import UUID

from services.gateway.api.answers import instant
from services.gateway.api.events_in import Ready
from services.gateway.problems import Fault, Problem
from services.gateway.world import World
from yisong.ledger import Law
from yisong.publishing.outbox import Position, Row
from yisong.publishing.stores import PostgresOutbox


class Outcome(NamedTuple):
    """
    What is known of an event of ours.

    *state* as in the outbox; *log_time* in ms. *warnings*: only where the event was just sent.
    """

    event_id: bytes
    publisher: str
    case_id: str
    state: str
    position: Position | None
    log_time: int | None
    verdict: str | None
    reason: str | None
    warnings: tuple[str, ...] = ()

    @property
    def pending(self) -> bool:
        """Hold where it has no verdict yet."""
        return self.state not in ("settled", "parked")

    @property
    def refused(self) -> bool:
        """Hold where it is refused, on record or not."""
        return self.state == "parked" or self.verdict == "refused"


def submit(world: World, events: Sequence[Ready]) -> Sequence[Outcome]:
    """
    Accept *events*, all of them or none, and return what is known of each, in their order.

    Whoever is told so may forget them: they stand in the outbox. Raises Problem (409) where an id was used for another
    event, BusUnreachable.
    """
    with world.connection() as connection, connection.transaction():
        rows = PostgresOutbox(connection).submit_all([one.draft for one in events])
        ordered = [(one, rows[one.draft.said.event_id]) for one in events]
        used = [
            Fault(f"{one.stated.pointer}/event_id", "was used for another event", "事件标识")
            for one, row in ordered
            if row.draft.digest != one.draft.digest
        ]
        if used:
            raise _used(used)
    return [_outcome(row)._replace(warnings=one.warnings) for one, row in ordered]


def known(world: World, event_ids: Sequence[bytes]) -> Sequence[Outcome]:
    """Return what is known of those *event_ids* that are in the outbox, in their order."""
    with world.connection() as connection:
        rows = PostgresOutbox(connection).rows_of(event_ids)
    return [_outcome(rows[event_id]) for event_id in dict.fromkeys(event_ids) if event_id in rows]


def settled(world: World, event_ids: Sequence[bytes]) -> Sequence[Outcome]:
    """Return what became of those *event_ids* that are settled or parked."""
    with world.connection() as connection:
        return [_outcome(row) for row in PostgresOutbox(connection).settled_of(event_ids)]


def answer(outcome: Outcome, law: Law) -> dict[str, object]:
    """Return *outcome* as JSON has it."""
    at = outcome.position
    return {
        "event_id": str(UUID(bytes=outcome.event_id)),
        "case_id": outcome.case_id,
        "publisher": outcome.publisher,
        "verdict": outcome.verdict,
        "parked": outcome.state == "parked",
        "position": None if at is None else at._asdict(),
        "log_time": instant(outcome.log_time),
        "reason": reason_document(outcome.reason, law),
        "warnings": list(outcome.warnings),
    }


def refusal(outcome: Outcome, law: Law) -> Problem:
    """Return the problem of an event that is refused; it says whether that is on record."""
    if outcome.state == "parked":
        detail = "The log does not take this event as it stands. It is not on record and moves nothing."
    else:
        detail = (
            "The event is refused, and moves nothing. It stays on record with its reason; a new try needs a new id."
        )
    problem = Problem(409, "refused", detail)
    problem.more = answer(outcome, law)
    return problem


def reason_document(code: str | None, law: Law) -> Mapping[str, str | None] | None:
    """Return a refusal code with what it means in both languages (reasons.yaml); None where there is none."""
    if code is None:
        return None
    meant = law.reasons.codes.get(code)
    return {"code": code, "zh": None if meant is None else meant.zh, "en": None if meant is None else meant.en}


def _outcome(row: Row) -> Outcome:
    fields = row.draft.said.fields
    return Outcome(
        event_id=row.draft.said.event_id,
        publisher=cast("str", fields["publisher"]),
        case_id=cast("str", fields["case_id"]),
        state=row.state,
        position=row.position,
        log_time=row.log_time,
        verdict=row.verdict,
        reason=row.reason,
    )


def _used(faults: Sequence[Fault]) -> Problem:
    detail = "This event id was used for another event. Nothing was sent; a new event needs a new id."
    return Problem(409, "event-id-used", detail, faults=faults)
