"""How does one look into an agency's inbox? ``yisong inbox``."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import orjson
import typer
from rich.text import Text

from yisong.cli import inbox_screen
from yisong.cli.page import page
from yisong.desk.inbox import InboxRecord, decode_record, read_header, topic
from yisong.envelope.header import Header
from yisong.errors import Undecodable
from yisong.home import Agency, Home
from yisong.kafka.inbox import look_into
from yisong.kafka.records import LogRecord
from yisong.kafka.rights import user_of
from yisong.kafka.rulebook_topic import law_of

Whose = Annotated[Agency, typer.Argument(help="Whose inbox.")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on and show what comes, until Ctrl-C.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: one object a line, with the body where readable.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One event of an inbox: its *record*, and the *header* in it."""

    record: InboxRecord
    header: Header


def inbox(agency: Whose, *, follow: Follow = False, json: AsJson = False) -> None:
    """
    Show what lies in an agency's inbox: each admitted event that concerns it, once, as its desk gets it.

    Bodies are opened as they are shown, where they may be read; nothing is settled, and no desk notices. Without
    --follow in the order of log time.
    """
    home = Home.find()
    law = law_of(home, home.need_running())
    found = _once(look_into(home.need_running(user_of(agency, agency)).bootstrap, topic(agency), follow=follow))
    in_order = found if follow else iter(sorted(found, key=_by_log_time))
    console = page()
    if not json:
        console.print(inbox_screen.heading(agency, law))
    try:
        for one in in_order:
            said = _json_line(one) if json else inbox_screen.line(one.record, one.header, agency, law)
            if isinstance(said, Text):
                console.print(said, soft_wrap=True)
            else:
                typer.echo(said)
    except KeyboardInterrupt:  # how one stops following
        raise typer.Exit(0) from None


def _json_line(one: Shown) -> str:
    return orjson.dumps(inbox_screen.as_json(one.record, one.header)).decode()


def _by_log_time(one: Shown) -> tuple[int, int, int]:
    return one.record.log_time, one.record.partition, one.record.offset


def _once(records: Iterator[LogRecord]) -> Iterator[Shown]:
    """
    Yield every event once: what was relayed a second time lies behind its first standing.

    What is no inbox record is named on standard error and passed over, as the desk parks it.
    """
    seen: dict[int, int] = {}
    for one in records:
        try:
            record = decode_record(one.value or b"")
            header = read_header(record)
        except Undecodable as fault:
            typer.echo(f"{one.partition}:{one.offset} of the inbox cannot be read: {fault}", err=True)
            continue
        if record.offset > seen.get(record.partition, -1):
            seen[record.partition] = record.offset
            yield Shown(record=record, header=header)
