"""Periods are counted as the law says; an oracle that shares no code with the ledger counts again."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.ledger.story import law
from yisong.contract import folder
from yisong.legal_time import due
from yisong.rulebook.clock_rules import Timer

CHINA = timezone(timedelta(hours=8))
RAW: dict[str, Any] = yaml.safe_load((folder() / "rulebook" / "calendar.yaml").read_text("utf-8"))
T_REF_07 = law().timers["T-REF-07"]
INSTANTS = st.datetimes(datetime(2005, 1, 1), datetime(2026, 11, 30)).map(lambda naive: naive.replace(tzinfo=CHINA))


def ms(moment: datetime) -> int:
    return round(moment.timestamp()) * 1000 + moment.microsecond // 1000


def at(text: str) -> int:
    return ms(datetime.fromisoformat(text).replace(tzinfo=CHINA))


def text_of(instant: int) -> str:
    moment = datetime.fromtimestamp(instant // 1000, CHINA) + timedelta(milliseconds=instant % 1000)
    return moment.isoformat(sep=" ", timespec="milliseconds")[:-6]


def known_rows(known: datetime) -> list[tuple[date, int | None, dict[str, Any]]]:
    rows = [(row["known_from"] or date(year - 1, 12, 16), year, row) for year, row in RAW["years"].items()]
    rows += [(row["known_from"], None, row) for row in RAW["amendments"]]
    return sorted((row for row in rows if row[0] <= known.astimezone(CHINA).date()), key=lambda row: row[0])


def oracle_working(day: date, known: datetime) -> tuple[bool, bool]:
    """Walk the notices one by one, newest first."""
    rows = known_rows(known)
    for _, _, row in reversed(rows):
        if day in row["holidays"]:
            return False, False
        if day in row["workdays"]:
            return True, False
    return day.isoweekday() <= 5, day.year not in {year for _, year, _ in rows}


def oracle(timer: Timer, start: datetime, known: datetime) -> tuple[str, str, bool]:
    """Count with datetimes, a day at a time."""
    n = timer.n or 0
    if timer.unit == "h":
        end = text_of(ms(start + timedelta(hours=n)))
        return end, end, False
    day, provisional = start.astimezone(CHINA).date(), False
    if timer.unit == "m":
        wanted = day.month - 1 + n
        year, month = day.year + wanted // 12, wanted % 12 + 1
        while True:
            try:
                last = date(year, month, day.day)
                break
            except ValueError:
                day -= timedelta(days=1)
    elif timer.unit == "d":
        last = day + timedelta(days=n)
    else:
        last, left = day, n
        while left:
            last += timedelta(days=1)
            working, unknown = oracle_working(last, known)
            provisional |= unknown
            left -= working
    rolled = last
    while timer.roll:
        working, unknown = oracle_working(rolled, known)
        provisional |= unknown
        if working:
            break
        rolled += timedelta(days=1)
    return f"{last} 23:59:59.999", f"{rolled} 23:59:59.999", provisional


def counted(timer: Timer, start: int, known: int) -> tuple[str, str, bool]:
    end = due(timer, start, calendar=law().calendar.as_known(known))
    return text_of(end.strict), text_of(end.rolled), end.provisional


class TestDecree310:
    def test_three_days_end_with_the_third_day_after_the_receipt(self) -> None:
        """Receipted on a Wednesday: the police decide until Saturday, and on the rolled reading until Monday."""
        assert counted(T_REF_07, at("2016-08-03 11:02"), at("2016-08-03 11:04")) == (
            "2016-08-06 23:59:59.999",
            "2016-08-08 23:59:59.999",
            False,
        )

    def test_a_make_up_working_day_is_a_working_day(self) -> None:
        """Sunday 18 September 2016 was worked in exchange for the Mid-Autumn holiday 中秋."""
        _, rolled, _ = counted(T_REF_07, at("2016-09-14 16:30"), at("2016-09-14 16:32"))

        assert rolled == "2016-09-18 23:59:59.999"

    def test_hours_never_roll(self) -> None:
        """24 hours from 14 September end on the 15th, a holiday, to the millisecond."""
        strict, rolled, provisional = counted(law().timers["T-REF-03"], at("2016-09-14 15:50"), at("2016-09-14 15:52"))

        assert strict == rolled == "2016-09-15 15:50:00.000"
        assert not provisional

    def test_days_of_a_year_whose_notice_is_not_out_count_by_weekends_and_are_provisional(self) -> None:
        """On 28 November 2016 nobody knew that Monday 2 January 2017 would be a holiday."""
        before = counted(T_REF_07, at("2016-12-30 10:00"), at("2016-11-28 10:02"))
        after = counted(T_REF_07, at("2016-12-30 10:00"), at("2016-12-01 00:00"))

        assert before == ("2017-01-02 23:59:59.999", "2017-01-02 23:59:59.999", True)
        assert after == ("2017-01-02 23:59:59.999", "2017-01-03 23:59:59.999", False)

    def test_a_period_that_starts_a_millisecond_before_midnight_counts_from_that_day(self) -> None:
        start = at("2016-08-03 23:59:59")

        assert counted(T_REF_07, start, start)[0] == "2016-08-06 23:59:59.999"
        assert counted(T_REF_07, start + 1000, start)[0] == "2016-08-07 23:59:59.999"


def test_three_months_end_on_the_last_day_of_a_month_that_is_too_short() -> None:
    """T-REF-17 (GZ 564) from 30 November 2015 ends on 29 February 2016."""
    assert counted(law().timers["T-REF-17"], at("2015-11-30 09:00"), at("2015-11-30 09:00"))[0] == (
        "2016-02-29 23:59:59.999"
    )


def test_a_progress_report_is_due_on_the_next_fifth_and_then_a_month_after_the_last_one() -> None:
    timer = law().timers["T-JS-RPT"]
    calendar = law().calendar.as_known(at("2016-12-05 16:02"))

    first = due(timer, at("2016-11-05 10:00"), calendar=calendar)
    second = due(timer, at("2016-12-20 10:00"), calendar=calendar, previous_due=first.strict)

    assert text_of(first.strict) == "2016-12-05 23:59:59.999"
    assert text_of(second.strict) == "2017-01-05 23:59:59.999"


def test_a_timer_of_the_register_alone_has_no_clock() -> None:
    with pytest.raises(ValueError, match="on the register only"):
        due(law().timers["T-RPT-SUM"], 0, calendar=law().calendar.as_known(0))


@given(start=INSTANTS, known=INSTANTS, n=st.integers(1, 120), unit=st.sampled_from("hdm"), roll=st.booleans())
def test_the_oracle_counts_the_same(start: datetime, known: datetime, n: int, unit: Any, roll: bool) -> None:
    start = start.replace(microsecond=0)
    timer = replace(T_REF_07, n=n, unit=unit, roll=roll)

    assert counted(timer, ms(start), ms(known)) == oracle(timer, start, known)


@given(start=INSTANTS, known=INSTANTS, n=st.integers(1, 60))
def test_the_oracle_counts_the_same_working_days(start: datetime, known: datetime, n: int) -> None:
    start = start.replace(microsecond=0)
    timer = replace(T_REF_07, n=n, unit="wd", roll=False)

    assert counted(timer, ms(start), ms(known)) == oracle(timer, start, known)
