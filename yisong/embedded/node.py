"""How does one agency's node start, and how is it seen to be well? ``python -m services.trail``."""

import sys
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from yisong.embedded.ports import LOOPBACK
from yisong.embedded.processes import Program
from yisong.home import Home


def name(agency: str) -> str:
    """Return the name of an agency's node among the processes."""
    return f"node-{agency}"


def program(home: Home, agency: str, *, log: Path) -> Program:
    """Return the node of *agency* as a program to start."""
    argv = (sys.executable, "-m", "services.trail", "--home", str(home.path), "--agency", agency)
    env = {"PYTHONUNBUFFERED": "1"}
    return Program(name=name(agency), argv=argv, log=str(log), folder=str(home.path), env=env, grace=8.0, stage=1)


def healthy(port: int) -> bool:
    """Hold where the node behind *port* says that it is well."""
    connection = HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200  # noqa: PLR2004 (HTTP's own number)
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
