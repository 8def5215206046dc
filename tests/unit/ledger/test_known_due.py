"""What would a clock's end be by the calendar of today, where it was counted before the holidays were known?"""

from dataclasses import replace
from datetime import date

from tests.unit.ledger.story import law
from yisong.envelope.header import AggregateRef
from yisong.ledger import Clock, Law
from yisong.ledger.known_due import known_due
from yisong.legal_time import due
from yisong.publishing.instants import to_ms, to_text
from yisong.rulebook.model import CalendarRow


def started(timer: str, at: str, *, under: Law, number: int = 1, previous: int | None = None) -> Clock:
    """Return a clock as the fold starts it."""
    start = to_ms(at)
    end = due(under.timers[timer], start, calendar=under.calendar.as_known(start), previous_due=previous)
    return Clock(
        timer=timer, aggregate=AggregateRef("lookup", "L-1"), number=number, started_by=0, start=start, span_from=start,
        due_strict=end.strict, due_rolled=end.rolled, owed_by=("T98",), provisional=end.provisional,
    )  # fmt: skip


def announced(day: date, *, known_from: str) -> Law:
    """Return the law of a bus to which the State Council's notice on 2027 has come: *day* is a holiday."""
    book = law().rulebook
    row = CalendarRow(year=2027, known_from=to_ms(known_from), holidays=frozenset({day}), workdays=frozenset())
    return Law(replace(book, calendar=(*book.calendar, row)))


def test_it_is_shown_once_the_notice_has_come() -> None:
    """Two working days from Wednesday 30 December 2026: Friday; with New Year's Day known, the Monday after."""
    clock = started("P-FILING", "2026-12-30T10:00:00+08:00", under=law())
    assert clock.provisional
    assert to_text(clock.due_rolled).startswith("2027-01-01")

    told = announced(date(2027, 1, 1), known_from="2026-12-31T00:00:00+08:00")
    known = known_due(clock, [clock], told, as_of=to_ms("2026-12-31T12:00:00+08:00"))

    assert known is not None
    assert to_text(known.rolled).startswith("2027-01-04")
    before = known_due(clock, [clock], told, as_of=to_ms("2026-12-30T12:00:00+08:00"))
    assert before is not None
    assert before.rolled == clock.due_rolled


def test_nothing_is_shown_beside_a_clock_whose_days_were_known() -> None:
    clock = started("P-FILING", "2026-12-01T10:00:00+08:00", under=law())

    assert not clock.provisional
    assert known_due(clock, [clock], law(), as_of=to_ms("2027-06-01T00:00:00+08:00")) is None


def test_a_report_of_a_supervision_follows_the_one_before_it() -> None:
    """The report after that of 5 December 2026 is due on 5 January 2027, however early the former was filed."""
    first = started("T-JS-RPT", "2026-11-20T10:00:00+08:00", under=law())
    second = started(
        "T-JS-RPT", "2026-11-25T10:00:00+08:00", under=law(), number=2, previous=to_ms("2026-12-05T23:59:59.999+08:00")
    )
    assert second.provisional

    known = known_due(second, [first, second], law(), as_of=to_ms("2026-12-31T00:00:00+08:00"))

    assert known is not None
    assert (known.strict, known.rolled) == (second.due_strict, second.due_rolled)
