"""Who has not answered yet, and how far is what was handed over known to have come? Offered, recorded, fetched."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection

from services.gateway.console.proofs import SQL, first_cosigned
from yisong.audit.handoffs import Act, Handoff, handoffs_of
from yisong.audit.played import Position
from yisong.audit.trails import Trail
from yisong.desk.inbox import header_in
from yisong.envelope.header import Cite, Header
from yisong.envelope.partition import partition_of
from yisong.ledger import Docket, Law, loads
from yisong.postgres.connection import reachable


class Silence(NamedTuple):
    """
    A handoff without an answer, with the stations that it is known to have come to.

    Instants in ms, None where nothing is known: *offered*, when it was logged · *recorded*, by when the node of the
    receiver had it, as it signed itself · *fetched*, when the receiver said on the log that it was served on it.
    """

    handoff: Handoff
    offered: int
    recorded: int | None
    fetched: int | None


def pending_handoffs(connection: Connection[Any], trail: Trail, law: Law, *, now: int) -> Sequence[Handoff]:
    """
    Return the handoffs that are not answered yet, the oldest first; only dockets in which one can be are read.

    On a demo bus as of each docket's own newest log time. Raises BusUnreachable.
    """
    with reachable():
        rows = connection.execute(SQL["dockets_waiting"]).fetchall()
    dockets = [loads(case_id, state) for case_id, state in rows]
    acts = _acts(connection, dockets, law)
    live = trail.live()
    found = [one for docket in dockets for one in handoffs_of(docket, acts, law, now=now, live=live) if one.pending]
    return sorted(found, key=lambda one: (-one.age, one.case_id, one.timer))


def silences(connection: Connection[Any], pending: Sequence[Handoff], law: Law) -> Sequence[Silence]:
    """Return how far each of these handoffs has come. Raises BusUnreachable."""
    places = [_place(one, law) for one in pending]
    recorded = first_cosigned(connection, places)
    headers = _headers(connection, places)
    served = _served(connection, {one.case_id for one in pending})
    found: list[Silence] = []
    for one, place in zip(pending, places, strict=True):
        receiver = law.organs.get(one.receiver)
        at = recorded[place].get(receiver.role) if receiver is not None else None
        fetched = _fetched(one, headers.get(place), served.get(one.case_id, ()))
        found.append(Silence(one, one.sent_at, at, fetched))
    return found


def _place(one: Handoff, law: Law) -> tuple[int, int]:
    offset = one.clock.started_by
    assert isinstance(offset, int)  # noqa: S101 (a handoff is started by an act)
    return partition_of(one.case_id.encode(), law.bus.partitions), offset


def _acts(connection: Connection[Any], dockets: Collection[Docket], law: Law) -> Mapping[Position, Act]:
    places = [
        (partition_of(docket.case_id.encode(), law.bus.partitions), clock.started_by)
        for docket in dockets
        for clock in docket.clocks
        if isinstance(clock.started_by, int)
    ]
    return {
        Position(partition, offset): Act(organ, log_time, event_type)
        for partition, offset, event_type, organ, log_time, _ in _rows_at(connection, places)
    }


def _headers(connection: Connection[Any], places: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], Header]:
    found = ((row[0], row[1], header_in(row[5])) for row in _rows_at(connection, places))
    return {(partition, offset): header for partition, offset, header in found if header is not None}


def _rows_at(connection: Connection[Any], places: Sequence[tuple[int, int]]) -> Iterator[tuple[Any, ...]]:
    asked = {"partitions": [one for one, _ in places], "offsets": [one for _, one in places]}
    with reachable():
        yield from connection.execute(SQL["acts_at"], asked).fetchall()


def _served(connection: Connection[Any], case_ids: Collection[str]) -> Mapping[str, Sequence[tuple[int, Header]]]:
    found: dict[str, list[tuple[int, Header]]] = {}
    with reachable():
        rows = connection.execute(SQL["served"], {"case_ids": sorted(case_ids)}).fetchall()
    for case_id, _, log_time, leaf in rows:
        header = header_in(leaf)
        if header is not None:
            found.setdefault(case_id, []).append((log_time, header))
    return found


def _fetched(one: Handoff, sent: Header | None, served: Sequence[tuple[int, Header]]) -> int | None:
    if sent is None:
        return None
    cite = Cite("event", str(UUID(bytes=sent.event_id)))
    return next((at for at, header in served if header.speaks_for(one.receiver) and cite in header.cites), None)
