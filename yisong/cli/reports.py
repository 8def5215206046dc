"""How does one see which reports were filed, and which are late or missing? ``yisong reports``."""

import time
from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Final, cast

import orjson
import typer
from rich.text import Text

from yisong.campaigns.documents import calendar_document
from yisong.campaigns.overview import Asked, report_calendar
from yisong.campaigns.standing import PERIOD, STATES, Calendar, Filed, Standing, State, bodies_in, bodies_shown
from yisong.cli.page import due, instant, page, ruled, verdict
from yisong.cli.register_dockets import AsJson, At, Whose, instant_of, register_dockets

Campaign = Annotated[str | None, typer.Option(help="Those that the notice of a campaign asks for, as JW2016.")]
Year = Annotated[int | None, typer.Option(help="Those on a year.", min=2000, max=2099)]
OnPeriod = Annotated[str | None, typer.Option("--period", help="Those on a period, as 2016, 2016-07 or 2016-Q3.")]
Which = Annotated[list[str] | None, typer.Option("--state", help=f"Only those that are: {', '.join(STATES)}.")]
OfOrgan = Annotated[str | None, typer.Option("--organ", help="Only those of one organ, as V98.")]

_COLUMNS: Final = ("organ", "report", "period", "due strict", "due rolled", "state", "filed", "article")
SAID: Final[dict[State, str]] = {
    "filed": "filed", "late": "late", "missing": "missing", "not_yet_due": "not yet due",
    "not_readable": "not readable here", "not_begun": "no time yet",
}  # fmt: skip
_COLOUR_OF: Final = {"filed": "on_time", "late": "late", "missing": "late", "not_yet_due": "running"}


def reports(  # noqa: PLR0913 (one option each)
    *,
    campaign: Campaign = None,
    year: Year = None,
    period: OnPeriod = None,
    organ: OfOrgan = None,
    state: Which = None,
    agency: Whose = "copyright",
    at: At = None,
    json: AsJson = False,
) -> None:
    """
    Show which reports the calendar asks for: filed, late, missing or not yet due, by organ and period.

    Late is what was logged after the rolled reading of its date. What is filed though nothing asks for it stands apart.
    """
    moment, now = instant_of(at), int(time.time() * 1000)
    if unknown := set(state or ()) - set(STATES):
        raise typer.BadParameter(f"there is no {', '.join(sorted(unknown))}", param_hint="--state")
    if period is not None and not PERIOD.fullmatch(period):
        raise typer.BadParameter("is no period such as 2016, 2016-07 or 2016-Q3", param_hint="--period")
    asked = Asked(campaign, year if period is None or campaign is not None else int(period[:4]), organ)
    with register_dockets(agency) as reached:
        found = report_calendar(reached.reader, reached.law, asked, now=now, at=moment)
        found = found.only(period=period, states=cast("list[State]", state or []))
        names = {one: law.name for one, law in reached.law.organs.items()}
        reached.note("reports 报表日历", [*bodies_shown(found.standings), *bodies_in(found.unasked)])
    if json:
        typer.echo(orjson.dumps(calendar_document(found), option=orjson.OPT_INDENT_2))
        return
    _show(found, names)


def _show(found: Calendar, names: dict[str, str]) -> None:
    console = page()
    if not found.standings and not found.unasked:
        console.print("The calendar asks for no report here.")
        return
    rows = [_row(one, names) for one in found.standings]
    console.print(ruled("Reports 报表", _COLUMNS, rows), soft_wrap=True)
    counted = Counter(one.state for one in found.standings)
    console.print(", ".join(f"{counted[state]} {said}" for state, said in SAID.items() if counted[state]) + ".")
    if counted["not_begun"]:
        console.print(
            "No time yet: on a demo bus a docket's own log time is its now, and nothing was said in this register "
            "docket. --at INSTANT asks as of an instant."
        )
    if found.unasked:
        columns = ("organ", "filed", "period", "version", "logged", "campaign")
        console.print(ruled("Filed, and asked for by no date", columns, _filed_rows(found.unasked)), soft_wrap=True)


def _filed_rows(filed: Iterable[Filed]) -> list[tuple[str, ...]]:
    return [
        (
            one.organ,
            one.variant,
            one.period or SAID["not_readable"],
            str(one.version or ""),
            instant(one.log_time),
            one.campaign or "",
        )
        for one in filed
    ]


def _row(one: Standing, names: dict[str, str]) -> tuple[str | Text, ...]:
    report = one.report
    said = f"{SAID[one.state]}, rolled" if one.rolled else SAID[one.state]
    strict, rolled = report.ends.strict, report.ends.rolled
    filed = "" if one.by is None else f"{instant(one.by.log_time)}{_versions(one)}"
    return (
        f"{report.organ} {names.get(report.organ, '')}".strip(),
        f"{report.timer.zh} {report.timer.id}",
        report.period,
        due(strict),
        "" if rolled == strict else due(rolled),
        verdict("rolled_on_time" if one.rolled else _COLOUR_OF.get(one.state, ""), said=said),
        filed,
        report.timer.source,
    )


def _versions(one: Standing) -> str:
    return f" and {len(one.later)} later" if one.later else ""
