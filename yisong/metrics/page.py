"""How are the metrics of one process kept, and shown on an HTTP page?"""

import json
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from threading import Thread
from typing import cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, make_wsgi_app

from yisong.health import Health
from yisong.metrics.catalogue import METRICS
from yisong.metrics.labels import AGENCY
from yisong.metrics.names import CounterName, GaugeName, HistogramName, MetricName


class Metrics:
    """The metrics of one process of *agency*, and the HTTP page that shows them."""

    def __init__(self, agency: str) -> None:
        """Start from zero; nobody sees anything until `serve`."""
        self._agency = agency
        self._registry = CollectorRegistry(auto_describe=True)
        self._made = {name: self._make(name) for name in METRICS}
        self._shown: dict[tuple[GaugeName, str], set[tuple[str, ...]]] = {}
        ProcessCollector(registry=self._registry)

    def of(self, agency: str) -> "Metrics":
        """Return the metrics of another *agency* of this process; they stand on the same page."""
        other = copy(self)
        other._agency = agency  # noqa: SLF001 (our own, before anybody else sees it)
        return other

    def _make(self, name: MetricName) -> Counter | Gauge | Histogram:
        metric = METRICS[name]
        labels = (AGENCY.name, *(label.name for label in metric.labels))
        if metric.kind == "counter":
            return Counter(name, metric.meaning, labels, registry=self._registry)
        if metric.kind == "gauge":
            return Gauge(name, metric.meaning, labels, registry=self._registry)
        return Histogram(name, metric.meaning, labels, registry=self._registry, buckets=metric.buckets)

    def count(self, name: CounterName, by: float = 1, **labels: str) -> None:
        """Add *by* to a counter."""
        cast("Counter", self._made[name]).labels(agency=self._agency, **labels).inc(by)

    def gauge(self, name: GaugeName, value: float, **labels: str) -> None:
        """Set a gauge to *value*."""
        cast("Gauge", self._made[name]).labels(agency=self._agency, **labels).set(value)

    def gauges(self, name: GaugeName, values: Mapping[tuple[str, ...], float]) -> None:
        """
        Set a gauge to *values*, by the values of its labels in the order of the catalogue.

        What it had for other values of this agency is 0 from now on: a series that ends would look as if it stayed.
        """
        made, known = cast("Gauge", self._made[name]), self._shown.setdefault((name, self._agency), set())
        known.update(values)
        for labels in known:
            made.labels(self._agency, *labels).set(values.get(labels, 0))

    def observe(self, name: HistogramName, value: float, **labels: str) -> None:
        """Add *value* to a histogram."""
        cast("Histogram", self._made[name]).labels(agency=self._agency, **labels).observe(value)

    def serve(self, port: int, *, health: Callable[[], Health], host: str = "127.0.0.1") -> WSGIServer:
        """
        Serve ``/metrics`` on *host*:*port* from a thread of its own, until the server's `shutdown`.

        ``/healthz`` says whether the process lives, ``/readyz`` whether it can do its work (else 503).
        """
        page = make_wsgi_app(self._registry)

        def answer(environ: dict[str, object], start: Callable[..., object]) -> Iterable[bytes]:
            path = environ.get("PATH_INFO")
            if path not in ("/healthz", "/readyz"):
                return cast("Iterable[bytes]", page(environ, start))
            known = health()
            good = known.lives if path == "/healthz" else known.is_ready
            start("200 OK" if good else "503 Service Unavailable", [("Content-Type", "application/json")])
            return [json.dumps(known.as_json()).encode()]

        server = make_server(host, port, answer, handler_class=_Quiet)
        Thread(target=server.serve_forever, name="metrics", daemon=True).start()
        return server


class _Quiet(WSGIRequestHandler):
    """A page that is read every few seconds leaves no line in the log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the base class's)
        """Say nothing."""
