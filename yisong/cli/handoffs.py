"""How does one see which handoffs wait for an answer? ``yisong handoffs``."""

import time
from collections.abc import Sequence
from typing import Annotated, Final

import orjson
import typer
from rich.table import Table

from yisong.audit.handoffs import Cell, Handoff
from yisong.audit.handoffs import handoffs as read_handoffs
from yisong.audit.trails import open_trail
from yisong.cli.page import coloured, due, instant, page, span
from yisong.home import Agency, Home
from yisong.kafka.rulebook_topic import law_of
from yisong.ledger import Law

_SHOWN: Final = 20

Node = Annotated[Agency, typer.Option(help="Whose trail to read.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def handoffs(*, node: Node = "police", json: AsJson = False) -> None:
    """Show what was sent to whom, what was receipted, what is pending and for how long, and what was refused."""
    home = Home.find()
    law = law_of(home, home.need_running())
    with open_trail(home.need_running(), node) as trail:
        found = read_handoffs(trail, law, now=int(time.time() * 1000))
    if json:
        rows = {"cells": [one.as_json() for one in found.cells], "pending": [one.as_json() for one in found.pending]}
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
        return
    console = page()
    console.print(_cells(found.cells, law))
    if found.pending:
        console.print(_pending(found.pending[:_SHOWN], law))
    if len(found.pending) > _SHOWN:
        console.print(f"… and {len(found.pending) - _SHOWN} more; --json lists all.")


def _cells(cells: Sequence[Cell], law: Law) -> Table:
    table = Table(title="Handoffs 移交", title_justify="left")
    for column in ("sender", "receiver"):
        table.add_column(column)
    for column in ("sent", "receipted", "pending", "of them late", "oldest", "ended", "refused"):
        table.add_column(column, justify="right")
    for one in cells:
        oldest = "" if one.oldest is None else span(one.oldest)
        late = coloured("late", said=str(one.late)) if one.late else ""
        numbers = (one.sent, one.receipted, one.pending or "", late, oldest, one.ended or "", one.refused or "")
        table.add_row(_named(one.sender, law), _named(one.receiver, law), *map(str, numbers))
    return table


def _pending(pending: Sequence[Handoff], law: Law) -> Table:
    table = Table(title="Pending, the oldest first", title_justify="left")
    for column in ("case", "act", "sender", "receiver", "sent", "age", "due", "outcome"):
        table.add_column(column)
    for one in pending:
        event = law.events[one.event_type]
        texts = (one.case_id, f"{event.zh} {one.event_type}", one.sender, one.receiver, instant(one.sent_at))
        table.add_row(*texts, span(one.age), due(one.due), coloured(one.clock.outcome))
    return table


def _named(organ: str, law: Law) -> str:
    return f"{organ} {law.organs[organ].name}" if organ in law.organs else organ
