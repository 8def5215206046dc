"""How do the two sides of the exchange ask their database, and how is something put down to be said?"""

from pathlib import Path
from typing import Final

from yisong.postgres.connection import Rows, reachable
from yisong.postgres.queries import queries

_SQL: Final = queries(Path(__file__).with_name("drafts.sql"))


class Statements:
    """The statements of ``drafts.sql`` over one connection, which is in autocommit mode outside of transactions."""

    def __init__(self, connection: Rows) -> None:
        """Ask through *connection*."""
        self.connection = connection

    def run(self, name: str, /, **params: object) -> list[tuple[object, ...]]:
        """Run the statement *name*, and return its rows. Raises BusUnreachable."""
        with reachable(), self.connection.cursor() as cursor:
            cursor.execute(_SQL[name], params)
            return cursor.fetchall() if cursor.description else []

    def say(self, value: bytes, *, agency: str, case_id: str) -> None:
        """Put down what is to be said on the drafts topic of *agency*; sent after the transaction that says why."""
        self.run("say", agency=agency, case_id=case_id, value=value)
