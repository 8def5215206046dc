"""Which statements are there about accounts, and how are they run?"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from psycopg import Connection

from yisong.postgres import queries
from yisong.postgres.connection import reachable

Database = Connection[tuple[Any, ...]]
"""A connection to the database of one node."""
Row = tuple[Any, ...]

_SQL: Final = queries(Path(__file__).with_name("queries.sql"))


def run(database: Database, name: str, values: Mapping[str, object] | None = None) -> list[Row]:
    """Run the statement *name* and return its rows. Raises BusUnreachable."""
    with reachable():
        cursor = database.execute(_SQL[name], values or {})
        return cursor.fetchall() if cursor.description is not None else []


@contextmanager
def at_once(database: Database) -> Iterator[None]:
    """Do all of what is inside, or nothing. Raises BusUnreachable."""
    with reachable(), database.transaction():
        yield
