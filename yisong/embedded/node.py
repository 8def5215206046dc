"""
How do the services of the agencies start, and how are they seen to be well?

Of each agency a node (``services.trail``), a desk (``services.<agency>``) and, where asked for, a gateway
(``services.gateway``), each its own process; one process for the clocks of all four (``services.clocks``), to spare a
small machine.
"""

import sys
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

from yisong.embedded.ports import LOOPBACK
from yisong.embedded.processes import Program
from yisong.home import Home

CLOCKS: Final = "clocks"

# Whoever looks at a bus on one machine does not want to wait long for a proof.
_CHECKPOINT_SECONDS: Final = 2.0
# As often as a node may.
_HEARTBEAT_SECONDS: Final = 60
# Whoever publishes waits for the verdict of a node: on one machine desks and clocks, which have hours, let it go first.
_LATER: Final = ("nice", "-n", "10")
# Desks and clocks write to the outbox that the node sends, so they are stopped before it.
_STAGE_OF_NODES, _STAGE_OF_OTHERS = 1, 2


def name(agency: str) -> str:
    """Return the name of an agency's node among the processes."""
    return f"node-{agency}"


def desk_name(agency: str) -> str:
    """Return the name of an agency's desk among the processes."""
    return f"desk-{agency}"


def gateway_name(agency: str) -> str:
    """Return the name of an agency's gateway among the processes."""
    return f"gateway-{agency}"


def program(home: Home, agency: str, *, log: Path) -> Program:
    """Return the node of *agency* as a program to start."""
    argv = ("--agency", agency, "--checkpoint-seconds", str(_CHECKPOINT_SECONDS))
    return _service(name(agency), home, "trail", *argv, log=log, stage=_STAGE_OF_NODES)


def desk_program(home: Home, agency: str, *, log: Path) -> Program:
    """Return the desk of *agency* as a program to start."""
    return _service(desk_name(agency), home, agency, log=log, stage=_STAGE_OF_OTHERS, before=_LATER)


def clocks_program(home: Home, *, log: Path, heartbeats: bool) -> Program:
    """Return the clocks of all four agencies as a program to start; with *heartbeats* each node says that it lives."""
    argv = ("--heartbeat", str(_HEARTBEAT_SECONDS if heartbeats else 0))
    return _service(CLOCKS, home, CLOCKS, *argv, log=log, stage=_STAGE_OF_OTHERS, before=_LATER)


def gateway_program(
    home: Home, agency: str, *, log: Path, rate: float | None = None, public_docket: bool = False
) -> Program:
    """Return the gateway of *agency* as a program to start; *rate*, *public_docket*: as in `Bus.start_gateway`."""
    argv = ("--agency", agency, *(() if rate is None else ("--rate", str(rate))))
    argv = (*argv, "--public-docket") if public_docket else argv
    return _service(gateway_name(agency), home, "gateway", *argv, log=log, stage=_STAGE_OF_OTHERS)


def _service(  # noqa: PLR0913 (what a program is)
    name: str, home: Home, service: str, *more: str, log: Path, stage: int, before: tuple[str, ...] = ()
) -> Program:
    argv = (*before, sys.executable, "-m", f"services.{service}", "--home", str(home.path), *more)
    env = {"PYTHONUNBUFFERED": "1"}
    return Program(name=name, argv=argv, log=str(log), folder=str(home.path), env=env, grace=8.0, stage=stage)


def healthy(port: int) -> bool:
    """Hold where the service behind *port* says that it is ready."""
    connection = HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200  # noqa: PLR2004 (HTTP's own number)
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
