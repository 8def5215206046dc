"""What does a batch of the log come to?"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.trail.rules import Body, Judged, LogRecord, Memories, Relayed, Run, concerns, organs_concerned
from yisong.desk.inbox import InboxRecord, encode_record
from yisong.envelope.open import Opened, open_record
from yisong.home import Agency
from yisong.ledger import Docket, Entry, Law, absent_entry, docket_of, dumps, fold, ids_needed, remember
from yisong.signing.verify import verify

# The longest value that can be an envelope; of noise beyond it nothing is kept, its hash is in the leaf.
_KEPT = 1_048_576


class Batch(NamedTuple):
    """A batch, decoded and its signatures checked, with what must be loaded before it can be judged."""

    runs: Sequence[Run]
    opened: Sequence[Opened]
    dockets: frozenset[str]
    ids: frozenset[tuple[str, bytes]]
    """Docket and event id of every event whose being remembered may decide a verdict."""


def open_batch(runs: Sequence[Run], *, law: Law, threads: int) -> Batch:
    """Decode canonically and verify every signature, in *threads*; nothing in a record makes this raise."""
    decoded = [_open(record) for run in runs for record in run.records]
    opened = verify(decoded, bus=law.bus.name, keys=law.rulebook.keys, threads=threads)
    dockets: set[str] = set()
    ids: set[tuple[str, bytes]] = set()
    for one in opened:
        case_id = docket_of(one, law)
        if case_id is not None:
            dockets.add(case_id)
            ids.update((case_id, event_id) for event_id in ids_needed(one))
    return Batch(runs, opened, frozenset(dockets), frozenset(ids))


def _open(record: LogRecord) -> Opened:
    return open_record(record.partition, record.offset, record.timestamp, record.key, record.value)


def judge(batch: Batch, *, law: Law, agency: Agency, dockets: Mapping[str, Docket], memories: Memories) -> Judged:
    """
    Fold a batch, partition by partition, in the order of offsets, and note what concerns *agency*.

    *dockets*: those of the batch that exist. *memories* gains what the batch makes its dockets remember, so that an
    event may be cited, or come twice, within one batch.
    """
    folding = _Folding(law, agency, dict(dockets), memories)
    opened = iter(batch.opened)
    for run in batch.runs:
        expected = run.first
        for record in run.records:
            folding.absent(run.partition, expected, record.offset)
            folding.record(next(opened), record.value)
            expected = record.offset + 1
    return Judged(entries=folding.entries, bodies=folding.bodies, relayed=folding.relayed, dockets=folding.touched)


class _Folding:
    """The accumulators of one batch; lives no longer than `judge`."""

    def __init__(self, law: Law, agency: Agency, dockets: dict[str, Docket], memories: Memories) -> None:
        self._law, self._agency, self._dockets, self._memories = law, agency, dockets, memories
        self.entries: list[Entry] = []
        self.bodies: list[Body] = []
        self.relayed: list[Relayed] = []
        self.touched: dict[str, tuple[Docket, int, int]] = {}

    def absent(self, partition: int, first: int, end: int) -> None:
        """Enter that offsets [first, end) hold no record: a later one of their partition has been delivered."""
        self.entries.extend(absent_entry(partition, offset) for offset in range(first, end))

    def record(self, opened: Opened, value: bytes | None) -> None:
        """Judge one record."""
        case_id = docket_of(opened, self._law)
        memory = self._memories.setdefault(case_id, {}) if case_id is not None else {}
        before = self._dockets.get(case_id) if case_id is not None else None
        docket, entry = fold(before, opened, self._law, memory)
        if case_id is not None and docket is not None:
            self._dockets[case_id] = docket
            self.touched[case_id] = (docket, opened.partition, opened.offset)
        remember(memory, entry)
        self.entries.append(entry)
        if docket is not None and entry.header is not None and concerns(entry, docket, self._agency, self._law):
            organs = organs_concerned(entry.header, docket, self._agency, self._law)
            self.relayed.append(_relayed(opened, entry, docket, organs))
        travelled = opened.carried if opened.carried is not None else value
        if travelled is not None:
            self.bodies.append(Body(opened.partition, opened.offset, travelled[:_KEPT]))


def _relayed(opened: Opened, entry: Entry, docket: Docket, organs: tuple[str, ...]) -> Relayed:
    """Return what the inbox gets of an admitted event: what was sent, and the state of its docket after it."""
    record = InboxRecord(
        partition=opened.partition,
        offset=opened.offset,
        log_time=entry.log_time,
        verdict=entry.verdict,
        header=opened.header_bytes or b"",
        carried=opened.carried or b"",
        signatures=opened.signatures,
        docket=dumps(docket),
    )
    return Relayed(opened.partition, opened.offset, docket.case_id.encode(), encode_record(record), organs)
