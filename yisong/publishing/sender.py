"""Who sends the outbox of a node? One thread, in whichever process of the node gets there first."""

import logging
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event
from time import monotonic

from yisong.bootstrap import Bootstrap
from yisong.errors import BusUnreachable, YisongError
from yisong.kafka.body_keys import KafkaKeys
from yisong.kafka.producer import KafkaLog
from yisong.ledger import Law
from yisong.postgres.connection import connect
from yisong.publishing.countersigning.sent import SecondSignatures
from yisong.publishing.follower import Follower
from yisong.publishing.outbox import Outbox
from yisong.publishing.own_trail import PostgresTrail
from yisong.publishing.rounds import Sender, wall_clock
from yisong.publishing.signer import PrivateKeys, Signer
from yisong.publishing.stores import PostgresOutbox, SqliteOutbox

_log = logging.getLogger(__name__)

_AGAIN_SECONDS = 1.0
# A round costs as much for one event as for thirty. After each the sender rests as long as it took, up to so many
# seconds: meanwhile the trail judges what was sent, and what is published comes together.
_LONGEST_REST = 0.02


def run_sender(  # noqa: PLR0913 (what is sent whence, whereto, by which law)
    *,
    dsn: str,
    bootstrap: Bootstrap,
    law: Callable[[], Law],
    keys: PrivateKeys,
    stop: Event,
    refuse: Callable[[str], object] = lambda _: None,
    awaited: Event | None = None,
) -> None:
    """
    Send the outbox of the node whose database is *dsn* to the broker at *bootstrap*, until *stop* is set.

    Waits its turn where another process sends this outbox, and starts again where Kafka or PostgreSQL was away, and
    where *law* gives another one than before: there may be other keys to sign with. Ends
    by itself, with an alarm in the log, only where the clocks of broker and node are too far apart to send anything.
    *refuse* is told why: until the process is started anew, what stands in the outbox stays there. *awaited* is set
    while something lies on the log without a verdict of the own trail.
    A call in progress may last 30 s when the broker is away: run it in a daemon thread, it is safe to die at any line.
    """

    def once() -> None:
        with closing(PostgresOutbox(connect(dsn, autocommit=True, name="yisong-sender"))) as outbox:
            trail, known = PostgresTrail(outbox.connection), law()
            with closing(KafkaLog(bootstrap)) as log, closing(KafkaKeys(bootstrap)) as body_keys:
                signer = Signer(known, keys)
                second = SecondSignatures(outbox, law=known, signer=signer, now=wall_clock)
                sender = Sender(
                    outbox=outbox,
                    trail=trail,
                    log=log,
                    signer=signer,
                    law=known,
                    body_keys=body_keys,
                    second=second,
                    awaited=awaited,
                )
                _drive(sender, outbox, stop, fresh=lambda: law() is known)

    _again(once, stop, refuse)


def run_store_sender(*, file: Path, bootstrap: Bootstrap, law: Law, keys: PrivateKeys, stop: Event) -> None:
    """Send the outbox in the SQLite *file*, where there is no node; otherwise as `run_sender`."""

    def once() -> None:
        with (
            closing(SqliteOutbox(file)) as outbox,
            closing(KafkaLog(bootstrap)) as log,
            closing(KafkaKeys(bootstrap)) as body_keys,
            closing(Follower(law, bootstrap=bootstrap)) as trail,
        ):
            signer = Signer(law, keys)
            sender = Sender(outbox=outbox, trail=trail, log=log, signer=signer, law=law, body_keys=body_keys)
            _drive(sender, outbox, stop)

    _again(once, stop)


def _again(once: Callable[[], None], stop: Event, refuse: Callable[[str], object] = lambda _: None) -> None:
    while not stop.is_set():
        try:
            once()
        except BusUnreachable as fault:
            _log.warning("%s", fault)
            stop.wait(_AGAIN_SECONDS)
        except YisongError as fault:
            _log.error("The sender stops. %s", fault)
            refuse(str(fault))
            return


def _drive(sender: Sender, outbox: Outbox, stop: Event, *, fresh: Callable[[], bool] = lambda: True) -> None:
    """Wait for our turn, begin, then do one round after the other until *stop* is set, while its law is *fresh*."""
    while not outbox.hold():
        if stop.wait(_AGAIN_SECONDS):
            return
    sender.begin(stop)
    while not stop.is_set() and fresh():
        begun = monotonic()
        if sender.round():
            stop.wait(min(monotonic() - begun, _LONGEST_REST))
        else:
            outbox.wait(stop)
