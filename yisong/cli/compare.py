"""How does an auditor see that the four trails are equal? ``yisong compare``."""

from typing import Annotated

import orjson
import typer

from yisong.audit.compare import Comparison
from yisong.audit.compare import compare as compare_trails
from yisong.audit.trails import open_trails, snapshots
from yisong.cli import compare_screen
from yisong.cli.page import page
from yisong.home import Home, Running

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def compare(*, json: AsJson = False) -> None:
    """Compare the four trails at equal positions. Exit code 0 only where they agree; else the first difference."""
    found = compared(Home.find().need_running())
    if json:
        typer.echo(orjson.dumps(compare_screen.as_json(found), option=orjson.OPT_INDENT_2))
        raise typer.Exit(0 if found.agree else 1)
    console = page()
    console.print(compare_screen.table(found))
    for text in compare_screen.unlike(found):
        console.print(text, soft_wrap=True)
    if found.ahead:
        console.print(f"{found.ahead} dockets are left out: a trail has read further in them than the others.")
    console.print(compare_screen.verdict(found), style="green" if found.agree else "red")
    raise typer.Exit(0 if found.agree else 1)


def compared(running: Running) -> Comparison:
    """Compare the four trails of a running bus, each as of one moment. Raises BusUnreachable."""
    with open_trails(running) as trails, snapshots(trails):
        return compare_trails(trails)
