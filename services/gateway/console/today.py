"""What must my agency do first, who owes us, and who has gone silent? The first page."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from psycopg import Connection
from starlette.responses import Response

from services.gateway.console import times
from services.gateway.console.agreement import agreed
from services.gateway.console.because import Because, because
from services.gateway.console.clocks import rounded
from services.gateway.console.drafts import lines
from services.gateway.console.geometry import ClockBar, clock_bar, linear
from services.gateway.console.names import Names
from services.gateway.console.shell import Shell, render
from services.gateway.console.waiting import Silence, pending_handoffs, silences
from yisong.audit.handoffs import Handoff
from yisong.audit.trails import Trail
from yisong.desk.agenda import Owed, agenda
from yisong.desk.store import Store
from yisong.ledger import Law
from yisong.legal_time.days import day_of

_GROUPS: Final = ("late", "today", "week", "later", "right", "open")
"""In which order duties stand; ``right`` may lapse, ``open`` has no clock."""
_SHOWN_SILENT: Final = 8


class DutyRow(NamedTuple):
    """One duty as shown, and why it is owed; *acts*: what fulfils it (type, name). *now*: the present on its bar."""

    owed: Owed
    name: str
    because: Because
    timer: str
    left: str
    acts: tuple[tuple[str, str], ...]
    bar: ClockBar | None
    now: float | None
    statute: bool | None
    strict_passed: str


class Group(NamedTuple):
    """Duties of one urgency."""

    name: str
    duties: tuple[DutyRow, ...]


def today_page(shell: Shell, *, everybody: bool) -> Response:
    """Return the first page: of the viewer's organ and those below it, or (*everybody*) of its whole line."""
    law, now = shell.world.law, int(time.time() * 1000)
    ours = _ours(shell.organ, law, everybody=everybody)
    with shell.world.connection() as connection:
        trail = Trail(shell.world.agency, connection)
        found = agenda(Store(connection), shell.world.agency, law, now=now)
        pending = pending_handoffs(connection, trail, law, now=now)
        waiting = [one for one in pending if one.sender in ours and one.receiver not in ours]
        silent = _silent(connection, waiting, law)
        state = agreed(connection, trail, law, now=now)
        drafts = lines(connection, shell.organ, closed=False)
    groups = _groups([one for one in found if one.kept.duty.by in ours], shell.names)
    owed = sorted(waiting, key=lambda one: one.due - one.as_of)
    return render(
        shell,
        "today.html",
        current="today",
        groups=groups,
        owed=owed,
        owed_late=sum(one.clock.outcome == "late" for one in owed),
        owed_today=sum(_is_today(one.due, one.as_of) and one.clock.outcome != "late" for one in owed),
        silent=silent,
        agreement=state,
        everybody=everybody,
        to_sign=sorted(one.until for one in drafts if one.state == "open" and not one.ours),
        sent=sorted(one.until for one in drafts if one.state == "open" and one.ours),
        now=now,
        day=f"{times.full_day(now, shell.t)} {times.weekday(now, shell.t)} {times.clock(now)}",
        working=law.calendar.as_known(now).day(day_of(now), year=times.at(now).year).working,
        size={group.name: len(group.duties) for group in groups},
    )


def _ours(organ: str, law: Law, *, everybody: bool) -> frozenset[str]:
    if everybody and organ in law.organs:
        role = law.organs[organ].role
        return frozenset(one.id for one in law.organs.values() if one.role == role)
    return frozenset(one for one in law.organs if one == organ or law.is_superior(organ, of=one))


def _silent(connection: Connection[Any], waiting: Sequence[Handoff], law: Law) -> Sequence[Silence]:
    oldest = sorted((one for one in waiting if one.age >= times.DAY), key=lambda one: -one.age)
    return silences(connection, oldest[:_SHOWN_SILENT], law)


def _groups(found: Sequence[Owed], names: Names) -> Sequence[Group]:
    by_name: dict[str, list[DutyRow]] = {name: [] for name in _GROUPS}
    for one in found:
        by_name[_group(one, names.law)].append(_row(one, names))
    return [Group(name, tuple(rows)) for name, rows in by_name.items() if rows]


def _group(one: Owed, law: Law) -> str:
    due = one.kept.duty.due_rolled
    timer = law.timers.get((one.kept.duty.clock_id or "").partition("/")[0])
    if timer is not None and timer.window:
        return "right"
    if due is None or one.left is None:
        return "open"
    if one.is_late:
        return "late"
    if _is_today(due, one.as_of):
        return "today"
    return "week" if one.left <= 7 * times.DAY else "later"


def _is_today(due: int, as_of: int) -> bool:
    return day_of(due) == day_of(as_of)


def _row(one: Owed, names: Names) -> DutyRow:
    duty, law = one.kept.duty, names.law
    timer_id = (duty.clock_id or "").partition("/")[0]
    timer = law.timers.get(timer_id)
    acts = dict.fromkeys(act.partition(":")[0] for act in duty.owed)
    (bar, now), why = _bar(one), because(duty, names)
    return DutyRow(
        owed=one,
        name=names.timer(timer_id) if timer is not None else _name(one, acts, why, names),
        because=why,
        timer=timer_id,
        left="" if one.left is None else times.span(one.left, names.t),
        acts=tuple((act, names.event_type(act)) for act in acts),
        bar=bar,
        now=now,
        statute=None if timer is None else timer.basis == "statute",
        strict_passed=_passed(one, names),
    )


def _name(one: Owed, acts: Mapping[str, None], why: Because, names: Names) -> str:
    """Return what a duty without a deadline of the law is called: by its acts, a draft by what it would become."""
    named = names.t("case.and").join(names.event_type(act) for act in acts)
    if one.kept.draft is not None:
        return f"{why.title}{names.t('punctuation.colon')}{named}"
    return named or why.title


def _passed(one: Owed, names: Names) -> str:
    strict = one.kept.duty.due_strict
    return times.span(one.as_of - strict, names.t) if one.is_late_strictly and strict is not None else ""


def _bar(one: Owed) -> tuple[ClockBar | None, float | None]:
    duty, start = one.kept.duty, one.kept.opened_at
    if duty.due_strict is None or duty.due_rolled is None:
        return None, None
    placed = linear(start, max(duty.due_rolled, one.as_of))
    ends = {"strict": duty.due_strict, "rolled": duty.due_rolled}
    return rounded(clock_bar(placed, start=start, **ends, stopped=None, now=one.as_of)), round(placed(one.as_of), 1)
