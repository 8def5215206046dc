"""How is it kept which papers were handed in? A table in the database of the police node, asked by its desk."""

from collections.abc import Iterable
from pathlib import Path
from typing import cast

from yisong.desk.papers import Paper
from yisong.postgres import queries
from yisong.postgres.connection import Rows, reachable

_SQL = queries(Path(__file__).with_name("papers.sql"))


class PaperIntake:
    """The intake behind one connection, in autocommit mode. For one thread at a time."""

    def __init__(self, connection: Rows) -> None:
        """Keep it through *connection*."""
        self._connection = connection

    def receive(self, referral: str, papers: Iterable[Paper]) -> int:
        """Note *papers* of a *referral*, all or none; return how many were not there yet. Raises BusUnreachable."""
        with reachable(), self._connection.transaction():
            rows = [{"referral": referral, **paper._asdict()} for paper in papers]
            return sum(self._connection.execute(_SQL["receive"], row).rowcount for row in rows)

    def of(self, referral: str) -> tuple[Paper, ...]:
        """Return the papers of a referral, in the order in which they came."""
        with reachable():
            rows = self._connection.execute(_SQL["of_referral"], {"referral": referral}).fetchall()
        return tuple(Paper(*cast("tuple[str, bytes, int, int]", row)) for row in rows)
