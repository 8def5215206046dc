"""What do tests of checkpoints need? Four nodes whose rounds a test takes by hand, and all that lies on their topic."""

import time
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, LiteralString, NamedTuple

import psycopg

from services.trail.checkpoints import Rounds, Signing
from services.trail.merge import Merger
from services.trail.store import Store
from tests.trails import Servers
from tests.waiting import until
from yisong.audit.restating import restate
from yisong.home import Agency
from yisong.kafka.checkpoints_topic import CheckpointsTopic
from yisong.metrics import Metrics
from yisong.postgres import connect
from yisong.postgres.checkpoints import CheckpointStore
from yisong.proof.announcement import Checkpoints, Restatement, decode
from yisong.proof.checkpoint import number_of
from yisong.proof.cosigner import Nodes

if TYPE_CHECKING:
    from services.trail.follow import Trail


class Signer:
    """The signer of one node over a database of its own, or over *dsn*; `begin` is what a restart does."""

    def __init__(self, servers: Servers, agency: Agency, *, dsn: str | None = None) -> None:
        self.servers, self.agency = servers, agency
        self.dsn = dsn or servers.database()
        self.law = servers.law
        self.anyway = False
        self.metrics = Metrics(agency)
        self._trail: Trail | None = None
        self.begin()

    def begin(self) -> None:
        """Begin again, with nothing but what is stored."""
        if hasattr(self, "topic"):
            self._let_go()
        bootstrap = self.servers.bus.running.bootstrap
        what = Signing(
            agency=self.agency,
            dsn=self.dsn,
            bootstrap=bootstrap,
            keys=self.servers.keys,
            law=lambda: self.law,
            anyway=self.anyway,
        )
        self.store = CheckpointStore(connect(self.dsn, autocommit=True))
        until(self.store.hold, "somebody else still has the lock")
        self.merger = Merger(
            self.store, us=self.agency, partitions=self.servers.law.bus.partitions, metrics=self.metrics
        )
        self.topic = CheckpointsTopic(bootstrap, first=self.merger.next_offset)
        self.rounds = Rounds(what, self.store, self.topic, self.merger, self.metrics)

    def record(self) -> None:
        """Let the trail of this node come to the end of the log."""
        if self._trail is None:
            self._trail = self.servers.trail(self.dsn)
        ends = self.servers.ends()
        while any(self._trail.positions[partition] < end for partition, end in ends.items()):
            self._trail.step(timeout_ms=500)

    def learn(self) -> None:
        """Sign from now on by the law that the trail has come to know, as a node does."""
        assert self._trail is not None
        self.law = self._trail.law

    def rewrite(self, leaf_hash: LiteralString, partition: int, offset: int) -> None:
        """Do as a superuser what triggers refuse: alter one leaf hash, and build the whole tree anew over it."""
        with psycopg.connect(self.servers.owner_of(self.dsn)) as owner:
            owner.execute("ALTER TABLE entries DISABLE TRIGGER USER")
            owner.execute("ALTER TABLE tree_nodes DISABLE TRIGGER USER")
            change = f'UPDATE entries SET leaf_hash = {leaf_hash} WHERE "partition" = %s AND "offset" = %s'  # noqa: S608 (ours)
            assert owner.execute(change, (partition, offset)).rowcount == 1
            owner.execute('DELETE FROM tree_nodes WHERE "partition" = %s', (partition,))
        self.close()
        with closing(Store(self.dsn, partitions=[partition])) as store:
            while store.build_trees():
                pass
        self.begin()

    def restate(self, partition: int, *, why: str) -> Restatement:
        """Take back what this node signed wrongly, as `yisong restate` does."""
        key = Nodes(self.servers.law).own(self.agency, self.servers.keys, at=time.time_ns() // 1_000_000)
        with closing(connect(self.dsn, autocommit=True)) as connection:
            return restate(connection, key, partition=partition, why=why)

    def replace_database(self) -> None:
        """Go on with an empty database, which has forgotten everything."""
        self.close()
        self.dsn = self.servers.database()
        self.begin()

    def round(self) -> None:
        self.rounds.round(now=time.time_ns() // 1_000_000)

    def signed(self) -> dict[int, int]:
        """Return the largest size signed, by partition."""
        return {partition: one.size for partition, one in self.store.signed().items()}

    def entries(self) -> dict[int, int]:
        """Return how many entries the trail has, by partition; empty ones left out."""
        return {partition: tree.entries for partition, tree in self.store.own_trees().items() if tree.entries}

    def lines(self) -> dict[tuple[int, int], frozenset[str]]:
        """Return whose lines stand here on each partition's checkpoint of each size, under its newest origin."""
        with psycopg.connect(self.dsn) as connection:
            rows = connection.execute(
                'SELECT "partition", size, array_agg(node) FROM local_cosignatures AS one'
                " WHERE origin = coalesce((SELECT max(number) FROM local_origins AS begun"
                '                           WHERE begun."partition" = one."partition"), 1)'
                ' GROUP BY "partition", size'
            )
            return {(partition, size): frozenset(nodes) for partition, size, nodes in rows}

    def metric(self, name: str, **labels: str) -> float:
        """Return the value of a metric, 0 where nothing was ever counted."""
        found = self.metrics._registry.get_sample_value(name, {"agency": self.agency, **labels})
        return 0.0 if found is None else found

    def close(self) -> None:
        self._let_go()
        if self._trail is not None:
            self._trail.close()
            self._trail = None

    def _let_go(self) -> None:
        self.topic.close()
        self.store.connection.close()


class Lying(NamedTuple):
    """A statement on the topic, with its bytes."""

    statement: Checkpoints | Restatement
    value: bytes


def lying(servers: Servers) -> Sequence[Lying]:
    """Return all statements on the topic, in their order; garbage left out."""
    bus, found = servers.law.bus.name, []
    with closing(CheckpointsTopic(servers.bus.running.bootstrap, first=0)) as topic:
        while records := topic.poll():
            values = (record.value or b"" for record in records)
            found += [Lying(decode(one, bus=bus).statement, one) for one in values if one.startswith(b'{"key_id"')]
    return found


def check_topic(servers: Servers) -> int:
    """
    See what must hold of all statements, and return how many lines there are.

    No node has signed two roots for one size of an origin, or a smaller one than before; none has said two things under
    one counter.
    """
    roots: dict[tuple[str, int, int, int], bytes] = {}
    largest: dict[tuple[str, int, int], int] = {}
    values: dict[tuple[str, int], bytes] = {}
    for statement, value in lying(servers):
        known = values.setdefault((statement.node, statement.counter), value)
        assert known == value
        if known is not value or isinstance(statement, Restatement):
            continue
        for one in statement.announced:
            place = (statement.node, one.partition, number_of(one.after))
            assert (*place, one.size) not in roots
            assert one.size > largest.get(place, 0)
            roots[*place, one.size] = one.root
            largest[place] = one.size
    return len(roots)
