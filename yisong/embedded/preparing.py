"""What does a bus need before anything of it starts? Its folders, and a port for everyone who listens."""

from pathlib import Path

import orjson

from yisong.embedded import broker, database, node, ports
from yisong.errors import WiringFault
from yisong.home import AGENCIES, Home, write_whole


def prepare(home: Home) -> None:
    """Make the folders, and put the logs of the last run aside. :raises WiringFault: the home is no folder of ours."""
    try:
        for folder in (home.path, home.run, home.logs):
            folder.mkdir(parents=True, exist_ok=True)
        for log in home.logs.glob("*.log"):
            log.replace(log.with_suffix(".last"))
    except OSError as fault:
        raise WiringFault(
            f"{home.path} cannot be the folder of a bus ({fault.strerror}). Name another one in YISONG_HOME, "
            "or give yourself the right to write there."
        ) from fault


def choose_ports(file: Path) -> dict[str, int]:
    """Return a free port for everyone who listens, the same as last time wherever possible; all are kept for us."""
    last: dict[str, int] = orjson.loads(file.read_bytes()) if file.exists() else {}
    chosen: dict[str, int] = {}
    gateways = [node.gateway_name(agency) for agency in AGENCIES]
    others = (*map(node.desk_name, AGENCIES), node.CLOCKS, *gateways, *map(metrics_of, gateways))
    for name in (broker.NAME, "controller", database.NAME, *AGENCIES, *others):
        chosen[name] = ports.free(last.get(name))
    write_whole(file, orjson.dumps(chosen))
    return chosen


def metrics_of(name: str) -> str:
    """Return the name of the port where the gateway *name* says how it is, apart from what it serves."""
    return f"{name}-metrics"
