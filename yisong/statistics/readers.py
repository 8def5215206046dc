"""
Which organs of a line may read the bodies that its node has counted?

A line counts all that it may read as a whole. Behind the gateway a reader is an organ, and to it a figure may say no
more than the page of the case: so it is kept who may read what, of the events that not every organ of the line may. It
follows what was counted, some dockets in each transaction; the newest answer holds for earlier vectors, too, since
whoever may read a body once may read it for good.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from psycopg import Connection

from yisong.ledger import Law
from yisong.ledger.cites import named_events
from yisong.postgres import queries
from yisong.postgres.connection import alone, reachable
from yisong.statistics.audience import Audience
from yisong.statistics.glance import glance
from yisong.statistics.reading import stated
from yisong.statistics.rows import Stated
from yisong.statistics.rules import WANTED

_SQL: Final = queries(Path(__file__).with_name("readers.sql"))
_DOCKETS: Final = 2_000
# The advisory lock, by partition, of whoever looks who may read what was counted.
_LOOKING: Final = 7140331
_WANTED: Final = sorted(WANTED)
_ROWS: Final = 'COPY local_figure_readers ("partition", "offset", since, docket, event_type, organs) FROM STDIN'


class Restricted(NamedTuple):
    """
    Who alone of a line may read what the event at *offset* says as it stands from the record *since* on.

    *since*: the event's own offset, or that of a correction of it, and then *organs* may read the correction.
    """

    partition: int
    offset: int
    since: int
    docket: str
    event_type: str
    organs: tuple[str, ...]


class Readers:
    """Keeps up who may read what was counted for the line of *agency*."""

    def __init__(self, connection: Connection[Any], agency: str, law: Law) -> None:
        """Work through *connection*, in autocommit mode."""
        self._connection = connection
        self._audience, self._rulebook = Audience(law, agency), law.rulebook.n
        self._ours = frozenset(organ.id for organ in law.organs.values() if organ.role == agency)

    def bring_up(self) -> None:
        """Look at what was counted since the last time; waits while another process does it. Raises BusUnreachable."""
        with reachable():
            for partition, _, _ in self._spans():
                with alone(self._connection, _LOOKING, partition):
                    self._partition(partition)

    def _partition(self, partition: int) -> None:
        first, end = next(row[1:] for row in self._spans() if row[0] == partition)
        if first == end:
            return
        if first == 0:
            # Nobody sees a figure of it before it is known again who may.
            with self._connection.transaction():
                self._connection.execute(_SQL["clear"], {"partition": partition})
                self._move(partition, 0)
        new = self._rows("touched", partition=partition, first=first, end=end, wanted=_WANTED)
        touched = sorted(row[0] for row in new)
        for at in range(0, len(touched), _DOCKETS):
            with self._connection.transaction():
                self._dockets(touched[at : at + _DOCKETS], end)
        self._move(partition, end)

    def _move(self, partition: int, end: int) -> None:
        self._connection.execute(_SQL["move"], {"partition": partition, "end": end, "rulebook": self._rulebook})

    def _spans(self) -> list[tuple[Any, ...]]:
        return self._rows("spans", rulebook=self._rulebook)

    def _dockets(self, dockets: Sequence[str], end: int) -> None:
        by_docket: defaultdict[str, list[Stated]] = defaultdict(list)
        for row in self._rows("of_dockets", dockets=list(dockets), end=end, wanted=_WANTED):
            by_docket[row[2]].append(stated(row, glance(row[11])))
        self._connection.execute(_SQL["forget"], {"dockets": list(dockets)})
        with self._connection.cursor() as cursor, cursor.copy(cast("Any", _ROWS)) as copy:
            for docket, events in by_docket.items():
                for row in restricted(docket, events, self._audience.organs(events), self._ours):
                    copy.write_row((*row[:-1], list(row.organs)))

    def _rows(self, name: str, **arguments: object) -> list[tuple[Any, ...]]:
        return self._connection.cursor(binary=True).execute(_SQL[name], arguments).fetchall()


def restricted(
    docket: str, events: Sequence[Stated], organs: Mapping[int, frozenset[str]], ours: frozenset[str]
) -> Iterator[Restricted]:
    """Yield which of *events*, of one docket in its order, not all of *ours* may read; *organs*: see `Audience`."""
    for one in events:
        may = organs.get(one.docket_index)
        if may is None or ours <= may:
            continue
        rights = tuple(sorted(may & ours))
        if one.event_type != "EventCorrected":
            yield Restricted(one.partition, one.offset, one.offset, docket, one.event_type, rights)
            continue
        cited = set(named_events(one.cites))
        for of in events:
            if of.event_id in cited and of.speaker in (one.organ, one.speaker) and of.offset < one.offset:
                yield Restricted(of.partition, of.offset, one.offset, docket, of.event_type, rights)


def progress(connection: Connection[Any]) -> tuple[int, int]:
    """Return how many records are counted, with who may read them, of how many. Raises BusUnreachable."""
    with reachable():
        rows = connection.execute(_SQL["progress"]).fetchall()
    return int(rows[0][0]), int(rows[0][1])
