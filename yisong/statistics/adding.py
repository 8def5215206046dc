"""What do the rows of a node add up to, at any vector up to which it has counted?"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from psycopg import Connection

from yisong.errors import NotProven
from yisong.ledger import Law, hash_in_force
from yisong.postgres import queries
from yisong.postgres.connection import alone, reachable
from yisong.statistics.figures import By, Cell
from yisong.statistics.rules import OF_CLUE, STOCKS
from yisong.statistics.scope import Scope

_SQL: Final = queries(Path(__file__).with_name("queries.sql"))

COUNTING: Final = 7140330
"""The advisory lock, by partition, of whoever counts in a database; of -1, of whoever freezes."""
_FREEZING: Final = -1

Vector = Mapping[int, int]
"""Partition → size: what lies before it counts, and nothing else."""


class Line(NamedTuple):
    """One figure of a report on the log; *period* None: not readable here. Otherwise as `Reported`."""

    partition: int
    offset: int
    organ: str
    variant: str
    at: int
    period: str | None
    template: str | None
    report_version: int | None
    stat: str | None
    unit: str | None
    kind: str | None
    key: str | None
    value: int | None
    event_id: str


class Changed(NamedTuple):
    """
    A row that counts at one of two vectors only; *now*: at the later. *new*: its event lies behind the earlier one.

    *cause_type*, *cause*: the event that began the row, or ended it; at *cause_offset*.
    """

    partition: int
    offset: int
    case_id: str
    stat: str
    unit: str | None
    about: str | None
    value: int | None
    organ: str
    now: bool
    new: bool
    event_type: str
    event_id: str
    cause_type: str | None
    cause: str | None
    cause_offset: int


class Adding:
    """Adds up what `Gathering` has written into a node's database. Every method raises BusUnreachable."""

    def __init__(self, connection: Connection[Any], law: Law) -> None:
        """Read through *connection*."""
        self._connection, self._law = connection, law

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Read everything inside as of one moment, whoever counts on meanwhile."""
        with reachable(), self._connection.transaction():
            self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield

    @contextmanager
    def to_freeze(self) -> Iterator[None]:
        """Read everything inside as of one moment, and keep what was frozen; nobody else freezes meanwhile."""
        with (
            reachable(),
            alone(self._connection, COUNTING, _FREEZING),
            self._connection.transaction(),
        ):
            self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield

    def vector(self) -> Vector:
        """Return how far each partition has been counted."""
        return dict(self._rows("counted"))

    def check(self, vector: Vector) -> None:
        """Raise NotProven where this node has not counted as far as *vector*: what it gives would be something else."""
        counted = self.vector()
        behind = [one for one, size in vector.items() if counted.get(one, 0) < size]
        if behind or set(vector) != set(counted):
            raise NotProven(
                "This node has not read as far as the vector says, or the vector names other partitions "
                f"({', '.join(map(str, sorted(behind or set(vector) ^ set(counted))))}): its figures would be those of "
                "another state of the log. Wait until it has, or ask another node."
            )

    def cells(self, scope: Scope, vector: Vector, by: By | None) -> tuple[Cell, ...]:
        """Return what the events of *scope* before *vector* add up to, grouped by organ and *by*."""
        grouping = by if by in ("work_type", "platform_type", "source") else None
        asked = {**_asked(scope, vector), "by": grouping, "of_clue": list(OF_CLUE)}
        cells = [Cell(*row) for row in self._rows("cells", **asked)]
        for stat, organ, about, key in self._rows("stocks", **asked):
            cells.append(Cell(stat, None, organ, None, key, 1, about=about))
        return tuple(cells)

    def clusters(self, scope: Scope, vector: Vector) -> Mapping[str, int]:
        """Return how many of the criminal cases of *scope* belong to each cluster; each of them was counted once."""
        return dict(self._rows("clusters", **_asked(scope, vector)))

    def filed(self, scope: Scope, vector: Vector) -> tuple[Line, ...]:
        """Return what was filed on *scope*, line by line, and one line of each report that can't be read here."""
        asked = {**_asked(scope, vector), "variants": list(scope.variants), "period": scope.period}
        return tuple(Line(*row) for row in self._rows("filed", **asked))

    def changed(self, scope: Scope, old: Vector, vector: Vector) -> tuple[Changed, ...]:
        """Return the rows of *scope* that count at one of two vectors and not at the other."""
        olds = [old.get(partition, 0) for partition in vector]
        return tuple(Changed(*row) for row in self._rows("changed", **_asked(scope, vector), olds=olds))

    def rulebook(self, vector: Vector) -> tuple[int, str]:
        """Return number and hash of the rulebook version in force at the newest log time before *vector*."""
        newest = self.newest(vector) if len(self._law.versions) > 1 else 0
        return self._law.at(newest).rulebook.n, hash_in_force(self._law, newest).hex()

    def newest(self, vector: Vector) -> int:
        """Return the newest log time (ms) before *vector*; 0 where nothing lies before it."""
        newest: int = self._rows("newest", **_sizes(vector))[0][0]
        return newest

    def versions(self, scope: Scope) -> Mapping[int, bytes]:
        """Return the frozen versions of *scope*, byte for byte."""
        return dict(self._rows("versions", scope=scope.name))

    def keep(self, scope: Scope, version: int, document: bytes) -> None:
        """Freeze one more version."""
        with reachable():
            asked = {"scope": scope.name, "version": version, "document": document}
            self._connection.execute(_SQL["freeze"], asked)

    def _rows(self, name: str, **arguments: object) -> list[tuple[Any, ...]]:
        with reachable():
            return self._connection.execute(_SQL[name], arguments).fetchall()


def _sizes(vector: Vector) -> dict[str, object]:
    return {"partitions": list(vector), "sizes": list(vector.values())}


def _asked(scope: Scope, vector: Vector) -> dict[str, object]:
    limits = {"first": scope.first, "end": scope.end, "campaign": scope.campaign}
    return {**_sizes(vector), **limits, "stocks": list(STOCKS)}
