"""What becomes of an event where there is no node? A small trail in memory, of the dockets that one asks about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

from yisong.bootstrap import Bootstrap
from yisong.envelope.open import Opened, open_record
from yisong.envelope.partition import partition_of
from yisong.errors import BusUnreachable
from yisong.kafka.log import CaseLog
from yisong.kafka.producer import KafkaLog
from yisong.kafka.records import LogRecord
from yisong.ledger import Chain, Docket, Entry, Known, Law, docket_of, fold, known_by
from yisong.publishing.outbox import ChainKey, Position
from yisong.publishing.own_trail import Before, EventKey, Judged
from yisong.signing.verify import verify

_PATIENCE_SECONDS = 60


@dataclass(slots=True)
class _Followed:
    """One docket as of its newest record that was read; *next_offset*: records before it have been folded."""

    docket: Docket | None = None
    next_offset: int = 0
    memory: dict[bytes, tuple[Known, ...]] = field(default_factory=dict)
    entries: dict[Position, Judged] = field(default_factory=dict)
    remembered: dict[EventKey, Judged] = field(default_factory=dict)


class Follower:
    """
    Folds the dockets that are asked about, from their first record on, exactly as a node does.

    Holds all that it has read of these dockets in memory: it is for an agency system that publishes in a few cases at a
    time, not for a node. The rules judge; this class only remembers.
    """

    def __init__(self, law: Law, *, bootstrap: Bootstrap) -> None:
        """Judge by *law* what the broker at *bootstrap* delivers; nothing is read before something is asked."""
        self._law = law
        self._bootstrap = bootstrap
        self._followed: dict[str, _Followed] = {}
        self._next: dict[int, int] = {}
        self._log: CaseLog | None = None

    def chains(self, keys: Sequence[ChainKey]) -> Mapping[ChainKey, Chain]:
        """Return how far each chain has come, where it has begun. Raises ``BusUnreachable``."""
        if self._follow(key.case_id for key in keys):
            self._catch_up()
        dockets = {key: self._followed[key.case_id].docket for key in keys}
        found = {key: docket.chains.get(key.publisher) for key, docket in dockets.items() if docket is not None}
        return {key: chain for key, chain in found.items() if chain is not None}

    def before(self, case_id: str, event_ids: Sequence[bytes]) -> Before:
        """Return what comes before the next event of a docket, which cites events of some ids."""
        if self._follow([case_id]):
            self._catch_up()
        self._read()
        followed = self._followed[case_id]
        known = {event_id: followed.memory[event_id] for event_id in event_ids if event_id in followed.memory}
        return Before(followed.docket, known)

    def judged(self, positions: Mapping[Position, str]) -> Mapping[Position, Judged]:
        """Return the entries at *positions* (each with its case id), where there are such already."""
        self._follow(positions.values())
        self._read()
        found = {position: self._followed[case_id].entries.get(position) for position, case_id in positions.items()}
        return {position: entry for position, entry in found.items() if entry is not None}

    def remembered(self, keys: Sequence[EventKey]) -> Mapping[EventKey, Judged]:
        """Return the entries that are remembered under *keys*."""
        self._follow(key.chain.case_id for key in keys)
        self._read()
        found = {key: self._followed[key.chain.case_id].remembered.get(key) for key in keys}
        return {key: entry for key, entry in found.items() if entry is not None}

    def reached(self, ends: Mapping[int, int]) -> bool:
        """Return whether each partition has been read up to its offset in *ends*; one that is not followed has."""
        self._read()
        return all(self._next.get(partition, end) >= end for partition, end in ends.items())

    def close(self) -> None:
        """Let go of the broker."""
        if self._log is not None:
            self._log.close()
            self._log = None

    def _follow(self, case_ids: Iterable[str]) -> bool:
        """Follow these dockets too; return whether one of them is new."""
        new = set(case_ids) - self._followed.keys()
        for case_id in new:
            self._followed[case_id] = _Followed()
            # Its partition is read again from the start; what was folded of other dockets there is passed over.
            self._next[partition_of(case_id.encode(), self._law.bus.partitions)] = 0
        if new:
            self.close()
        return bool(new)

    def _catch_up(self) -> None:
        """Read up to the end of the log as of now: a chain must not be continued from the middle."""
        ends = KafkaLog(self._bootstrap).ends(self._next)
        patience = monotonic() + _PATIENCE_SECONDS
        while not self.reached(ends):
            if monotonic() > patience:
                raise BusUnreachable(
                    f"The broker at {self._bootstrap} has not delivered what it holds within {_PATIENCE_SECONDS} s. "
                    "Nothing was numbered or sent. See that it runs, and try again."
                )

    def _read(self) -> bool:
        if self._log is None:
            self._log = CaseLog(self._bootstrap, positions=self._next)
        batch = self._log.poll(timeout_ms=100)
        for partition, records in batch.items():
            self._fold([record for record in records if self._is_new(record)])
            self._next[partition] = records[-1].offset + 1
        return bool(batch)

    def _is_new(self, record: LogRecord) -> bool:
        followed = self._followed.get((record.key or b"").decode("ascii", "replace"))
        return followed is not None and record.offset >= followed.next_offset

    def _fold(self, records: Sequence[LogRecord]) -> None:
        opened = [open_record(one.partition, one.offset, one.timestamp, one.key, one.value) for one in records]
        for one in verify(opened, bus=self._law.bus.name, keys=self._law.rulebook.keys):
            case_id = docket_of(one, self._law)
            if case_id is not None:
                self._note(self._followed[case_id], one)

    def _note(self, followed: _Followed, opened: Opened) -> None:
        followed.docket, entry = fold(followed.docket, opened, self._law, followed.memory)
        followed.next_offset = opened.offset + 1
        judged = _judged(entry)
        followed.entries[judged.position] = judged
        known = known_by(entry)
        if known is not None and entry.header is not None and entry.docket is not None:
            event_id = entry.header.event_id
            followed.memory[event_id] = (*followed.memory.get(event_id, ()), known)
            followed.remembered[EventKey(ChainKey(entry.docket, known.publisher), event_id)] = judged


def _judged(entry: Entry) -> Judged:
    position = Position(entry.partition, entry.offset)
    return Judged(position, entry.log_time, entry.verdict, entry.reason, entry.remembered, entry.header_hash)
