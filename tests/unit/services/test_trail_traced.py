"""A trail traces what carries a context, and what it traces changes nothing of what it does."""

from collections.abc import Iterator, Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import format_span_id

from services.trail.rules import Judged, Relayed, Run
from services.trail.traced import Contexts, folding, relaying
from tests.desks import case
from yisong.errors import BusUnreachable
from yisong.kafka.inbox import Sent
from yisong.kafka.records import LogRecord
from yisong.ledger import Entry
from yisong.telemetry import spans as made
from yisong.telemetry import tracing

ABOVE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Trace this process."""
    found = InMemorySpanExporter()
    monkeypatch.setattr(made, "_exporter", lambda _: found)
    tracing.install("trail", agency="police", settings={"OTEL_TRACES_EXPORTER": "otlp"})
    yield found
    tracing.close()


def _told(exporter: InMemorySpanExporter) -> list[ReadableSpan]:
    tracing.close()
    return list(exporter.get_finished_spans())


@pytest.fixture(scope="module")
def entry() -> Entry:
    """Give the entry of an admitted event."""
    return case("H1", until="ClueFound").kept[-1][1]


def _batch(entry: Entry, *traces: str | None, relayed: bool = False) -> tuple[tuple[Run, ...], Judged]:
    """Return a batch of as many records as there are contexts, each with an entry like *entry*."""
    partition, first = entry.partition, entry.offset
    records = [LogRecord(partition, first + n, 0, b"k", b"v", trace) for n, trace in enumerate(traces)]
    run = Run(partition=partition, first=first, next_offset=first + len(records), records=records)
    entries = [entry._replace(offset=one.offset) for one in records]
    passed = [Relayed(one.partition, one.offset, b"k", b"v") for one in records] if relayed else []
    return (run,), Judged(entries=entries, bodies=(), relayed=passed, dockets={})


def _names(spans: Sequence[ReadableSpan]) -> list[str]:
    return [one.name for one in spans]


def test_an_event_that_carries_a_context_is_traced_below_it_with_its_batch(
    exporter: InMemorySpanExporter, entry: Entry
) -> None:
    with folding(*_batch(entry, ABOVE, None), Contexts(), begun_at=1_000):
        pass
    batch, event = _told(exporter)

    assert _names([batch, event]) == ["batch case-events", "process case-events"]
    assert event.parent is not None
    assert format_span_id(event.parent.span_id) == "b7ad6b7169203331"
    assert [one.context.span_id for one in batch.links] == [event.context.span_id]
    assert (batch.attributes or {})["messaging.batch.message_count"] == 2
    assert (event.attributes or {})["yisong.verdict"] == "admitted"
    assert (event.attributes or {})["yisong.event_type"] == "ClueFound"


def test_a_refused_event_s_own_words_are_not_told(exporter: InMemorySpanExporter, entry: Entry) -> None:
    """Whoever is refused may have written anything there."""
    runs, judged = _batch(entry._replace(verdict="refused", reason="unknown-type"), ABOVE)
    with folding(runs, judged, Contexts(), begun_at=1_000):
        pass
    event = _told(exporter)[-1]

    assert "yisong.event_type" not in (event.attributes or {})
    assert (event.attributes or {})["yisong.reason"] == "unknown-type"


def test_a_batch_without_a_context_is_not_traced(exporter: InMemorySpanExporter, entry: Entry) -> None:
    with folding(*_batch(entry, None, None), Contexts(), begun_at=1_000):
        pass
    assert _told(exporter) == []


def test_a_batch_that_could_not_be_written_says_so_without_its_words(
    exporter: InMemorySpanExporter, entry: Entry
) -> None:
    runs, judged = _batch(entry, ABOVE)
    with (
        pytest.raises(BusUnreachable, match="PostgreSQL is away"),
        folding(runs, judged, Contexts(), begun_at=1_000),
    ):
        raise BusUnreachable("PostgreSQL is away")
    for one in _told(exporter):
        assert (one.attributes or {})["error.type"] == "BusUnreachable"
        assert "PostgreSQL" not in str(one.status.description)


def test_the_relay_carries_on_what_the_trail_has_begun(exporter: InMemorySpanExporter, entry: Entry) -> None:
    contexts = Contexts()
    runs, judged = _batch(entry, ABOVE, relayed=True)
    with folding(runs, judged, contexts, begun_at=1_000):
        pass
    with relaying("inbox-police", judged.relayed, contexts) as first:
        pass
    with relaying("inbox-police", judged.relayed, contexts) as again:
        pass
    *_, event, sent = _told(exporter)

    assert sent.name == "send inbox-police"
    assert (sent.parent and sent.parent.span_id) == event.context.span_id
    ((name, value),) = first[0].tags
    assert (name, value.decode().split("-")[2]) == ("traceparent", format_span_id(sent.context.span_id))
    assert again == [Sent(entry.partition, b"k", b"v")]


def test_what_the_relay_could_not_send_keeps_its_context(exporter: InMemorySpanExporter, entry: Entry) -> None:
    contexts, at = Contexts(), (entry.partition, entry.offset)
    contexts.keep(at, ABOVE)
    with (
        pytest.raises(BusUnreachable, match="away"),
        relaying("inbox-police", _batch(entry, ABOVE, relayed=True)[1].relayed, contexts),
    ):
        raise BusUnreachable("Kafka is away")
    assert (contexts.of(at), _names(_told(exporter))) == (ABOVE, ["send inbox-police"])


def test_contexts_are_kept_for_the_newest_alone() -> None:
    """Where an inbox is away for long, its oldest events are traced no further."""
    contexts = Contexts(most=2)
    for offset in range(3):
        contexts.keep((4, offset), ABOVE)
    assert [contexts.of((4, offset)) for offset in range(3)] == [None, ABOVE, ABOVE]


def test_off_the_records_of_an_inbox_carry_nothing(entry: Entry) -> None:
    contexts = Contexts()
    runs, judged = _batch(entry, ABOVE, relayed=True)
    with folding(runs, judged, contexts, begun_at=1_000), relaying("inbox-police", judged.relayed, contexts) as sent:
        assert sent == [Sent(entry.partition, b"k", b"v")]
