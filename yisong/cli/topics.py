"""What does the broker have differently from topics.yaml, and shall it be put right?"""

from typing import Annotated

import orjson
import typer

from yisong.bootstrap import Bootstrap
from yisong.errors import BusNotFound
from yisong.home import Home
from yisong.kafka import acls, topics
from yisong.kafka.declared import Brokers, declared_topics
from yisong.kafka.differences import Change
from yisong.kafka.rights import ADMIN, rights

app = typer.Typer(
    help="The topics and rights of topics.yaml, compared with a broker and put right.", no_args_is_help=True
)

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Address = Annotated[str | None, typer.Option(help="Address of a broker; by default the embedded one that runs.")]
Kind = Annotated[Brokers, typer.Option("--brokers", help="Copies: as on production brokers, or the embedded one.")]

DIFFERENT = 1
REFUSED = 3


@app.command()
def plan(*, bootstrap: Address = None, brokers: Kind = "embedded", as_json: AsJson = False) -> None:
    """Show every difference; exit 0 = none, 1 = some, 3 = some that apply would refuse."""
    with topics.admin(_broker(bootstrap)) as client:
        found = topics.plan(declared_topics(Home.find().bus(), brokers=brokers), client)
        differing = acls.plan(rights(), client)
    _show(found.changes, differing, json=as_json, nothing="The topics are as topics.yaml declares them.")
    if found.refusals:
        raise typer.Exit(REFUSED)
    if found.todo or differing:
        raise typer.Exit(DIFFERENT)


@app.command()
def apply(*, bootstrap: Address = None, brokers: Kind = "embedded", as_json: AsJson = False) -> None:
    """
    Create and set what differs, and on a secured broker give and withdraw rights until they are those declared.

    Never delete a topic, shrink one, or touch partitions and timestamp type of case-events.
    """
    with topics.admin(_broker(bootstrap)) as client:
        found = topics.plan(declared_topics(Home.find().bus(), brokers=brokers), client)
        done, differing = topics.apply(found, client), acls.plan(rights(), client)
        acls.apply(differing or (), client)
    _show(done, differing, json=as_json, nothing="Nothing to do: the topics are as topics.yaml declares them.")


def _show(
    changes: tuple[Change, ...], differing: tuple[acls.RightChange, ...] | None, *, json: bool, nothing: str
) -> None:
    if json:
        found: dict[str, object] = topics.Plan(changes=changes, declared=()).as_json()
        found["rights"] = None if differing is None else [one.as_json() for one in differing]
        typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))
        return
    for change in (*changes, *(differing or ())):
        typer.echo(str(change))
    if not changes and not differing:
        typer.echo(nothing)
    if differing is None:
        typer.echo("This broker asks nobody who he is: whoever reaches it may do anything. `yisong up --secure` asks.")


def _broker(address: str | None) -> Bootstrap:
    home = Home.find()
    if address is None:
        running = home.running()
        if running is None:
            raise BusNotFound(
                "No bus runs from this home; start one with `yisong up`, or name a broker with --bootstrap"
            )
        address = str(running.bootstrap)
    return home.broker(address, ADMIN)
