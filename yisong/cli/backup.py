"""How is a node's database saved, and put back? ``yisong backup`` and ``yisong restore``."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.markup import escape

from yisong.audit import backups
from yisong.cli.fsck import DIFFERS
from yisong.cli.fsck import said as said_of
from yisong.cli.page import page
from yisong.embedded import database
from yisong.errors import WorldFault
from yisong.home import AGENCIES, Agency, Home
from yisong.kafka.log import reread
from yisong.kafka.rulebook_topic import law_of

Whose = Annotated[str, typer.Option("--agency", metavar="AGENCY", help=f"The node of: {', '.join(AGENCIES)}.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
ToFile = Annotated[Path, typer.Argument(metavar="FILE", help="Where the backup goes; it must not be there yet.")]
FromFile = Annotated[Path, typer.Argument(metavar="FILE", help="What `yisong backup` has written.", exists=True)]


def backup(file: ToFile, *, agency: Whose, json: AsJson = False) -> None:
    """
    Save the database of a node to a file as it is at one moment, while the node goes on.

    It holds what is not on the log: outbox, duties, accounts, keys of bodies, who has read what. It does not hold
    private keys (`keys/` of the home) and evidence (`evidence/`): save those folders by themselves, apart from it.
    Bodies that are erased later are still in it: destroy a backup that is older than an erasure.
    """
    home, whose = Home.find(), _agency(agency)
    dsn = home.need_running().admin_dsn[whose]
    saved = backups.save(dsn, whose, file, programs=_programs(home))
    if json:
        typer.echo(orjson.dumps(saved._asdict()))
    else:
        told = (
            f"{whose}: {saved.entries} entries and all that the log does not give are in {file} ({saved.size:,} bytes)."
        )
        page().print(escape(told), soft_wrap=True)


def restore(file: FromFile, *, agency: Whose, json: AsJson = False) -> None:
    """
    Put a backup in the place of a node's database, where the log gives the same.

    It is restored beside the live database and derived again from the log; where that differs nothing is changed (exit
    code 3). The services of the node may run: they begin again from what was restored, and read from the log what came
    since. What was never on the log is as it was at the backup. What was replaced is kept aside.
    """
    home, whose = Home.find(), _agency(agency)
    running = home.need_running()

    def read(partition: int, end: int) -> Iterator:  # type: ignore[type-arg]
        return reread(running.bootstrap, spans={partition: (0, end)})

    found = backups.restore(
        running.admin_dsn[whose],
        whose,
        file,
        programs=_programs(home),
        law=lambda: law_of(home, running),
        read=read,
        progress=lambda what: typer.echo(f"· {what}", err=True),
    )
    same = found.checked.difference is None
    if json:
        typer.echo(orjson.dumps({"restored": same, "aside": found.aside, "upto": sum(found.checked.upto.values())}))
    else:
        page().print(_said(found), style="green" if same else "red", soft_wrap=True)
    raise typer.Exit(0 if same else DIFFERS)


def _said(found: backups.Restored) -> str:
    if found.checked.difference is not None:
        return f"Nothing was put in place: the backup is not what the log gives. {said_of(found.checked)}"
    aside = "" if found.aside is None else f" What was replaced is kept as the database {found.aside}."
    return escape(
        f"{said_of(found.checked)} They are in place; what came onto the log since the backup is being read.{aside}"
    )


def _agency(name: str) -> Agency:
    if name not in AGENCIES:
        raise typer.BadParameter(f"one of {', '.join(AGENCIES)}", param_hint="--agency")
    return name


def _programs(home: Home) -> Path:
    """Return the folder of the programs that fit the server: those that run it here, else those on the path."""
    if (home.path / "data").is_dir():
        return database.programs_with_tls() if home.ca.exists() else database.programs()
    found = shutil.which("pg_dump")
    if found is None:
        raise WorldFault(
            "pg_dump is not on this machine. Install PostgreSQL's client programs, of the server's version."
        )
    return Path(found).parent
