"""How is a database reached?"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import Connection

from yisong.errors import BusUnreachable

#: A connection whose rows are plain tuples; what they hold is said by the query.
Rows = Connection[tuple[object, ...]]


def connect(dsn: str, *, autocommit: bool = False, name: str = "yisong") -> Connection:
    """
    Open a connection to *dsn*; *name* is what ``pg_stat_activity`` shows.

    Raises BusUnreachable where PostgreSQL does not answer or does not let us in.
    """
    try:
        return psycopg.connect(dsn, autocommit=autocommit, application_name=name, connect_timeout=10)
    except psycopg.OperationalError as fault:
        raise BusUnreachable(
            f"PostgreSQL does not answer, or refuses this role ({type(fault).__name__}: {_first_line(fault)}). "
            "Nothing was read or written. See that the server runs (`yisong status`) and start again."
        ) from fault


@contextmanager
def alone(connection: Connection, lock: int, number: int) -> Iterator[None]:
    """Be the only one in this database who holds the advisory *lock* of a *number*; others wait for their turn."""
    connection.execute("SELECT pg_advisory_lock(%s, %s)", (lock, number))
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("SELECT pg_advisory_unlock(%s, %s)", (lock, number))


@contextmanager
def reachable() -> Iterator[None]:
    """Turn a connection that breaks inside into BusUnreachable: what was not committed is as if it had never been."""
    try:
        yield
    except psycopg.OperationalError as fault:
        raise BusUnreachable(
            f"PostgreSQL went away ({type(fault).__name__}: {_first_line(fault)}). "
            "The open transaction is rolled back, nothing is lost. Start again once the server is back."
        ) from fault


def hold(connection: Rows, lock: int) -> bool:
    """
    Take an advisory *lock* of the database, and return whether nobody else has it; it goes with the connection.

    Raises BusUnreachable.
    """
    with reachable():
        return connection.execute("SELECT pg_try_advisory_lock(%s)", (lock,)).fetchone() == (True,)


def _first_line(fault: Exception) -> str:
    """Return what the driver said, without the statement or its values."""
    return (str(fault).splitlines() or ["no detail"])[0]
