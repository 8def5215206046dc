"""How does one see what a desk could not answer, run it again or drop it? ``yisong dead-letters list|redrive|drop``."""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Annotated, NamedTuple

import orjson
import typer

from yisong.cli.duties import desk_store
from yisong.cli.page import instant, page, ruled, stranger
from yisong.desk.drops import Dropped, Drops
from yisong.desk.store import NotTaken, Parked, Store
from yisong.home import AGENCIES, Agency, Home
from yisong.postgres import connect
from yisong.postgres.connection import Rows
from yisong.publishing.instants import to_text

app = typer.Typer(help="What a desk could not answer: shown, run again, or put aside for good.", no_args_is_help=True)

Whose = Annotated[Agency | None, typer.Option(help="Whose desk; all where not said.")]
OfCase = Annotated[str | None, typer.Option("--case", help="Only what waits in one case.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]

Of = Annotated[Agency, typer.Argument(help="Whose desk.")]
At = Annotated[str, typer.Argument(metavar="POSITION", help="As `list` shows it: 4:8.")]
Officer = Annotated[str, typer.Option("--officer", help="Who says so: an officer token.")]
Why = Annotated[str, typer.Option("--why", help="For the record: why nobody will ever answer it.")]

_PATIENCE_SECONDS = 30.0
_A_POSITION = re.compile(r"([0-9]{1,9}):(-?[0-9]{1,18})")
_SAID = {
    "dropped": "{agency}: {position} is put aside; what waited behind it is run again.",
    "not-waiting": "{agency}: nothing waits at {position}; see `yisong dead-letters list`.",
    "not-first": "{agency}: {position} waits behind an earlier one of its case, which has to be dealt with first.",
}
_PARKED = ("agency", "case", "position", "reason", "detail", "since", "tries")
_DROPPED = ("agency", "case", "position", "reason", "officer", "at", "why")
_NOT_TAKEN = ("agency", "case", "answering", "event", "publisher", "reason")


class Letters(NamedTuple):
    """What waits at one desk, and which of its events the log did not take."""

    agency: Agency
    parked: tuple[Parked, ...]
    not_taken: tuple[NotTaken, ...]


@app.command("list")
def show(*, agency: Whose = None, json: AsJson = False) -> None:
    """
    Show the deliveries that wait for a person, and those of the same case behind them.

    Also the events of a desk that the log refused: the act that should have answered is not done.
    """
    home = Home.find()
    found = [_letters(home, one) for one in _agencies(agency)]
    if json:
        typer.echo(orjson.dumps([_as_json(one) for one in found], option=orjson.OPT_INDENT_2))
        return
    parked = [row for one in found for row in _parked_rows(one)]
    not_taken = [row for one in found for row in _not_taken_rows(one)]
    console = page()
    if parked:
        console.print(ruled("Parked", _PARKED, parked), soft_wrap=True)
    if not_taken:
        console.print(ruled("Not taken by the log", _NOT_TAKEN, not_taken), soft_wrap=True)
    if not parked and not not_taken:
        console.print("Nothing waits.")


@app.command("dropped")
def dropped(*, agency: Whose = None, json: AsJson = False) -> None:
    """Show what officers have put aside for good: who, when and why."""
    home = Home.find()
    found = [(one, letter) for one in _agencies(agency) for letter in _dropped(home, one)]
    if json:
        typer.echo(orjson.dumps([_dropped_json(*one) for one in found], option=orjson.OPT_INDENT_2))
    elif found:
        page().print(ruled("Dropped", _DROPPED, [_dropped_row(*one) for one in found]), soft_wrap=True)
    else:
        page().print("Nothing was dropped.")


@app.command("drop")
def drop(agency: Of, position: At, *, officer: Officer, why: Why) -> None:
    """
    Put aside for good what no desk will ever be able to answer, as a record that cannot be read; what came is kept.

    Only what comes first of all that waits in its case; the desk then runs again what waited behind it. Nothing that
    the event asked for becomes a duty: see `yisong history CASE`. Exit code 1 where it cannot be dropped.
    """
    partition, offset = _position(position)
    with _database(Home.find(), agency) as connection:
        came_of_it = Drops(connection).drop(partition, offset, officer=officer, why=why, at=time.time_ns() // 1_000_000)
    typer.echo(_SAID[came_of_it].format(agency=agency, position=position), err=came_of_it != "dropped")
    raise typer.Exit(0 if came_of_it == "dropped" else 1)


@app.command("redrive")
def redrive(*, agency: Whose = None, case: OfCase = None) -> None:
    """
    Run again what waits, case by case in their order, and say what still waits.

    The desks do it, so that nothing of a case is overtaken. Exit code 1 where something still waits.
    """
    home, left = Home.find(), 0
    for one in _agencies(agency):
        with desk_store(home, one) as store:
            asked = store.ask_again(case)
            if asked:
                _until_tried(store)
                left += _report(one, store, asked=asked)
    if not left:
        typer.echo("Nothing waits." if case is None else "Nothing of it waits.")
    raise typer.Exit(1 if left else 0)


def _position(text: str) -> tuple[int, int]:
    found = _A_POSITION.fullmatch(text)
    if found is None:
        raise typer.BadParameter("is no position such as 4:8", param_hint="POSITION")
    return int(found[1]), int(found[2])


@contextmanager
def _database(home: Home, agency: Agency) -> Iterator[Rows]:
    running = home.need_running()
    with closing(connect(running.dsn[agency], autocommit=True, name="yisong-dead-letters")) as connection:
        yield connection


def _dropped(home: Home, agency: Agency) -> Sequence[Dropped]:
    with _database(home, agency) as connection:
        return Drops(connection).all()


def _dropped_row(agency: Agency, one: Dropped) -> tuple[str, ...]:
    place = f"{one.place.partition}:{one.place.offset}"
    case, officer, why = stranger(one.place.case_id), stranger(one.officer), stranger(one.why)
    return agency, case, place, one.reason, officer, instant(one.at), why


def _dropped_json(agency: Agency, one: Dropped) -> dict[str, object]:
    said = {"reason": one.reason, "detail": one.detail, "officer": one.officer, "why": one.why, "at": to_text(one.at)}
    return {"agency": agency, **one.place._asdict(), **said}


def _agencies(agency: Agency | None) -> tuple[Agency, ...]:
    return AGENCIES if agency is None else (agency,)


def _until_tried(store: Store) -> None:
    """Wait until the desk has tried what was asked for, but not for ever: it may not be running."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while store.asked() and time.monotonic() < until:
        time.sleep(0.1)


def _report(agency: Agency, store: Store, *, asked: int) -> int:
    waiting = store.waiting()
    if any(one.asked for one in waiting):
        typer.echo(f"{agency}: its desk has not come to it yet, and will when it runs (`yisong status`).")
    for one in waiting:
        if one.reason != "behind-parked" and not one.asked:
            place = f"{one.place.partition}:{one.place.offset}"
            detail = stranger(one.detail)
            typer.echo(f"{agency}: {stranger(one.place.case_id)} {place} still waits: {one.reason} {detail}".rstrip())
    typer.echo(f"{agency}: {asked} asked for, {len(waiting)} waiting")
    return len(waiting)


def _letters(home: Home, agency: Agency) -> Letters:
    with desk_store(home, agency) as store:
        return Letters(agency, tuple(store.waiting()), tuple(store.not_taken()))


def _parked_rows(letters: Letters) -> Iterator[tuple[str, ...]]:
    for one in letters.parked:
        place = f"{one.place.partition}:{one.place.offset}"
        case, detail = stranger(one.place.case_id), stranger(one.detail)
        yield letters.agency, case, place, one.reason, detail, one.parked_at[:19], str(one.attempts)


def _not_taken_rows(letters: Letters) -> Iterator[tuple[str, ...]]:
    for one in letters.not_taken:
        place = f"{one.place.partition}:{one.place.offset}"
        yield letters.agency, one.place.case_id, place, one.name, one.publisher, one.reason


def _as_json(letters: Letters) -> dict[str, object]:
    return {
        "agency": letters.agency,
        "parked": [{**one.place._asdict(), **_without_place(one._asdict())} for one in letters.parked],
        "not_taken": [{**one.place._asdict(), **_without_place(one._asdict())} for one in letters.not_taken],
    }


def _without_place(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name != "place"}
