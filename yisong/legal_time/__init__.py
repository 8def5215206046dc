"""Legal time: calendars and counting days. Pure; no clock is read here."""

from yisong.legal_time.calendar import Calendar, KnownCalendar
from yisong.legal_time.counting import Due, due
from yisong.legal_time.days import add_months, day_of, end_of_day, next_monthly_day, start_of_day

__all__ = [
    "Calendar",
    "Due",
    "KnownCalendar",
    "add_months",
    "day_of",
    "due",
    "end_of_day",
    "next_monthly_day",
    "start_of_day",
]
