"""How does one see the clues that nobody has taken up? ``yisong clues``, and by age and source ``--ageing``."""

import time
from collections.abc import Sequence
from typing import Annotated, Final

import orjson
import typer
from rich.table import Table

from yisong.audit.clues import AGES, Ageing, Clue, ageing, waiting_clues
from yisong.audit.trails import open_trail
from yisong.cli.page import coloured, due, instant, page, span
from yisong.home import Agency, Home
from yisong.kafka.rulebook_topic import law_of
from yisong.ledger import Law
from yisong.publishing.instants import to_ms, to_text

_SHOWN: Final = 20
_NOT_READABLE: Final = "not readable here"

Node = Annotated[Agency, typer.Option(help="Whose trail to read.")]
ByAge = Annotated[bool, typer.Option("--ageing", help="Count them by source and age.")]
At = Annotated[str | None, typer.Option(help="Take ages as of this instant (RFC 3339); default: now.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def clues(*, node: Node = "copyright", by_age: ByAge = False, at: At = None, json: AsJson = False) -> None:
    """Show the clues that are neither a case nor closed: from which source, who has them, how old they are."""
    moment = _instant(at)
    home = Home.find()
    law = law_of(home, home.need_running())
    with open_trail(home.need_running(), node) as trail:
        found = waiting_clues(trail, law, at=moment, now=int(time.time() * 1000))
    counted = tuple(ageing(found))
    if json:
        rows = [_ageing_json(one) for one in counted] if by_age else [_json(one) for one in found]
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
        return
    console = page()
    console.print(_by_age(counted, law) if by_age else _one_by_one(found[:_SHOWN], law))
    if not by_age and len(found) > _SHOWN:
        console.print(f"… and {len(found) - _SHOWN} more; --json lists all.")


def _instant(at: str | None) -> int | None:
    try:
        return None if at is None else to_ms(at)
    except ValueError as fault:
        raise typer.BadParameter("is no instant such as 2016-08-03T12:00:00+08:00", param_hint="--at") from fault


def _by_age(counted: Sequence[Ageing], law: Law) -> Table:
    table = Table(title="Clues that nobody has taken up 线索", title_justify="left")
    table.add_column("source")
    ends = (f"{low}–{high} d" for low, high in zip((0, *AGES), AGES, strict=False))
    for column in (*ends, f"over {AGES[-1]} d", "of them late"):
        table.add_column(column, justify="right")
    for one in counted:
        late = coloured("late", said=str(one.late)) if one.late else ""
        table.add_row(_source(one.source, law), *(str(count or "") for count in one.groups), late)
    return table


def _one_by_one(found: Sequence[Clue], law: Law) -> Table:
    table = Table(title="Clues that nobody has taken up 线索, the oldest first", title_justify="left")
    for column in ("case", "state", "source", "holder", "found", "age", "due", "outcome"):
        table.add_column(column)
    for one in found:
        holder = ", ".join(one.holders)
        clock = ("", "") if one.clock is None else (due(one.clock.due_rolled), coloured(one.clock.outcome))
        source = _source(one.source, law)
        table.add_row(one.case_id, one.state, source, holder, instant(one.found_at), span(one.age), *clock)
    return table


def _source(source: str | None, law: Law) -> str:
    if source is None:
        return _NOT_READABLE
    return f"{law.rulebook.catalogue.enums['clue_source'].get(source, '')} {source}".strip()


def _ageing_json(one: Ageing) -> dict[str, object]:
    names = [*(f"to_{days}_days" for days in AGES), f"over_{AGES[-1]}_days"]
    return {"source": one.source, **dict(zip(names, one.groups, strict=True)), "late": one.late}


def _json(one: Clue) -> dict[str, object]:
    return {
        "case_id": one.case_id,
        "state": one.state,
        "source": one.source,
        "finder": one.finder,
        "holders": list(one.holders),
        "found_at": to_text(one.found_at),
        "age_ms": one.age,
        "due": None if one.clock is None else to_text(one.clock.due_rolled),
        "late": one.late,
    }
