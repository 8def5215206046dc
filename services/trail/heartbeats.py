"""Does every node live, as far as this trail can tell? How old is the newest heartbeat of each that it has recorded?"""

import logging
import time
from collections.abc import Mapping
from contextlib import closing
from threading import Event
from typing import Final

from yisong.errors import BusUnreachable
from yisong.metrics import Metrics
from yisong.postgres import connect
from yisong.postgres.heartbeats import newest

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS: Final = 5.0


def run_heartbeats(dsn: str, nodes: Mapping[str, str], metrics: Metrics, stop: Event) -> None:
    """
    Show again and again, until *stop* is set, how old the newest heartbeat of each of *nodes* is, by system organ.

    Run it in a daemon thread. Where PostgreSQL is away it begins again.
    """
    while not stop.is_set():
        try:
            with closing(connect(dsn, autocommit=True, name="yisong-heartbeats")) as connection:
                while not stop.is_set():
                    now = time.time_ns() // 1_000_000
                    for organ, said_at in newest(connection, now=now).items():
                        age = max(0, now - said_at) / 1000
                        metrics.gauge("yisong_heartbeat_age_seconds", age, peer=nodes.get(organ, ""))
                    stop.wait(_LOOK_SECONDS)
        except BusUnreachable as fault:
            _LOG.warning("%s", fault)
            stop.wait(_LOOK_SECONDS)
