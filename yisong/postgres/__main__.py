"""
How does the database of a line get today's schema where no `yisong up` looks after it? ``python -m yisong.postgres``.

Run before the services of a release are started, as often as one likes. The line's ``line.yaml`` names the owner.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from yisong.errors import WiringFault, YisongError
from yisong.home import AGENCIES, Home
from yisong.postgres.connection import connect
from yisong.postgres.migrate import migrate
from yisong.telemetry import logs

_LOG = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Bring the database up to date; return 0, 1 where the world is at fault, 2 where the wiring is."""
    parser = argparse.ArgumentParser(
        prog="python -m yisong.postgres", description="Bring a line's database up to date."
    )
    parser.add_argument("--home", type=Path, required=True, help="folder of the line, with its line.yaml")
    parser.add_argument("--agency", choices=AGENCIES, required=True)
    settings = parser.parse_args(argv)
    logs.install("upgrade", agency=settings.agency)
    try:
        home = Home(settings.home)
        running = home.running() or home.need_running()  # without anybody's password of Kafka, which is not needed
        owner, service = running.admin_dsn[settings.agency], running.dsn[settings.agency]
        lacking = migrate(owner, settings.agency)
        _give_password(owner, service)
    except YisongError as fault:
        _LOG.critical("%s", fault)
        return 2 if isinstance(fault, WiringFault) else 1
    _LOG.info("the database of %s is up to date; it lacked %s", settings.agency, ", ".join(lacking) or "nothing")
    return 0


def _give_password(owner: str, service: str) -> None:
    """Let the role of the services come in by the password of its file; the server hears a verifier of it alone."""
    known = conninfo_to_dict(service)
    role, password = str(known["user"]), str(known["password"])
    with connect(owner, name="yisong-migrate") as connection:
        verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier)))


if __name__ == "__main__":
    sys.exit(main())
