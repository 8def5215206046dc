"""How does one see what a desk could not answer, and run it again? ``yisong dead-letters list|redrive``."""

import time
from collections.abc import Iterator
from typing import Annotated, NamedTuple

import orjson
import typer

from yisong.cli.duties import desk_store
from yisong.cli.page import page, ruled, stranger
from yisong.desk.store import NotTaken, Parked, Store
from yisong.home import AGENCIES, Agency, Home

app = typer.Typer(help="What a desk could not answer: shown, and run again.", no_args_is_help=True)

Whose = Annotated[Agency | None, typer.Option(help="Whose desk; all where not said.")]
OfCase = Annotated[str | None, typer.Option("--case", help="Only what waits in one case.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]

_PATIENCE_SECONDS = 30.0
_PARKED = ("agency", "case", "position", "reason", "detail", "since", "tries")
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
