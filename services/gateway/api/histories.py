"""How does a case look record by record, to one reader? Headers as they are, bodies as far as he need know."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from services.gateway.api.answers import instant
from services.gateway.api.clocks import clock_document
from services.gateway.world import World
from yisong.audit.bodies import Body, Reader, bodies_of, note_reading
from yisong.audit.timeline import Moment, Timeline, timeline
from yisong.audit.trails import Trail
from yisong.envelope.header import Header
from yisong.publishing.rounds import wall_clock


def history_document(  # noqa: PLR0913 (of which case, as of when, for whom and why)
    world: World,
    connection: Connection[tuple[object, ...]],
    case_id: str,
    *,
    at: int | None,
    reader: Reader,
    purpose: str,
    bodies: bool,
) -> dict[str, Any] | None:
    """
    Return a case as it was known at the instant *at* (ms), None where nothing was; that it was read is written down.

    Raises ProofFault where the trail is not what its records give, BusUnreachable.
    """
    with connection.transaction():
        seen = timeline(Trail(world.agency, connection), case_id, world.law, at=at, now=wall_clock())
        if seen is None:
            return None
        note_reading(connection, reader, what="history", case_id=case_id, purpose=purpose)
        said = _bodies(world, connection, seen, reader, purpose) if bodies else {}
    return {
        "case_id": case_id,
        "as_of": instant(seen.as_of),
        "records": [_record(one, said.get(one.number)) for one in seen.moments],
        "corrections": [{"by": one.by, "of": one.of} for one in seen.corrections],
        "aggregates": [{"kind": ref.kind, "id": ref.id, "state": state} for ref, state in seen.states],
        "clocks": [clock_document(clock, world.law) for clock in seen.clocks],
        "breaches": [{"clock_id": one.clock_id, "at": instant(one.at)} for one in seen.derived],
    }


def _bodies(
    world: World, connection: Connection[tuple[object, ...]], seen: Timeline, reader: Reader, purpose: str
) -> Mapping[int, Body]:
    places = [one.position for one in seen.moments]
    found = bodies_of(connection, places, reader=reader, purpose=purpose, law=world.law, keys=world.keys)
    return {one.number: body for one, body in zip(seen.moments, found, strict=True)}


def _record(one: Moment, body: Body | None) -> dict[str, Any]:
    return {
        "number": one.number,
        "position": one.position._asdict(),
        "log_time": instant(one.log_time),
        "verdict": one.verdict,
        "reason": one.reason,
        "header": None if one.header is None else header_document(one.header),
        **({} if body is None else body_document(body)),
    }


def body_document(body: Body) -> dict[str, Any]:
    """Return what a reader sees of a body: the value, or why it is masked."""
    return {"body": None if body.value is None else dict(body.value), "masked": body.masked}


def header_document(header: Header) -> dict[str, Any]:
    """Return a header as the history format has it: instants in RFC 3339, ids as UUIDs, hashes in hexadecimal."""
    return {name: _shown(name, value) for name, value in header._asdict().items()}


_INSTANTS = frozenset({"occurred_at", "decided_at", "served_at", "due_at"})
_IDS = frozenset({"event_id", "causation_id", "correlation_id"})


def _shown(name: str, value: object) -> object:
    match value:
        case int() if name in _INSTANTS:
            return instant(value)
        case bytes() if name in _IDS:
            return str(UUID(bytes=value))
        case bytes():
            return value.hex()
        case tuple() if hasattr(value, "_asdict"):
            return {inner: _shown(inner, one) for inner, one in value._asdict().items()}
        case tuple():
            return _all_shown(name, value)
    return value


def _all_shown(name: str, values: Sequence[object]) -> list[object]:
    return [_shown(name, one) for one in values]
