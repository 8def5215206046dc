"""What does the broker have differently from topics.yaml, and shall it be put right?"""

import json
from typing import Annotated

import typer

from yisong.errors import BusNotFound
from yisong.home import Home
from yisong.kafka import topics
from yisong.kafka.declared import Brokers, declared_topics
from yisong.kafka.differences import Change

app = typer.Typer(help="The topics of topics.yaml, compared with a broker and put right.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Bootstrap = Annotated[str | None, typer.Option(help="Address of a broker; by default the embedded one that runs.")]
Kind = Annotated[Brokers, typer.Option("--brokers", help="Copies: as on production brokers, or the embedded one.")]

DIFFERENT = 1
REFUSED = 3


@app.command()
def plan(*, bootstrap: Bootstrap = None, brokers: Kind = "embedded", as_json: AsJson = False) -> None:
    """Show every difference; exit 0 = none, 1 = some, 3 = some that apply would refuse."""
    with topics.admin(_address(bootstrap)) as client:
        found = topics.plan(declared_topics(Home.find().bus(), brokers=brokers), client)
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
    else:
        _show(found.changes, nothing="The topics are as topics.yaml declares them.")
    if found.refusals:
        raise typer.Exit(REFUSED)
    if found.todo:
        raise typer.Exit(DIFFERENT)


@app.command()
def apply(*, bootstrap: Bootstrap = None, brokers: Kind = "embedded", as_json: AsJson = False) -> None:
    """Create and set what differs; never delete, shrink, or touch partitions and timestamp type of case-events."""
    with topics.admin(_address(bootstrap)) as client:
        found = topics.plan(declared_topics(Home.find().bus(), brokers=brokers), client)
        done = topics.apply(found, client)
    if as_json:
        typer.echo(json.dumps(topics.Plan(changes=done, declared=()).as_json(), ensure_ascii=False, indent=2))
    else:
        _show(done, nothing="Nothing to do: the topics are as topics.yaml declares them.")


def _show(changes: tuple[Change, ...], *, nothing: str) -> None:
    for change in changes:
        typer.echo(str(change))
    if not changes:
        typer.echo(nothing)


def _address(bootstrap: str | None) -> str:
    if bootstrap is not None:
        return bootstrap
    running = Home.find().running()
    if running is None:
        raise BusNotFound("No bus runs from this home; start one with `yisong up`, or name a broker with --bootstrap")
    return running.bootstrap
