"""Which spans does a sender make? One of each record that it sends, below the span in which the event was decided."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yisong.kafka.producer import TOPIC, Appended, Tags
from yisong.publishing.outbox import Row
from yisong.telemetry import tracing
from yisong.telemetry.about import About

if TYPE_CHECKING:
    from yisong.telemetry.spans import Span

Spans = Mapping[int, "Span"]
"""The spans of rows that are being sent, by serial; empty where tracing is off."""


@contextmanager
def sending(rows: Sequence[Row]) -> Iterator[Spans]:
    """Trace the sending of *rows*, which lasts as long as what is inside."""
    begun = ((row.serial, tracing.begin(f"send {TOPIC}", "producer", parent=row.draft.trace)) for row in rows)
    spans = {serial: span for serial, span in begun if span is not None} if tracing.is_on() else {}
    try:
        yield spans
    finally:
        for span in spans.values():
            span.end()


def tags_of(row: Row, spans: Spans) -> Tags:
    """Return the Kafka record header with which *row* carries its context on; none where it is not traced."""
    span = spans.get(row.serial)
    return () if span is None else ((tracing.HEADER, span.traceparent.encode()),)


def tell(row: Row, appended: Appended, spans: Spans) -> None:
    """Say of the span of *row* which event it was, and where it lies."""
    span = spans.get(row.serial)
    if span is not None:
        said = row.draft.said
        what = About(
            topic=TOPIC,
            event_id=said.event_id,
            case_id=row.draft.chain.case_id,
            event_type=str(said.fields["event_type"]),
            partition=appended.partition,
            offset=appended.offset,
        )
        span.tell(what)
