"""What do the figures of a period or campaign say, how do months and provinces compare, and what was frozen of them?"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import orjson
from starlette.responses import RedirectResponse, Response

from services.gateway.api.counting import Progress
from services.gateway.api.figures import Statistics, is_head, statistics_of
from services.gateway.api.statistics import grouping_of
from services.gateway.console.charts import by_month, by_province, key_of
from services.gateway.console.names import Names
from services.gateway.console.shell import Shell, render
from services.gateway.problems import Problem
from yisong.legal_time.days import day_of
from yisong.statistics.figures import BYS, Figure
from yisong.statistics.scope import Scope, scope_of, year_of
from yisong.statistics.versions import Document, total

FIRST_COLUMN: Final = "cases_opened"
"""What is drawn where nobody chooses."""
_MOST_YEARS: Final = 12
_REFRESH_SECONDS: Final = "3"
_MONTH: Final = len("2016-08")


class Wanted(NamedTuple):
    """What somebody asks for, as he typed it; empty where nothing was."""

    period: str = ""
    campaign: str = ""
    by: str = ""
    column: str = ""

    @property
    def query(self) -> Mapping[str, str]:
        """Return what is not empty, for a link."""
        return {name: value for name, value in self._asdict().items() if value}


class Group(NamedTuple):
    """A column with its figures, each with what it is of."""

    column: str
    rows: tuple[tuple[str, str, Figure], ...]


def statistics_page(shell: Shell, wanted: Wanted) -> Response:
    """Return the page of a period or campaign; of the newest month where none is chosen. Raises Problem 400."""
    here = statistics_of(shell.request)
    if not wanted.period and not wanted.campaign:
        come = here.counting.come()
        if not come.ready:
            return _counting(shell, come)
        span = here.span(shell.organ)
        if span is None:
            return render(shell, "statistics.html", current="statistics", **_form(shell, here, wanted), empty=True)
        wanted = wanted._replace(period=_month_of(span[1]))
    scope = scope_wanted(wanted)
    found = here.found(shell.reader, scope)
    if isinstance(found, Progress):
        return _counting(shell, found)
    by, column = grouping_of(wanted.by), _column(shell, wanted.column)
    said = found.document
    vector = {int(partition): size for partition, size in said["vector"].items()}
    months = here.months(shell.organ, _of_months(scope), vector)
    versions = here.versions(shell.organ, scope)
    return render(
        shell,
        "statistics.html",
        current="statistics",
        **_form(shell, here, wanted),
        empty=False,
        scope=scope,
        said=said,
        behind=found.behind,
        records=sum(vector.values()),
        by=by,
        groups=grouped(total(said, by), by, shell.names),
        column=column,
        months=by_month(months, column, shell.names),
        provinces=by_province(total(said, "province"), column, shell.names),
        versions=[(one, is_open, _differing(one.document)) for one, is_open in versions],
        next_version=1 + max((one.number for one, _ in versions), default=0),
        may_freeze=shell.may("approve") and is_head(shell.organ, shell.world.law),
    )


def version_page(shell: Shell, wanted: Wanted, number: int) -> Response:
    """Return the page of a frozen version. Raises Problem 404, or 403 where the viewer's organ may not read it."""
    scope = scope_wanted(wanted)
    kept = statistics_of(shell.request).version(shell.reader, scope, number)
    said: Document = orjson.loads(kept.document)
    bys = [one for one in BYS if one in said["figures"]]  # an older version knows fewer groupings
    by = next((one for one in bys if one == grouping_of(wanted.by)), None)
    return render(
        shell,
        "statistics_version.html",
        current="statistics",
        wanted=wanted,
        scope=scope,
        kept=kept,
        said=said,
        asked=_asked(scope),
        records=sum(said["vector"].values()),
        by=by,
        bys=bys,
        groups=grouped(total(said, by), by, shell.names),
        column=_column(shell, wanted.column),
        provinces=by_province(total(said, "province"), _column(shell, wanted.column), shell.names),
        columns=_columns(shell),
    )


