"""How are bodies read, and erased, from the command line? ``yisong bodies``."""

import time
from getpass import getuser
from typing import Annotated
from uuid import UUID

import orjson
import typer
from rich.text import Text

from yisong.audit.bodies import Body, Reader, Reading, bodies_of, note_reading, readings
from yisong.audit.erasing import erase, grant
from yisong.audit.played import Position
from yisong.audit.trails import open_trail
from yisong.cli.page import instant, page, ruled, verdict
from yisong.errors import BusNotFound, NotPublishable
from yisong.home import AGENCIES, Agency, Home
from yisong.kafka.rulebook_topic import law_of
from yisong.ledger import Law
from yisong.postgres import connect
from yisong.proof.refold import reopened
from yisong.publishing.instants import to_text
from yisong.publishing.publisher import Publisher

app = typer.Typer(name="bodies", help="Read bodies, for a purpose; see who has read; erase.", no_args_is_help=True)

Case = Annotated[str, typer.Argument(help="The case.")]
Organ = Annotated[str, typer.Option("--as", help="The organ for which you read.")]
Purpose = Annotated[str, typer.Option(help="What you read it for: it is written down, with your name.")]
Node = Annotated[Agency, typer.Option(help="Whose node.")]
Events = Annotated[list[str], typer.Argument(help="The events, by their ids: of one organ and one case.")]
To = Annotated[str, typer.Option("--to", help="The organ that is to read it.")]
Approver = Annotated[str, typer.Option(help="Token of who approved it.")]
Reason = Annotated[str, typer.Option(help="Why, and under which rule.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command()
def show(case_id: Case, *, organ: Organ, purpose: Purpose, json: AsJson = False) -> None:
    """Show the bodies of a case as an organ may see them; sealed ones are opened now, and the reading is noted."""
    home = Home.find()
    running = home.need_running()
    law = law_of(home, running)
    agency = _agency(law, organ)
    if not purpose.strip():
        raise typer.BadParameter("say what you read it for")
    with open_trail(running, agency) as trail:
        rows = trail.rows("docket_leaves", case_id=case_id)
    places = [Position(partition, offset) for partition, offset, _ in rows]
    types = [None if (header := reopened(leaf).header) is None else header.event_type for _, _, leaf in rows]
    reader = Reader(getuser(), organ)
    with connect(running.dsn[agency], name="yisong-bodies") as connection:
        note_reading(connection, reader, what="history", case_id=case_id, purpose=purpose)
        found = bodies_of(connection, places, reader=reader, purpose=purpose, law=law, keys=home.keystore())
    if json:
        events = zip(places, types, found, strict=True)
        typer.echo(orjson.dumps([_as_json(*one) for one in events], option=orjson.OPT_INDENT_2))
        return
    table = [_row(*one) for one in zip(places, types, found, strict=True)]
    page().print(ruled(f"{case_id}, as {organ} may read it", ("position", "event", "body"), table), soft_wrap=True)


@app.command("readings")
def readings_(*, node: Node = "copyright", case_id: Annotated[str | None, typer.Option("--case")] = None) -> None:
    """Show who has read what on a node, newest first: for its audit administrator, and the owner of a case."""
    with connect(Home.find().need_running().dsn[node], autocommit=True, name="yisong-bodies") as connection:
        found = readings(connection, case_id=case_id)
    columns = ("at", "account", "organ", "what", "case", "events", "purpose")
    rows = [
        (instant(one.at), one.account, one.organ, _what(one), one.case_id, str(len(one.events) or ""), one.purpose)
        for one in found
    ]
    page().print(ruled("Readings 阅览记录", columns, rows), soft_wrap=True)


@app.command("erase")
def erase_(events: Events, *, approver: Approver, reason: Reason, node: Node = "copyright") -> None:
    """Erase the bodies of events: BodyErased is published, and every node deletes what it has of them."""
    home = Home.find()
    running = home.need_running()
    law, now = law_of(home, running), time.time_ns() // 1_000_000
    event_ids = [_event_id(event) for event in events]
    with open_trail(running, node) as trail, Publisher(home) as publisher:
        said = erase(publisher, trail, event_ids, approver=approver, reason=reason, law=law, now=now)
    if said.parked or said.verdict not in ("admitted", "admitted-late"):
        raise NotPublishable("No body was erased.", [f"BodyErased was not admitted: {said.reason}"])
    when = "" if said.log_time is None else f" at {to_text(said.log_time)}"
    page().print(
        Text.assemble(verdict(said.verdict), f"{when}: every node deletes what it has of {len(events)} bodies.")
    )


@app.command("grant")
def grant_(event: Annotated[str, typer.Argument(help="The event.")], *, organ: To, node: Node = "copyright") -> None:
    """Give a reader the key of a sealed body again, or for its newest key; only one whom the law means."""
    home = Home.find()
    running = home.need_running()
    law, now = law_of(home, running), time.time_ns() // 1_000_000
    with (
        open_trail(running, node) as trail,
        connect(running.dsn[node], autocommit=True, name="yisong-bodies") as connection,
    ):
        if not grant(connection, trail, _event_id(event), organ, law=law, now=now):
            raise NotPublishable(
                "No key was given.", [f"to: {organ} is not among those to whom this body is sealed, or has no key"]
            )
    page().print(f"The node of {node} gives {organ} the key.")


def _what(one: Reading) -> str:
    return " ".join(filter(None, (one.what, one.token, one.refused and f"({one.refused})")))


def _agency(law: Law, organ: str) -> Agency:
    found = law.organs.get(organ)
    agency = next((one for one in AGENCIES if found is not None and found.role == one), None)
    if agency is None:
        raise BusNotFound(f"{organ} is no organ of the directory, so nothing was read. `yisong keys list` names them.")
    return agency


def _event_id(event: str) -> UUID:
    try:
        return UUID(event)
    except ValueError as fault:
        raise typer.BadParameter(f"{event} is no event id") from fault


def _row(at: Position, event_type: str | None, body: Body) -> tuple[str, str, str]:
    said = f"({body.masked})" if body.value is None else orjson.dumps(body.value).decode()
    return str(at), event_type or "", said


def _as_json(at: Position, event_type: str | None, body: Body) -> dict[str, object]:
    return {"position": str(at), "event_type": event_type, "body": body.value, "masked": body.masked}
