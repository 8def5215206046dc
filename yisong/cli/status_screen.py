"""What does one see of a running bus at a glance?"""

from typing import Final

from rich.table import Table

from yisong.embedded.node import healthy, name
from yisong.embedded.ports import LOOPBACK, accepts
from yisong.home import AGENCIES, Home, Running

ZH: Final = {"copyright": "版权", "cac": "网信", "miit": "通信", "police": "公安"}


def table(home: Home, running: Running) -> Table:
    """Return the status screen: who runs, whether it answers, and where."""
    screen = Table(title=f"Yisong 移送 · {home.bus().name} · {home.path}", title_justify="left")
    for column in ("process", "answers", "where", "log"):
        screen.add_column(column)
    for row in as_rows(running):
        screen.add_row(
            str(row["name"]),
            "[green]yes[/]" if row["answers"] else "[red]no[/]",
            str(row["where"]),
            str((home.logs / f"{row['process']}.log").relative_to(home.path)),
        )
    return screen


def as_json(home: Home, running: Running | None) -> dict[str, object]:
    """Return the status for programs; passwords are left out."""
    if running is None:
        return {"home": str(home.path), "running": False}
    return {
        "home": str(home.path),
        "running": True,
        "ready": running.ready,
        "bus": home.bus().name,
        "bootstrap": running.bootstrap,
        "pid": running.pid,
        "processes": as_rows(running),
    }


def as_rows(running: Running) -> list[dict[str, object]]:
    """Return one row a process: its name, whether it answers, where, and its process id."""
    postgres = next(iter(running.admin_dsn.values())).rpartition("@")[2].partition("/")[0]
    rows = [_row(running, "kafka", "Kafka", running.bootstrap), _row(running, "postgres", "PostgreSQL", postgres)]
    if running.nodes:
        rows += [_node_row(running, agency) for agency in AGENCIES]
    return rows


def _row(running: Running, process: str, title: str, where: str) -> dict[str, object]:
    answers = accepts(int(where.rpartition(":")[2]))
    return {"name": title, "process": process, "answers": answers, "where": where, "pid": running.pids.get(process)}


def _node_row(running: Running, agency: str) -> dict[str, object]:
    port, process = running.metrics[agency], name(agency)
    where = f"http://{LOOPBACK}:{port}/metrics"
    title, pid = f"{agency} {ZH[agency]}", running.pids.get(process)
    return {"name": title, "process": process, "answers": healthy(port), "where": where, "pid": pid}
