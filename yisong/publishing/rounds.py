"""
How does what stands in the outbox get onto the log, in order and once?

One sender per outbox, in rounds of four steps, each of which a crash may interrupt at any line:

1. *settle*: ask the own trail what became of the records sent. An event that is remembered is settled. One that the log
   does not take is parked with an alarm, and what has no verdict behind it in its chain waits for a new number. A
   system notice is in no chain: what another node said first, or an act has overtaken, is settled as refused.
2. *sign*: number, chain, seal and sign what waits, in the order of the outbox, and store the bytes and wrapped keys.
   What needs a second organ's signature becomes a draft, once all before it in its chain is settled, and comes back.
3. *send* what is signed and has no position, the keys of its readers before it; bytes once sent never change.
4. *log*: store the positions.

At its start, once the own trail has read what was on the log then, everything without a verdict is sent again. What was
sent twice is a ``duplicate`` on the log and counts once, so no crash loses, doubles or breaks a chain.
"""

import logging
from collections.abc import Callable, Sequence
from threading import Event
from time import monotonic, time

from yisong.envelope.open import LARGEST_VALUE
from yisong.envelope.partition import partition_of
from yisong.errors import BusUnreachable, NotPublishable, WorldFault
from yisong.kafka.body_keys import KeyRecord, KeysLog
from yisong.kafka.producer import Appended, EventLog, Outgoing, Tags
from yisong.ledger import Law
from yisong.publishing.compose import Composed, Place, compose, must_seal
from yisong.publishing.countersigning.sent import SecondSignatures
from yisong.publishing.outbox import ChainKey, Logged, Outbox, Position, Row, Settled, Signed
from yisong.publishing.own_trail import EventKey, Judged, OwnTrail
from yisong.publishing.sealer import Fresh, expected_readers, sealed_now, wraps_for
from yisong.publishing.signer import Signer
from yisong.publishing.tags import cloud_event
from yisong.publishing.traced import sending, tags_of, tell
from yisong.telemetry.about import About
from yisong.telemetry.logs import concerning

ROUND = 500
"""Rows that a round takes at most."""
MOST_ATTEMPTS = 5
"""How often an event gets a new number before a person has to look at it."""
_LARGEST_SKEW_MS, _ALARMING_SKEW_MS = 60_000, 1_000
_PATIENCE_SECONDS = 60.0
_OUT_OF_PLACE = frozenset({"sequence-gap", "chain-mismatch"})
# What may become of a system notice without anybody's fault: said by another node, or overtaken by an act.
_OVERTAKEN = frozenset({"already-recorded", "not-due"})

Alarm = Callable[[str], None]
_logger = logging.getLogger(__name__)


def wall_clock() -> int:
    """Return the milliseconds since 1970 (UTC) by this machine's clock."""
    return int(time() * 1000)


