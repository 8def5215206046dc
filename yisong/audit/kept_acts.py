"""
What has happened, for whoever is asked again and again by many readers? Each record of the log is looked at once.

What is kept is where events of some types lie, with their headers, and who may read each. Bodies are opened anew for
each reader, so that one that was erased is gone, and a key that has come since opens what it is for.
"""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from psycopg import Connection

from yisong.audit.acts import CORRECTION, Act, Found, as_corrected, found_in, names_organ, read_as
from yisong.audit.bodies import seen_at
from yisong.envelope.header import Header
from yisong.ledger import Law
from yisong.postgres import queries
from yisong.postgres.connection import reachable
from yisong.publishing.opening import Opener, line_keys
from yisong.publishing.signer import PrivateKeys

_SQL: Final = queries(Path(__file__).with_name("acts.sql"))
_RECORDS: Final = 20_000
"""So many records of a partition are looked at in one statement."""
_BODIES: Final = 500
"""So many bodies are fetched in one statement."""
_STATEMENT_MS: Final = 5_000

Place = tuple[int, int]


class _Docket(NamedTuple):
    """Who may read what in a docket of so many records, by position."""

    records: int
    readers: Mapping[Place, frozenset[str]]


class KeptActs:
    """The admitted events of some types in the trail of one node, with their corrections. For one thread at a time."""

    def __init__(self, event_types: Iterable[str], law: Law, *, agency: str, keys: PrivateKeys) -> None:
        """Look for *event_types*, read under *law* at the node of *agency*, and open with its *keys*."""
        self._types = sorted({*event_types, CORRECTION})
        self._law, self._agency, self._keys = law, agency, keys
        self._next: dict[int, int] = {}
        self._found: dict[Place, Found] = {}
        self._dockets: dict[str, _Docket] = {}

    def go_on(self, connection: Connection[Any], *, seconds: float) -> int:
        """
        Look at what has come since, for so many *seconds* or at one stretch; return how many records are left.

        *connection*: to the database of the node. Raises BusUnreachable.
        """
        until, looked = time.monotonic() + seconds, False
        with reachable():
            ends: dict[int, int] = dict(connection.execute(_SQL["positions"]).fetchall())
            if any(self._next.get(partition, 0) > end for partition, end in ends.items()):
                self._forget()  # the trail was built anew
            for partition, end in sorted(ends.items()):
                while (begin := self._next.get(partition, 0)) < end and not (looked and time.monotonic() >= until):
                    self._look(connection, partition, begin, min(begin + _RECORDS, end))
                    looked = True
        return sum(end - self._next.get(partition, 0) for partition, end in ends.items())

    def _forget(self) -> None:
        self._next, self._found, self._dockets = {}, {}, {}

    def _look(self, connection: Connection[Any], partition: int, begin: int, end: int) -> None:
        asked = {"partition": partition, "begin": begin, "end": end, "event_types": self._types}
        with connection.transaction():
            connection.execute("SELECT set_config('statement_timeout', %s, true)", (str(_STATEMENT_MS),))
            for row in connection.execute(_SQL["acts_between"], asked).fetchall():
                if (one := found_in((*row, None))) is not None:
                    self._found[partition, one.entry.offset] = one
        self._next[partition] = end

    def headers(self, event_types: Collection[str]) -> tuple[tuple[int, Header], ...]:
        """Return log time (ms) and header of those of *event_types* that were looked at, docket by docket, in order."""
        found = (one for one in self._found.values() if one.header.event_type in event_types)
        in_order = sorted(found, key=lambda one: (one.header.case_id, one.entry.docket_index))
        return tuple((one.entry.log_time, one.header) for one in in_order)

    def acts(self, connection: Connection[Any], event_types: Collection[str], *, organ: str) -> tuple[Act, ...]:
        """
        Return those of *event_types* that were looked at, by log time, each with its body where *organ* may read it.

        Nothing is written down: whoever shows a body notes it. Raises BusUnreachable, NotProven where the trail is not
        what its records give.
        """
        dockets = {one.header.case_id for one in self._found.values() if one.header.event_type in event_types}
        types = {*event_types, CORRECTION}
        mine = (one for one in self._found.values() if one.header.case_id in dockets and one.header.event_type in types)
        found = sorted(mine, key=lambda one: (one.entry.log_time, one.entry.partition, one.entry.offset))
        with reachable():
            ours = self._ours(connection, found, organ)
            bodies = dict(_carried(connection, sorted(ours)))
        opener = Opener(connection, self._keys, own=line_keys(self._law, self._agency))
        read = [
            read_as(one._replace(carried=bodies.get(_place(one))), opener if _place(one) in ours else None)
            for one in found
        ]
        return tuple(one for one in as_corrected(found, read, self._law) if one.event_type in event_types)

    def _ours(self, connection: Connection[Any], found: Iterable[Found], organ: str) -> Collection[Place]:
        ours: set[Place] = set()
        unclear: list[Found] = []
        for one in found:
            if names_organ(one.header, self._law, organ):
                ours.add(_place(one))
            else:
                unclear.append(one)
        self._see(connection, unclear)
        for one in unclear:
            docket = self._dockets.get(one.header.case_id)
            if docket is not None and organ in docket.readers.get(_place(one), frozenset()):
                ours.add(_place(one))
        return ours

    def _see(self, connection: Connection[Any], unclear: Iterable[Found]) -> None:
        """Fold the dockets of *unclear* that have grown since they were last folded."""
        wanted = {one.header.case_id: _place(one) for one in unclear}
        rows = connection.execute(_SQL["sizes"], {"case_ids": sorted(wanted)}).fetchall()
        for case_id, records in rows:
            known = self._dockets.get(case_id)
            if known is None or known.records != records:
                seen = seen_at(connection, [wanted[case_id]], self._law)
                self._dockets[case_id] = _Docket(records, {place: one.readers for place, one in seen.items()})


def _place(one: Found) -> Place:
    return one.entry.partition, one.entry.offset


def _carried(connection: Connection[Any], places: list[Place]) -> Iterator[tuple[Place, bytes]]:
    for first in range(0, len(places), _BODIES):
        some = places[first : first + _BODIES]
        asked = {"partitions": [at[0] for at in some], "offsets": [at[1] for at in some]}
        for partition, offset, carried in connection.execute(_SQL["carried_at"], asked):
            yield (partition, offset), carried
