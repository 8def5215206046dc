"""
How do the rows of the statistics keep up with a node's trail?

Whole dockets are counted: those to which something was added, again from their first event. Each partition is one
transaction that moves its position, so that a crash loses nothing and counts nothing twice. The first time, and after a
repair of the trail, a partition is read from its start to its end.
"""

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

from psycopg import Connection

from yisong.ledger import Law
from yisong.postgres import queries
from yisong.postgres.binary import copy_rows, int4, int8, text
from yisong.postgres.connection import alone, reachable
from yisong.publishing.opening import Opener, line_keys
from yisong.publishing.signer import PrivateKeys
from yisong.statistics.adding import COUNTING
from yisong.statistics.derive import derive
from yisong.statistics.reading import Reading, Row
from yisong.statistics.rows import Counted, Derived, RanOut
from yisong.statistics.rules import READ, WANTED

_SQL: Final = queries(Path(__file__).with_name("queries.sql"))
#: A partition of more records is counted docket by docket, so many at a time: it would not all fit into memory.
_WHOLE: Final = 250_000
_DOCKETS: Final = 2_000
_CLOCKED: Final = frozenset({"RectificationOrdered", "JointSupervisionOrdered"})
_TYPES: Final = {"wanted": sorted(WANTED), "read": sorted(READ)}
_FIGURES: Final = (
    'COPY local_figures ("partition", "offset", docket, since, until, stat, detail, about, value, why, organ, access, '
    "at, campaign, platform) FROM STDIN (FORMAT binary)"
)
_KINDS: Final = (
    'COPY local_figure_kinds ("partition", docket, since, until, source, clue_works, clue_platform, case_works, '
    "case_platform) FROM STDIN"
)
_FILED: Final = (
    'COPY local_filed_figures ("partition", docket, "offset", since, until, organ, variant, campaign, at, period, '
    "template, report_version, stat, unit, kind, key, value) FROM STDIN"
)
_SEALED: Final = "COPY local_figures_sealed (docket, event_id) FROM STDIN"


class Gathering:
    """Counts what a node's trail holds, for the line of *agency*, in its own database."""

    def __init__(self, connection: Connection[Any], agency: str, law: Law, keys: PrivateKeys) -> None:
        """Work through *connection*, in autocommit mode; *keys*: what opens the bodies sealed to this line."""
        self._connection, self._catalogue = connection, law.rulebook.catalogue
        self._reading = Reading(law, agency, Opener(connection, keys, own=line_keys(law, agency)))

    def bring_up(self, partitions: Iterable[int] | None = None) -> Mapping[int, int]:
        """
        Count what is new, of all *partitions* or of these, and return how far each has been counted.

        Waits while another process does it. Raises BusUnreachable.
        """
        with reachable():
            opened = self._opened()
            ours = None if partitions is None else frozenset(partitions)
            for partition, _, _ in self._rows("spans"):
                if ours is None or partition in ours:
                    with alone(self._connection, COUNTING, partition), _without_collecting():
                        self._partition(partition, opened.get(partition, frozenset()))
            return {partition: first for partition, first, _ in self._rows("spans")}

    def behind(self) -> Mapping[int, int]:
        """Return how many records of each partition have not been counted yet. Raises BusUnreachable."""
        with reachable():
            return {partition: end - first for partition, first, end in self._rows("spans")}

    def _opened(self) -> Mapping[int, frozenset[str]]:
        """Return, by partition, the dockets with a body that can be read by now, and could not when it was counted."""
        dockets = [row[0] for row in self._rows("opened")]
        found: dict[int, set[str]] = defaultdict(set)
        for case_id, partition in self._rows("place", dockets=dockets) if dockets else ():
            found[partition].add(case_id)
        return {partition: frozenset(case_ids) for partition, case_ids in found.items()}

    def _partition(self, partition: int, again: frozenset[str]) -> None:
        with self._connection.transaction():
            self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            first, end = next(row[1:] for row in self._rows("spans") if row[0] == partition)
            if first == end and not again:
                return
            if first == 0:
                for statement in ("clear_figures", "clear_kinds", "clear_filed"):
                    self._connection.execute(_SQL[statement], {"partition": partition})
            if first == 0 and end <= _WHOLE:
                self._count(self._rows("whole", partition=partition, end=end, **_TYPES), partition)
            else:
                new = self._rows("touched", partition=partition, first=first, end=end, wanted=_TYPES["wanted"])
                touched = sorted({row[0] for row in new} | again)
                for at in range(0, len(touched), _DOCKETS):
                    self._again(touched[at : at + _DOCKETS], partition, end)
            self._connection.execute(_SQL["move"], {"partition": partition, "end": end})

    def _again(self, dockets: list[str], partition: int, end: int) -> None:
        for statement in ("forget_figures", "forget_kinds", "forget_filed", "forget_sealed"):
            self._connection.execute(_SQL[statement], {"dockets": dockets})
        self._count(self._rows("of_dockets", dockets=dockets, end=end, **_TYPES), partition)

    def _count(self, rows: Iterable[Row], partition: int) -> None:
        """Write what the dockets in *rows* give; whole dockets, in log order."""
        by_docket, sealed = self._reading.read(rows)
        clocked = [
            case_id for case_id, events in by_docket.items() if any(one.event_type in _CLOCKED for one in events)
        ]
        ran_out: defaultdict[str, list[RanOut]] = defaultdict(list)
        for case_id, *missed in self._rows("ran_out", dockets=clocked) if clocked else ():
            ran_out[case_id].append(RanOut(*missed))
        found = [
            (case_id, derive(case_id, events, ran_out.get(case_id, ()), catalogue=self._catalogue))
            for case_id, events in by_docket.items()
        ]
        self._write(partition, found)
        self._connection.execute(_SQL["forget_sealed"], {"dockets": sorted({case_id for case_id, _ in sealed})})
        self._copy(_SEALED, sealed)

    def _write(self, partition: int, found: Sequence[tuple[str, Derived]]) -> None:
        with self._connection.cursor() as cursor:
            copy_rows(
                cursor, _FIGURES, (_packed(partition, case_id, row) for case_id, one in found for row in one.counted)
            )
        self._copy(_KINDS, ((partition, case_id, *row) for case_id, one in found for row in one.kinds))
        self._copy(_FILED, ((partition, case_id, *row) for case_id, one in found for row in one.reported))

    def _copy(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        with self._connection.cursor() as cursor, cursor.copy(cast("Any", statement)) as copy:
            for row in rows:
                copy.write_row(row)

    def _rows(self, name: str, **arguments: object) -> list[tuple[Any, ...]]:
        cursor = self._connection.cursor(binary=True)
        return cursor.execute(_SQL[name], arguments).fetchall()


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Let no cycles be looked for meanwhile: among a hundred thousand rows are none, and looking doubles the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _packed(partition: int, case_id: str, row: Counted) -> bytes:
    return b"".join(
        (
            b"\x00\x0f",
            int4(partition),
            int8(row.offset),
            text(case_id),
            int8(row.since),
            int8(row.until),
            text(row.stat),
            text(row.detail),
            text(row.about),
            int8(row.value),
            text(row.why),
            text(row.organ),
            text(row.access),
            int8(row.at),
            text(row.campaign),
            text(row.platform),
        )
    )
