"""Is what a node keeps what the rules give, from the first record on, and is it what the node has signed?"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import orjson
from psycopg import Connection

from yisong.audit.refold import FromLog, Refold, Source
from yisong.kafka.records import LogRecord
from yisong.ledger import Docket, Law, dumps
from yisong.postgres.connection import connect, reachable
from yisong.postgres.json_text import from_jsonb
from yisong.postgres.kept import Unlike, reopened
from yisong.postgres.queries import queries
from yisong.postgres.tree import tree_reader
from yisong.postgres.tree_check import check_tree
from yisong.proof.tree import hashes_of

_SQL = queries(Path(__file__).with_name("fsck.sql"))
# So many roots are computed with one query.
_AT_A_TIME = 200
_COLUMNS = ("last_offset", "log_time", "index", "prev_leaf", "next_due")

Read = Callable[[int, int], Iterator[LogRecord]]
"""Reads what the log holds of a partition before an offset, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """
    What was found on the node of *agency*: up to *upto* (the next offset of each partition), all without a difference.

    Or the first *difference*: partition by partition, of each in the order of its offsets, what lies at a position
    before what follows from it. *dockets*, *roots*: how many states and signed roots were compared.
    """

    agency: str
    upto: Mapping[int, int]
    dockets: int
    roots: int
    difference: Unlike | None


class Snapshot:
    """The database of one node as it is at one moment. It is read and never written, and the node goes on."""

    def __init__(self, agency: str, connection: Connection) -> None:
        """Read through *connection*, whose transaction sees one moment."""
        self.agency, self.connection = agency, connection
        self.upto: Mapping[int, int] = dict(self._rows("positions"))

    @property
    def entries(self) -> int:
        """How many there are to check."""
        return sum(self.upto.values())

    def fsck(
        self, law: Law, *, read: Read | None = None, progress: Callable[[int], object] = lambda _: None
    ) -> Checked:
        """
        Derive all that the node keeps from its own entries, or from what *read* gives of the log, and compare.

        *law*: read after this object was made, so that it knows all that the trail knew. *progress* is told how many
        more entries are done. Raises BusUnreachable, and PositionLost where the log has not what the node has judged.
        """
        dockets = roots = 0
        for partition, end in self.upto.items():
            refold = Refold(self.connection, law, partition, end, _source(read, partition, end))
            difference = self._entries(refold, partition, progress)
            difference = difference or self._dockets(refold.dockets, partition)
            checkpoints = (
                () if difference else self._rows("checkpoints", partition=partition, end=end, node=self.agency)
            )
            difference = difference or self._checkpoints(partition, checkpoints)
            dockets, roots = dockets + len(refold.dockets), roots + len(checkpoints)
            if difference is not None:
                break
        else:
            difference = self._unpositioned()
        return Checked(agency=self.agency, upto=self.upto, dockets=dockets, roots=roots, difference=difference)

    def _entries(self, refold: Refold, partition: int, progress: Callable[[int], object]) -> Unlike | None:
        """Compare entries, what travelled and the tree; the tree over offsets before a differing entry comes first."""
        checked = check_tree(self.connection, partition, refold.leaves(progress))
        if (node := checked.difference) is not None and (refold.difference is None or node.node.end <= refold.done):
            what = f"tree node of level {node.node.level} over the offsets {node.node.first} to {node.node.end - 1}"
            return Unlike(what, partition, node.node.first, node.stored, node.computed)
        if refold.difference is None and (stray := self._rows("stray_body", partition=partition)):
            return Unlike("record", partition, stray[0][0], "something that travelled", None)
        return refold.difference

    def _dockets(self, derived: Mapping[str, tuple[Docket, int]], partition: int) -> Unlike | None:
        kept = {row[0]: row[1:] for row in self._rows("dockets", partition=partition)}
        for case_id in sorted(kept.keys() | derived.keys(), key=lambda one: _place(one, kept, derived)):
            offset = _place(case_id, kept, derived)[0]
            found = _said(kept[case_id]) if case_id in kept else None
            should = _said(_row(*derived[case_id])) if case_id in derived else None
            for path, one, other in differing(found, should, f"docket {case_id}"):
                return Unlike(path, partition, offset, one, other)
        return None

    def signed(self) -> tuple[int, Unlike | None]:
        """
        Compare the roots that stand as ours with those of the tree; say how many those are, and the first wrong one.

        Raises BusUnreachable.
        """
        roots = 0
        for partition, end in self.upto.items():
            checkpoints = self._rows("checkpoints", partition=partition, end=end, node=self.agency)
            roots += len(checkpoints)
            if difference := self._checkpoints(partition, checkpoints):
                return roots, difference
        return roots, None

    def _unpositioned(self) -> Unlike | None:
        rows = self._rows("unpositioned")
        return Unlike("entry", rows[0][0], rows[0][1], "an entry", None) if rows else None

    def _checkpoints(self, partition: int, rows: Sequence[tuple[Any, ...]]) -> Unlike | None:
        """Compare roots with those of the tree, which by now is known to be the derived one."""
        reader = tree_reader(self.connection, partition)
        for at in range(0, len(rows), _AT_A_TIME):
            some = rows[at : at + _AT_A_TIME]
            derived = hashes_of([(0, size) for size, _, _ in some], reader)
            for (size, root, what), should in zip(some, derived, strict=True):
                if root != should:
                    return Unlike(f"{what} of size {size}", partition, size - 1, root, should)
        return None

    def _rows(self, name: str, **arguments: object) -> list[tuple[Any, ...]]:
        with reachable():
            return self.connection.execute(_SQL[name], arguments).fetchall()


