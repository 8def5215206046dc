"""
Which spans does a trail make? One of each event that carries a context, and one of the batch in which it was folded.

The relay carries on what the trail has begun. Both are in one process, so between them a context is kept in memory; one
that is lost with the process, or crowded out, is missing in the inbox, and nothing else is.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Final

from services.trail.rules import Judged, Relayed, Run
from yisong.kafka.inbox import Sent
from yisong.kafka.log import TOPIC
from yisong.ledger import Entry
from yisong.telemetry import tracing
from yisong.telemetry.about import About

if TYPE_CHECKING:
    from yisong.telemetry.spans import Span

_MOST: Final = 20_000
_ADMITTED: Final = ("admitted", "admitted-late")

At = tuple[int, int]
"""Partition and offset on ``case-events``."""


class Contexts:
    """The contexts of events that are to be relayed, the newest of them; any thread may call."""

    def __init__(self, *, most: int = _MOST) -> None:
        """Keep at most so many."""
        self._most, self._kept, self._lock = most, dict[At, str](), Lock()

    def keep(self, at: At, context: str) -> None:
        """Keep the *context* of the event *at* a place."""
        with self._lock:
            self._kept[at] = context
            while len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]

    def of(self, at: At) -> str | None:
        """Return the context of the event *at* a place; None where none is kept."""
        return self._kept.get(at)

    def forget(self, places: Sequence[At]) -> None:
        """Keep those no longer."""
        with self._lock:
            for at in places:
                self._kept.pop(at, None)


@contextmanager
def folding(runs: Sequence[Run], judged: Judged, contexts: Contexts, *, begun_at: int) -> Iterator[None]:
    """
    Trace a batch, from *begun_at* (ns since 1970) until what is inside, its recording, is done.

    Nothing is traced where no event of it carries a context. Those to be relayed keep theirs in *contexts*.
    """
    if not tracing.is_on():
        yield
        return
    carried = {(one.partition, one.offset): one.trace for run in runs for one in run.records if one.trace is not None}
    spans = {at: span for at, trace in carried.items() if (span := _begun(trace, begun_at)) is not None}
    relayed = {(one.partition, one.offset) for one in judged.relayed}
    for at in relayed & spans.keys():
        contexts.keep(at, spans[at].traceparent)
    parts = [span.traceparent for span in spans.values()]
    count = About(topic=TOPIC, records=sum(len(run.records) for run in runs))
    batch = tracing.batch(f"batch {TOPIC}", parts=parts, what=count, at=begun_at) if spans else None
    entries = {at: one for one in judged.entries if (at := (one.partition, one.offset)) in spans}
    try:
        yield
        for at, entry in entries.items():
            spans[at].tell(_of_entry(entry))
    except BaseException as fault:
        for one in (batch, *spans.values()):
            if one is not None:
                one.fail(fault)
        raise
    finally:
        for one in (batch, *spans.values()):
            if one is not None:
                one.end()


def _begun(trace: str, at: int) -> "Span | None":
    return tracing.begin(f"process {TOPIC}", "consumer", parent=trace, at=at)


def _of_entry(entry: Entry) -> About:
    """Return what an *entry* is about; a refused event's own words may be anything, and are left out."""
    header, admitted = entry.header, entry.verdict in _ADMITTED
    return About(
        topic=TOPIC,
        event_id=None if header is None else header.event_id,
        case_id=entry.docket,
        event_type=header.event_type if header is not None and admitted else None,
        partition=entry.partition,
        offset=entry.offset,
        verdict=entry.verdict,
        reason=entry.reason,
    )


@contextmanager
def relaying(topic: str, relayed: Sequence[Relayed], contexts: Contexts) -> Iterator[Sequence[Sent]]:
    """Give *relayed* as records of the inbox *topic*, and trace their sending, which is what is inside."""
    if not tracing.is_on():
        yield [Sent(one.partition, one.key, one.value) for one in relayed]
        return
    spans = {at: span for one in relayed if (span := _sending(topic, at := (one.partition, one.offset), contexts))}
    try:
        yield [
            Sent(one.partition, one.key, one.value, _tags(spans.get((one.partition, one.offset)))) for one in relayed
        ]
        contexts.forget(list(spans))
    finally:
        for span in spans.values():
            span.end()


def _sending(topic: str, at: At, contexts: Contexts) -> "Span | None":
    context = contexts.of(at)
    what = About(topic=topic, partition=at[0], offset=at[1])
    return None if context is None else tracing.begin(f"send {topic}", "producer", parent=context, what=what)


def _tags(span: "Span | None") -> tuple[tuple[str, bytes], ...]:
    return () if span is None else ((tracing.HEADER, span.traceparent.encode()),)
