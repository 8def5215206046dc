"""How do filings come into the register of the telecoms line? ``yisong filings import FILE.csv``."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import orjson
import typer

from yisong.cli.page import page, ruled
from yisong.desk.filing_csv import Imported, Note, read_filings
from yisong.desk.filing_register import FilingRegister, Kept
from yisong.desk.filings import asked_of
from yisong.errors import NotImportable
from yisong.home import Home
from yisong.kafka.rulebook_topic import law_of
from yisong.postgres import connect
from yisong.schemas.instants import parse_day

app = typer.Typer(
    help="The filing register 备案库, from which the telecoms desk answers look-ups.", no_args_is_help=True
)

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV in UTF-8; its first line names the columns.")]
Day = Annotated[str, typer.Option("--on", metavar="YYYY-MM-DD", help="As of which day.")]


@app.command(name="import")
def import_(file: File, *, json: AsJson = False) -> None:
    """
    Take the filings in FILE into the register. Good rows count; bad ones are listed with their line.

    A filing is known by its kind, value and first day: importing a file again changes what it says otherwise, and
    nothing else. Exit code 1: there was a bad row.
    """
    home = Home.find()
    running = home.need_running()
    found = read_filings(_content(file), law_of(home, running))
    with closing(connect(running.dsn["miit"], autocommit=True, name="yisong-filings")) as connection:
        kept = FilingRegister(connection).keep(found.filings)
    if json:
        typer.echo(orjson.dumps(_as_json(found, kept), option=orjson.OPT_INDENT_2))
    else:
        _show(found, kept)
    if found.faults:
        raise typer.Exit(1)


@app.command()
def find(name: Annotated[str, typer.Argument(metavar="DOMAIN")], day: Day, *, json: AsJson = False) -> None:
    """Show the filing of DOMAIN, or of the domain above it, on a day. Exit code 1: there is none."""
    asked = asked_of({"kind": "domain", "value": name})
    if asked is None:
        raise typer.BadParameter("is no domain by IDNA 2008", param_hint="DOMAIN")
    running = Home.find().need_running()
    with closing(connect(running.dsn["miit"], autocommit=True, name="yisong-filings")) as connection:
        filing = FilingRegister(connection).find(asked, on=_day(day))
    if json:
        typer.echo(orjson.dumps(filing, option=orjson.OPT_INDENT_2))
    elif filing is not None:
        rows = [(field, str(value)) for field, value in asdict(filing).items() if value is not None]
        page().print(ruled("Filing 备案", ("field", "value"), rows), soft_wrap=True)
    if filing is None:
        raise typer.Exit(1)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        raise NotImportable(f"{file} cannot be read; nothing was imported.", [fault.strerror or "no detail"]) from fault


def _day(text: str) -> date:
    try:
        return parse_day(text)
    except ValueError as fault:
        raise typer.BadParameter(str(fault), param_hint="--on") from fault


def _show(found: Imported, kept: Kept) -> None:
    console = page()
    counts = f"{kept.new} new, {kept.changed} changed, {kept.same} as before"
    left_out = len({note.line for note in found.faults})
    console.print(f"{len(found.filings)} filings taken ({counts}), {left_out} rows left out.")
    if found.faults:
        console.print(_notes("Left out", found.faults), soft_wrap=True)
    if found.warnings:
        console.print(_notes("Taken, and worth a look", found.warnings), soft_wrap=True)


def _notes(title: str, notes: Sequence[Note]) -> object:
    return ruled(title, ("line", "field", "what"), [(str(note.line), note.field, note.what) for note in notes])


def _as_json(found: Imported, kept: Kept) -> dict[str, object]:
    return {
        "taken": len(found.filings),
        **kept._asdict(),
        "faults": [note._asdict() for note in found.faults],
        "warnings": [note._asdict() for note in found.warnings],
    }
