"""What do the four desks share? Everything but their rules: a record of the inbox in, its effect in PostgreSQL."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from threading import Event, Lock
from time import monotonic, time
from typing import NamedTuple

from yisong.desk.delivery import Delivery
from yisong.desk.draft_duties import DraftDuties
from yisong.desk.drafting import Author
from yisong.desk.inbox import KeyOf, decode_record, deliveries, no_key, topic
from yisong.desk.outcome import Outcome
from yisong.desk.policy import Policy
from yisong.desk.redrive import redrive
from yisong.desk.settle import Handle, about_delivery, settle, settle_unreadable
from yisong.desk.store import Place, Store, outcome_name, outcome_reason
from yisong.envelope.header import Header
from yisong.errors import BusUnreachable, Undecodable, WorldFault
from yisong.health import Health
from yisong.home import Agency
from yisong.kafka.desk import InboxValue
from yisong.ledger import Law
from yisong.metrics import Metrics
from yisong.postgres import connect
from yisong.postgres.connection import Rows
from yisong.publishing.opening import Opener, line_keys
from yisong.publishing.signer import PrivateKeys, Signer
from yisong.telemetry import tracing
from yisong.telemetry.about import About
from yisong.telemetry.logs import about, concerning
from yisong.telemetry.where import where

_log = logging.getLogger(__name__)
_AGAIN_SECONDS = 1.0
# The key of a body is sent before the body, or as soon as the event is admitted. Whoever seals and gives no key holds
# a desk up for so long, and no longer.
_KEY_SECONDS, _KEY_LOOK_SECONDS = 30.0, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """
    What a desk's `handle` may stand on.

    *connection*: the node's own database, in autocommit mode. *key_of*: finds the keys of bodies sealed to this line.
    """

    agency: Agency
    law: Law
    policy: Policy
    connection: Rows
    key_of: KeyOf = no_key


Build = Callable[[Context], Handle]
"""Put a desk's `handle` together; called again whenever the database had to be reached anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a desk may stand on between deliveries: what its `handle` does, and how its answers take effect."""

    context: Context
    store: Store
    handle: Handle
    author: Author


Tick = Callable[[int], None]
"""Look after what no delivery brings, as of an instant (ms). Does nothing where nothing is to be done."""
BuildTick = Callable[[Work], Tick]
"""Put a desk's `Tick` together; called again whenever the database had to be reached anew."""
_TICK_SECONDS = 2.0


def no_tick(_: Work) -> Tick:
    """Look after nothing: most desks only answer."""
    return lambda _: None


class _Opened(NamedTuple):
    connection: Rows
    store: Store
    handle: Handle
    tick: Tick
    work: Work


