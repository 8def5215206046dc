"""The lean reader is held to the client's own."""

import pytest
from kafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

from yisong.kafka.records import unpack

Records = list[tuple[int | None, bytes | None, bytes | None, list[tuple[str, bytes]]]]

SAID: Records = [
    (1_468_805_640_000, b"CRB-980100-2016-000021-5", b"x" * 700, [("ce_type", b"ClueFound")]),
    (1_468_805_640_000, b"CRB-980100-2016-000021-5", b"", []),
    (1_468_805_000_000, None, b"y", []),
    (1_999_805_640_000, b"", None, [("a", b""), ("b", b"c" * 300)]),
    (0, b"k" * 5000, b"z" * 70_000, []),
]


def batch_of(records: Records, *, codec: int = 0) -> bytearray:
    builder = DefaultRecordBatchBuilder(2, codec, 0, -1, -1, -1, 1_000_000)
    for offset, (timestamp, key, value, headers) in enumerate(records):
        assert builder.append(offset, timestamp, key, value, headers) is not None
    return bytearray(builder.build())


@pytest.mark.parametrize("codec", [0, 1])
def test_each_record_is_read_as_the_client_reads_it(codec: int) -> None:
    """Offsets, timestamps, keys and values are those of kafka-python, compressed or not."""
    whole = batch_of(SAID, codec=codec)

    lean = [(one.offset, one.timestamp, one.key, one.value) for one in unpack(DefaultRecordBatch(whole), 3)]

    assert lean == [(one.offset, one.timestamp, one.key, one.value) for one in DefaultRecordBatch(whole)]
    assert [one[1:] for one in lean] == [record[:3] for record in SAID]


def test_a_kafka_header_whose_name_is_no_text_stops_nobody() -> None:
    """The client cannot read such a record; the trail reads key and value, and judges them."""
    whole = batch_of([(1, b"key", b"value", [("name", b"x")])]).replace(b"name", b"\xff\xfe\xfd\xfc")

    assert [(one.key, one.value) for one in unpack(DefaultRecordBatch(whole), 3)] == [(b"key", b"value")]


def test_the_broker_s_own_time_counts_where_the_topic_has_it() -> None:
    """With LogAppendTime every record of a batch has the time at which the broker appended the batch."""
    batch = DefaultRecordBatch(batch_of(SAID))
    header = list(batch._header_data)
    header[5] |= DefaultRecordBatch.TIMESTAMP_TYPE_MASK
    batch._header_data = tuple(header)

    assert {one.timestamp for one in unpack(batch, 3)} == {batch.max_timestamp}
