"""How does an auditor read a case as it was known at an instant? ``yisong history``."""

import time
from typing import Annotated, Final

import orjson
import typer

from yisong.audit.timeline import timeline
from yisong.audit.trails import open_trail
from yisong.cli import timeline_screen
from yisong.cli.page import page
from yisong.envelope.case_id import is_case_id
from yisong.home import Agency, Home
from yisong.kafka.rulebook_topic import law_of
from yisong.publishing.instants import to_ms

_ZONE: Final = "+08:00"
_END_OF_DAY: Final = f"T23:59:59.999{_ZONE}"

Case = Annotated[str, typer.Argument(help="The case id, CRB-…")]
At = Annotated[
    str | None,
    typer.Option(help="As known at this instant, in RFC 3339; without an offset +08:00, without a time the day's end."),
]
Node = Annotated[Agency, typer.Option(help="Whose trail to read.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def history(case: Case, *, at: At = None, node: Node = "police", json: AsJson = False) -> None:
    """Show a case: who did what and when, what was admitted, and which clocks ran. Exit code 1 if it is not known."""
    if not is_case_id(case):
        raise typer.BadParameter(
            f"{case} is no case id: its form is CRB-980100-2016-000021-5, the last a check character"
        )
    home, instant = Home.find(), None if at is None else parse_instant(at)
    law = law_of(home, home.need_running())
    with open_trail(home.need_running(), node) as trail:
        seen = timeline(trail, case, law, at=instant, now=int(time.time() * 1000))
    if seen is None:
        then = "" if at is None else f" as of {at}"
        typer.echo(f"The trail of {node} knows nothing of {case}{then}.", err=True)
        raise typer.Exit(1)
    if json:
        typer.echo(orjson.dumps(timeline_screen.as_json(seen, law), option=orjson.OPT_INDENT_2))
        return
    console = page()
    for part in timeline_screen.screen(seen, law):
        console.print(part, soft_wrap=True)
        console.print()


def parse_instant(text: str) -> int:
    """Return the instant (ms) that an auditor means. Raises BadParameter where *text* is none."""
    for completed in (text, text + _ZONE, f"{text}:00{_ZONE}", text + _END_OF_DAY):
        try:
            return to_ms(completed)
        except ValueError:
            continue
    raise typer.BadParameter(f"{text!r} is no instant: write 2016-08-03T11:04:00+08:00, or 2016-08-03")
