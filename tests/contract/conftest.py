"""What do the contract tests stand on? A PostgreSQL of their own, without a bus."""

import signal
import subprocess
from collections.abc import Iterator
from time import monotonic, sleep

import psycopg
import pytest

from yisong.embedded import database
from yisong.embedded.ports import LOOPBACK, free
from yisong.embedded.processes import Program
from yisong.postgres import migrate


@pytest.fixture(scope="session")
def police_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Give the database of the police node, migrated: as the role of its service, and as its owner."""
    data, port = tmp_path_factory.mktemp("postgres") / "data", free()
    database.initialise(data, password="owner")  # noqa: S106 (a server that lives for this test)
    server = _start(database.program(data, port=port, log=data.parent / "log"))
    try:
        owner = database.dsn(database.OWNER, "owner", name="postgres", port=port)
        _wait(owner)
        database.ensure_databases(
            owner, {f"trail_{agency}": "service" for agency in ("copyright", "cac", "miit", "police")}
        )
        admin = database.dsn(database.OWNER, "owner", name=database.database("police"), port=port)
        migrate(admin, "police")
        yield f"postgresql://trail_police:service@{LOOPBACK}:{port}/yisong_police", admin
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)


def _start(program: Program) -> subprocess.Popen[bytes]:
    nowhere = subprocess.DEVNULL
    return subprocess.Popen(program.argv, cwd=program.folder, stdout=nowhere, stderr=nowhere)


def _wait(owner: str) -> None:
    until = monotonic() + 20
    while not database.answers(owner):
        if monotonic() > until:
            raise psycopg.OperationalError("PostgreSQL has not come up")
        sleep(0.1)
