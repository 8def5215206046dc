"""How does an officer see what is owed? ``yisong duties``."""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Annotated
from uuid import UUID

import orjson
import typer
from rich.text import Text

from yisong.cli.page import due, page, ruled, span, verdict
from yisong.desk.agenda import Owed, agenda
from yisong.desk.outcome import Duty
from yisong.desk.store import Store
from yisong.home import AGENCIES, Agency, Home
from yisong.kafka.rulebook_topic import law_of
from yisong.postgres import connect

Whose = Annotated[Agency | None, typer.Option(help="Whose duties; all agencies' where not said.")]
OfOrgan = Annotated[str | None, typer.Option("--organ", help="Only those of one organ, as P9801.")]
Everything = Annotated[bool, typer.Option("--all", help="What is done or void, too.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Done = Annotated[UUID | None, typer.Option("--done", help="Say that a duty which no event fulfils is done.")]
Officer = Annotated[str | None, typer.Option("--officer", help="Who says so: an officer token.")]

_COLUMNS = ("organ", "left", "due strict", "due rolled", "case", "duty", "about", "owed", "article")


def duties(  # noqa: PLR0913 (one option each)
    *,
    agency: Whose = None,
    organ: OfOrgan = None,
    everything: Everything = False,
    json: AsJson = False,
    done: Done = None,
    officer: Officer = None,
) -> None:
    """
    Show what each organ owes: until when, under which article, because of which event.

    As of now; on a demo bus as of each case's own log time. A duty is done when the act that is owed is on the log.
    """
    home = Home.find()
    if done is not None:
        _say_done(home, done, officer, agencies=(agency,) if agency else AGENCIES)
        return
    found = _found(home, (agency,) if agency else AGENCIES, organ=organ, everything=everything)
    if json:
        typer.echo(orjson.dumps([one.as_json() for one in found], option=orjson.OPT_INDENT_2))
    elif found:
        page().print(ruled("Duties 待办", _COLUMNS, [_row(one) for one in found]), soft_wrap=True)
    else:
        page().print("Nothing is owed.")


def _found(home: Home, agencies: Iterable[Agency], *, organ: str | None, everything: bool) -> list[Owed]:
    law, now = law_of(home, home.need_running()), int(time.time() * 1000)
    found: list[Owed] = []
    for agency in agencies:
        with desk_store(home, agency) as store:
            found += agenda(store, agency, law, now=now, organ=organ, everything=everything)
    return found


def _say_done(home: Home, duty: UUID, officer: str | None, *, agencies: Iterable[Agency]) -> None:
    """Close a duty that no event fulfils; exit code 1, with the reason, where that is not possible."""
    if not officer:
        raise typer.BadParameter("who says so must stand beside it: --officer TOKEN")
    for agency in agencies:
        with desk_store(home, agency) as store:
            kept = store.duty(duty)
            if kept is None:
                continue
            if kept.draft is not None:
                _refuse(f"It is done by answering the draft: yisong drafts sign {kept.draft}, or decline.")
            if kept.duty.owed:
                _refuse(f"It is fulfilled by publishing {' or '.join(kept.duty.owed)}, not by saying so.")
            if not store.say_done(duty, officer=officer, at=int(time.time() * 1000)):
                _refuse(f"It is {kept.state} already.")
            typer.echo("Done.")
            return
    _refuse("No agency has a duty of that id.")


def _refuse(why: str) -> None:
    typer.echo(why, err=True)
    raise typer.Exit(1)


@contextmanager
def desk_store(home: Home, agency: Agency) -> Iterator[Store]:
    """Give what the desk of *agency* keeps. Raises BusNotFound or BusUnreachable."""
    with closing(connect(home.need_running().dsn[agency], autocommit=True, name="yisong-duties")) as connection:
        yield Store(connection)


def _row(one: Owed) -> tuple[str | Text, ...]:
    duty = one.kept.duty
    return (
        duty.by,
        left(one),
        "" if duty.due_strict is None else due(duty.due_strict),
        _rolled(one),
        one.kept.case_id,
        duty.why,
        "" if duty.about.kind == "case" else duty.about.id,
        acts(duty),
        duty.article,
    )


def _rolled(one: Owed) -> str:
    """Return the rolled end where it is another than the strict one, and what the calendar known today would give."""
    strict, rolled = one.kept.duty.due_strict, one.kept.duty.due_rolled
    said = "" if rolled is None or rolled == strict else due(rolled)
    return said if one.known is None else f"{said} (provisional; {due(one.known.rolled)} as known today)".strip()


def acts(duty: Duty) -> str:
    """Return the acts any of which fulfils a duty, by type."""
    return ", ".join(dict.fromkeys(act.partition(":")[0] for act in duty.owed))


def left(one: Owed) -> Text:
    """Return how much time is left of a duty, or what has become of it."""
    if one.state != "open":
        return verdict("dim", said=one.state)
    if one.left is None:
        return Text("")
    if one.is_late:
        return verdict("late", said=f"late by {span(-one.left)}")
    pressing = one.urgency in ("late_strictly", "nearly_due")
    return verdict("rolled_on_time" if pressing else "running", said=span(one.left))
