"""Does timers.yaml use only names that exist, is every clock startable, and do the lifecycles say the same?"""

from collections.abc import Iterator

from yisong.rulebook.catalogue import EventRow, requirement
from yisong.rulebook.checks.names import unknown
from yisong.rulebook.files import Files
from yisong.rulebook.lifecycles import RowShape
from yisong.rulebook.timers import StartShape, StopShape, TimerShape

FILE = "timers.yaml"

_ALWAYS = frozenset({"occurred_at", "breach"})
_OF_RUNNING_CLOCKS = ("automatic", "class_", "survives_end")


def timer_faults(files: Files) -> list[str]:
    """Return what is wrong with the clocks, alone and beside the lifecycles."""
    faults = list(_succession_faults(files.timers.timers))
    events = {row.name: row for row in files.events.events}
    rows = [row for machine in files.lifecycles.machines.values() for row in machine.transitions]
    possible = {name: _possible(event, files) for name, event in events.items()}
    for timer in files.timers.timers:
        where = f"{FILE}: {timer.id}"
        faults += _duration_faults(where, timer)
        faults += _scope_faults(where, timer, files)
        faults += _name_faults(where, timer, files, events=events)
        if timer.automatic:
            faults += _running_faults(where, timer)
            faults += _row_faults(where, timer, rows, possible=possible)
        elif timer.owed_by is not None or timer.survives_end:
            faults.append(f"{where}: owed_by and survives_end belong to automatic clocks only")
    return faults


def _succession_faults(timers: list[TimerShape]) -> Iterator[str]:
    """Yield where a rule that took the place of another one began before that ended, or binds its running clocks."""
    newest: dict[str, TimerShape] = {}
    for timer in timers:
        before = newest.get(timer.id)
        newest[timer.id] = timer
        if before is None:
            continue
        where = f"{FILE}: the timer {timer.id} stands twice"
        ended, begun = before.effective_to, timer.effective_from
        if ended is None or begun is None or begun < ended:
            yield f"{where}, and the earlier row does not end before the later one begins"
        if any(getattr(before, name) != getattr(timer, name) for name in _OF_RUNNING_CLOCKS):
            yield f"{where}: {', '.join(_OF_RUNNING_CLOCKS)} are asked of clocks that run under the earlier one"


def _duration_faults(where: str, timer: TimerShape) -> Iterator[str]:
    ways = timer.duration.ways
    if len(ways) != 1:
        yield f"{where}: a duration is stated in exactly one way, not in {len(ways)}"
    if (timer.duration.n is None) != (timer.duration.unit is None):
        yield f"{where}: n and unit stand together"
    if timer.automatic and not ways <= {"n", "due", "monthly_day"}:
        yield f"{where}: an automatic clock can't run by {', '.join(sorted(ways))}"
    if timer.duration.unit == "h" and timer.roll != "none":
        yield f"{where}: hours never roll"
    if timer.effective_from and timer.effective_to and timer.effective_from >= timer.effective_to:
        yield f"{where}: ends before it begins"


def _scope_faults(where: str, timer: TimerShape, files: Files) -> Iterator[str]:
    if timer.scope is None:
        if timer.duration.ways & {"date_", "before", "quarter_day", "month_day"}:
            yield f"{where}: a date of the calendar says by its scope who owes the report"
        return
    if timer.automatic:
        yield f"{where}: a scope belongs to a report of the calendar, which the bus does not run"
    if not timer.duration.ways & {"date_", "before", "monthly_day", "quarter_day", "month_day"}:
        yield f"{where}: a report of the calendar is due on dates of the calendar"
    if not timer.stops_on or any(stop.variant is None for stop in timer.stops_on):
        yield f"{where}: a report of the calendar names the acts, with their variants, that are the report"
    levels = [timer.scope.level] if isinstance(timer.scope.level, str) else timer.scope.level
    yield from unknown(where, "level", levels, files.directory.levels)
    yield from unknown(where, "organ", [timer.scope.to], {"parent", *(organ.id for organ in files.directory.orgs)})


