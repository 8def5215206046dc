"""How is a span made and handed over? The only module that imports OpenTelemetry, and only where tracing is on."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Literal

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, StatusCode, TraceFlags

from yisong.telemetry.about import About
from yisong.telemetry.where import where

_KINDS: Final = {
    "server": SpanKind.SERVER,
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
    "internal": SpanKind.INTERNAL,
}
# OpenTelemetry's own names where it has one (semantic conventions for messaging), else ours.
_NAMES: Final = {
    "topic": "messaging.destination.name",
    "partition": "messaging.destination.partition.id",
    "offset": "messaging.kafka.offset",
    "records": "messaging.batch.message_count",
}
_LONGEST_VALUE: Final = 256


class Span:
    """A span that has begun, and is to be ended by whoever began it."""

    def __init__(self, span: trace.Span) -> None:
        """Take a *span* of OpenTelemetry's."""
        self._span = span

    @property
    def traceparent(self) -> str:
        """Its context, to be carried on."""
        return _as_text(self._span.get_span_context())

    def tell(self, what: About) -> None:
        """Add *what* it is about."""
        self._span.set_attributes(_attributes(what))

    def tell_http(self, *, method: str, route: str, status: int) -> None:
        """Say which request it answered: never its path, its query or its caller."""
        self._span.update_name(f"{method} {route}")
        self._span.set_attributes(
            {"http.request.method": method, "http.route": route, "http.response.status_code": status}
        )

    def fail(self, fault: BaseException) -> None:
        """Say that it came to nothing: by which type of exception and where, never in its words."""
        self._span.set_attribute("error.type", type(fault).__name__)
        self._span.set_status(StatusCode.ERROR, where(fault))

    def end(self) -> None:
        """Say that it is over."""
        self._span.end()

    @contextmanager
    def as_current(self) -> Iterator[None]:
        """Be the current span meanwhile, and end with it; what is raised inside fails it."""
        token = context.attach(trace.set_span_in_context(self._span))
        try:
            yield
        except BaseException as fault:
            self.fail(fault)
            raise
        finally:
            context.detach(token)
            self.end()


class Tracer:
    """What makes the spans of one process, and hands them over from a thread of its own."""

    def __init__(self, service: str, *, agency: str | None, exporter: Literal["otlp", "console"]) -> None:
        """Hand over to *exporter*; the SDK reads its settings from the environment."""
        of_whom = {"service.name": f"yisong-{service}", **({} if agency is None else {"yisong.agency": agency})}
        # Not the global provider: nothing that we use should begin to tell of itself, and of paths and values.
        self._provider = TracerProvider(
            resource=Resource.create(of_whom),
            span_limits=SpanLimits(max_span_attribute_length=_LONGEST_VALUE),
        )
        self._provider.add_span_processor(BatchSpanProcessor(_exporter(exporter)))
        self._tracer = self._provider.get_tracer("yisong")

    def begin(self, name: str, kind: str, *, parent: str | None, what: About, at: int | None) -> Span:
        """Begin a span, as `yisong.telemetry.tracing.begin`."""
        below = None if parent is None else trace.set_span_in_context(NonRecordingSpan(_of_text(parent)))
        return Span(
            self._tracer.start_span(
                name,
                context=below,
                kind=_KINDS[kind],
                attributes=_attributes(what),
                start_time=at,
                record_exception=False,
                set_status_on_exception=False,
            )
        )

    def batch(self, name: str, *, parts: Sequence[str], what: About, at: int) -> Span:
        """Begin a trace of its own, of a batch of many *parts*, at the instant *at* (ns); it is linked to each."""
        links = [Link(_of_text(one)) for one in parts]
        started = self._tracer.start_span(
            name, context=context.Context(), links=links, attributes=_attributes(what), start_time=at
        )
        return Span(started)

    def tell(self, what: About) -> None:
        """Add *what* it is about to the current span."""
        trace.get_current_span().set_attributes(_attributes(what))

    def current(self) -> str | None:
        """Return the context of the current span, None where there is none."""
        found = trace.get_current_span().get_span_context()
        return _as_text(found) if found.is_valid else None

    def close(self) -> None:
        """Hand over what is left."""
        self._provider.shutdown()


def _exporter(name: Literal["otlp", "console"]) -> SpanExporter:
    if name == "otlp":
        return OTLPSpanExporter()
    return ConsoleSpanExporter(formatter=lambda span: f"{span.to_json(indent=None)}\n")


def _attributes(what: About) -> dict[str, str | int]:
    found = {_NAMES.get(name, f"yisong.{name}"): value for name, value in what.known().items()}
    if what.partition is not None:
        found[_NAMES["partition"]] = str(what.partition)
    return found if what.topic is None else {"messaging.system": "kafka", **found}


def _as_text(known: SpanContext) -> str:
    return f"00-{known.trace_id:032x}-{known.span_id:016x}-{known.trace_flags & 0xFF:02x}"


def _of_text(traceparent: str) -> SpanContext:
    _, trace_id, span_id, flags = traceparent.split("-")
    return SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))
