"""How is the filing register kept? A table in the database of the telecoms node, asked by its desk."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import NamedTuple, cast

from yisong.desk.filing_csv import COLUMNS
from yisong.desk.filings import Asked, Filing
from yisong.postgres import queries
from yisong.postgres.connection import Rows, reachable

_SQL = queries(Path(__file__).with_name("filings.sql"))


class Kept(NamedTuple):
    """How many filings were new, were put right, and were there already as they are."""

    new: int
    changed: int
    same: int


class FilingRegister:
    """The register behind one connection, in autocommit mode. For one thread at a time."""

    def __init__(self, connection: Rows) -> None:
        """Keep it through *connection*."""
        self._connection = connection

    def keep(self, filings: Iterable[Filing]) -> Kept:
        """Write *filings*, all or none; a filing is known by its kind, value and first day. Raises BusUnreachable."""
        said: list[bool | None] = []
        with reachable(), self._connection.transaction():
            for filing in filings:
                row = self._connection.execute(_SQL["keep"], asdict(filing)).fetchone()
                said.append(None if row is None else cast("bool", row[0]))
        return Kept(new=said.count(True), changed=said.count(False), same=said.count(None))

    def find(self, asked: Asked, *, on: date) -> Filing | None:
        """Return the filing valid *on* that day under the most exact of the values, None where there is none."""
        params = {"kind": asked.kind, "values": list(asked.values), "day": on}
        with reachable():
            row = self._connection.execute(_SQL["find"], params).fetchone()
        return None if row is None else Filing(**dict(zip(COLUMNS, row, strict=True)))  # type: ignore[arg-type]
