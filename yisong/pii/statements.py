"""How is the database of a node asked about P2 tokens, and how is a letter put down to be sent?"""

from pathlib import Path
from typing import Any, Final

from psycopg import Connection

from yisong.postgres import queries
from yisong.postgres.connection import reachable

Database = Connection[Any]
"""A connection to the database of one node."""

_SQL: Final = queries(Path(__file__).with_name("pii.sql"))


def run(database: Database, name: str, /, **values: object) -> list[tuple[Any, ...]]:
    """Run the statement *name* of ``pii.sql``, and return its rows. Raises BusUnreachable."""
    with reachable():
        cursor = database.execute(_SQL[name], values)
        return cursor.fetchall() if cursor.description is not None else []
