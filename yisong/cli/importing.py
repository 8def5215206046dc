"""How do an agency's existing cases come onto the bus? ``yisong import FILE``."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Final, Literal

import orjson
import typer

from yisong.audit.trails import Trail
from yisong.cli.page import page, ruled
from yisong.cli.registers import printable
from yisong.desk.case_numbers import next_case_id
from yisong.errors import NotImportable
from yisong.home import Home
from yisong.importing.plan import Desk, Plan, plan
from yisong.importing.reading import File, read_cases
from yisong.importing.row import Note
from yisong.importing.taking import Taken, alone, take
from yisong.kafka.rulebook_topic import law_of
from yisong.postgres import connect
from yisong.publishing.access import node_dsn
from yisong.publishing.publisher import Publisher
from yisong.publishing.signer import Signer

_MOST: Final = 50 << 20
_SHOWN: Final = 50

TheFile = Annotated[Path, typer.Argument(metavar="FILE", help=".csv (UTF-8 or GB18030) or .xlsx, headings in line 1.")]
Organ = Annotated[str, typer.Option("--organ", metavar="ORGAN", help="Whose cases these are, as V9801.")]
Which = Annotated[
    Literal["all", "good"], typer.Option("--take", help="all: nothing where one row is bad; good: the good ones.")
]
Really = Annotated[bool, typer.Option("--publish", help="Publish; without it, nothing is written.")]
Sheet = Annotated[str | None, typer.Option("--sheet", help="Which sheet of a spreadsheet that has several.")]
Seconds = Annotated[float, typer.Option("--timeout", help="How long to wait for a verdict, in seconds.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def import_(  # noqa: PLR0913 (the command's options)
    file: TheFile,
    *,
    organ: Organ,
    which: Which = "all",
    publish: Really = False,
    sheet: Sheet = None,
    timeout: Seconds = 120.0,
    json: AsJson = False,
) -> None:
    """
    Take the existing cases in FILE, one a row, as events. A dry run, unless --publish is given.

    Every fault is listed with its line. A row is known again by its number: importing a file again publishes only what
    has come to it since. Exit code 1: a row can't be taken, or was refused.
    """
    content = _content(file)
    home = Home.find()
    law = law_of(home, home.need_running())
    found = read_cases(content, organ, law, sheet=sheet)
    with _desk(home, organ) as desk:
        if publish:
            alone(desk.connection)
        made = plan(found.cases, desk)
        taken = _take(made, desk, timeout) if publish and (which == "good" or not _bad(found, made)) else None
    if json:
        typer.echo(orjson.dumps(_as_json(found, made, taken, organ), option=orjson.OPT_INDENT_2))
    else:
        _show(found, made, taken, publish=publish)
    if _bad(found, made) or any(one.refused for one in taken or ()):
        raise typer.Exit(1)


@contextmanager
def _desk(home: Home, organ: str) -> Iterator[Desk]:
    running = home.need_running()
    law = law_of(home, running)
    dsn = node_dsn(running, law, organ)
    with (
        Publisher(home) as publisher,
        closing(connect(dsn, autocommit=True, name="yisong-import")) as connection,
        closing(connect(dsn, autocommit=True, name="yisong-import-trail")) as reading,
    ):
        reading.read_only = True
        yield Desk(
            organ=organ,
            publisher=publisher,
            connection=connection,
            trail=Trail("copyright", reading),
            signer=Signer(law, home.keystore()),
            law=law,
            now=int(time.time() * 1000),
        )


def _take(made: Plan, desk: Desk, timeout: float) -> tuple[Taken, ...]:
    return take(
        made.rows,
        desk.publisher,
        lambda region, year: next_case_id(desk.connection, "copyright", region=region, year=year),
        organ=desk.organ,
        timeout=timeout,
    )


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > _MOST:
            raise NotImportable(
                f"{file} cannot be read; nothing was imported.", [f"it is larger than {_MOST >> 20} MiB"]
            )
        return file.read_bytes()
    except OSError as fault:
        raise NotImportable(f"{file} cannot be read; nothing was imported.", [fault.strerror or "no detail"]) from fault


def _faults(found: File, made: Plan) -> list[Note]:
    return sorted((*found.faults, *made.faults), key=lambda note: note.line)


def _bad(found: File, made: Plan) -> int:
    """Return how many rows can't be taken."""
    return len({note.line for note in _faults(found, made)})


def _show(found: File, made: Plan, taken: Sequence[Taken] | None, *, publish: bool) -> None:
    console = page()
    how = {name: sum(row.what == name for row in made.rows) for name in ("new", "continued", "same")}
    console.print(
        f"{found.rows} rows ({found.form}): {len(made.rows)} can be taken ({how['new']} new, {how['continued']} "
        f"continued, {how['same']} there already), {_bad(found, made)} can't.",
        soft_wrap=True,
    )
    if faults := _faults(found, made):
        console.print(_notes("Can't be taken", faults), soft_wrap=True)
    if warnings := (*found.warnings, *made.warnings):
        console.print(_notes("Worth a look", warnings), soft_wrap=True)
    if found.readings:
        rows = [(str(one.line), one.column, printable(one.written), one.read) for one in found.readings[:_SHOWN]]
        console.print(
            ruled("Read otherwise than it is written", ("line", "column", "written", "read"), rows), soft_wrap=True
        )
        _more(len(found.readings))
    if late := sum(row.late for row in made.rows):
        console.print(f"Admitted late: {late}, for the bus judges a clock by when it hears of an act.")
    if taken is None:
        console.print(_why_nothing(publish=publish))
    else:
        _show_taken(taken)


def _why_nothing(*, publish: bool) -> str:
    if publish:
        return "Nothing was published: put the rows right, or take the good ones only (--take good)."
    return "A dry run: nothing was published."


def _show_taken(taken: Sequence[Taken]) -> None:
    rows = [
        (str(one.line), one.number, one.case_id, one.what, ", ".join(f"{e.event_type} {e.verdict}" for e in one.events))
        for one in taken[:_SHOWN]
    ]
    page().print(ruled("Taken", ("line", "number", "case", "what", "events"), rows), soft_wrap=True)
    _more(len(taken))


def _more(count: int) -> None:
    if count > _SHOWN:
        page().print(f"… and {count - _SHOWN} more; --json lists all.")


def _notes(title: str, notes: Sequence[Note]) -> object:
    return ruled(title, ("line", "column", "what"), [(str(note.line), note.column, note.what) for note in notes])


def _as_json(found: File, made: Plan, taken: Sequence[Taken] | None, organ: str) -> dict[str, object]:
    return {
        "organ": organ,
        "form": found.form,
        "rows": found.rows,
        "published": taken is not None,
        "plan": [
            {
                "line": row.case.line,
                "number": row.case.number,
                "case_id": row.case_id,
                "what": row.what,
                "late": row.late,
                "to_publish": [step.stated.header["event_type"] for step in row.to_do],
            }
            for row in made.rows
        ],
        "taken": [
            {
                "line": one.line,
                "number": one.number,
                "case_id": one.case_id,
                "what": one.what,
                "events": [
                    {"event_type": e.event_type, "event_id": str(e.event_id), "verdict": e.verdict, "reason": e.reason}
                    for e in one.events
                ],
            }
            for one in taken or ()
        ],
        "faults": [note._asdict() for note in _faults(found, made)],
        "warnings": [note._asdict() for note in (*found.warnings, *made.warnings)],
        "readings": [one._asdict() for one in found.readings],
    }
