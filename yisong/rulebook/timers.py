"""What does ``timers.yaml`` say: which clocks there are, from when they run and how long?"""

from dataclasses import replace
from datetime import date
from typing import Literal

from pydantic import Field

from yisong.rulebook.clock_rules import HeaderInstant, OwedBy, ReportRule, Timer, TimerStart, Unit
from yisong.rulebook.yaml_file import Folder, Shape, read_in


class Duration(Shape):
    """How long a clock runs: exactly one of the ways that the head of the file lists."""

    n: int | None = Field(default=None, ge=1)
    unit: Unit | None = None
    due: Literal["due_at"] | None = None
    monthly_day: int | None = Field(default=None, ge=1, le=28)
    date_: date | None = Field(default=None, alias="date")
    before: date | None = None
    quarter_day: int | None = Field(default=None, ge=1, le=28)
    month_day: str | None = Field(default=None, pattern=r"^\d\d-\d\d$")

    @property
    def ways(self) -> set[str]:
        """The ways in which the length is stated; ``n`` and ``unit`` are one."""
        return {name for name in type(self).model_fields if getattr(self, name) is not None} - {"unit"}


class StartShape(Shape):
    """What starts a clock."""

    event: str | None = None
    breach: str | None = None
    variant: str | list[str] | None = None
    instant: HeaderInstant
    due_from: Literal["previous_due"] | None = None

    @property
    def variants(self) -> list[str] | None:
        """The variants that start the clock; ``None`` = any."""
        return [self.variant] if isinstance(self.variant, str) else self.variant


class StopShape(Shape):
    """What stops a clock, for the reader; the rows of lifecycles.yaml do it."""

    event: str
    variant: str | list[str] | None = None

    @property
    def variants(self) -> list[str] | None:
        """The variants that stop the clock; ``None`` = any."""
        return [self.variant] if isinstance(self.variant, str) else self.variant


class Scope(Shape):
    """Who owes a report of the calendar."""

    role: Literal["copyright", "cac", "miit", "police"]
    level: str | list[str]
    to: str


class TimerShape(Shape):
    """One clock."""

    id: str = Field(pattern=r"^[TP](-[A-Z0-9]+)+$")
    zh: str
    source: str
    tag: Literal["V", "X", "G", "S0", "S1", "P"]
    basis: Literal["statute", "policy"]
    class_: Literal["duty", "window"] = Field(alias="class")
    automatic: bool
    scope: Scope | None = None
    duration: Duration
    roll: Literal["forward", "none"]
    starts_on: list[StartShape]
    stops_on: list[StopShape]
    survives_end: bool = False
    effective_from: date | None
    effective_to: date | None
    responsible: Literal["copyright", "cac", "miit", "police", "addressee", "procuratorate"]
    owed_by: OwedBy | None = None
    who: str
    on_breach: str


class Counting(Shape):
    """The rules for counting time, as prose; yisong.legal_time carries them out."""

    zone: Literal["+08:00"]
    first_day: str
    end_of_day: str
    strict_and_rolled: str
    roll: str
    hours: str
    service: str
    stop: str
    outcome: str
    breach: str
    supplement: str
    reroute: str
    calendar: str
    warning: str
    correction: str
    months: str


class TimersFile(Shape):
    """The whole file."""

    version: Literal[1]
    counting: Counting
    timers: list[TimerShape]


def read_timers(folder: Folder) -> TimersFile:
    """Return timers.yaml of *folder*; raise ContractFault where its shape is wrong."""
    return read_in(folder, "timers.yaml", TimersFile)


def timers(file: TimersFile) -> dict[str, Timer]:
    """Return the newest row of each timer by id, which knows the earlier ones; *file* is taken to be free of faults."""
    found: dict[str, Timer] = {}
    for shape in file.timers:
        timer, before = _timer(shape), found.get(shape.id)
        found[shape.id] = timer if before is None else replace(timer, earlier=(*before.earlier, before))
    return found


def _timer(shape: TimerShape) -> Timer:
    return Timer(
        id=shape.id,
        zh=shape.zh,
        source=shape.source,
        tag=shape.tag,
        basis=shape.basis,
        window=shape.class_ == "window",
        automatic=shape.automatic,
        n=shape.duration.n,
        unit=shape.duration.unit,
        monthly_day=shape.duration.monthly_day,
        until_due_at=shape.duration.due is not None,
        roll=shape.roll == "forward",
        starts=tuple(_start(start) for start in shape.starts_on),
        owed_by=shape.owed_by,
        survives_end=shape.survives_end,
        effective_from=shape.effective_from,
        effective_to=shape.effective_to,
        responsible=shape.responsible,
        who=shape.who,
        on_breach=shape.on_breach,
        report=None if shape.scope is None else _report(shape, shape.scope),
    )


def _report(shape: TimerShape, scope: Scope) -> ReportRule:
    until = shape.duration
    month, day = map(int, until.month_day.split("-")) if until.month_day else (0, 0)
    return ReportRule(
        role=scope.role,
        levels=frozenset([scope.level] if isinstance(scope.level, str) else scope.level),
        to=scope.to,
        owed=tuple(f"{stop.event}:{one}" for stop in shape.stops_on for one in stop.variants or ()),
        on=until.date_,
        before=until.before,
        monthly_day=until.monthly_day,
        quarter_day=until.quarter_day,
        yearly=(month, day) if until.month_day else None,
    )


def _start(start: StartShape) -> TimerStart:
    return TimerStart(
        event=start.event,
        variants=None if start.variants is None else frozenset(start.variants),
        breach=start.breach,
        instant=start.instant,
        previous_due=start.due_from is not None,
    )
