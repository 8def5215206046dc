"""What does one see of a running bus at a glance?"""

import os
from typing import Final

from rich.table import Table

from yisong.embedded.node import CLOCKS, desk_name, healthy, name
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
        rows += [_service_row(running, f"{one} {ZH[one]}", name(one), running.metrics[one]) for one in AGENCIES]
        rows += [_service_row(running, f"{one} desk", desk_name(one), running.desks[one]) for one in AGENCIES]
        rows.append(_clocks_row(running))
    return rows


def _row(running: Running, process: str, title: str, where: str) -> dict[str, object]:
    answers = accepts(int(where.rpartition(":")[2]))
    return {"name": title, "process": process, "answers": answers, "where": where, "pid": running.pids.get(process)}


def _service_row(running: Running, title: str, process: str, port: int) -> dict[str, object]:
    where, pid = f"http://{LOOPBACK}:{port}/metrics", running.pids.get(process)
    return {"name": title, "process": process, "answers": healthy(port), "where": where, "pid": pid}


def _clocks_row(running: Running) -> dict[str, object]:
    pid = running.pids.get(CLOCKS)
    return {"name": "clocks 期限", "process": CLOCKS, "answers": _runs(pid), "where": "", "pid": pid}


def _runs(pid: int | None) -> bool:
    """Hold while the process runs; whoever started it collects it when it ends."""
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
