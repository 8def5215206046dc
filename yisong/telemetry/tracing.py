"""
How is the way of an event traced, where somebody has asked for it? With OpenTelemetry; off, nothing of it is imported.

A service asks `install` once. Everybody else asks `begin` or `span`, which give None while tracing is off, and carries
a context on as text: the ``traceparent`` of W3C Trace Context, 55 characters of ids, and nothing beside it (no
``tracestate``, no baggage), so that nobody can put content there. What comes in is a hint: broken, it is no context.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlsplit

from yisong.errors import WiringFault
from yisong.telemetry.about import About

if TYPE_CHECKING:
    from yisong.telemetry.spans import Span, Tracer

HEADER: Final = "traceparent"
"""The name of the header, of Kafka's records and of HTTP, in which a context is carried on."""
LENGTH: Final = 55
"""How many characters a context has."""
Kind = Literal["server", "producer", "consumer", "internal"]
"""What a span does: it answers a request, sends a record, handles one, or none of these."""

_CONTEXT: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)
_NOTHING: Final = About()
_EXPORTERS: Final = ("otlp", "console", "none")
_PROTOCOL: Final = "http/protobuf"

_tracer: "Tracer | None" = None


def install(service: str, *, agency: str | None = None, settings: Mapping[str, str] = os.environ) -> bool:
    """
    Turn tracing on for *service* of *agency* if *settings* ask for it, and return whether they do.

    They do by ``OTEL_TRACES_EXPORTER`` (``otlp``, ``console``) or an ``OTEL_EXPORTER_OTLP_ENDPOINT``, as OpenTelemetry
    names them; everything else (sampler, headers, certificates, batches) is read by its SDK. Raises WiringFault.
    """
    global _tracer  # noqa: PLW0603 (one process is traced or not)
    exporter = exporter_of(settings)
    if exporter is None:
        return False
    from yisong.telemetry.spans import Tracer  # noqa: PLC0415 (off, nothing of it is imported)

    _tracer = Tracer(service, agency=agency, exporter=exporter)
    return True


def exporter_of(settings: Mapping[str, str]) -> Literal["otlp", "console"] | None:
    """Return where spans go by *settings*; None where tracing is off. Raises WiringFault."""
    if settings.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return None
    endpoint = settings.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or settings.get("OTEL_EXPORTER_OTLP_ENDPOINT") or ""
    exporter = settings.get("OTEL_TRACES_EXPORTER", "").strip().lower() or ("otlp" if endpoint else "none")
    protocol = (
        settings.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or settings.get("OTEL_EXPORTER_OTLP_PROTOCOL") or _PROTOCOL
    )
    match exporter:
        case "none":
            return None
        case "console":
            return "console"
        case "otlp":
            if protocol != _PROTOCOL:
                raise _fault("OTEL_EXPORTER_OTLP_PROTOCOL", f"is not {_PROTOCOL}, which is what is spoken here")
            if endpoint and (urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).hostname):
                raise _fault("OTEL_EXPORTER_OTLP_ENDPOINT", "is no http:// or https:// address")
            return "otlp"
    raise _fault("OTEL_TRACES_EXPORTER", f"is none of {', '.join(_EXPORTERS)}")


def is_on() -> bool:
    """Hold where this process is traced."""
    return _tracer is not None


def begin(
    name: str, kind: Kind = "internal", *, parent: str | None = None, what: About = _NOTHING, at: int | None = None
) -> "Span | None":
    """
    Begin a span below *parent*, below the current one where that is None, or else a trace; None where tracing is off.

    *what* it is about; *at*: when it began (ns since 1970), where that is not now. Whoever begins one ends it.
    """
    return None if _tracer is None else _tracer.begin(name, kind, parent=parent, what=what, at=at)


@contextmanager
def span(
    name: str, kind: Kind = "internal", *, parent: str | None = None, what: About = _NOTHING
) -> Iterator["Span | None"]:
    """Let a span last as long as what is inside, where it is the `current` one; None where tracing is off."""
    begun = begin(name, kind, parent=parent, what=what)
    if begun is None:
        yield None
        return
    with begun.as_current():
        yield begun


def batch(name: str, *, parts: Sequence[str], what: About, at: int) -> "Span | None":
    """Begin a trace of its own, of a batch that began at *at* (ns since 1970), linked to each of its *parts*."""
    return None if _tracer is None else _tracer.batch(name, parts=parts, what=what, at=at)


def current() -> str | None:
    """Return the context of the span in which this is called; None where there is none, or tracing is off."""
    return None if _tracer is None else _tracer.current()


def tell(what: About) -> None:
    """Add *what* it is about to the current span, where there is one."""
    if _tracer is not None:
        _tracer.tell(what)


def parsed(header: bytes | str | None) -> str | None:
    """Return the context that a *header* carries; None where it carries none that W3C Trace Context knows."""
    text = header.decode("latin-1") if isinstance(header, bytes) else header
    return text if text is not None and _CONTEXT.fullmatch(text) else None


def close() -> None:
    """Hand over what has not been handed over yet, and trace no more."""
    global _tracer  # noqa: PLW0603 (as above)
    if _tracer is not None:
        _tracer.close()
        _tracer = None


def _fault(name: str, what: str) -> WiringFault:
    return WiringFault(
        f"The environment variable {name} {what}, so nothing was started. Put it right, or take it away: without any "
        "of OpenTelemetry's variables tracing is off (docs/howto/operators.md)."
    )
