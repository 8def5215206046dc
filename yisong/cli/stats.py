"""How does one ask for the statistics of a month, quarter, half-year or campaign? ``yisong stats``."""

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from getpass import getuser
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from yisong.audit.readings import Reader
from yisong.cli.page import page, ruled
from yisong.cli.stats_plot import check, draw
from yisong.home import Agency, Home
from yisong.kafka.rulebook_topic import law_of
from yisong.ledger import Law
from yisong.plots.asked import OF_THE_TRAIL, Asked, Kind, usual
from yisong.postgres.connection import connect
from yisong.statistics.adding import Adding, Vector
from yisong.statistics.figures import NOT_READABLE, By, Figure
from yisong.statistics.scope import SHAPES, Scope, scope_of, year_of
from yisong.statistics.shown import as_said, figures_csv, note_shown, value_of
from yisong.statistics.spread import bring_up
from yisong.statistics.versions import Document, document, freeze, total

Month = Annotated[str | None, typer.Option(help="Of a month: 2016-08.")]
Quarter = Annotated[str | None, typer.Option(help="Of a quarter: 2016-Q3.")]
Half = Annotated[str | None, typer.Option(help="Of a half-year: 2016-H2.")]
Year = Annotated[str | None, typer.Option(help="Of a year, 2016; for --plot only.")]
Campaign = Annotated[str | None, typer.Option(help="Of a campaign: JW2016.")]
Grouped = Annotated[By | None, typer.Option("--by", help="Add up by this, not all of it.")]
Freeze = Annotated[bool, typer.Option("--freeze", help="Keep what it says as the next version, for ever.")]
Version = Annotated[int | None, typer.Option("--version", help="Show this frozen version; 0 = the newest.")]
At = Annotated[str | None, typer.Option("--vector", help="Count only what lies before it: JSON, partition to size.")]
Shown = tuple[tuple[str, ...], list[tuple[str, ...]]]
OfAgency = Annotated[Agency, typer.Option("--agency", help="Whose node to ask.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs; of a frozen version, its very bytes.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="For spreadsheets.")]
Plot = Annotated[Path | None, typer.Option("--plot", help="Draw it into this file: .png or .svg.")]
PlotOf = Annotated[Kind | None, typer.Option("--plot-of", help="What to draw.")]
Columns = Annotated[list[str] | None, typer.Option("--column", help="A column to draw; as often as there are.")]


def stats(  # noqa: PLR0913 (each is an option)
    *,
    month: Month = None,
    quarter: Quarter = None,
    half: Half = None,
    year: Year = None,
    campaign: Campaign = None,
    by: Grouped = None,
    freeze_: Freeze = False,
    version: Version = None,
    vector: At = None,
    agency: OfAgency = "copyright",
    json: AsJson = False,
    csv_: AsCsv = False,
    plot: Plot = None,
    plot_of: PlotOf = None,
    column: Columns = None,
) -> None:
    """
    Show the figures that follow from the events, beside those that were filed.

    What this node may not read is `not readable here`, never 0. A frozen version never changes; the next one says what
    differs, and which events make the difference.

    --plot draws months, provinces, how clocks ended (--plot-of clocks), or how old is what is open (ageing): the last
    two of all there is where no period or campaign is named.
    """
    periods = {"month": month, "quarter": quarter, "half": half, "year": year}
    if plot is not None:
        given = {"--json": json, "--csv": csv_, "--freeze": freeze_, "--by": by is not None}
        asked = Asked(
            plot_of, plot, Scope(), tuple(column or ()), version, vector is not None,
            besides=tuple(option for option, is_given in given.items() if is_given),
        )  # fmt: skip
        _plot(asked, agency, campaign, periods, vector)
        return
    if plot_of is not None or column or year is not None:
        raise typer.BadParameter(
            "--plot-of, --column and --year are for pictures; name the file too", param_hint="--plot"
        )
    scope = _scope(campaign, **periods)
    if version is not None and (freeze_ or vector is not None):
        raise typer.BadParameter("a frozen version is shown as it is", param_hint="--version")
    home = Home.find()
    running = home.need_running()
    law = law_of(home, running)
    if version is None:
        bring_up(home, agency, running.dsn[agency], law, processes=os.cpu_count() or 1)
    with closing(connect(running.dsn[agency], autocommit=True, name="yisong-stats")) as connection:
        adding = Adding(connection, law)
        if version is not None:
            written = _kept(adding, scope, version)
        else:
            written = _found(adding, scope, law, at=_vector(vector), freeze_=freeze_)
        if not csv_ or json:  # as CSV there are sums only
            note_shown(connection, Reader(getuser(), law.system_organ(agency)), orjson.loads(written), scope.name)
    _show(written, scope, by, law, json=json, csv_=csv_)


def _plot(
    asked: Asked, agency: Agency, campaign: str | None, periods: Mapping[str, str | None], vector: str | None
) -> None:
    asked, at = _as_asked(asked, campaign, periods, vector)
    home = Home.find()
    running = home.need_running()
    law = law_of(home, running)
    check(asked, law)
    if asked.version is None and asked.kind not in OF_THE_TRAIL:
        bring_up(home, agency, running.dsn[agency], law, processes=os.cpu_count() or 1)
    with closing(connect(running.dsn[agency], autocommit=True, name="yisong-stats")) as connection:
        frozen = None if asked.version is None else _kept(Adding(connection, law), asked.scope, asked.version)
        draw(connection, asked, law, agency=agency, at=at, frozen=frozen)


def _as_asked(
    asked: Asked, campaign: str | None, periods: Mapping[str, str | None], vector: str | None
) -> tuple[Asked, Vector | None]:
    """Return *asked* with its scope and kind, and the vector; what is wrong with them is said with the rest."""
    at: Vector | None = None
    wrong: list[str] = []
    named = any(one is not None for one in (campaign, *periods.values()))
    try:
        if named or asked.kind not in OF_THE_TRAIL:
            asked = asked._replace(scope=_scope(campaign, **periods))
    except typer.BadParameter as fault:
        wrong.append(" ".join(filter(None, (str(fault.param_hint or ""), fault.message))))
    try:
        at = _vector(vector)
    except typer.BadParameter as fault:
        wrong.append(f"--vector {fault.message}")
    kind = asked.kind or usual(asked.scope, frozen=asked.version is not None)
    return asked._replace(kind=kind, wrong=tuple(wrong)), at


def _scope(campaign: str | None, **periods: str | None) -> Scope:
    named = [(kind, text) for kind, text in periods.items() if text is not None]
    if len(named) > 1 or not (named or campaign):
        raise typer.BadParameter(
            "name one of --month, --quarter and --half (for --plot --year, too), or --campaign, or one of each"
        )
    kind, period = named[0] if named else ("campaign", None)
    if period is not None and not SHAPES[kind].fullmatch(period):
        raise typer.BadParameter(f"{period!r} is no {kind}", param_hint=f"--{kind}")
    try:
        return year_of(str(period), campaign) if kind == "year" else scope_of(period, campaign)
    except ValueError as fault:
        raise typer.BadParameter(f"{str(fault)!r} is no {kind}", param_hint=f"--{kind}") from fault


def _vector(text: str | None) -> Vector | None:
    try:
        said = None if text is None else orjson.loads(text)
        return None if said is None else {int(partition): int(size) for partition, size in said.items()}
    except (ValueError, AttributeError, TypeError) as fault:
        raise typer.BadParameter('is no vector such as {"0": 12, "1": 7}', param_hint="--vector") from fault


def _kept(adding: Adding, scope: Scope, version: int) -> bytes:
    versions = adding.versions(scope)
    number = version or max(versions, default=0)
    if number not in versions:
        known = ", ".join(map(str, versions)) or "none"
        raise typer.BadParameter(
            f"of {scope.name} there is no version {number} (there is: {known})", param_hint="--version"
        )
    return versions[number]


def _found(adding: Adding, scope: Scope, law: Law, *, at: Vector | None, freeze_: bool) -> bytes:
    if freeze_:
        with adding.to_freeze():
            return freeze(adding, scope, at or adding.vector(), law)
    with adding.at_once():
        return orjson.dumps(document(adding, scope, at or adding.vector(), law))


def _show(  # noqa: PLR0913 (what is shown, and how)
    written: bytes, scope: Scope, by: By | None, law: Law, *, json: bool, csv_: bool
) -> None:
    if json:
        typer.echo(written)
        return
    said: Document = orjson.loads(written)
    if csv_:
        typer.echo(figures_csv(total(said, by)), nl=False)
        return
    console = page()
    console.print(ruled(_title(said, scope), *_table(total(said, by), law)), soft_wrap=True)
    for one in said["filed"]:
        console.print()
        console.print(ruled(_of_report(one), *_filed(one)), soft_wrap=True)
    if said["clusters"]:
        console.print("\nclusters 集群: " + ", ".join(f"{name} {cases}" for name, cases in said["clusters"].items()))
    if "differences" in said:
        console.print()
        title = f"What differs from version {said['version'] - 1}"
        console.print(ruled(title, *_differences(said["differences"])), soft_wrap=True)


def _title(said: Document, scope: Scope) -> str:
    version = f", version {said['version']}" if "version" in said else ""
    size = sum(said["vector"].values())
    return f"Statistics 统计 {scope.name}{version}: of {size} records, rulebook {said['rulebook']['n']}"


def _table(found: Sequence[Figure], law: Law) -> Shown:
    enums = law.rulebook.catalogue.enums
    names, units = enums["stat_column"], enums["quantity_unit"]
    rows: list[tuple[str, ...]] = [
        (one.column, names[one.column], _key(one), units.get(one.unit or "", ""), str(value_of(one)), _remark(one))
        for one in found
    ]
    return ("column", "指标", "of", "unit", "derived 推算", ""), rows


def _key(one: Figure) -> str:
    return f"{one.key} ({one.grain})" if one.grain else one.key


def _remark(one: Figure) -> str:
    unread = f"{one.unread} not readable, the others give {one.read}" if one.unread else ""
    unknown = f"{one.unknown} say that it is not known" if one.unknown else ""
    return "; ".join(part for part in (unread, unknown) if part)


def _of_report(one: Mapping[str, Any]) -> str:
    if not one["readable_here"]:
        return f"Filed 报数 {one['organ']} {one['variant']}: {NOT_READABLE}"
    return f"Filed 报数 {one['organ']} {one['variant']} {one['template']}, version {one['report_version']}"


def _filed(one: Mapping[str, Any]) -> Shown:
    rows: list[tuple[str, ...]] = [
        (
            figure["column"],
            str(figure.get("key", "")),
            str(figure.get("unit", "")),
            str(figure["filed"]),
            str(figure.get("note", figure["derived"])),
            "" if figure["difference"] is None else f"{figure['difference']:+d}",
        )
        for figure in one["figures"]
    ]
    return ("column", "of", "unit", "filed 报数", "derived 推算", "difference 差异"), rows


def _differences(found: Sequence[Mapping[str, Any]]) -> Shown:
    rows: list[tuple[str, ...]] = []
    for one in found:
        rows.append(
            (
                one["column"],
                str(one.get("unit", "")),
                as_said(one["before"]),
                as_said(one["after"]),
                one.get("reading", ""),
                "",
            )
        )
        for event in one["events"]:
            through = event.get("through", event["event_id"])
            what = f"{event['kind']} {event['event_type']} of {event['organ']}"
            rows.append(
                ("", "", as_said(event["before"]), as_said(event["after"]), what, f"{event['case_id']} {through}")
            )
    return ("column", "unit", "before", "after", "why", "case and event"), rows
