"""How does a process without a line to Kafka, the gateway, know that broker and node live? The node writes it down."""

import logging
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Final

from yisong.bootstrap import Bootstrap
from yisong.errors import BusUnreachable
from yisong.kafka.log_ends import LogEnds
from yisong.postgres import connect, queries
from yisong.postgres.connection import Rows, reachable

EVERY_SECONDS: Final = 1.0
"""How often the broker is asked where the log ends."""

_SQL = queries(Path(__file__).with_name("queries.sql"))
_LOG = logging.getLogger(__name__)


def run_pulse(dsn: str, bootstrap: Bootstrap, partitions: int, stop: Event) -> None:
    """
    Write down, again and again until *stop* is set, where the log ends and when the broker said so.

    Where the broker or PostgreSQL is away nothing is written, and what stands there grows old.
    """
    while not stop.is_set():
        try:
            with (
                closing(connect(dsn, autocommit=True, name="yisong-pulse")) as connection,
                closing(LogEnds(bootstrap, partitions)) as ends,
            ):
                while not stop.wait(EVERY_SECONDS):
                    _note(connection, ends.now())
        except BusUnreachable as fault:
            _LOG.warning("%s", fault)
            stop.wait(EVERY_SECONDS)


def _note(connection: Rows, ends: Mapping[int, int]) -> None:
    columns = {"partitions": list(ends), "next_offsets": list(ends.values()), "seen_at": time.time_ns() // 1_000_000}
    with reachable():
        connection.execute(_SQL["note_log_ends"], columns)
