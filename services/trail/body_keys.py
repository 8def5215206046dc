"""Which keys of sealed bodies does our line have, and which does it give? The topic `body-keys`, both ways."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Final, NamedTuple, cast

from services.trail.sharing import Sharing
from yisong.bootstrap import Bootstrap
from yisong.errors import BusUnreachable
from yisong.home import Agency
from yisong.kafka.body_keys import BodyKeys, KafkaKeys, KeyRecord, key_records
from yisong.kafka.records import LogRecord
from yisong.ledger import Law
from yisong.metrics import Metrics
from yisong.postgres import connect, queries
from yisong.postgres.connection import Rows, reachable
from yisong.publishing.opening import Opener, line_keys
from yisong.publishing.signer import PrivateKeys
from yisong.sealing import WRAPPED_BYTES

_SQL: Final = queries(Path(__file__).with_name("sharing.sql"))
_LOG = logging.getLogger(__name__)
_POLL_MS: Final = 500
_AGAIN_SECONDS: Final = 1.0


class Given(NamedTuple):
    """What the keys of a line are kept for: an *agency*, its database, its broker, its private keys and the law."""

    agency: Agency
    dsn: str
    bootstrap: Bootstrap
    keys: PrivateKeys
    law: Callable[[], Law]


def run_body_keys(what: Given, metrics: Metrics, stop: Event) -> None:
    """
    Mirror the keys that are given to our line, and give those that it owes, until *stop* is set.

    Run it in a daemon thread: it is safe to die at any line. Where Kafka or PostgreSQL is away it begins again.
    """
    while not stop.is_set():
        try:
            _follow(what, metrics, stop)
        except BusUnreachable as fault:
            _LOG.warning("%s", fault)
            stop.wait(_AGAIN_SECONDS)


def _follow(what: Given, metrics: Metrics, stop: Event) -> None:
    with (
        closing(connect(what.dsn, autocommit=True, name="yisong-body-keys")) as connection,
        closing(KafkaKeys(what.bootstrap)) as out,
    ):
        while not stop.is_set():
            law = what.law()
            keys = BodyKeysOf(connection, what, law, metrics, out)
            with closing(BodyKeys(what.bootstrap, positions=keys.positions())) as topic:
                # Under another law there are other keys of ours: begin anew.
                while not stop.is_set() and what.law() is law:
                    keys.round(topic)


class BodyKeysOf:
    """The keys of one line under one law, in the own PostgreSQL."""

    def __init__(self, connection: Rows, what: Given, law: Law, metrics: Metrics, out: KafkaKeys) -> None:
        """Keep them through *connection*, which is in autocommit mode, and give keys through *out*."""
        self._connection, self._law, self._metrics, self._out = connection, law, metrics, out
        self._own = line_keys(law, what.agency)
        self._sharing = Sharing(connection, what.agency)
        self._opener = Opener(connection, what.keys, own=self._own)

    def positions(self) -> Mapping[int, int]:
        """Return from where each partition of the topic is read. Raises BusUnreachable."""
        with reachable():
            rows = self._connection.execute(_SQL["key_positions"]).fetchall()
        return dict(cast("list[tuple[int, int]]", rows))

    def round(self, topic: BodyKeys) -> None:
        """Take in what comes next, see what is owed, and give it. Raises BusUnreachable."""
        batch = topic.poll(timeout_ms=_POLL_MS)
        if batch:
            self._take(batch)
            return  # what was given to us first: it may be what we are to give
        self._sharing.look(self._law)
        self._sharing.make(self._law, self._opener)
        self._give()

    def _take(self, batch: Mapping[int, Sequence[LogRecord]]) -> None:
        with reachable(), self._connection.transaction():
            for partition, records in batch.items():
                for one in key_records(records):
                    if one.key_id in self._own:
                        self._keep(one)
                moved = {"partition": partition, "next_offset": records[-1].offset + 1}
                self._connection.execute(_SQL["move_key_position"], moved)

    def _keep(self, one: KeyRecord) -> None:
        if one.wrapped is None:
            self._connection.execute(_SQL["forget_key"], {"event_id": one.event_id, "key_id": one.key_id})
        elif len(one.wrapped) == WRAPPED_BYTES:
            self._connection.execute(_SQL["keep_key"], one._asdict())
            self._metrics.count("yisong_body_keys_total", what="mirrored")

    def _give(self) -> None:
        with reachable():
            rows = self._connection.execute(_SQL["to_send"]).fetchall()
        records = [KeyRecord(*cast("tuple[bytes, str, bytes | None]", row)) for row in rows]
        if not records:
            return
        self._out.give(records)
        with reachable(), self._connection.transaction():
            for one in records:
                sent = {"event_id": one.event_id, "key_id": one.key_id, "withdrawn": one.wrapped is None}
                self._connection.execute(_SQL["sent"], sent)
                self._metrics.count("yisong_body_keys_total", what="withdrawn" if one.wrapped is None else "given")
