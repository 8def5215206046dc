"""Which metrics are there? Every one: dashboards and alerts may name no other."""

import json
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from threading import Thread
from typing import Final, Literal, cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, make_wsgi_app

MetricName = Literal[
    # Counter (verdict, reason): positions judged. A refusal is evidence, and wakes nobody.
    "yisong_verdicts_total",
    # Gauge (partition), offset: the next one that this trail will read. It stops when the trail does.
    "yisong_trail_position",
    # Gauge (partition), records: on the log, and not yet in the trail.
    "yisong_trail_behind_records",
    # Gauge, seconds since the trail last held all that it knew to be on the log. Growing is bad, high is not.
    "yisong_trail_behind_seconds",
    # Histogram (stage: open, load, fold, write), seconds that a batch spent there. Says what to make faster.
    "yisong_trail_batch_seconds",
    # Histogram, records in a batch. Full batches mean that the trail is catching up.
    "yisong_trail_batch_records",
    # Counter, events put into our agency's inbox. One may be put there twice, after a crash.
    "yisong_relayed_total",
    # Gauge, events: recorded, concern our agency, and do not lie in its inbox yet.
    "yisong_relay_waiting_records",
    # Gauge, seconds since the inbox last held all that it should. Growing is bad: its desk sees nothing new.
    "yisong_relay_behind_seconds",
    # Counter (outcome, reason): deliveries that the desk has answered; duplicate: it had before.
    "yisong_desk_deliveries_total",
    # Gauge, deliveries that wait for a person, those behind them in their case included. Above 0: look at them.
    "yisong_desk_parked",
    # Gauge, notices of deadlines that this node would say if nobody else does: what is still to run out, and what has.
    "yisong_clocks_watched",
    # Gauge, notices whose turn has come and that are not on the log. Above 0 for minutes: nobody says them.
    "yisong_clocks_due",
    # Counter (event_type): notices that this node has put into its outbox, again ones included.
    "yisong_clocks_notices_total",
    # Gauge, years in which running clocks end and whose holidays are not known. Above 0: the calendar needs them.
    "yisong_clocks_provisional_years",
    # Gauge, seconds by which broker time was ahead of ours when the newest record arrived; alarm at 1 (production).
    "yisong_broker_ahead_seconds",
    # Gauge, records of the topic `rulebook` that are void. Above 0: `yisong rulebook show` says why.
    "yisong_rulebook_void_versions",
    # Counter (peer, outcome: merged, again, void): statements on the topic `checkpoints`. Void: forged, or garbage.
    "yisong_checkpoint_statements_total",
    # Gauge (partition), entries: the largest checkpoint that three nodes have cosigned.
    "yisong_checkpoint_quorum_size",
    # Gauge (partition): under the how-manieth origin it is signed. Above 1: all nodes have restated it.
    "yisong_checkpoint_origin",
    # Gauge, seconds since three nodes had cosigned all that this trail holds. Growing is bad: nothing new is proven.
    "yisong_checkpoint_behind_seconds",
    # Gauge (why), partitions that this node does not sign; rulebook: 1 for all of them. Above 0: read its log.
    "yisong_checkpoint_halts",
    # Gauge (peer), partitions in which the node's root is not ours, our own earlier one included. Alarm above 0.
    "yisong_checkpoint_differs",
    # Counter (peer): times that a node was seen to have signed two roots for one size. Alarm above 0.
    "yisong_checkpoint_equivocations_total",
    # Gauge (peer), 1 where it judges by another rulebook. Alarm above 0.
    "yisong_checkpoint_rulebook_differs",
    # Gauge (peer), seconds since it last said anything. An idle node speaks every ten intervals; alarm at thirty.
    "yisong_checkpoint_peer_silent_seconds",
    # Counter (what: mirrored, given, withdrawn): keys of sealed bodies that our line got, gave, or took back.
    "yisong_body_keys_total",
    # Counter (result): messages on our drafts topic. Beside draft, signed, declined, withdrawn, known and late: noise.
    "yisong_draft_messages_total",
    # Counter (result): letters on our topic of P2 tokens. Beside asked, answered and known: noise.
    "yisong_pii_letters_total",
    # Counter (why: changed, gone): evidence that was asked for and is not what its hash says. Alarm above 0.
    "yisong_evidence_lost_total",
    # Gauge, faults that looking through the trail has found and that nobody has put right. Alarm above 0.
    "yisong_scrub_faults",
    # Gauge, seconds: all entries have been looked at since then. Alarm above 7200 on a bus of demo size.
    "yisong_scrub_covered_seconds",
]

_TIMES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
_SIZES = (1, 10, 100, 1_000, 10_000)

