"""What do the rules say of a partition, record by record, and is that what a node keeps of it?"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from psycopg import Connection

from yisong.envelope.open import LARGEST_VALUE, Opened, open_record
from yisong.kafka.records import LogRecord
from yisong.ledger import Docket, Entry, Known, Law, absent_entry, docket_of, fold, remember
from yisong.postgres.kept import Kept, Unlike, kept_from, reopened, unlike
from yisong.signing.verify import verify

# So many rows are read at a time: of records as large as can be that is still little memory.
_ROWS = 200

Source = Callable[[Kept], Opened | Unlike | None]
"""Gives the record that belongs to a row; None of an offset without one. `reopened` takes it from the row itself."""


class Refold:
    """
    One partition folded again up to the offset *end*, in the order of its offsets, and compared with what is kept.

    It holds every docket of the partition, with the offset of its newest record. *difference*: the first one; behind it
    nothing was folded. *done*: how many offsets have no difference.
    """

    def __init__(self, connection: Connection, law: Law, partition: int, end: int, source: Source = reopened) -> None:
        """Fold under *law* what *source* gives; read through *connection*, whose transaction sees one moment."""
        self._connection, self._law, self._source = connection, law, source
        self._partition, self._end = partition, end
        self._memories: dict[str, dict[bytes, tuple[Known, ...]]] = {}
        self.dockets: dict[str, tuple[Docket, int]] = {}
        self.difference: Unlike | None = None
        self.done = 0

    def leaves(self, progress: Callable[[int], object]) -> Iterator[bytes]:
        """
        Yield the leaf hashes that folding gives, up to the first difference; *progress* is told how many more are done.

        Raises BusUnreachable, and PositionLost where the log does not hold what the source must read of it.
        """
        while self.difference is None and (
            rows := kept_from(self._connection, self._partition, first=self.done, most=_ROWS)
        ):
            records, failed = self._records(rows)
            for row, record in zip(rows, self._verified(records), strict=False):
                entry = absent_entry(row.partition, row.offset) if record is None else self._fold(record)
                self.difference = unlike(row, entry)
                if self.difference is not None:
                    return
                self.done += 1
                yield entry.leaf_hash
            self.difference = failed
            progress(len(records))
        if self.difference is None and self.done < self._end:
            self.difference = Unlike("entry", self._partition, self.done, None, "an entry")

    def _records(self, rows: Sequence[Kept]) -> tuple[Sequence[Opened | None], Unlike | None]:
        """Return the records of *rows* up to the first that is none, or not in its place, and say which that is."""
        records: list[Opened | None] = []
        for offset, row in enumerate(rows, start=self.done):
            found = self._out_of_place(row, offset) or self._source(row)
            if isinstance(found, Unlike):
                return records, found
            records.append(found)
        return records, None

    def _out_of_place(self, row: Kept, expected: int) -> Unlike | None:
        if expected >= self._end:
            return Unlike("entry", self._partition, row.offset, "an entry", None)
        return None if row.offset == expected else Unlike("entry", self._partition, expected, None, "an entry")

    def _verified(self, records: Sequence[Opened | None]) -> Iterator[Opened | None]:
        present = [one for one in records if one is not None]
        opened = iter(verify(present, bus=self._law.bus.name, keys=self._law.rulebook.keys))
        return (None if one is None else next(opened) for one in records)

    def _fold(self, record: Opened) -> Entry:
        case_id = docket_of(record, self._law)
        if case_id is None:
            return fold(None, record, self._law, {})[1]
        memory = self._memories.setdefault(case_id, {})
        before = self.dockets.get(case_id)
        docket, entry = fold(None if before is None else before[0], record, self._law, memory)
        if docket is not None:
            self.dockets[case_id] = (docket, record.offset)
        remember(memory, entry)
        return entry


class FromLog:
    """The records of one partition as the log holds them, each asked for once and in order."""

    def __init__(self, records: Iterator[LogRecord]) -> None:
        """Take them from *records*; offsets that those pass over hold no record."""
        self._records = records
        self._next = next(records, None)

    def __call__(self, kept: Kept) -> Opened | Unlike | None:
        """Return the record that belongs to *kept*; where something else is kept of what travelled, say so."""
        record = self._next
        if record is None or record.offset != kept.offset:
            return None
        self._next = next(self._records, None)
        opened = open_record(record.partition, record.offset, record.timestamp, record.key, record.value)
        travelled = opened.carried if opened.carried is not None else record.value
        if kept.is_erased:
            return opened
        if (None if travelled is None else travelled[:LARGEST_VALUE]) != kept.carried:
            found = None if kept.carried is None else sha256(kept.carried).digest()
            expected = None if travelled is None else sha256(travelled).digest()
            return Unlike("record", kept.partition, kept.offset, found, expected)
        return opened
