"""Does Debian's own Prometheus see all of a bus that runs, and do the alerts fire when it is broken?"""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Final

import httpx
import pytest

from deploy.grafana.boards import DASHBOARDS
from deploy.grafana.drawn import drawn
from tests.cases import Case
from tests.clues import clue_found, own_case
from tests.prometheus import Prometheus, watching
from tests.waiting import until
from yisong import Publisher
from yisong.embedded import Bus, node
from yisong.errors import YisongError
from yisong.home import AGENCIES
from yisong.metrics import METRICS
from yisong.metrics.labels import AGENCY

pytestmark = pytest.mark.timeout(900)
CAC: Final = "cac"
PANELS: Final = tuple((board, panel) for board in DASHBOARDS for panel in board.panels)
_NOT_SERVICES: Final = {"kafka", "postgres", "keeper"}


@pytest.fixture(scope="module")
def prometheus(bus: Bus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Watch the shared bus, to which clues of today come, and on which a referral waits for its receipt."""
    if node.gateway_name(CAC) not in bus.running.pids:
        bus.start_gateway(CAC)
    with watching(bus.home, tmp_path_factory.mktemp("prometheus"), hurried=True) as prometheus:
        with Publisher(bus.home) as publisher:
            Case(publisher, own_case(95_000), like="H3").lines(*range(1, 10))
        stop = Event()
        load = Thread(target=_load, args=(bus, stop), daemon=True)
        load.start()
        yield prometheus
        stop.set()
        load.join()


def _load(bus: Bus, stop: Event) -> None:
    """Publish a clue of today and ask the gateway for something, once a second, whatever is broken meanwhile."""
    number = 95_000
    while not stop.is_set():
        with suppress(YisongError, httpx.HTTPError), Publisher(bus.home) as publisher:
            while not stop.wait(1):
                number += 1
                said = clue_found(own_case(number), 1)
                publisher.publish(**said.header, body=said.body, wait=None)  # type: ignore[arg-type]
                httpx.get(f"http://127.0.0.1:{bus.running.gateways[CAC]}/readyz", timeout=60)
        stop.wait(1)


def test_every_process_of_the_bus_is_scraped(prometheus: Prometheus, bus: Bus) -> None:
    wanted = dict.fromkeys(bus.running.pids.keys() - _NOT_SERVICES, "up")

    with suppress(AssertionError):
        until(lambda: prometheus.targets() == wanted)
    assert prometheus.targets() == wanted


def test_every_panel_of_every_dashboard_has_data(prometheus: Prometheus) -> None:
    """Those that may have none on a healthy bus say why; Prometheus understands them all the same."""
    waiting = {
        expression.replace("$bus", ".*").replace("$agency", ".*"): (board.title, panel)
        for board, panel in PANELS
        for expression in panel.ask.values()
    }

    def all_have_data() -> bool:
        for expression in list(waiting):
            if prometheus.has_data(expression) or waiting[expression][1].may_be_empty is not None:
                del waiting[expression]
        return not waiting

    with suppress(AssertionError):
        until(all_have_data)
    assert not waiting, [(board, panel.title, expression) for expression, (board, panel) in waiting.items()]


def test_what_an_alert_looks_for_an_increase_of_is_there_before_it_happens(prometheus: Prometheus) -> None:
    """In a series that begins with 1 Prometheus sees no increase, so that the first of its kind would wake nobody."""
    counted = {name for rule in prometheus.rules() for name in re.findall(r"increase\((\w+_total)\b", rule["query"])}
    assert counted >= {"yisong_evidence_lost_total", "yisong_checkpoint_equivocations_total"}
    for name in counted:
        until(lambda: prometheus.has_data(name), f"{name} begins with its first event")  # noqa: B023


def test_every_rule_is_understood_and_evaluated(prometheus: Prometheus) -> None:
    until(lambda: all(rule["health"] == "ok" for rule in prometheus.rules()), "a rule cannot be evaluated")
    assert len(prometheus.rules()) > len(METRICS) // 3


def test_labels_have_the_values_that_the_catalogue_bounds_them_to(prometheus: Prometheus) -> None:
    for name, metric in METRICS.items():
        for series in prometheus.ask(f'{{__name__=~"{name}(_count)?"}}'):
            labels = series["metric"].keys() - {"__name__", "job", "instance", "bus", "service", "process"}
            assert labels <= {AGENCY.name, *(label.name for label in metric.labels)}, name
            for label in (AGENCY, *metric.labels):  # Prometheus leaves a label away that is empty
                assert not label.values or series["metric"].get(label.name, "") in label.values, f"{name} {label.name}"


def test_a_node_that_stops_is_missed_until_it_is_back(prometheus: Prometheus, bus: Bus) -> None:
    name = node.name("miit")
    bus.stop_node("miit")
    try:
        until(lambda: ("YisongProcessDown", name) in prometheus.firing(), "nobody misses the node")
        more = "max(yisong_checkpoint_cosigned_entries{nodes='3'}) > max(yisong_checkpoint_cosigned_entries{nodes='4'})"
        until(lambda: prometheus.has_data(more), "what only three nodes cosign counts as cosigned by four")
    finally:
        bus.start_node("miit")

    until(lambda: ("YisongProcessDown", name) not in prometheus.firing(), "the alert does not end")


def test_a_broker_that_is_away_is_missed_by_every_node_until_it_is_back(prometheus: Prometheus, bus: Bus) -> None:
    wanted = {("YisongKafkaSilent", node.name(agency)) for agency in AGENCIES}
    bus.kill_broker()
    try:
        until(lambda: wanted <= prometheus.firing(), "not every node misses Kafka")
    finally:
        bus.start_broker()

    until(lambda: not wanted & prometheus.firing(), "the alert does not end")


@pytest.mark.filterwarnings("ignore:Glyph .* missing")  # where Debian's Chinese font is not installed
def test_a_dashboard_is_drawn_as_one_picture(prometheus: Prometheus, tmp_path: Path) -> None:
    """As the README shows it: every panel that has data has its lines, and the others say why they have none."""
    for board in DASHBOARDS:
        figure = drawn(prometheus.address, board, seconds=60)
        figure.savefig(tmp_path / f"{board.uid}.png")

        for panel, axes in zip(board.panels, figure.axes, strict=True):
            assert axes.get_lines() or [text.get_text() for text in axes.texts] == [panel.may_be_empty], panel.title
