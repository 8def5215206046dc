"""
What do the figures of a line say to one of its organs?

The same as to the line, save that an amount from a body that this organ may not read is not readable here, and what the
body says of its kind, its cluster or its report is not known. Counts need headers only, and those are for everybody.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, LiteralString, NamedTuple, cast

from psycopg import Connection

from yisong.ledger import Law
from yisong.postgres import queries
from yisong.postgres.connection import reachable
from yisong.statistics.adding import Adding, Vector
from yisong.statistics.rules import AMOUNTS, STOCKS
from yisong.statistics.scope import Scope

_SQL: Final = queries(Path(__file__).with_name("readers.sql"))
_BEGINS: Final = "WITH vector AS ("
_SLOWEST_MS: Final = 30_000


def _masked() -> dict[str, LiteralString]:
    """Return the questions that look at what was counted, each behind the tables as one organ may read them."""
    asked = queries(Path(__file__).with_name("queries.sql"))
    found = {name: _behind(text) for name, text in asked.items() if _BEGINS in text}
    if not found.keys() >= {"cells", "stocks", "clusters", "filed", "changed"}:
        raise AssertionError(f"a question of the statistics does not begin with {_BEGINS}")
    return found


def _behind(text: LiteralString) -> LiteralString:
    before, _, after = text.partition(_BEGINS)
    return before + _SQL["masked"] + " vector AS (" + after


_MASKED: Final = _masked()


class Kept(NamedTuple):
    """
    A frozen version: its number, when it was frozen (ms) and its bytes.

    *maker*: the organ as which it was read when it was frozen; None: as the whole line may read.
    """

    number: int
    at: int
    maker: str | None
    document: bytes


class SeenBy(Adding):
    """Adds up what was counted, as *organ* may read it. Every method raises BusUnreachable."""

    def __init__(self, connection: Connection[Any], law: Law, organ: str) -> None:
        """Read through *connection*."""
        super().__init__(connection, law)
        self.organ = organ

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Read everything inside as of one moment; a question that takes too long is given up, as BusUnreachable."""
        with super().at_once():
            self._connection.execute("SELECT set_config('statement_timeout', %s, true)", (str(_SLOWEST_MS),))
            yield

    def vector(self) -> Vector:
        """Return how far each partition has been counted, and it is known who may read what was counted."""
        with reachable():
            return dict(cast("Any", self._connection.execute(_SQL["known"]).fetchall()))

    def kept(self, scope: Scope) -> tuple[Kept, ...]:
        """Return the frozen versions of *scope*, in their order, whoever may read them."""
        with reachable():
            rows = self._connection.execute(_SQL["versions"], {"scope": scope.name}).fetchall()
        return tuple(Kept(*row) for row in rows)

    def scopes(self) -> tuple[str, ...]:
        """Return the names of all scopes of which something was frozen."""
        with reachable():
            return tuple(row[0] for row in self._connection.execute(_SQL["scopes"]).fetchall())

    def may_read(self, scope: Scope, vector: Vector, maker: str | None) -> bool:
        """
        Hold where this organ may read all that *maker* may, and that a version of *scope* may be made of.

        That lies in the dockets that count for it, or is a report. So what the version says is nothing new to it.
        """
        asked = {
            "partitions": list(vector), "sizes": list(vector.values()), "first": scope.first, "end": scope.end,
            "campaign": scope.campaign, "stocks": list(STOCKS), "reader": self.organ, "maker": maker,
        }  # fmt: skip
        with reachable():
            ((is_closed,),) = self._connection.execute(_SQL["closed"], asked).fetchall()
        return not is_closed

    def keep(self, scope: Scope, version: int, document: bytes) -> None:
        """Freeze one more version, as this organ may read."""
        asked = {"scope": scope.name, "version": version, "document": document, "reader": self.organ}
        with reachable():
            self._connection.execute(_SQL["freeze"], asked)

    def span(self) -> tuple[int, int] | None:
        """Return between which instants (ms) something counts; None where nothing does."""
        with reachable():
            first, last = self._connection.execute(_SQL["span"]).fetchall()[0]
        return None if first is None else (int(first), int(last))

    def _rows(self, name: str, **arguments: object) -> list[tuple[Any, ...]]:
        text = _MASKED.get(name)
        if text is None:
            return super()._rows(name, **arguments)
        with reachable():
            asked = {**arguments, "reader": self.organ, "amounts": list(AMOUNTS)}
            return self._connection.execute(text, asked).fetchall()
