"""
How is a node's database saved to a file, and put back only where it is still what the log gives?

PostgreSQL's own pg_dump and pg_restore do the work. A backup is restored into a database beside the live one, brought
to today's schema, and every entry of it is derived again from the log; only then does it take the live one's name. What
came onto the log since the backup is read from the log, as after any stop. What was never there, since then, is lost.
"""

import os
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep, strftime
from typing import Final, NamedTuple

from psycopg import Error as PsycopgError
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from yisong.audit.fsck import Checked, Read, open_node
from yisong.errors import BusUnreachable, Unreadable, WorldFault
from yisong.home import Agency
from yisong.ledger import Law
from yisong.postgres import migrate
from yisong.postgres.connection import Rows, connect, reachable

_RESTORING: Final = "_restoring"
_PATIENCE_SECONDS: Final = 30.0


class Saved(NamedTuple):
    """What a backup holds: how many *entries* of the trail, and its *size* in bytes."""

    entries: int
    size: int


class Restored(NamedTuple):
    """
    What came of a restore.

    *checked*: what was found when all of it was derived again; *aside*: the name under which the database that was
    replaced is kept, None where there was none or nothing was put in place.
    """

    checked: Checked
    aside: str | None


def save(dsn: str, agency: Agency, file: Path, *, programs: Path) -> Saved:
    """
    Save the database behind *dsn* to *file* (mode 0600) as it is at one moment, while the node goes on.

    *programs*: the folder of pg_dump, of the server's version or a later one. The file appears whole or not at all.
    Raises WorldFault where it is there already, or pg_dump fails; BusUnreachable.
    """
    if file.exists():
        raise WorldFault(f"{file} is there already, and a backup is never written over. Name another file.")
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_WRONLY, 0o600))
    try:
        _run(programs / "pg_dump", dsn, "--format=custom", "--no-owner", "--no-acl", f"--file={part}")
        with open_node(dsn, agency) as node:
            entries = node.entries
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    return Saved(entries, file.stat().st_size)


def restore(  # noqa: PLR0913 (what is put back, where, and against what it is checked)
    dsn: str,
    agency: Agency,
    file: Path,
    *,
    programs: Path,
    law: Callable[[], Law],
    read: Read,
    progress: Callable[[str], object] = lambda _: None,
) -> Restored:
    """
    Put the backup *file* in the place of the database behind *dsn*, whose owner that is, where the log gives the same.

    *read* reads the log; *law* is asked once the backup can be read. Killed at any moment, begin again: the live
    database is there under its name, or under the one that is kept aside, until the new one has taken its place.
    Raises Unreadable where the file is no backup of this node, WorldFault where PostgreSQL refuses, PositionLost where
    the log has not what the backup has judged, BusUnreachable.
    """
    name = str(conninfo_to_dict(dsn)["dbname"])
    _check_is_of(file, name, programs=programs)
    beside = make_conninfo(dsn, dbname=name + _RESTORING)
    with closing(connect(make_conninfo(dsn, dbname="postgres"), autocommit=True, name="yisong-restore")) as server:
        _drop(server, name + _RESTORING)
        _do(server, "CREATE DATABASE {}", name + _RESTORING)
        try:
            progress("restoring beside the live database")
            _run(programs / "pg_restore", beside, "--no-owner", "--no-acl", "--exit-on-error", str(file))
            migrate(beside, agency)
            progress("deriving all of it again from the log")
            with open_node(beside, agency) as node:
                checked = node.fsck(law(), read=read)
            return Restored(checked, None if checked.difference else _swap(server, name))
        finally:
            _drop(server, name + _RESTORING)  # what has taken its place has another name by now


def _check_is_of(file: Path, name: str, *, programs: Path) -> None:
    listed = subprocess.run((programs / "pg_restore", "--list", str(file)), capture_output=True, text=True, check=False)
    if listed.returncode:
        raise Unreadable(
            f"{file} is no backup, or was cut short. Nothing was changed. Name a file that `yisong backup` has written."
        )
    said = next((line for line in listed.stdout.splitlines() if "dbname:" in line), "")
    of = said.partition("dbname:")[2].strip()
    if of != name:
        raise Unreadable(f"{file} is a backup of the database {of}, not of {name}. Nothing was changed.")


def _swap(server: Rows, name: str) -> str | None:
    """Give the restored database the name of the live one, which is kept aside under a name that says when."""
    aside = f"{name}_replaced_{strftime('%Y%m%d_%H%M%S')}"
    there = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None
    if there:
        _close(server, name)
        _do(server, "ALTER DATABASE {} RENAME TO {}", name, aside)
    _do(server, "ALTER DATABASE {} RENAME TO {}", name + _RESTORING, name)
    return aside if there else None


def _close(server: Rows, name: str) -> None:
    """Let nobody into a database, and end whoever is in it; its services begin again from what is stored."""
    _do(server, "ALTER DATABASE {} ALLOW_CONNECTIONS false", name)
    until = monotonic() + _PATIENCE_SECONDS
    while server.execute(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s", (name,)
    ).fetchone() != (0,):
        if monotonic() > until:
            _do(server, "ALTER DATABASE {} ALLOW_CONNECTIONS true", name)
            raise WorldFault(f"Somebody does not let go of the database {name}. Nothing was swapped. Try again.")
        sleep(0.05)


def _drop(server: Rows, name: str) -> None:
    _do(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _do(server: Rows, statement: str, *names: str) -> None:
    try:
        with reachable():
            server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
    except PsycopgError as fault:
        raise WorldFault(
            f"PostgreSQL refuses ({type(fault).__name__}): {statement.format(*names)}. The role must own the databases "
            "of this node and be allowed to make one (CREATEDB)."
        ) from fault


def _run(program: Path, dsn: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on *dsn*, whose password is given to it alone, and never on its command line."""
    parts = conninfo_to_dict(dsn)
    password = str(parts.pop("password", "") or "")
    target = make_conninfo("", **{key: value for key, value in parts.items() if value is not None})
    done = subprocess.run(
        (program, f"--dbname={target}", *arguments),
        env={**os.environ, "PGPASSWORD": password},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        # Of what it says only the first line: a statement after it may hold a value.
        first = (done.stderr.splitlines() or ["it said nothing"])[0]
        raise (BusUnreachable if "connection" in first else WorldFault)(
            f"{program.name} failed: {first}. Nothing was put in place. See that PostgreSQL runs and has room."
        )
