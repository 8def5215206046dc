"""
What lies in the batches that a broker delivers: offset, timestamp, key and value of each record, and nothing else?

kafka-python unpacks Kafka's record headers too, and stops at a header whose name is no UTF-8, for ever: anybody who may
append could stop every trail with one record. No rule reads those headers, so here they are passed over; reading is
faster for it, too. Source: Kafka's record batch, magic 2 (KIP-98); the CRC is checked as before.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from kafka import KafkaConsumer
from kafka.consumer.fetcher import Fetcher
from kafka.errors import CorruptRecordError
from kafka.record.default_records import DefaultRecordBatch

_SMALL = 0x80


class LogRecord(NamedTuple):
    """One record of the log; *timestamp* is the broker's, in ms."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


class LeanRecords(Fetcher.PartitionRecords):  # type: ignore[misc]  # the client has no types
    """What was fetched of one partition, unpacked without Kafka's record headers."""

    def _unpack_records(self, tp: Any, records: Any, *_: object) -> Iterator[LogRecord]:  # noqa: ANN401 (the client's)
        """Give the records of all batches in turn; the client asks for as many as fit into one poll."""
        batch = last = records.next_batch()
        while batch is not None:
            if self.check_crcs and not batch.validate_crc():
                raise CorruptRecordError(f"a batch of partition {tp.partition} does not have the CRC that it states")
            self.leader_epoch = batch.leader_epoch
            # Control batches hold no records of anybody: their offsets are absent.
            if not batch.is_control_batch:
                for record in unpack(batch, tp.partition):
                    self.records_read += 1
                    self.next_fetch_offset = record.offset + 1
                    yield record
            last = batch
            batch = records.next_batch()
        if last is not None:
            self.bytes_read += last.size_in_bytes
            self.next_fetch_offset = last.next_offset
        self.drain()


def read_lean(consumer: KafkaConsumer) -> None:
    """Make *consumer* deliver `LogRecord`. It has no setting for this; a test holds what we replace to what it does."""
    consumer._fetcher.PartitionRecords = LeanRecords  # noqa: SLF001 (no other way; the client's version is pinned)


def unpack(batch: DefaultRecordBatch, partition: int) -> Iterator[LogRecord]:
    """Give the records of one *batch* of magic 2, its CRC checked before."""
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
        yield LogRecord(partition, base + delta, timestamp, key, value)
        at = end


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