class Desk:
    """The desk of one agency. Whatever thread calls, it does one thing at a time."""

    def __init__(  # noqa: PLR0913 (what a desk stands on)
        self,
        build: Build,
        *,
        policy: Policy,
        law: Law,
        dsn: str,
        keys: PrivateKeys,
        metrics: Metrics,
        stop: Event,
        tick: BuildTick = no_tick,
        now: Callable[[], int] = lambda: int(time() * 1000),
    ) -> None:
        """Answer by what *build* returns; nothing is reached before the first record. *stop*: wait no longer."""
        self._tick, self._now, self._ticked = tick, now, -_TICK_SECONDS
        self._build, self._policy, self._law, self._dsn = build, policy, law, dsn
        self._author = Author(law, Signer(law, keys), now=now)
        self._keys, self._own_keys = keys, line_keys(law, policy.agency)
        self._metrics, self._stop = metrics, stop
        # Who cancels an asyncio task that waits for us does not stop us: the next one has to wait for its turn here.
        self._turn = Lock()
        self._open: _Opened | None = None
        #: Since when (monotonic) it is busy with one record; None while it is not.
        self.busy_since: float | None = None

    def settle(self, record: InboxValue) -> None:
        """Settle a record, waiting for the database where it is away. Raises WorldFault once we are to stop."""
        self.busy_since = monotonic()
        inbox = topic(self._policy.agency)
        with tracing.span(f"process {inbox}", "consumer", parent=record.trace, what=About(topic=inbox)):
            self._waiting_for_the_world(partial(self._settle, record))
        self.busy_since = None

    def redrive(self) -> int:
        """Run again what somebody has asked for, and return how many deliveries that has answered."""
        answered = 0

        def run(opened: _Opened) -> None:
            nonlocal answered
            answered = redrive(self._read, opened.handle, opened.store, author=self._author)
            self._metrics.gauge("yisong_desk_parked", opened.store.waiting_count())

        self._waiting_for_the_world(run)
        return answered

    def tick(self) -> None:
        """Look after what no delivery brings, every two seconds at most. Raises WorldFault once we are to stop."""
        if monotonic() - self._ticked >= _TICK_SECONDS:
            self._waiting_for_the_world(lambda opened: opened.tick(self._now()))
            self._ticked = monotonic()

    def close(self) -> None:
        """Let go of the database."""
        opened, self._open = self._open, None
        if opened is not None:
            opened.connection.close()

    def _waiting_for_the_world(self, run: Callable[[_Opened], None]) -> None:
        with self._turn:
            self._until_done(run)

    def _until_done(self, run: Callable[[_Opened], None]) -> None:
        while True:
            try:
                return run(self._opened())
            except BusUnreachable as fault:
                self.close()
                if self._stop.is_set():
                    raise
                _log.warning("%s", fault)
                self._stop.wait(_AGAIN_SECONDS)

    def _opened(self) -> _Opened:
        if self._open is None:
            connection = connect(self._dsn, autocommit=True, name=f"yisong-desk-{self._policy.agency}")
            opener = Opener(connection, self._keys, own=self._own_keys)
            context = Context(
                agency=self._policy.agency,
                law=self._law,
                policy=self._policy,
                connection=connection,
                key_of=opener.content_key,
            )
            store, handle = Store(connection), self._build(context)
            work = Work(context=context, store=store, handle=handle, author=self._author)
            drafts, tick = DraftDuties(connection, self._law), self._tick(work)

            def look(now: int) -> None:
                drafts.look(now)
                tick(now)

            self._open = _Opened(connection, store, handle, look, work)
        return self._open

    def _settle(self, record: InboxValue, opened: _Opened) -> None:
        value, store = record.value or b"", opened.store
        try:
            delivery = self._read(value)
        except WorldFault:
            raise
        except Exception as fault:  # noqa: BLE001 (whatever these bytes are, they hold back one case and no other)
            place = self._place(record)
            what = About(case_id=place.case_id, partition=place.partition, offset=place.offset)
            said = "%d:%d of the inbox cannot be read: %s"
            _log.error(said, record.partition, record.offset, where(fault), extra=about(what))
            self._count(settle_unreadable(place, store, detail=type(fault).__name__, value=value))
        else:
            what = about_delivery(delivery)
            tracing.tell(what)
            with concerning(what):
                self._count(settle(delivery, opened.handle, store, author=self._author, value=value))

    def _read(self, value: bytes) -> Delivery:
        return deliveries(value, self._policy.agency, self._law, key_of=self._key_of)

    def _key_of(self, header: Header) -> bytes | None:
        """Return the key of a body that is sealed to our line, waiting for it where it is not here yet."""
        key_of, until = self._opened().work.context.key_of, monotonic() + _KEY_SECONDS
        while (key := key_of(header)) is None and monotonic() < until:
            if self._stop.wait(_KEY_LOOK_SECONDS):
                raise WorldFault("The desk is to stop, and the key of a body has not come yet; the event comes again.")
        if key is None:
            what = About(event_id=header.event_id, case_id=header.case_id)
            said = "nobody has given us the key of the body of %s; it stays closed"
            _log.warning(said, header.event_id.hex(), extra=about(what))
        return key

    @staticmethod
    def _place(record: InboxValue) -> Place:
        """Say where a record belongs that is no delivery: by what it says of its position, else by its own."""
        case_id = (record.key or b"").decode(errors="replace").replace("\0", "\ufffd")
        try:
            said = decode_record(record.value or b"")
        except Undecodable:
            return Place(record.partition, -1 - record.offset, case_id)
        return Place(said.partition, said.offset, case_id)

    def _count(self, outcome: Outcome | None) -> None:
        name = "duplicate" if outcome is None else outcome_name(outcome)
        reason = "" if outcome is None else outcome_reason(outcome) or ""
        tracing.tell(About(outcome=name, reason=reason or None))
        self._metrics.count("yisong_desk_deliveries_total", outcome=name, reason=reason)


def health(desk: Desk, *, ready: bool, stuck: float) -> Health:
    """Return whether a desk reads its inbox by now, and whether one record keeps it *stuck* (s)."""
    since = desk.busy_since
    if since is not None and (taken := monotonic() - since) > stuck:
        return Health({}, stuck=(f"it has been at one record of its inbox for {taken:.0f} s",))
    return Health({}, waiting=() if ready else ("it does not read its inbox yet: Kafka or PostgreSQL may be away",))
