"""What is wrong with this bus, and what is to be done? ``yisong doctor``."""

from typing import Annotated, Final

import orjson
import typer
from rich.markup import escape

from yisong.cli.page import page, stranger
from yisong.doctor import Finding, examine, worst
from yisong.home import Home
from yisong.kafka.declared import Brokers

_COLOURS: Final = {"good": "green", "warning": "yellow", "fault": "red"}

Kind = Annotated[Brokers, typer.Option("--brokers", help="Copies: as on production brokers, or the embedded one.")]
All = Annotated[bool, typer.Option("--all", help="Show also what is good.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def doctor(*, brokers: Kind = "embedded", everything: All = False, json: AsJson = False) -> None:
    """
    Look at everything from the clocks to the schema, and say what is wrong, what that means and what to do.

    Nothing is changed. Exit code 0 where all is good, 1 where something should be looked at, 2 where something is at
    fault.
    """
    found = []
    for one in examine(Home.find(), brokers=brokers):
        found.append(one)
        if not json and (everything or one.state != "good"):
            _show(one)
    if json:
        typer.echo(orjson.dumps([one._asdict() for one in found], option=orjson.OPT_INDENT_2))
    else:
        sick = sum(one.state != "good" for one in found)
        page().print(f"{len(found)} checks, {sick} with something to do.", style="red" if sick else "green")
    raise typer.Exit(worst(found))


def _show(one: Finding) -> None:
    colour, console = _COLOURS[one.state], page()
    found = escape("".join(part if part.isprintable() else " " for part in one.found))
    console.print(f"[{colour}]{one.state}[/] {one.check}, {escape(stranger(one.where))}: {found}", soft_wrap=True)
    if one.means:
        console.print(f"  It means: {escape(one.means)}\n  To do: {escape(one.do)}", soft_wrap=True)