@contextmanager
def open_node(dsn: str, agency: str) -> Iterator[Snapshot]:
    """Open the database of the node of *agency* as it is now. Raises BusUnreachable."""
    connection = connect(dsn, autocommit=True, name="yisong-fsck")
    try:
        connection.read_only = True
        with reachable(), connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield Snapshot(agency, connection)
    finally:
        connection.close()


def _source(read: Read | None, partition: int, end: int) -> Source:
    return reopened if read is None else FromLog(read(partition, end))


def _place(
    case_id: str, kept: Mapping[str, tuple[Any, ...]], derived: Mapping[str, tuple[Docket, int]]
) -> tuple[int, str]:
    """Return where the newest record of a docket lies: that of the row, where folding knows no such docket."""
    return (derived[case_id][1] if case_id in derived else kept[case_id][0], case_id)


def _row(docket: Docket, last_offset: int) -> tuple[object, ...]:
    return (last_offset, docket.log_time, docket.size, docket.prev_leaf, docket.next_due, dumps(docket).decode())


def _said(row: tuple[Any, ...]) -> Mapping[str, object]:
    """Return what a row of ``dockets`` says; states and clocks first."""
    *columns, state = row
    said = orjson.loads(from_jsonb(state))
    first = {name: said.pop(name, None) for name in ("aggregates", "clocks")}
    return {**first, **dict(zip(_COLUMNS, columns, strict=True)), "state": said}


def differing(kept: object, derived: object, path: str) -> Iterator[tuple[str, object, object]]:
    """Yield the places in which two values differ, under *path*, each as deep inside as it goes."""
    if isinstance(kept, Mapping) and isinstance(derived, Mapping):
        pairs: Iterable[tuple[object, object, object]] = (
            (name, kept.get(name), derived.get(name)) for name in dict.fromkeys((*kept, *derived))
        )
        for name, one, other in pairs:
            yield from differing(one, other, f"{path}, {name}")
    elif isinstance(kept, list) and isinstance(derived, list):
        for number, (one, other) in enumerate(zip_longest(kept, derived), start=1):
            yield from differing(one, other, f"{path} {number}")
    elif kept != derived:
        yield path, kept, derived