#: Kind, buckets and labels of each; all have the label ``agency`` besides.
METRICS: Final[
    Mapping[MetricName, tuple[Literal["counter", "gauge", "histogram"], tuple[float, ...], tuple[str, ...]]]
] = {
    "yisong_verdicts_total": ("counter", (), ("verdict", "reason")),
    "yisong_trail_position": ("gauge", (), ("partition",)),
    "yisong_trail_behind_records": ("gauge", (), ("partition",)),
    "yisong_trail_behind_seconds": ("gauge", (), ()),
    "yisong_trail_batch_seconds": ("histogram", _TIMES, ("stage",)),
    "yisong_trail_batch_records": ("histogram", _SIZES, ()),
    "yisong_relayed_total": ("counter", (), ()),
    "yisong_relay_waiting_records": ("gauge", (), ()),
    "yisong_relay_behind_seconds": ("gauge", (), ()),
    "yisong_desk_deliveries_total": ("counter", (), ("outcome", "reason")),
    "yisong_desk_parked": ("gauge", (), ()),
    "yisong_clocks_watched": ("gauge", (), ()),
    "yisong_clocks_due": ("gauge", (), ()),
    "yisong_clocks_notices_total": ("counter", (), ("event_type",)),
    "yisong_clocks_provisional_years": ("gauge", (), ()),
    "yisong_broker_ahead_seconds": ("gauge", (), ()),
    "yisong_rulebook_void_versions": ("gauge", (), ()),
    "yisong_checkpoint_statements_total": ("counter", (), ("peer", "outcome")),
    "yisong_checkpoint_quorum_size": ("gauge", (), ("partition",)),
    "yisong_checkpoint_origin": ("gauge", (), ("partition",)),
    "yisong_checkpoint_behind_seconds": ("gauge", (), ()),
    "yisong_checkpoint_halts": ("gauge", (), ("why",)),
    "yisong_checkpoint_differs": ("gauge", (), ("peer",)),
    "yisong_checkpoint_equivocations_total": ("counter", (), ("peer",)),
    "yisong_checkpoint_rulebook_differs": ("gauge", (), ("peer",)),
    "yisong_checkpoint_peer_silent_seconds": ("gauge", (), ("peer",)),
    "yisong_body_keys_total": ("counter", (), ("what",)),
    "yisong_draft_messages_total": ("counter", (), ("result",)),
    "yisong_pii_letters_total": ("counter", (), ("result",)),
    "yisong_evidence_lost_total": ("counter", (), ("why",)),
    "yisong_scrub_faults": ("gauge", (), ()),
    "yisong_scrub_covered_seconds": ("gauge", (), ()),
}


class Metrics:
    """The metrics of one process of *agency*, and the HTTP page that shows them."""

    def __init__(self, agency: str) -> None:
        """Start from zero; nobody sees anything until `serve`."""
        self._agency = agency
        self._registry = CollectorRegistry(auto_describe=True)
        self._made = {name: self._make(name) for name in METRICS}

    def of(self, agency: str) -> "Metrics":
        """Return the metrics of another *agency* of this process; they stand on the same page."""
        other = copy(self)
        other._agency = agency  # noqa: SLF001 (our own, before anybody else sees it)
        return other

    def _make(self, name: MetricName) -> Counter | Gauge | Histogram:
        kind, buckets, labels = METRICS[name]
        labels = ("agency", *labels)
        if kind == "counter":
            return Counter(name, name, labels, registry=self._registry)
        if kind == "gauge":
            return Gauge(name, name, labels, registry=self._registry)
        return Histogram(name, name, labels, registry=self._registry, buckets=buckets)

    def count(self, name: MetricName, by: int = 1, **labels: str) -> None:
        """Add *by* to a counter."""
        cast("Counter", self._made[name]).labels(agency=self._agency, **labels).inc(by)

    def gauge(self, name: MetricName, value: float, **labels: str) -> None:
        """Set a gauge to *value*."""
        cast("Gauge", self._made[name]).labels(agency=self._agency, **labels).set(value)

    def observe(self, name: MetricName, value: float, **labels: str) -> None:
        """Add *value* to a histogram."""
        cast("Histogram", self._made[name]).labels(agency=self._agency, **labels).observe(value)

    def serve(self, port: int, *, health: Callable[[], Mapping[str, object] | None]) -> WSGIServer:
        """
        Serve ``/metrics`` and ``/healthz`` on 127.0.0.1:*port* from a thread of its own, until the server's `shutdown`.

        *health* returns what the process knows of itself, or None where it is not well (503).
        """
        page = make_wsgi_app(self._registry)

        def answer(environ: dict[str, object], start: Callable[..., object]) -> Iterable[bytes]:
            if environ.get("PATH_INFO") != "/healthz":
                return cast("Iterable[bytes]", page(environ, start))
            known = health()
            start("200 OK" if known is not None else "503 Service Unavailable", [("Content-Type", "application/json")])
            return [json.dumps(known).encode()]

        server = make_server("127.0.0.1", port, answer, handler_class=_Quiet)
        Thread(target=server.serve_forever, name="metrics", daemon=True).start()
        return server


class _Quiet(WSGIRequestHandler):
    """A page that is read every few seconds leaves no line in the log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the base class's)
        """Say nothing."""
