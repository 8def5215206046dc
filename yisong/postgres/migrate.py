"""How does a node's database come to have today's schema?"""

from pathlib import Path
from typing import LiteralString

from psycopg import Connection, sql

from yisong.postgres.connection import connect

FOLDER = Path(__file__).parent
# One number for all nodes of a server: a role belongs to the server, so two migrations must not make it at once.
_LOCK = 7_140_301


def migrate(admin_dsn: str, agency: str) -> tuple[str, ...]:
    """
    Bring the database behind *admin_dsn* to today's schema, and return the migrations that it lacked.

    Also makes the role ``trail_<agency>`` of the node's service, and grants it exactly what ``grants.sql`` says.
    Runs as often as one likes. Each migration is one transaction; what was applied is never applied again.
    Raises BusUnreachable.
    """
    with connect(admin_dsn, name="yisong-migrate") as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        lacking = pending(connection)
        for name in lacking:
            connection.execute(_text(FOLDER / "migrations" / f"{name}.sql"))
            connection.execute("INSERT INTO local_migrations (name) VALUES (%s)", (name,))
        _grant(connection, role=f"trail_{agency}")
    return lacking


def pending(connection: Connection) -> tuple[str, ...]:
    """Name the migrations that the database lacks, in their order."""
    connection.execute("CREATE TABLE IF NOT EXISTS local_migrations (name text PRIMARY KEY)")
    applied = {row[0] for row in connection.execute("SELECT name FROM local_migrations")}
    names = sorted(file.stem for file in (FOLDER / "migrations").glob("*.sql"))
    return tuple(name for name in names if name not in applied)


def _grant(connection: Connection, *, role: str) -> None:
    """Make *role* where it is missing, and let it do what a node's service does in this database and no other."""
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is None:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    database = sql.Identifier(connection.info.dbname)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, sql.Identifier(role)))
    connection.execute(sql.SQL(_text(FOLDER / "grants.sql")).format(role=sql.Identifier(role)))


def _text(file: Path) -> LiteralString:
    """Read a statement file; it is part of the program, never of its input."""
    return file.read_text(encoding="utf-8")
