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


_CONTEXT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
_TRACED: Records = [
    (1, b"k", b"v", [("ce_type", b"ClueFound"), ("traceparent", _CONTEXT.encode()), ("z", b"")]),
    (1, b"k", None, [("traceparent", _CONTEXT.encode())]),
    (1, b"k", b"v", []),
    (1, b"k", b"v", [("traceparent", b"broken")]),
    (1, b"k", b"v", [("Traceparent", _CONTEXT.encode()), ("traceparents", _CONTEXT.encode())]),
]


@pytest.mark.parametrize("codec", [0, 1])
def test_where_it_is_asked_for_each_record_brings_the_context_that_it_carries(codec: int) -> None:
    """Whatever else its headers hold; and nothing else of a record is any different."""
    whole = batch_of(_TRACED, codec=codec)
    read = list(unpack(DefaultRecordBatch(bytearray(whole)), 3, traced=True))

    assert [one.trace for one in read] == [_CONTEXT, _CONTEXT, None, None, None]
    assert [one._replace(trace=None) for one in read] == list(unpack(DefaultRecordBatch(whole), 3))


@pytest.mark.parametrize(
    "spoilt", [b"\xff\xff\xff\xff\x0f", b"\x7f\x7f", b"\x01\x01", b"\xfe" + b"\xff" * 5 + b"\x7f\x03"]
)
def test_headers_that_end_too_early_or_never_stop_nobody(spoilt: bytes) -> None:
    """Their count and lengths are whatever somebody has written there."""
    whole = batch_of([(1, b"key", b"value", [("traceparent", _CONTEXT.encode())])])
    at = whole.index(b"traceparent")
    whole[at - 2 : at - 2 + len(spoilt)] = spoilt
    (read,) = unpack(DefaultRecordBatch(whole), 3, traced=True)

    assert (read.key, read.value) == (b"key", b"value")


def test_the_broker_s_own_time_counts_where_the_topic_has_it() -> None:
    """With LogAppendTime every record of a batch has the time at which the broker appended the batch."""
    batch = DefaultRecordBatch(batch_of(SAID))
    header = list(batch._header_data)
    header[5] |= DefaultRecordBatch.TIMESTAMP_TYPE_MASK
    batch._header_data = tuple(header)

    assert {one.timestamp for one in unpack(batch, 3)} == {batch.max_timestamp}
