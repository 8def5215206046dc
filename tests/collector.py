"""What receives the spans of a bus, as a collector of OpenTelemetry would? A server in the test that keeps them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Told(NamedTuple):
    """A span, as a collector gets it; ids in hex. *parent*: empty for the first of a trace."""

    service: str
    agency: str
    name: str
    trace: str
    id: str
    parent: str
    links: tuple[str, ...]
    attributes: Mapping[str, str | int]


class Collector:
    """All that has come: to which path, in which bytes; and the spans that are in them."""

    def __init__(self) -> None:
        """Have nothing yet."""
        self.address = ""
        self.raw: list[tuple[str, bytes]] = []

    @property
    def spans(self) -> list[Told]:
        """All that has come by now."""
        sent = [body for path, body in list(self.raw) if path == "/v1/traces"]
        return [one for body in sent for one in _told(ExportTraceServiceRequest.FromString(body))]

    def of_trace(self, trace: str) -> dict[str, Told]:
        """Return the spans of one *trace*, by id."""
        return {one.id: one for one in self.spans if one.trace == trace}


@contextmanager
def collecting() -> Iterator[Collector]:
    """Give a collector that listens on a port of its own."""
    found = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.raw.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing of it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    found.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


def _told(request: ExportTraceServiceRequest) -> Iterator[Told]:
    for resource in request.resource_spans:
        whose = _values(resource.resource.attributes)
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield _of(span, whose)


def _of(span: Span, whose: Mapping[str, str | int]) -> Told:
    return Told(
        service=str(whose["service.name"]).removeprefix("yisong-"),
        agency=str(whose.get("yisong.agency", "")),
        name=span.name,
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        links=tuple(link.span_id.hex() for link in span.links),
        attributes=_values(span.attributes),
    )


def _values(pairs: Iterable[KeyValue]) -> dict[str, str | int]:
    found: dict[str, str | int] = {}
    for pair in pairs:
        value = pair.value
        found[pair.key] = value.int_value if value.HasField("int_value") else value.string_value
    return found
