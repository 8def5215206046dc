"""A bus in memory: a log that may swallow confirmations, and a trail that folds it. Store and rules are real."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from nacl.signing import SigningKey

from yisong.envelope.open import open_record
from yisong.kafka.producer import Appended, Outgoing
from yisong.ledger import Chain, Docket, Known, Law, docket_of, fold, known_by
from yisong.publishing.outbox import ChainKey, Position
from yisong.publishing.own_trail import Before, EventKey, Judged
from yisong.rulebook.model import BusProfile, Key
from yisong.schemas.genesis import genesis
from yisong.signing.verify import verify

ORGANS = ("V9801", "T98", "P9801", "S-copyright")


class Keys:
    """The private keys of four organs; what is *lost* is not there any more."""

    def __init__(self) -> None:
        self.lost: set[str] = set()

    def private(self, key_id: str) -> bytes:
        if key_id in self.lost:
            raise KeyError(key_id)
        return seed(key_id)


def seed(key_id: str) -> bytes:
    return key_id.encode().ljust(32, b".")


@cache
def law() -> Law:
    keys = tuple(
        Key(
            key_id=f"{organ}#1",
            org=organ,
            use="sign",
            algorithm="ed25519",
            public=bytes(SigningKey(seed(f"{organ}#1")).verify_key),
            valid_from=0,
            valid_to=None,
            revoked_from=None,
        )
        for organ in ORGANS
    )
    return Law(genesis(BusProfile(name="unit", profile="demo", partitions=12, keys=keys)))


def law_without(key_id: str) -> Law:
    """Return the law of a bus on which *key_id* has been revoked from the beginning."""
    rulebook = law().rulebook
    revoked = replace(rulebook.keys[key_id], revoked_from=1)
    return Law(replace(rulebook, keys={**rulebook.keys, key_id: revoked}))


class MemoryLog:
    """A log in memory; *swallow*: how many confirmations are lost, *reject*: how many records do not arrive at all."""

    def __init__(self) -> None:
        self.records: dict[int, list[Outgoing]] = {}
        self.swallow = self.reject = 0

    def append(self, records: Sequence[Outgoing]) -> Sequence[Appended | None]:
        return [self._append(record) for record in records]

    def _append(self, record: Outgoing) -> Appended | None:
        if self.reject:
            self.reject -= 1
            return None
        partition = self.records.setdefault(record.partition, [])
        partition.append(record)
        if self.swallow:
            self.swallow -= 1
            return None
        return Appended(record.partition, len(partition) - 1, record.timestamp)

    def ends(self, partitions: Iterable[int]) -> Mapping[int, int]:
        return {partition: len(self.records.get(partition, [])) for partition in partitions}

    def close(self) -> None:
        """Hold nothing."""


class MemoryTrail:
    """A node's trail in memory: it folds *log* whenever it is asked, unless it is *asleep*."""

    def __init__(self, log: MemoryLog, law: Law) -> None:
        self.log, self.law, self.asleep = log, law, False
        self.entries: dict[Position, Judged] = {}
        self.dockets: dict[str, Docket | None] = {}
        self.memories: dict[str, dict[bytes, tuple[Known, ...]]] = {}
        self.kept: dict[EventKey, Judged] = {}

    def chains(self, keys: Sequence[ChainKey]) -> Mapping[ChainKey, Chain]:
        self._fold()
        dockets = {key: self.dockets.get(key.case_id) for key in keys}
        found = {key: docket.chains.get(key.publisher) for key, docket in dockets.items() if docket is not None}
        return {key: chain for key, chain in found.items() if chain is not None}

    def before(self, case_id: str, event_ids: Sequence[bytes]) -> Before:
        self._fold()
        memory = self.memories.get(case_id, {})
        return Before(self.dockets.get(case_id), {one: memory[one] for one in event_ids if one in memory})

    def judged(self, positions: Mapping[Position, str]) -> Mapping[Position, Judged]:
        self._fold()
        return {position: self.entries[position] for position in positions if position in self.entries}

    def remembered(self, keys: Sequence[EventKey]) -> Mapping[EventKey, Judged]:
        self._fold()
        return {key: self.kept[key] for key in keys if key in self.kept}

    def reached(self, ends: Mapping[int, int]) -> bool:
        self._fold()
        return all(Position(partition, end - 1) in self.entries for partition, end in ends.items() if end)

    def _fold(self) -> None:
        if self.asleep:
            return
        for partition, records in self.log.records.items():
            known = sum(position.partition == partition for position in self.entries)
            for offset, record in enumerate(records[known:], start=known):
                self._record(partition, offset, record)

    def _record(self, partition: int, offset: int, record: Outgoing) -> None:
        opened = open_record(partition, offset, record.timestamp, record.key, record.value)
        (opened,) = verify([opened], bus=self.law.bus.name, keys=self.law.rulebook.keys)
        case_id = docket_of(opened, self.law) or ""
        memory = self.memories.setdefault(case_id, {})
        self.dockets[case_id], entry = fold(self.dockets.get(case_id), opened, self.law, memory)
        position = Position(partition, offset)
        judged = Judged(position, entry.log_time, entry.verdict, entry.reason, entry.remembered, entry.header_hash)
        self.entries[position] = judged
        if (known := known_by(entry)) and entry.header:
            memory[entry.header.event_id] = (*memory.get(entry.header.event_id, ()), known)
            self.kept[EventKey(ChainKey(case_id, known.publisher), entry.header.event_id)] = judged
