"""
What lies in the batches that a broker delivers: offset, timestamp, key and value of each record, and nothing else?

kafka-python unpacks Kafka's record headers too, and stops at a header whose name is no UTF-8, for ever: anybody who may
append could stop every trail with one record. No rule reads those headers, so here they are passed over; reading is
faster for it, too. Where tracing is on, one of them is looked for, and whatever else lies there is nothing. Source:
Kafka's record batch, magic 2 (KIP-98); the CRC is checked as before.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from kafka import KafkaConsumer
from kafka.consumer.fetcher import Fetcher
from kafka.errors import CorruptRecordError
from kafka.record.default_records import DefaultRecordBatch

from yisong.telemetry import tracing

_SMALL = 0x80
# The header as it stands in a record: each of name and value behind its length, a zigzag integer.
_TRACE = bytes([2 * len(tracing.HEADER)]) + tracing.HEADER.encode() + bytes([2 * tracing.LENGTH])


class LogRecord(NamedTuple):
    """One record of the log; *timestamp* is the broker's, in ms. *trace*: the context it carries, where one asked."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    trace: str | None = None


class LeanRecords(Fetcher.PartitionRecords):  # type: ignore[misc]  # the client has no types
    """What was fetched of one partition, unpacked without Kafka's record headers."""

    traced = False

    def _unpack_records(self, tp: Any, records: Any, *_: object) -> Iterator[LogRecord]:  # noqa: ANN401 (the client's)
        """Give the records of all batches in turn; the client asks for as many as fit into one poll."""
        batch = last = records.next_batch()
        while batch is not None:
            if self.check_crcs and not batch.validate_crc():
                raise CorruptRecordError(f"a batch of partition {tp.partition} does not have the CRC that it states")
            self.leader_epoch = batch.leader_epoch
            # Control batches hold no records of anybody: their offsets are absent.
            if not batch.is_control_batch:
                for record in unpack(batch, tp.partition, traced=self.traced):
                    self.records_read += 1
                    self.next_fetch_offset = record.offset + 1
                    yield record
            last = batch
            batch = records.next_batch()
        if last is not None:
            self.bytes_read += last.size_in_bytes
            self.next_fetch_offset = last.next_offset
        self.drain()


class TracedRecords(LeanRecords):
    """The same, each with the context of its trace."""

    traced = True


def read_lean(consumer: KafkaConsumer, *, traced: bool = False) -> None:
    """
    Make *consumer* deliver `LogRecord`; *traced*: with the context that each carries.

    It has no setting for this; a test holds what we replace to what it does.
    """
    # No other way; the client's version is pinned.
    consumer._fetcher.PartitionRecords = TracedRecords if traced else LeanRecords  # noqa: SLF001


def unpack(batch: DefaultRecordBatch, partition: int, *, traced: bool = False) -> Iterator[LogRecord]:
    """Give the records of one *batch* of magic 2, its CRC checked before; *traced*: each with its context."""
    batch._maybe_uncompress()  # noqa: SLF001 (the client's own next step)
    whole = memoryview(batch._buffer)  # noqa: SLF001
    at, base, first = batch._pos, batch.base_offset, batch.first_timestamp  # noqa: SLF001
    appended = batch.max_timestamp if batch.timestamp_type else None
    for _ in range(batch.records_count):
        length, at = _varint(whole, at)
        end = at + length
        delta, at = _varint(whole, at + 1)
        timestamp = first + delta if appended is None else appended
        delta, at = _varint(whole, at)
        size, at = _varint(whole, at)
        key = None
        if size >= 0:
            key = bytes(whole[at : at + size])
            at += size
        size, at = _varint(whole, at)
        value = bytes(whole[at : at + size]) if size >= 0 else None
        trace = _trace(whole, at + max(size, 0), end) if traced else None
        yield LogRecord(partition, base + delta, timestamp, key, value, trace)
        at = end


def _trace(data: memoryview, at: int, end: int) -> str | None:
    """Return the context in the record headers that lie between *at* and *end*; None where there is none."""
    # Looked for as it stands there, whatever else may: header by header one would follow lengths that anybody chooses.
    headers = bytes(data[at:end])
    found = headers.find(_TRACE)
    return None if found < 0 else tracing.parsed(headers[found + len(_TRACE) :][: tracing.LENGTH])


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """Return the zigzag integer at *at*, and what follows it."""
    byte = data[at]
    at += 1
    if byte < _SMALL:
        return (byte >> 1) ^ -(byte & 1), at
    value, shift = byte & 0x7F, 7
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < _SMALL:
            return (value >> 1) ^ -(value & 1), at
        shift += 7
