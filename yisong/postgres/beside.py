"""How do the tables that the log gives stand twice, side by side, and the new ones take the place of the old?"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any, Final, LiteralString
from uuid import UUID

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import make_conninfo
from psycopg.errors import DeadlockDetected, LockNotAvailable

from yisong.errors import WiringFault
from yisong.postgres.connection import connect, hold, reachable
from yisong.postgres.migrate import pending
from yisong.postgres.queries import queries
from yisong.postgres.statements import making, views
from yisong.postgres.tables import DERIVED, LOOKED_AT
from yisong.postgres.unlike_tables import BESIDE, Compared

ASIDE: Final = "replaced_"
"""How the schemas begin in which tables that differed are kept, as evidence."""

_SQL = queries(Path(__file__).with_name("beside.sql"))
_LOCK: Final = 7_140_321
# Written by the trail, too, and not to be put in the place of anything.
_SCRATCH: Final = ("local_relay", "local_batches")
# Below PostgreSQL's deadlock_timeout: whoever reads is never the one who has to give way.
_LOCK_WAIT: Final = "400ms"


class Beside:
    """The second set of tables of a node's database, made and moved by its owner. Not for use by several threads."""

    def __init__(self, owner_dsn: str, *, role: str) -> None:
        """Connect as the owner; *role*: under which the node's services connect. Raises BusUnreachable."""
        self._dsn, self._role = owner_dsn, role
        self._connection = connect(owner_dsn, autocommit=True, name="yisong-rebuild")
        self.compared = Compared(self._connection)

    @property
    def connection(self) -> Connection:
        """The owner's connection, in autocommit mode."""
        return self._connection

    @property
    def dsn(self) -> str:
        """How the new tables are reached under their own names; everything else is the live node's."""
        return make_conninfo(self._dsn, options=f"-c search_path={BESIDE},public")

    def hold(self) -> bool:
        """Become the one who rebuilds this database, until closed; return whether nobody else does."""
        return hold(self._connection, _LOCK)

    def begin(self) -> None:
        """Make the tables, empty. Raises WiringFault where the live ones are not those of this release."""
        with self.transaction():
            if lacking := pending(self._connection):
                raise WiringFault(
                    f"The database lacks the migrations {', '.join(lacking)}, so what would be made beside it is not "
                    "the same. Nothing was changed. Start the node of this release once, which migrates; then rebuild."
                )
            self._connection.execute(_SQL["begin"])
            self._connection.execute(f"SET LOCAL search_path TO {BESIDE}, public")  # a name of this module
            for table in (*DERIVED, *_SCRATCH):
                for statement in making(table, triggers=table not in _SCRATCH):
                    self._connection.execute(statement)
            for table in DERIVED:
                self._as_before(table)

    def _as_before(self, table: str) -> None:
        """See that the new table has the columns of the live one, and give others the same rights."""
        ours, live = (self.compared.columns(table, schema=schema) for schema in (BESIDE, "public"))
        if ours != live:
            raise WiringFault(
                f"The table {table} does not have the columns that this release gives it. Nothing was changed. "
                "See `yisong doctor`: somebody has changed the schema by hand, or a migration is missing."
            )
        for right, role in self._rows("rights", schema="public", table=table):
            grant = sql.SQL("GRANT {} ON {} TO {}").format(
                sql.SQL(right), sql.Identifier(BESIDE, table), sql.Identifier(role)
            )
            self._connection.execute(grant)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all of what is inside, or nothing. Raises BusUnreachable."""
        with reachable(), self._connection.transaction():
            yield

    def positions(self) -> Mapping[int, int]:
        """Return how far the live trail is. Raises BusUnreachable."""
        return dict(self._rows("positions"))

    def erased(self, partition: int, *, first: int) -> Sequence[tuple[str, bytes]]:
        """Return docket and leaf of what erases bodies, from an offset on."""
        return self._rows("erasures", partition=partition, first=first)

    def cited(self, case_id: str, ids: Sequence[bytes]) -> Sequence[tuple[int, str]]:
        """Return offset and organ of the events of these *ids* in a docket."""
        return self._rows("cited", case_id=case_id, ids=[UUID(bytes=one) for one in ids])

    def erase(self, partition: int, offsets: Sequence[int]) -> None:
        """Delete what travelled with these records."""
        with reachable():
            self._connection.execute(_SQL["erase"], {"partition": partition, "offsets": list(offsets)})

    def let_go(self) -> None:
        """Forget what lies in the live node's inbox, or will: it is not put there again."""
        with reachable():
            self._connection.execute(_SQL["relayed_before"])

    def others_say(self, us: str) -> Sequence[tuple[int, int, str, bytes]]:
        """Return partition, size, node and root of what other nodes have signed."""
        return self._rows("others_say", us=us)

    def freeze(self) -> Mapping[int, int] | None:
        """
        Let the live trail write nothing until the end of the transaction, and return how far it is; others still read.

        None where somebody holds it up: end the transaction, and try again.
        """
        if not self._lock(("positions",), "EXCLUSIVE"):
            return None
        return self.positions()

    def swap(self, *, differed: bool) -> float | None:
        """
        Put our tables in the place of the live ones, at the end of a transaction that `freeze` has begun.

        Return for how long (s) nobody could read; None where somebody reads on: end the transaction, and try again.
        Where they *differed*, the old ones are kept, the trail begins anew from what is now stored, what it never put
        into its inbox is put there, and clocks and keys look at every entry again.
        """
        begun = perf_counter()
        if not self._lock(DERIVED, "ACCESS EXCLUSIVE"):
            return None
        with reachable():
            aside = ASIDE + str(self._rows("instant")[0][0])
            self._connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(aside)))
            for table in DERIVED:
                self._move(table, "public", aside)
                self._move(table, BESIDE, "public")
            for view in views():
                self._connection.execute(view)
            if differed:
                self._begin_anew()
            else:
                self._connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(aside)))
            self._connection.execute(_SQL["drop"])
        return perf_counter() - begun

    def _begin_anew(self) -> None:
        self._connection.execute(_SQL["relay"])
        for table in LOOKED_AT:
            self._connection.execute(sql.SQL("UPDATE {} SET next_offset = 0").format(sql.Identifier("public", table)))
        # Before we are done: its next transaction could go on from what it held in memory, which was wrong.
        try:
            for (pid,) in self._rows("trails", role=self._role):
                self._connection.execute(_SQL["end"], {"pid": pid})
        except psycopg.errors.InsufficientPrivilege as fault:
            raise WiringFault(
                "The trail of this node runs, holds in memory what it wrote last, and the owner of the database may "
                "not end its connection. Nothing was changed. Stop the node, rebuild, and start it again; or give the "
                "owner the role pg_signal_backend."
            ) from fault

    def drop(self) -> None:
        """Leave nothing of ours behind."""
        with reachable():
            self._connection.execute(_SQL["drop"])

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def _move(self, table: str, source: str, target: str) -> None:
        move = sql.SQL("ALTER TABLE {} SET SCHEMA {}")
        self._connection.execute(move.format(sql.Identifier(source, table), sql.Identifier(target)))

    def _lock(self, names: Sequence[str], mode: LiteralString) -> bool:
        tables = sql.SQL(", ").join(sql.Identifier("public", one) for one in names)
        lock = sql.SQL("LOCK TABLE {} IN {} MODE").format(tables, sql.SQL(mode))
        with reachable():
            try:
                with self._connection.transaction():
                    self._connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'")  # a constant of this module
                    self._connection.execute(lock)
            except (LockNotAvailable, DeadlockDetected):
                return False
        return True

    def _rows(self, name: str, **arguments: object) -> list[tuple[Any, ...]]:
        with reachable():
            return self._connection.execute(_SQL[name], arguments).fetchall()
