"""How does one read a register? ``yisong registers NAME``."""

import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from getpass import getuser
from typing import Annotated, Final
from uuid import UUID

import orjson
import typer

from yisong.audit.acts import Act, acts
from yisong.audit.readings import Reader, note_reading
from yisong.cli.history import parse_instant
from yisong.cli.page import instant, page, ruled
from yisong.home import Agency, Home
from yisong.kafka.rulebook_topic import law_of
from yisong.ledger import Law
from yisong.postgres import connect
from yisong.registers.catalogue import KINDS, register
from yisong.registers.rendering import as_csv, as_json, columns, heading, screen_row
from yisong.registers.rows import NOT_READABLE, Labels, Register, Unread

_SHOWN: Final = 20

Name = Annotated[str, typer.Argument(help=f"One of: {', '.join(KINDS)}.", show_default=False)]
Whose = Annotated[Agency, typer.Option("--agency", help="Whose node to read.")]
At = Annotated[str | None, typer.Option(help="As known, and as of, this instant; default: now.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="For spreadsheets: UTF-8, every field a column.")]


def registers(
    name: Name, *, agency: Whose = "copyright", at: At = None, json: AsJson = False, csv: AsCsv = False
) -> None:
    """Show a register, derived from admitted events with their corrections; what can't be read here is said so."""
    if name not in KINDS:
        raise typer.BadParameter(f"there is no register {name!r}; there are {', '.join(KINDS)}", param_hint="NAME")
    if json and csv:
        raise typer.BadParameter("is another form than --csv: choose one", param_hint="--json")
    home, moment = Home.find(), None if at is None else parse_instant(at)
    law = law_of(home, home.need_running())
    known = read_acts(home, law, agency, KINDS[name].event_types, at=moment, purpose=f"register {name}")
    found = register(name, known, agency=agency, as_of=_now() if moment is None else moment)
    if json:
        typer.echo(orjson.dumps(as_json(found), option=orjson.OPT_INDENT_2))
    elif csv:
        typer.echo(as_csv(found), nl=False)
    else:
        _print(found, law)


def read_acts(  # noqa: PLR0913 (what is read where, up to when, and what for)
    home: Home, law: Law, agency: Agency, event_types: Iterable[str], *, at: int | None, purpose: str
) -> tuple[Act, ...]:
    """
    Return what the node of *agency* may read of the events of these types that were logged by *at* (ms).

    The reading is written down, with all events whose bodies are shown, and the *purpose*.
    """
    reader = Reader(getuser(), law.system_organ(agency))
    with closing(connect(home.need_running().dsn[agency], autocommit=True, name="yisong-registers")) as connection:
        found = acts(connection, event_types, law, agency=agency, keys=home.keystore(), at=at)
        shown = [UUID(bytes=one.header.event_id) for one in found if one.body is not None]
        note_reading(connection, reader, what="register", case_id="", purpose=purpose, events=shown)
    return found


def _now() -> int:
    return int(time.time() * 1000)


def _print(found: Register, law: Law) -> None:
    catalogue = law.rulebook.catalogue
    labels: Labels = {**catalogue.enums, "variant": catalogue.variant_labels}
    heads = [heading(one) for one in columns(found.row_type, details=False)]
    rows = [[printable(cell) for cell in screen_row(row, labels)] for row in found.rows]
    console = page()
    console.print(ruled(f"{found.zh} {found.name}", heads, rows), soft_wrap=True)
    for note in found.notes:
        console.print(note, soft_wrap=True)
    if found.unread:
        _print_unread(found.unread)
    console.print(f"as of {instant(found.as_of)} +08:00, from the node of {found.agency}", soft_wrap=True)


def _print_unread(unread: Sequence[Unread]) -> None:
    console = page()
    rows = [
        (
            one.event,
            one.case_id,
            f"{one.event_type} ({one.variant})" if one.variant else one.event_type,
            one.organ,
            one.why,
        )
        for one in unread[:_SHOWN]
    ]
    title = f"{len(unread)} events that may belong to it: {NOT_READABLE}"
    console.print(ruled(title, ("event", "case", "type", "by", "why"), rows), soft_wrap=True)
    if len(unread) > _SHOWN:
        console.print(f"… and {len(unread) - _SHOWN} more; --json and --csv list all.")


def printable(text: str) -> str:
    """Return what somebody else wrote so that it can only be read: a body may hold a terminal's escape sequences."""
    return "".join(one if one.isprintable() else "\ufffd" for one in text)
