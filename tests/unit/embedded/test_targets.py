"""Does Prometheus find every process of a bus?"""

from pathlib import Path

import orjson

from yisong.embedded.targets import FILE, forget_targets, save_targets
from yisong.home import AGENCIES, Home, Running


def running(*names: str) -> Running:
    ports: dict[str, int] = {agency: 20_000 + place for place, agency in enumerate(AGENCIES)}
    return Running(
        bootstrap="127.0.0.1:1", dsn={}, admin_dsn={}, metrics=ports,
        desks={agency: port + 10 for agency, port in ports.items()}, pids=dict.fromkeys(names, 1), pid=1, ready=True,
        nodes=True, clocks=20_100, gateways={agency: port + 20 for agency, port in ports.items()},
        gateway_metrics={agency: port + 30 for agency, port in ports.items()},
    )  # fmt: skip


def test_it_is_told_where_each_process_that_was_started_says_how_it_is(tmp_path: Path) -> None:
    """A gateway says so apart from what it serves to everybody."""
    started = running("kafka", "postgres", "keeper", "node-police", "desk-cac", "clocks", "gateway-copyright")

    save_targets(Home(tmp_path), started, bus="demo-1")

    told = orjson.loads((tmp_path / FILE).read_bytes())
    assert {(one["targets"][0], one["labels"]["service"], one["labels"]["process"]) for one in told} == {
        ("127.0.0.1:20003", "trail", "node-police"),
        ("127.0.0.1:20011", "desk", "desk-cac"),
        ("127.0.0.1:20100", "clocks", "clocks"),
        ("127.0.0.1:20030", "gateway", "gateway-copyright"),
    }
    assert {one["labels"]["bus"] for one in told} == {"demo-1"}


def test_a_bus_that_was_stopped_is_missed_by_nobody(tmp_path: Path) -> None:
    save_targets(Home(tmp_path), running("node-police"), bus="demo-1")

    forget_targets(Home(tmp_path))
    forget_targets(Home(tmp_path))

    assert not (tmp_path / FILE).exists()
