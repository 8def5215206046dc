"""How does an auditor read the trails of the four agencies?"""

from collections.abc import Collection, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from psycopg import Connection

from yisong.home import AGENCIES, Running
from yisong.ledger import Docket, Law, loads
from yisong.postgres import connect, queries
from yisong.postgres.connection import reachable
from yisong.postgres.cosignatures import Cosignatures
from yisong.postgres.tree import tree_reader
from yisong.proof.tree import Reader

_QUERIES: Final = Path(__file__).parent / "queries.sql"


class Trail:
    """The trail of one *agency*, read and never written."""

    def __init__(self, agency: str, connection: Connection) -> None:
        """Read through *connection*."""
        self.agency = agency
        self._connection = connection

    def rows(self, name: str, **arguments: object) -> list[tuple[Any, ...]]:
        """Return the rows of the query *name* of queries.sql. Raises BusUnreachable."""
        with reachable():
            return self._connection.execute(queries(_QUERIES)[name], arguments).fetchall()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read everything inside as of one moment. Raises BusUnreachable."""
        with reachable(), self._connection.transaction():
            self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield

    def stream(self, name: str, **arguments: object) -> Generator[tuple[Any, ...], None, None]:
        """Yield the rows of the query *name* without holding them all. Raises BusUnreachable."""
        with reachable(), self._connection.transaction(), self._connection.cursor(name=f"audit_{name}") as cursor:
            yield from cursor.execute(queries(_QUERIES)[name], arguments)

    def tree(self, partition: int) -> Reader:
        """Return what reads the tree of a partition. It raises BusUnreachable."""
        return tree_reader(self._connection, partition)

    def cosignatures(self, law: Law) -> Cosignatures:
        """Return what this node keeps of the checkpoints of the bus that lives under *law*."""
        return Cosignatures.under(self._connection, law)

    def positions(self) -> Mapping[int, int]:
        """Return the next offset of each partition: what lies before it has a verdict in this trail."""
        return dict(self.rows("positions"))

    def docket(self, case_id: str) -> Docket | None:
        """Return the state of a docket as of its newest record; None where the trail has none of it."""
        rows = self.rows("docket", case_id=case_id)
        return loads(case_id, rows[0][0]) if rows else None

    def known_dockets(self, case_ids: list[str]) -> frozenset[str]:
        """Return which of *case_ids* have a docket here."""
        return frozenset(row[0] for row in self.rows("known_dockets", case_ids=case_ids))

    def live(self) -> frozenset[str]:
        """Return the dockets of a demo bus that live by the wall clock; none on a production bus, where all do."""
        return frozenset(row[0] for row in self.rows("live"))


def present(docket: Docket, law: Law, *, live: Collection[str], now: int) -> int:
    """
    Return the instant (ms) as of which *docket* is seen today: *now*.

    On a demo bus the docket's own newest log time, unless it is one of those that are *live*.
    """
    return docket.log_time if law.bus.profile == "demo" and docket.case_id not in live else now


@contextmanager
def open_trail(running: Running, agency: str) -> Iterator[Trail]:
    """Open the trail of one *agency*. Raises BusUnreachable where its database does not answer."""
    connection = connect(running.dsn[agency], autocommit=True, name="yisong-audit")
    try:
        connection.read_only = True
        yield Trail(agency, connection)
    finally:
        connection.close()


@contextmanager
def open_trails(running: Running) -> Iterator[tuple[Trail, ...]]:
    """Open the trails of all four agencies. Raises BusUnreachable where a database does not answer."""
    with ExitStack() as stack:
        yield tuple(stack.enter_context(open_trail(running, agency)) for agency in AGENCIES)


@contextmanager
def snapshots(trails: tuple[Trail, ...]) -> Iterator[None]:
    """Hold still: what is read of each trail inside is as of one moment, while its node goes on writing."""
    with ExitStack() as stack:
        for trail in trails:
            stack.enter_context(trail.snapshot())
        yield