def _name_faults(where: str, timer: TimerShape, files: Files, *, events: dict[str, EventRow]) -> Iterator[str]:
    named: list[StartShape | StopShape] = [*timer.starts_on, *timer.stops_on]
    for cause in named:
        if cause.event is not None:
            yield from unknown(where, "event type", [cause.event], events)
            known = events[cause.event].variants or [] if cause.event in events else cause.variants or []
            yield from unknown(where, f"variant of {cause.event}", cause.variants or [], known)
    for start in timer.starts_on:
        yield from unknown(where, "timer", filter(None, [start.breach]), {other.id for other in files.timers.timers})
        if (start.event is None) == (start.breach is None):
            yield f"{where}: a clock is started by an event or by a breach, by exactly one of them"
        if (start.breach is None) != (start.instant != "breach"):
            yield f"{where}: the instant breach goes with a breach, and only with one"
        if start.event in events and (lacking := _lacking(start, events[start.event])):
            yield f"{where}: {start.event} ({lacking}) need not state {start.instant}, so the clock might have no start"


def _lacking(start: StartShape, event: EventRow) -> str:
    """Return a variant of *event* whose header need not hold the instant of *start*; empty = there is none."""
    for variant in start.variants or event.variants or ["any"]:
        texts = [*event.header_requires, *event.header_requires_by_variant.get(variant, [])]
        fields = {found.field for found in map(requirement, texts) if found} | _ALWAYS
        if start.instant not in fields:
            return variant
    return ""


def _running_faults(where: str, timer: TimerShape) -> Iterator[str]:
    if timer.owed_by is None:
        yield f"{where}: an automatic clock says whose act it waits for (owed_by)"
    if not timer.starts_on or not timer.stops_on:
        yield f"{where}: an automatic clock has something that starts it and something that stops it"
    for start in timer.starts_on:
        if (timer.duration.due is not None) != (start.instant == "due_at"):
            yield f"{where}: a clock to a date in the header starts on due_at, and no other clock does"
        if start.due_from is not None and timer.duration.monthly_day is None:
            yield f"{where}: previous_due goes with a day of the month"


def _possible(event: EventRow, files: Files) -> list[str]:
    """Return the variants of *event* that no machine always refuses; [""] where the type has none."""
    taken = list(event.variants or [""])
    for machine in files.lifecycles.machines.values():
        rows = [row for row in machine.transitions if row.event == event.name]
        refused = {v for row in rows if row.refuse for v in row.variants or ()}
        moved = {v for row in rows if not row.refuse for v in row.variants or event.variants or ()}
        taken = [variant for variant in taken if variant not in refused - moved]
    return taken


def _row_faults(
    where: str, timer: TimerShape, rows: list[RowShape], *, possible: dict[str, list[str]]
) -> Iterator[str]:
    """Yield where this file and the rows of lifecycles.yaml name different causes."""
    started = {cause for row in rows if timer.id in row.starts for cause in _causes(row, possible)}
    stopped = {cause for row in rows if timer.id in row.stops for cause in _causes(row, possible)}
    starts = {cause for start in timer.starts_on for cause in _causes(start, possible)}
    stops = {cause for stop in timer.stops_on for cause in _causes(stop, possible)}
    for verb, here, there in (("started", starts, started), ("stopped", stops, stopped)):
        yield from (
            f"{where}: is {verb} by {cause} here, but by no row of lifecycles.yaml" for cause in sorted(here - there)
        )
        yield from (f"{where}: is {verb} by {cause} in lifecycles.yaml, but not here" for cause in sorted(there - here))


def _causes(cause: RowShape | StartShape | StopShape, possible: dict[str, list[str]]) -> Iterator[str]:
    breach = None if isinstance(cause, StopShape) else cause.breach
    if breach is not None or cause.event is None:
        yield f"the breach of {breach}"
        return
    for variant in cause.variants or possible.get(cause.event, [""]):
        yield f"{cause.event}:{variant}".rstrip(":")
