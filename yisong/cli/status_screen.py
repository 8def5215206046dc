"""What does one see of a running bus at a glance?"""

from collections.abc import Mapping
from contextlib import closing, suppress
from typing import Final

from rich.table import Table

from yisong.embedded.node import CLOCKS, desk_name, gateway_name, healthy, name
from yisong.embedded.ports import LOOPBACK, accepts
from yisong.errors import BusUnreachable
from yisong.home import AGENCIES, Agency, Home, Running
from yisong.postgres import connect
from yisong.postgres.cosignatures import Cosignatures, Progress
from yisong.proof.policy import QUORUM

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
        "bootstrap": str(running.bootstrap),
        "pid": running.pid,
        "processes": as_rows(running),
        "checkpoints": {
            agency: {str(partition): {**one._asdict(), "behind": one.behind} for partition, one in found.items()}
            for agency, found in progress(home, running).items()
        },
    }


def progress(home: Home, running: Running) -> Mapping[str, Mapping[int, Progress]]:
    """Return, by agency and partition, how much of its trail a quorum has cosigned; without databases that are away."""
    found: dict[str, Mapping[int, Progress]] = {}
    for agency in AGENCIES if running.nodes else ():
        with (
            suppress(BusUnreachable),
            closing(connect(running.dsn[agency], autocommit=True, name="yisong-status")) as connection,
        ):
            kept = Cosignatures(connection, bus=home.bus().name, nodes=AGENCIES)
            found[agency] = kept.progress(least=QUORUM)
    return found


def checkpoints(found: Mapping[str, Mapping[int, Progress]]) -> Table:
    """Return how much of each partition is proven on each trail, and how many entries that is behind."""
    screen = Table(title=f"Entries that {QUORUM} of {len(AGENCIES)} nodes have cosigned", title_justify="left")
    screen.add_column("partition", justify="right")
    for agency in found:
        screen.add_column(agency, justify="right")
    for partition in sorted({one for rows in found.values() for one, known in rows.items() if known.entries}):
        known = [rows.get(partition, Progress(0, 0)) for rows in found.values()]
        cells = [f"{one.cosigned}" + (f" [yellow](−{one.behind})[/]" if one.behind else "") for one in known]
        origin = max(one.origin for one in known)
        screen.add_row(f"{partition}" if origin == 1 else f"{partition} (origin {origin})", *cells)
    return screen


def as_rows(running: Running) -> list[dict[str, object]]:
    """Return one row a process: its name, whether it answers, where, and its process id."""
    postgres = next(iter(running.admin_dsn.values())).rpartition("@")[2].partition("/")[0]
    rows = [_row(running, "kafka", "Kafka", str(running.bootstrap)), _row(running, "postgres", "PostgreSQL", postgres)]
    if running.nodes:
        rows += [_service_row(running, f"{one} {ZH[one]}", name(one), running.metrics[one]) for one in AGENCIES]
        rows += [_service_row(running, f"{one} desk", desk_name(one), running.desks[one]) for one in AGENCIES]
        rows.append(_service_row(running, "clocks 期限", CLOCKS, running.clocks))
        rows += [_gateway_row(running, one) for one in AGENCIES if gateway_name(one) in running.pids]
    return rows


def _row(running: Running, process: str, title: str, where: str) -> dict[str, object]:
    answers = accepts(int(where.rpartition(":")[2]))
    return {"name": title, "process": process, "answers": answers, "where": where, "pid": running.pids.get(process)}


def _gateway_row(running: Running, agency: Agency) -> dict[str, object]:
    process, port = gateway_name(agency), running.gateways[agency]
    where, pid = f"http://{LOOPBACK}:{port}/", running.pids.get(process)
    return {"name": f"{agency} gateway", "process": process, "answers": healthy(port), "where": where, "pid": pid}


def _service_row(running: Running, title: str, process: str, port: int) -> dict[str, object]:
    where, pid = f"http://{LOOPBACK}:{port}/metrics", running.pids.get(process)
    return {"name": title, "process": process, "answers": healthy(port), "where": where, "pid": pid}
