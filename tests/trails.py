"""What do tests of trails need? Servers without nodes, a database a trail, signed events, and all rows of a trail."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from psycopg import sql

from bench.events import Event, events
from services.trail.app import build
from services.trail.follow import Trail
from yisong.embedded import Bus
from yisong.home import Home
from yisong.kafka.log import TOPIC
from yisong.ledger import Law
from yisong.metrics import Metrics
from yisong.postgres import migrate
from yisong.signing.keystore import Keystore

HISTORIES = Path(__file__).parent.parent / "examples" / "histories"
COMPARED = {
    "entries": '"partition", "offset"',
    "bodies": '"partition", "offset"',
    "dockets": "case_id",
    "positions": '"partition"',
    "tree_nodes": '"partition", level, "index"',
}
"""The tables that hold functions of the log only, and their order."""


class Servers:
    """A broker and a PostgreSQL server, with as many trails as a test likes."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.law = Law(bus.home.genesis())
        self.keys = Keystore(bus.home.keys)
        self._out = KafkaProducer(bootstrap_servers=bus.running.bootstrap, acks="all", max_request_size=4 << 20)
        self._looking = KafkaConsumer(bootstrap_servers=bus.running.bootstrap)

    def database(self) -> str:
        """Make an empty database of the police, and return the connection string of its service."""
        name = f"trail_{uuid4().hex}"
        owner = self.bus.running.admin_dsn["police"]
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        migrate(owner.replace("yisong_police", name), "police")
        return self.bus.running.dsn["police"].replace("yisong_police", name)

    def owner_of(self, dsn: str) -> str:
        """Return the connection string of the owner of the database behind *dsn*."""
        name = dsn.rpartition("/")[2]
        return self.bus.running.admin_dsn["police"].replace("yisong_police", name)

    def trail(self, dsn: str, *, partitions: Sequence[int] | None = None) -> Trail:
        """Build a trail of all *partitions* over the database *dsn*."""
        ours = range(self.law.bus.partitions) if partitions is None else partitions
        bootstrap = self.bus.running.bootstrap
        metrics = Metrics("police")
        return build(
            agency="police", bootstrap=bootstrap, dsn=dsn, partitions=ours, law=self.law, metrics=metrics, threads=1
        )

    def record(self, dsn: str) -> dict[int, int]:
        """Run a trail over the database *dsn* until it has read all that is on the log, and return its positions."""
        with closing(self.trail(dsn)) as trail:
            ends = self.ends()
            while any(trail.positions[partition] < end for partition, end in ends.items()):
                trail.step(timeout_ms=500)
            return dict(trail.positions)

    def ends(self) -> Mapping[int, int]:
        """Return the offset after the newest record of each partition."""
        ends = self._looking.end_offsets([TopicPartition(TOPIC, one) for one in range(self.law.bus.partitions)])
        return {at.partition: end for at, end in ends.items()}

    def events(self, count: int, *, seed: int) -> tuple[Event, ...]:
        """Return *count* signed events of whole cases; another *seed* gives other cases."""
        made = events(HISTORIES, count=count, bus=self.law.bus, keys=self.keys, seed=seed)
        return tuple(made)

    def send(self, records: Iterable[Event]) -> list[tuple[int, int]]:
        """Append *records* to the log, whatever they are, and return their positions."""
        futures = [
            self._out.send(TOPIC, key=one.key, value=one.value, partition=one.partition, timestamp_ms=one.at)
            for one in records
        ]
        results = [future.get(timeout=60) for future in futures]
        return [(result.partition, result.offset) for result in results]

    def close(self) -> None:
        """Let go of the broker."""
        self._out.close()
        self._looking.close()


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """Start the servers of a demo bus in *folder*."""
    with Bus.start(Home(folder), nodes=False) as bus, closing(Servers(bus)) as started:
        yield started


def digests(dsn: str) -> dict[str, tuple[int, str]]:
    """Return, by compared table, the number of its rows and a digest of every column of every row."""
    found: dict[str, tuple[int, str]] = {}
    with psycopg.connect(dsn) as connection:
        for table, order in COMPARED.items():
            rows = f"SELECT md5(one::text) AS row FROM {table} AS one ORDER BY {order}"  # noqa: S608 (names of this module)
            digest = f"SELECT count(*), md5(coalesce(string_agg(row, ''), '')) FROM ({rows}) AS rows"  # noqa: S608 (the same)
            row = connection.execute(digest).fetchone()
            assert row is not None
            found[table] = (row[0], row[1])
    return found
