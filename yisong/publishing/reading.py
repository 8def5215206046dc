"""How does an agency system read what was published, in order and from an exact position?"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from yisong.envelope.header import Header
from yisong.envelope.open import Opened, open_record
from yisong.envelope.partition import partition_of
from yisong.errors import Undecodable
from yisong.home import Home
from yisong.kafka.log import CaseLog
from yisong.kafka.producer import KafkaLog
from yisong.kafka.records import LogRecord
from yisong.ledger import Docket, Known, Law, Verdict, docket_of, fold, remember
from yisong.publishing.access import Access, access_of, find_home
from yisong.publishing.outbox import Position
from yisong.schemas import decode_body
from yisong.signing.verify import verify

_SALT_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """
    One event of the log with its verdict, as every node gives it.

    *log_time* in ms since 1970 (UTC). *body* as JSON has it; ``None`` where it is sealed, or is not what its header
    commits to. An event that is not admitted has changed nothing: act on *is_admitted* only.
    """

    position: Position
    log_time: int
    header: Header
    body: Mapping[str, object] | None
    verdict: Verdict
    reason: str | None

    @property
    def is_admitted(self) -> bool:
        """Hold where the event counts, late or not."""
        return self.verdict in ("admitted", "admitted-late")


def read(
    bus: Home | Path | str | Access | None = None,
    *,
    dockets: Collection[str] | None = None,
    from_position: Mapping[int, int] | None = None,
    follow: bool = False,
) -> Iterator[Read]:
    """
    Yield the events of *dockets* (default: all), in the order of the log within a partition, at least once.

    *bus*: a home from which it runs (default: ``YISONG_HOME``, or ``.yisong/``), or an `Access`. *from_position*: per
    partition the offset from which events are wanted; store ``position.offset + 1`` together with the effect of an
    event, and a second reading does nothing twice. *follow*: go on for ever, else up to the end of the log as of now.

    The verdict on an event depends on all before it in its docket, so the partitions are read, and judged, from their
    start, and the state of every docket read is held in memory: name the dockets where you can. What has no readable
    header (noise, a wrong key) belongs to no docket and is passed over. Raises ``BusNotFound``, ``BusUnreachable``.
    """
    if not isinstance(bus, Access):
        home = find_home(bus)
        bus = access_of(home, home.need_running())
    reader = _Reader(bus.law, frozenset(dockets) if dockets is not None else None, from_position or {})
    ends = _ends(bus, reader.partitions)
    log = CaseLog(bus.bootstrap, positions=dict.fromkeys(reader.partitions, 0))
    try:
        while follow or any(reader.next.get(partition, 0) < end for partition, end in ends.items()):
            for partition, records in log.poll(timeout_ms=200).items():
                wanted = records if follow else [one for one in records if one.offset < ends[partition]]
                yield from reader.judge(wanted)
                reader.next[partition] = records[-1].offset + 1
    finally:
        log.close()


def _ends(bus: Access, partitions: Collection[int]) -> Mapping[int, int]:
    log = KafkaLog(bus.bootstrap)
    return log.ends(partitions)


class _Reader:
    """The dockets read so far; lives as long as one call of `read`."""

    def __init__(self, law: Law, dockets: frozenset[str] | None, wanted_from: Mapping[int, int]) -> None:
        count = law.bus.partitions
        self.partitions = (
            range(count) if dockets is None else sorted({partition_of(one.encode(), count) for one in dockets})
        )
        self.next: dict[int, int] = {}
        self._law, self._wanted, self._from = law, dockets, wanted_from
        self._dockets: dict[str, Docket | None] = {}
        self._memories: dict[str, dict[bytes, tuple[Known, ...]]] = {}

    def judge(self, records: Sequence[LogRecord]) -> Iterator[Read]:
        """Fold the *records* of one partition, and yield those that are wanted."""
        opened = [open_record(one.partition, one.offset, one.timestamp, one.key, one.value) for one in records]
        for one in verify(opened, bus=self._law.bus.name, keys=self._law.rulebook.keys):
            case_id = docket_of(one, self._law)
            if case_id is not None and (self._wanted is None or case_id in self._wanted):
                found = self._fold(case_id, one)
                if found is not None and one.offset >= self._from.get(one.partition, 0):
                    yield found

    def _fold(self, case_id: str, opened: Opened) -> Read | None:
        memory = self._memories.setdefault(case_id, {})
        self._dockets[case_id], entry = fold(self._dockets.get(case_id), opened, self._law, memory)
        remember(memory, entry)
        if entry.header is None:
            return None
        return Read(
            position=Position(entry.partition, entry.offset),
            log_time=entry.log_time,
            header=entry.header,
            body=_body(opened, entry.header),
            verdict=entry.verdict,
            reason=entry.reason,
        )


def _body(opened: Opened, header: Header) -> Mapping[str, object] | None:
    if header.sealing != "clear" or opened.carried is None or opened.carried_hash != header.body_hash:
        return None
    try:
        return decode_body(header.body_schema, opened.carried[_SALT_BYTES:])
    except Undecodable:
        return None
