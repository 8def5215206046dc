"""
How is a delivery put aside for good that no desk will ever be able to answer, as one whose bytes are no delivery?

By an officer, with a reason, and on record: what came is kept, its one outcome is that it was dropped, and what waited
behind it in its case is run again in its order. Nothing is dropped out of turn.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple, cast

from yisong.desk.store import Place, Store
from yisong.postgres import queries
from yisong.postgres.binary import shown
from yisong.postgres.connection import Rows, reachable

_SQL: Final = queries(Path(__file__).with_name("drops.sql"))

Dropping = Literal["dropped", "not-waiting", "not-first"]
"""What came of it: done · nothing waits there · an earlier delivery of its case has to be dealt with first."""


class Dropped(NamedTuple):
    """What was put aside: where it belongs, why it had been parked; by which officer (token), why, and when (ms)."""

    place: Place
    reason: str
    detail: str
    officer: str
    why: str
    at: int


class Drops:
    """What officers have put aside at one desk."""

    def __init__(self, connection: Rows) -> None:
        """Keep it through *connection*, which is in autocommit mode."""
        self._connection, self._store = connection, Store(connection)

    def drop(self, partition: int, offset: int, *, officer: str, why: str, at: int) -> Dropping:
        """Put aside the delivery at a position, because *officer* says so at *at* (ms). Raises BusUnreachable."""
        row = {"partition": partition, "offset": offset}
        found = self._run("case_of", row)
        if not found:
            return "not-waiting"
        case_id = str(found[0][0])
        with self._store.in_turn(case_id):
            first = self._store.first_waiting(case_id)
            if first is None or first.place[:2] != (partition, offset):
                return "not-first" if self._run("case_of", row) else "not-waiting"
            self._run("drop", {**row, "officer": shown(officer), "why": shown(why), "at": at})
            self._run("settle", row)
            self._run("go_on", {"case_id": case_id})
        return "dropped"

    def all(self) -> Sequence[Dropped]:
        """Return what was put aside, the newest first. Raises BusUnreachable."""
        rows = cast("list[tuple[int, int, str, str, str, str, str, int]]", self._run("dropped", {}))
        return [Dropped(Place(*row[:3]), *row[3:]) for row in rows]

    def _run(self, name: str, params: Mapping[str, object]) -> list[tuple[object, ...]]:
        with reachable():
            cursor = self._connection.execute(_SQL[name], params)
            return cursor.fetchall() if cursor.description is not None else []
