"""How does what is public leave the agencies? ``yisong export credit``, ``docket`` and ``intake``."""

import time
from collections.abc import Callable
from dataclasses import Field
from typing import Annotated

import orjson
import typer

from yisong.cli.history import parse_instant
from yisong.cli.page import page, ruled
from yisong.cli.registers import At, printable, read_acts
from yisong.home import Agency, Home
from yisong.kafka.rulebook_topic import law_of
from yisong.registers.credit import credit as credit_export
from yisong.registers.docket import docket as docket_export
from yisong.registers.exports import EVENT_TYPES, Export, Withheld
from yisong.registers.intake import intake as intake_export
from yisong.registers.rendering import columns, csv_bytes, export_csv, heading, row_json, screen_row
from yisong.registers.rows import Acts
from yisong.rulebook.model import Rulebook

app = typer.Typer(name="export", help="What is public, for others: the credit export, the public docket.")

Whose = Annotated[Agency, typer.Option("--agency", help="Whose node to read.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="For spreadsheets: UTF-8.")]
HeldBack = Annotated[
    bool, typer.Option("--withheld", help="Instead of the export: what does not go out, and why. For you alone.")
]


@app.command()
def credit(
    *, agency: Whose = "copyright", at: At = None, json: AsJson = False, csv: AsCsv = False, withheld: HeldBack = False
) -> None:
    """Export by credit code: public penalties with their party, and published entries of lists."""
    _export("Credit export 信用信息", credit_export, agency, at, json=json, csv=csv, withheld=withheld)


@app.command()
def docket(
    *, agency: Whose = "copyright", at: At = None, json: AsJson = False, csv: AsCsv = False, withheld: HeldBack = False
) -> None:
    """Export the public docket: public penalties, exposures, published entries; no personal data and no free text."""
    _export("Public docket 案件信息公开", docket_export, agency, at, json=json, csv=csv, withheld=withheld)


@app.command()
def intake(*, at: At = None, json: AsJson = False, csv: AsCsv = False) -> None:
    """Export where people can complain 投诉举报方式: the channels that the organs of the directory publish."""
    _need_one_form(json=json, csv=csv)
    home = Home.find()
    law = law_of(home, home.need_running())
    found = intake_export(law.rulebook, int(time.time() * 1000) if at is None else parse_instant(at))
    _print("Where to complain 投诉举报方式", found, json=json, csv=csv)


def _export(  # noqa: PLR0913 (the options of a command)
    title: str,
    make: Callable[[Acts, Rulebook], Export],
    agency: Agency,
    at: str | None,
    *,
    json: bool,
    csv: bool,
    withheld: bool,
) -> None:
    _need_one_form(json=json, csv=csv)
    home = Home.find()
    law = law_of(home, home.need_running())
    moment = None if at is None else parse_instant(at)
    known = read_acts(home, law, agency, EVENT_TYPES, at=moment, purpose=f"export: {title}")
    found = make(known, law.rulebook)
    if withheld:
        _held_back(found, json=json, csv=csv)
        return
    _print(title, found, json=json, csv=csv)
    if found.withheld:
        typer.echo(f"{len(found.withheld)} not exported, or not whole: --withheld says which and why.", err=True)


def _need_one_form(*, json: bool, csv: bool) -> None:
    if json and csv:
        raise typer.BadParameter("is another form than --csv: choose one", param_hint="--json")


def _print(title: str, found: Export, *, json: bool, csv: bool) -> None:
    if json:
        typer.echo(orjson.dumps([row_json(row) for row in found.rows], option=orjson.OPT_INDENT_2))
    elif csv:
        typer.echo(export_csv(found), nl=False)
    else:
        rows = [[printable(cell) for cell in screen_row(row, {})] for row in found.rows]
        page().print(ruled(title, [heading(one) for one in _columns(found)], rows), soft_wrap=True)


def _columns(found: Export) -> tuple[Field[object], ...]:
    return columns(found.row_type, details=True)


def _held_back(found: Export, *, json: bool, csv: bool) -> None:
    names = Withheld._fields
    if json:
        typer.echo(orjson.dumps([one._asdict() for one in found.withheld], option=orjson.OPT_INDENT_2))
    elif csv:
        typer.echo(csv_bytes(names, found.withheld), nl=False)
    else:
        rows = [[printable(cell or "") for cell in one] for one in found.withheld]
        page().print(ruled("Not exported", [name.replace("_", " ") for name in names], rows), soft_wrap=True)
