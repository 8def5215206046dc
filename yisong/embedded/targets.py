"""Which processes of the bus is Prometheus to scrape? A file that it reads again whenever it changes (``file_sd``)."""

from collections.abc import Iterator
from typing import Final

import orjson

from yisong.embedded import node
from yisong.embedded.ports import LOOPBACK
from yisong.home import AGENCIES, Home, Running, write_whole

FILE: Final = "prometheus-targets.json"
"""Its name in the home. It is there while the bus runs."""


def save_targets(home: Home, running: Running, *, bus: str) -> None:
    """Write down all processes of the *bus* that were started so far; a stopped one stays, so that it is missed."""
    rows = [
        {"targets": [f"{LOOPBACK}:{port}"], "labels": {"bus": bus, "service": service, "process": process}}
        for process, service, port in _processes(running)
        if process in running.pids
    ]
    write_whole(home.path / FILE, orjson.dumps(rows, option=orjson.OPT_INDENT_2))


def forget_targets(home: Home) -> None:
    """Take the file away: a bus that was stopped on purpose is missed by nobody."""
    (home.path / FILE).unlink(missing_ok=True)


def _processes(running: Running) -> Iterator[tuple[str, str, int]]:
    for agency in AGENCIES:
        yield node.name(agency), "trail", running.metrics[agency]
        yield node.desk_name(agency), "desk", running.desks[agency]
        yield node.gateway_name(agency), "gateway", running.gateway_metrics[agency]
    yield node.CLOCKS, "clocks", running.clocks
