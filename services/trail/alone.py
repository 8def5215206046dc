"""How does one process of a node do what no second one may do beside it, however often the world goes away?"""

import logging
from collections.abc import Callable
from contextlib import closing
from threading import Event

from yisong.errors import BusUnreachable
from yisong.postgres import connect
from yisong.postgres.connection import Rows, hold

_LOG = logging.getLogger(__name__)
_AGAIN_SECONDS = 1.0


def run_alone(dsn: str, *, name: str, lock: int, work: Callable[[Rows], None], stop: Event) -> None:
    """
    Do *work* through a connection that holds the advisory *lock*, until *stop* is set; *work* returns once it is.

    Waits its turn where another process of the node has the lock, and begins again where *work* raises BusUnreachable.
    *name*: what ``pg_stat_activity`` shows. Run it in a daemon thread.
    """
    while not stop.is_set():
        try:
            with closing(connect(dsn, autocommit=True, name=name)) as connection:
                while not hold(connection, lock):
                    if stop.wait(_AGAIN_SECONDS):
                        return
                work(connection)
        except BusUnreachable as fault:
            _LOG.warning("%s", fault)
            stop.wait(_AGAIN_SECONDS)
