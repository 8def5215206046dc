"""What does our own trail say of what we sent? In a node: what stands in its PostgreSQL."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, cast
from uuid import UUID

from yisong.ledger import Chain, Docket, Known, Memory, loads
from yisong.postgres.connection import Rows, reachable
from yisong.postgres.queries import queries
from yisong.publishing.outbox import ChainKey, Position

_SQL = queries(Path(__file__).parent / "own_trail.sql")


class EventKey(NamedTuple):
    """What a trail remembers an event by."""

    chain: ChainKey
    event_id: bytes


class Judged(NamedTuple):
    """One entry of the trail, as far as a sender asks; *log_time* in ms."""

    position: Position
    log_time: int
    verdict: str
    reason: str | None
    remembered: bool
    header_hash: bytes | None


class Before(NamedTuple):
    """What the fold of an event begins with: its *docket*, None where it has no record yet, and what that remembers."""

    docket: Docket | None
    memory: Memory


class OwnTrail(Protocol):
    """The verdicts that count for a sender: those of a trail that it has no reason to doubt."""

    def chains(self, keys: Sequence[ChainKey]) -> Mapping[ChainKey, Chain]:
        """Return how far each chain has come, where it has begun."""

    def before(self, case_id: str, event_ids: Sequence[bytes]) -> Before:
        """Return what comes before the next event of a docket, which cites events of some ids."""

    def judged(self, positions: Mapping[Position, str]) -> Mapping[Position, Judged]:
        """Return the entries at *positions* (each with its case id), where there are such already."""

    def remembered(self, keys: Sequence[EventKey]) -> Mapping[EventKey, Judged]:
        """Return the entries that are remembered under *keys*."""

    def reached(self, ends: Mapping[int, int]) -> bool:
        """Return whether the trail has read each partition up to its offset in *ends*."""


class PostgresTrail:
    """The trail of the node itself."""

    def __init__(self, connection: Rows) -> None:
        """Look at the trail through *connection*, which is in autocommit mode."""
        self._connection = connection

    def chains(self, keys: Sequence[ChainKey]) -> Mapping[ChainKey, Chain]:
        """Return how far each chain has come, where it has begun."""
        asked = {"case_ids": [key.case_id for key in keys], "publishers": [key.publisher for key in keys]}
        rows = cast("list[tuple[str, str, int, str]]", self._fetch("chains", asked))
        return {ChainKey(*key): Chain(length, bytes.fromhex(last)) for *key, length, last in rows}

    def before(self, case_id: str, event_ids: Sequence[bytes]) -> Before:
        """Return what comes before the next event of a docket, which cites events of some ids."""
        rows = self._fetch("dockets", {"case_ids": [case_id]})
        docket = next((loads(case_id, str(state).encode()) for _, state in rows), None)
        memory: dict[bytes, tuple[Known, ...]] = {}
        asked = {"case_id": case_id, "event_ids": [UUID(bytes=event_id) for event_id in event_ids]}
        for event_id, *known in self._fetch("memory", asked):
            key = cast("UUID", event_id).bytes
            memory[key] = (*memory.get(key, ()), Known(*cast("tuple[str, str, bytes]", tuple(known))))
        return Before(docket, memory)

    def judged(self, positions: Mapping[Position, str]) -> Mapping[Position, Judged]:
        """Return the entries at *positions* (each with its case id), where there are such already."""
        partitions, offsets = [one.partition for one in positions], [one.offset for one in positions]
        rows = self._fetch("judged", {"partitions": partitions, "offsets": offsets})
        entries = [_as_judged(row) for row in rows]
        return {entry.position: entry for entry in entries}

    def remembered(self, keys: Sequence[EventKey]) -> Mapping[EventKey, Judged]:
        """Return the entries that are remembered under *keys*."""
        rows = self._fetch("remembered", {"event_ids": [UUID(bytes=key.event_id) for key in keys]})
        found = {
            EventKey(ChainKey(str(docket), str(publisher)), cast("UUID", event_id).bytes): _as_judged(tuple(row))
            for docket, publisher, event_id, *row in rows
        }
        return {key: found[key] for key in keys if key in found}

    def reached(self, ends: Mapping[int, int]) -> bool:
        """Return whether the trail has read each partition up to its offset in *ends*."""
        next_offsets = dict(cast("list[tuple[int, int]]", self._fetch("reached", {})))
        return all(next_offsets.get(partition, 0) >= end for partition, end in ends.items())

    def _fetch(self, name: str, params: Mapping[str, object]) -> list[tuple[object, ...]]:
        with reachable():
            return self._connection.execute(_SQL[name], params).fetchall()


def _as_judged(row: tuple[object, ...]) -> Judged:
    partition, offset, *rest = row
    return Judged(
        Position(cast("int", partition), cast("int", offset)), *cast("tuple[int, str, None, bool, None]", rest)
    )