class Sender:
    """The one sender of an outbox; whoever runs it has made sure of that with `Outbox.hold`."""

    def __init__(  # noqa: PLR0913 (a sender stands between five things)
        self,
        *,
        outbox: Outbox,
        trail: OwnTrail,
        log: EventLog,
        signer: Signer,
        law: Law,
        body_keys: KeysLog | None = None,
        second: SecondSignatures | None = None,
        alarm: Alarm = _logger.error,
        now: Callable[[], int] = wall_clock,
        awaited: Event | None = None,
    ) -> None:
        """
        Take rows from *outbox*, sign them with *signer*, append them to *log* and believe *trail*.

        *body_keys*: where keys of sealed bodies go; without it none is sealed. *second*: what asks another organ to
        sign, too; without it that organ's key must be here. *awaited* is set while *trail* is to judge what was sent.
        """
        self._awaited = Event() if awaited is None else awaited
        self._body_keys, self._second = body_keys, second
        self._outbox, self._trail, self._log, self._signer, self._law = outbox, trail, log, signer, law
        self._alarm, self._now = alarm, now

    def begin(self, stop: Event) -> None:
        """Settle what an earlier sender left behind, and mark everything without a verdict to be sent again."""
        if self._second is not None:
            self._give_keys(self._second.open_events())
        left = [*self._outbox.rows_in("signed", limit=ROUND), *self._outbox.rows_in("logged", limit=ROUND)]
        if not left:
            return
        ends = self._log.ends(range(self._law.bus.partitions))
        self._trail.chains(sorted({row.draft.chain for row in left}))
        patience = monotonic() + _PATIENCE_SECONDS
        # Not a condition of being right, but it spares the log the duplicates of what has arrived already.
        while not self._trail.reached(ends) and monotonic() < patience and not stop.wait(0.05):
            pass
        while self._settle():
            pass
        self._settle_unlogged()
        self._outbox.send_again()

    def round(self) -> bool:
        """Do one round; return whether there was anything to do."""
        found = self._outbox.open_states()
        settled = "logged" in found and self._settle()
        answered = "drafted" in found and self._second is not None and self._second.carry_out(park=self._park)
        if settled or answered:
            found = self._outbox.open_states()  # what was settled or answered may have set something free
        # Nothing new gets its bytes while the broker has not taken what has them.
        signed = "signed" not in found and "waiting" in found and self._sign()
        sent = ("signed" in found or signed) and self._send()
        if sent or "logged" in found:
            self._awaited.set()
        else:
            self._awaited.clear()
        return settled or answered or signed or sent

    # 1. settle

    def _settle(self) -> bool:
        waiting = self._outbox.sent(limit=ROUND)
        found = self._trail.judged({one.position: one.case_id for one in waiting}) if waiting else {}
        rows = self._outbox.rows([one.serial for one in waiting if one.position in found]) if found else ()
        judged = [(row, found[row.position]) for row in rows if row.position is not None]
        if not judged:
            return False
        earlier = self._trail.remembered([_event_key(row) for row, entry in judged if not entry.remembered])
        settled = [(row, self._final(row, entry, earlier.get(_event_key(row)))) for row, entry in judged]
        self._outbox.settle([_settled(row, entry) for row, entry in settled if entry is not None])
        # One at a time and in order: taking one out changes the numbers of those behind it.
        refused = {entry.position: entry for _, entry in judged}
        for row, entry in settled:
            if entry is None and row.position is not None and self._is_current(row):
                self._refused(row, refused[row.position].reason or "duplicate")
        return True

    def _final(self, row: Row, entry: Judged, earlier: Judged | None) -> Judged | None:
        """Return the entry that settles *row*; ``None`` where the log has not taken it."""
        if entry.reason in _OVERTAKEN and self._is_notice(row):
            return entry
        return _counting(row, entry, earlier)

    def _settle_unlogged(self) -> None:
        """Settle rows that were sent, and whose position a crash has swallowed."""
        rows = self._outbox.rows_in("signed", limit=ROUND)
        found = self._trail.remembered([_event_key(row) for row in rows]) if rows else {}
        arrived = [(row, found[_event_key(row)]) for row in rows if _event_key(row) in found]
        self._outbox.settle([_settled(row, entry) for row, entry in arrived if entry.header_hash == row.header_hash])

    def _is_current(self, row: Row) -> bool:
        """Return whether the row still has these bytes: an earlier one in its chain may have taken them back."""
        current = self._outbox.row_of(row.draft.said.event_id)
        return current is not None and current.state == "logged" and current.position == row.position

    def _refused(self, row: Row, reason: str) -> None:
        # A record out of its place is not at fault: another one before it was, or came late. It gets a new place.
        if reason in _OUT_OF_PLACE and row.attempts < MOST_ATTEMPTS and not self._is_notice(row):
            self._outbox.renumber(row)
        else:
            self._park(row, reason)

    def _park(self, row: Row, reason: str, said: str | None = None) -> None:
        """Put *row* aside for a *reason*; *said*: the reason as it may stand in a log, where that is another."""
        self._outbox.park(row, reason=reason)
        event_id, (case_id, publisher) = row.draft.said.event_id.hex(), row.draft.chain
        with concerning(About(event_id=row.draft.said.event_id, case_id=case_id)):
            self._alarm(
                f"Event {event_id} of {publisher} in {case_id} is parked: {said or reason}. It is not on record and "
                "moves nothing; what stood behind it is numbered anew. Put the cause right and publish it again under "
                "a new id."
            )

    # 2. sign

    def _sign(self) -> bool:
        rows = self._outbox.rows_in("waiting", limit=ROUND)
        places = self._places(sorted({row.draft.chain for row in rows})) if rows else {}
        signed: list[Signed] = []
        held, waits = set[ChainKey](), 0
        for row in rows:
            if row.draft.chain in held:
                waits += 1
                continue
            place = Place(0, None) if self._is_notice(row) else places[row.draft.chain]
            try:
                if self._second is not None and row.draft.said.fields.get("countersignature"):
                    held.add(row.draft.chain)
                    waits += not self._draft(self._second, row, place)
                    continue
                one = self._signed(row, place)
            except NotPublishable as fault:
                self._park(row, f"it cannot be signed ({'; '.join(fault.faults)})")
                continue
            signed.append(one)
            places[row.draft.chain] = Place(one.seq + 1, one.header_hash)
        self._outbox.sign(signed)
        return len(rows) > waits

    def _draft(self, second: SecondSignatures, row: Row, place: Place) -> bool:
        """Open a draft of *row*, once all before it in its chain is settled; return whether it was."""
        chain = self._trail.chains([row.draft.chain]).get(row.draft.chain)
        if place.seq != 1 + (0 if chain is None else chain.length):
            return False
        composed, fresh = self._composed(row, place)
        at = self._timestamp(row)
        one = self._numbered(row, composed, self._signer.blank(composed, at=at), fresh)
        second.open(row, one, composed, at=at)
        self._give_keys([composed.header.event_id])
        return True

    def _places(self, chains: Sequence[ChainKey]) -> dict[ChainKey, Place]:
        """Return the next free place in each chain: after our newest event, or the trail's where it knows of more."""
        own = self._outbox.heads(chains)
        known = self._trail.chains(chains)
        places: dict[ChainKey, Place] = {}
        for chain in chains:
            head = own.get(chain, Place(0, None))
            seen = known.get(chain)
            if seen is not None and seen.length >= head.seq:
                head = Place(*seen)
            places[chain] = Place(head.seq + 1, head.prev)
        return places

    def _signed(self, row: Row, place: Place) -> Signed:
        composed, fresh = self._composed(row, place)
        return self._numbered(row, composed, self._signer.envelope(composed, at=self._timestamp(row)), fresh)

    def _composed(self, row: Row, place: Place) -> tuple[Composed, Fresh | None]:
        """Compose *row* at its *place*, and say how its body was sealed where that has just been done."""
        said = row.draft.said
        if must_seal(said) and self._body_keys is None:
            raise NotPublishable("This event cannot be sealed.", ["sealing: this sender has nowhere to put keys"])
        fresh = sealed_now(said) if must_seal(said) and row.sealed is None else None
        sealed = row.sealed if fresh is None else fresh.body
        return compose(said, place, test_data=self._law.bus.test_data, sealed=sealed), fresh

    def _numbered(self, row: Row, composed: Composed, value: bytes, fresh: Fresh | None) -> Signed:
        """Return what *row* gets; *value*: its record, if only as long as it will be."""
        header, at = composed.header, self._timestamp(row)
        if len(value) > LARGEST_VALUE:
            raise NotPublishable("This event is too large.", [f"its record has {len(value)} bytes of {LARGEST_VALUE}"])
        if fresh is None:
            return Signed(row.serial, header.publisher_seq, composed.header_hash, value)
        organs = expected_readers(value, header, self._law, self._trail, at=at)
        # Whoever is to sign beside the publisher reads what it signs.
        readers = organs | {header.countersignature} if header.countersignature else organs
        wraps = wraps_for(readers, fresh, header, self._law, at=at)
        return Signed(row.serial, header.publisher_seq, composed.header_hash, value, fresh.body, wraps)

    # 3. send, 4. log

    def _send(self) -> bool:
        rows = self._outbox.rows_in("signed", limit=ROUND)
        if not rows:
            return False
        self._give_keys([row.draft.said.event_id for row in rows if row.sealed is not None])
        with sending(rows) as spans:
            appended = self._log.append([self._outgoing(row, tags_of(row, spans)) for row in rows])
            there = [(row, one) for row, one in zip(rows, appended, strict=True) if one is not None]
            for row, one in there if spans else ():
                tell(row, one, spans)
        self._outbox.log([Logged(row.serial, Position(one.partition, one.offset), one.timestamp) for row, one in there])
        self._check_skew([one for _, one in there])
        if len(there) < len(rows):
            raise BusUnreachable(f"Kafka has not confirmed {len(rows) - len(there)} records. They will be sent again.")
        return True

    def _give_keys(self, event_ids: Sequence[bytes]) -> None:
        """Send the keys of bodies before the bodies, so that nobody who may read one waits for it for good."""
        wraps = self._outbox.unsent_wraps(event_ids)
        if wraps and self._body_keys is not None:
            self._body_keys.give([KeyRecord(one.event_id, one.key_id, one.wrapped) for one in wraps])
            self._outbox.wraps_sent(wraps)

    def _outgoing(self, row: Row, trace: Tags) -> Outgoing:
        chain, tags = row.draft.chain, (*cloud_event(row.draft.said), *trace)
        return Outgoing(self._partition(chain), chain.case_id.encode(), row.value, self._timestamp(row), tags)

    def _check_skew(self, appended: Sequence[Appended]) -> None:
        if self._law.bus.timestamp_type == "CreateTime" or not appended:
            return
        skew = abs(appended[-1].timestamp - self._now())
        if skew > _LARGEST_SKEW_MS:
            raise WorldFault(
                f"The broker's clock and ours are {skew} ms apart, so nothing more is sent: claims and log times would "
                "not fit each other. Synchronise the clocks."
            )
        if skew > _ALARMING_SKEW_MS:
            self._alarm(f"The broker's clock and ours are {skew} ms apart. At {_LARGEST_SKEW_MS} ms sending stops.")

    def _timestamp(self, row: Row) -> int:
        return self._now() if row.draft.at is None else row.draft.at

    def _partition(self, chain: ChainKey) -> int:
        return partition_of(chain.case_id.encode(), self._law.bus.partitions)

    def _is_notice(self, row: Row) -> bool:
        organ = self._law.organs.get(row.draft.chain.publisher)
        return organ is not None and organ.role == "system"


def _event_key(row: Row) -> EventKey:
    return EventKey(row.draft.chain, row.draft.said.event_id)


def _counting(row: Row, entry: Judged, earlier: Judged | None) -> Judged | None:
    """Return the entry by which *row* counts: its own, or that of an earlier copy of the same bytes; else ``None``."""
    if entry.remembered:
        return entry
    return earlier if earlier is not None and earlier.header_hash == row.header_hash else None


def _settled(row: Row, entry: Judged) -> Settled:
    return Settled(row.serial, entry.position, entry.log_time, entry.verdict, entry.reason)
