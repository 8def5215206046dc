"""Which reports of the calendar 报表 does an organ owe, from when on and until when? Values in, values out."""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from yisong.desk.outcome import Duty
from yisong.envelope.case_id import register_case_id
from yisong.envelope.header import AggregateRef
from yisong.ledger import Law
from yisong.ledger.law import valid_at
from yisong.legal_time.counting import Due, due_on
from yisong.legal_time.days import day_of, end_of_day, start_of_day
from yisong.rulebook.clock_rules import ReportRule, Timer
from yisong.rulebook.model import Organ

NOTICE_DAYS: Final = 30
"""So many days ahead a report that is due on one date is put before its officer (policy of this desk, not law)."""


class Report(NamedTuple):
    """
    A report that *organ* owes *to* another one under *timer*.

    *period*: what it reports on, as its body says it: ``yyyy-mm``, ``yyyy-Qn`` or ``yyyy``. *docket*: the register
    docket in which it falls due. *opens_at*: from when on (ms) it is owed. *ends*: until when, on both readings.
    """

    timer: Timer
    organ: str
    to: str
    owed: tuple[str, ...]
    period: str
    docket: str
    opens_at: int
    ends: Due

    @property
    def duty(self) -> Duty:
        """What is owed, as a duty; its name is the same whenever it is worked out."""
        return Duty(
            name=f"{self.timer.id} {self.organ} {self.ends.strict}",
            by=self.organ,
            owed=self.owed,
            about=AggregateRef("case", self.docket),
            article=self.timer.source,
            why=f"{self.timer.zh}: {self.period}",
            due_strict=self.ends.strict,
            due_rolled=self.ends.rolled,
            advice={"timer": self.timer.id, "period": self.period, "to": self.to},
        )


class Filed(NamedTuple):
    """A report on the log: *act* (``Type:variant``) of *organ*, on which *period* (None: not readable), and where."""

    organ: str
    act: str
    period: str | None
    docket: str
    offset: int
    log_time: int

    def is_on(self, report: Report) -> bool:
        """Hold where this is that report; one on a year may name a part of it."""
        if self.organ != report.organ or self.act not in report.owed:
            return False
        if self.period is None:
            return self.docket[11:15] == report.docket[11:15]
        return self.period.startswith(report.period)


def reports(law: Law, region: str, year: int) -> Iterator[Report]:
    """Yield what falls due in the register docket of *region* and *year*: the reports of every organ of that region."""
    for timer in law.timers.values():
        if timer.report is not None:
            for organ in law.organs.values():
                if organ.region_code == region:
                    yield from _of_organ(timer.id, timer.report, organ, law, year)


def _of_organ(timer_id: str, newest: ReportRule, organ: Organ, law: Law, year: int) -> Iterator[Report]:
    to = organ.parent if newest.to == "parent" else newest.to
    if organ.role != newest.role or organ.level not in newest.levels or to is None:
        return
    for last in _days(newest, year):
        opens_at = start_of_day(_opens(newest, last).toordinal())
        timer = law.timer_at(timer_id, opens_at)
        if timer is None or not valid_at(organ.valid_from, organ.valid_to, opens_at):
            continue
        ends = due_on(last.toordinal(), roll=timer.roll, calendar=law.calendar.as_known(opens_at))
        if newest.before is not None:  # 12月10日前: strictly without the day, on the lenient reading with it
            ends = ends._replace(strict=end_of_day(last.toordinal() - 1))
        docket = register_case_id(organ.region_code or "", year)
        yield Report(timer, organ.id, to, newest.owed, _period(newest, last), docket, opens_at, ends)


def _days(rule: ReportRule, year: int) -> Iterator[date]:
    """Yield the days of *year* on which the report is due."""
    yield from (one for one in (rule.on, rule.before) if one is not None and one.year == year)
    if rule.yearly is not None:
        yield date(year, *rule.yearly)
    for month in range(1, 13):
        if rule.monthly_day is not None:
            yield date(year, month, rule.monthly_day)
        if rule.quarter_day is not None and month % 3 == 1:
            yield date(year, month, rule.quarter_day)


def _opens(rule: ReportRule, last: date) -> date:
    """Return the day on which what is reported on is over, or on which a plan or summary should be begun."""
    if rule.monthly_day is not None or rule.quarter_day is not None:
        return last.replace(day=1)
    return max(last.replace(month=1, day=1), date.fromordinal(last.toordinal() - NOTICE_DAYS))


def _period(rule: ReportRule, last: date) -> str:
    before = date.fromordinal(last.replace(day=1).toordinal() - 1)
    if rule.monthly_day is not None:
        return f"{before:%Y-%m}"
    if rule.quarter_day is not None:
        return f"{before.year}-Q{(before.month + 2) // 3}"
    return f"{last.year}"


class Span(NamedTuple):
    """A register docket of a *region* and *year*: since when (ms) one could report in it, and how late it is there."""

    region: str
    year: int
    since: int
    as_of: int


def owed(law: Law, span: Span) -> tuple[Report, ...]:
    """Return what was, or still is, to be reported between *since* and *as_of*; what lay before is not asked for."""
    found = reports(law, span.region, span.year)
    return tuple(one for one in found if one.opens_at <= span.as_of and one.ends.rolled >= span.since)


def years_of(since: int, as_of: int) -> range:
    """Return the years in which something may fall due between two instants (ms), in +08:00."""
    return range(_year(since), _year(as_of) + 1)


def _year(instant: int) -> int:
    return date.fromordinal(day_of(instant)).year