def freeze(shell: Shell, wanted: Wanted, number: str) -> Response:
    """Freeze the version that the page offered, and go to it. Raises Problem."""
    if not (number.isascii() and number.isdigit() and len(number) <= 4):  # noqa: PLR2004 (as in the API)
        raise Problem(400, "no-such-version", "A version has a number.")
    scope = scope_wanted(wanted)
    statistics_of(shell.request).freeze(shell.reader, scope, int(number))
    asked = "&".join(f"{name}={value}" for name, value in wanted._replace(by="", column="").query.items())
    return RedirectResponse(f"/statistics/versions/{int(number)}?{asked}", 303)


def scope_wanted(wanted: Wanted) -> Scope:
    """Return the scope that was typed. Raises Problem 400 where it is none."""
    try:
        return scope_of(wanted.period or None, wanted.campaign or None)
    except ValueError as fault:
        raise Problem(400, "no-such-period", "That is no period, or no campaign.") from fault


def grouped(figures: Sequence[Figure], by: str | None, names: Names) -> tuple[Group, ...]:
    """Return figures under their columns, each with what it is of and its unit, in words."""
    found: dict[str, list[tuple[str, str, Figure]]] = {}
    for one in figures:
        key = "" if by is None else key_of(one, by, names)
        if one.grain is not None:
            key = f"{key} · {names.t(f'statistics.grain_{one.grain}')}"
        unit = "" if one.unit is None else names.enum("quantity_unit", one.unit)
        found.setdefault(one.column, []).append((key, unit, one))
    return tuple(Group(column, tuple(rows)) for column, rows in found.items())


def _form(shell: Shell, here: Statistics, wanted: Wanted) -> dict[str, Any]:
    """Return what the form offers."""
    span = here.span(shell.organ)
    periods = {} if span is None else _periods(*span)
    asked = _asked(scope_wanted(wanted)) if wanted.period or wanted.campaign else ""
    return {"wanted": wanted, "periods": periods, "bys": BYS, "columns": _columns(shell), "asked": asked}


def _asked(scope: Scope) -> str:
    """Return the query of the API for the same."""
    kind = {"": "", "Q": "quarter", "H": "half"}.get((scope.period or "")[5:6], "month")
    parts = ((kind, scope.period), ("campaign", scope.campaign))
    return "&".join(f"{name}={value}" for name, value in parts if name and value)


def _columns(shell: Shell) -> Mapping[str, str]:
    enums = shell.world.law.rulebook.catalogue.enums
    return {column: shell.names.enum("stat_column", column) for column in enums["stat_column"]}


def _column(shell: Shell, column: str) -> str:
    return column if column in _columns(shell) else FIRST_COLUMN


def _counting(shell: Shell, come: Progress) -> Response:
    page = render(shell, "statistics_counting.html", current="statistics", status=202, come=come)
    page.headers["Refresh"] = _REFRESH_SECONDS
    return page


def _month_of(instant: int) -> str:
    return date.fromordinal(day_of(instant)).isoformat()[:_MONTH]


def _periods(first: int, last: int) -> Mapping[str, Sequence[str]]:
    """Return the months, quarters and half-years from the instant *first* to *last* (ms), newest first."""
    begin, end = (date.fromordinal(day_of(instant)) for instant in (first, last))
    begin = max(begin, date(end.year - _MOST_YEARS, 1, 1))
    months = [
        (year, month)
        for year in range(end.year, begin.year - 1, -1)
        for month in range(12, 0, -1)
        if (begin.year, begin.month) <= (year, month) <= (end.year, end.month)
    ]
    return {
        "month": [f"{year}-{month:02}" for year, month in months],
        "quarter": list(dict.fromkeys(f"{year}-Q{(month + 2) // 3}" for year, month in months)),
        "half": list(dict.fromkeys(f"{year}-H{(month + 5) // 6}" for year, month in months)),
    }


def _of_months(scope: Scope) -> Scope:
    """Return of what the months are compared: of the period; beside one month, of its year."""
    is_month = scope.period is not None and len(scope.period) == _MONTH and scope.period[5:].isdigit()
    return year_of(str(scope.period)[:4], scope.campaign) if is_month else scope


def _differing(document: bytes) -> int | None:
    """Return how many figures differ from those of the version before; None of the first."""
    said: Document = orjson.loads(document)
    return len(said["differences"]) if "differences" in said else None
