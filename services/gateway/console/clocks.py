"""What does one see of a deadline: who owes it, until when on both readings, what became of it, and its bar?"""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from services.gateway.console import geometry as geo
from services.gateway.console import times
from services.gateway.console.casefile import CaseFile
from services.gateway.console.geometry import ClockBar, Plan, clock_bar, linear
from services.gateway.console.names import Names
from yisong.ledger import Clock, Law, advance
from yisong.ledger.known_due import known_due

Look = Literal["ok", "roll", "late", "run", "void"]
"""How a state looks, by the chips of the style sheet."""

LOOKS: Final[dict[str, Look]] = {
    "on_time": "ok",
    "rolled_on_time": "roll",
    "late": "late",
    "running": "run",
    "lapsed": "void",
    "void": "void",
}
_NEVER: Final = 1 << 30
#: How much room (px) the words beside a bar take.


class ClockView(NamedTuple):
    """
    One clock as shown.

    *start*, *stop*: numbers of the records that start and stop it; *over*: of the first record after its rolled end. A
    number beyond all records: none does. *bar*: in the drawing; *scale*: to linear scale. *text_x*: where its words
    begin. *begun*: from when on it is drawn (ms). *word*, *length*: what became of it, and by how much.
    *provisional*: its rolled end by the calendar known today, where its own was counted without it.
    """

    clock: Clock
    name: str
    organs: tuple[str, ...]
    start: int
    stop: int
    over: int
    y: int
    bar: ClockBar
    scale: ClockBar
    text_x: float
    begun: int
    look: Look
    word: str
    length: str
    basis: str
    statute: bool
    provisional: str


def clock_views(case: CaseFile, laid: Plan, law: Law, names: Names, *, now: int) -> Sequence[ClockView]:
    """Return every clock of *case* in start order, as it stands at *now* (ms), whatever instant the case is told of."""
    newest = case.records[-1].docket
    docket = advance(newest, max(now, newest.log_time), law)
    return [_view(clock, row, case, laid, docket.clocks, law, names, now) for row, clock in enumerate(docket.clocks)]


def _view(  # noqa: PLR0913, PLR0917 (a clock, its row, and all that it is seen against)
    clock: Clock,
    row: int,
    case: CaseFile,
    laid: Plan,
    clocks: Sequence[Clock],
    law: Law,
    names: Names,
    now: int,
) -> ClockView:
    bar = _bar(clock, laid, now=now)
    known = known_due(clock, clocks, law, as_of=now)
    timer = law.timer_at(clock.timer, clock.start) or law.timers[clock.timer]
    word, length = said_of(clock, names, now=now)
    return ClockView(
        clock=clock,
        name=names.timer(clock.timer),
        organs=clock.owed_by,
        start=_started(clock, case),
        stop=case.number_at(clock.stopped_by) or _NEVER if clock.stopped_by is not None else _NEVER,
        over=next((one.number for one in case.records if one.entry.log_time > clock.due_rolled), _NEVER),
        y=geo.CLOCKS + row * geo.CLOCK + geo.TRACK,
        bar=bar,
        scale=scale(clock, now=now),
        text_x=bar.end + 9,
        begun=begins(clock),
        look=LOOKS[clock.outcome],
        word=word,
        length=length,
        basis=basis(clock.timer, law, names),
        statute=timer.basis == "statute",
        provisional="" if known is None else times.due(known.rolled),
    )


def _started(clock: Clock, case: CaseFile) -> int:
    if isinstance(clock.started_by, int):
        return case.number_at(clock.started_by) or 1
    # Started by a breach: known from the first record after it.
    return next((one.number for one in case.records if one.entry.log_time >= clock.start), len(case.records))


def begins(clock: Clock) -> int:
    """Return from when on (ms) a clock is drawn: one that ends on a stated date runs from the act that stated it."""
    return min(clock.start, clock.span_from)


def _bar(clock: Clock, laid: Plan, *, now: int) -> ClockBar:
    ends = {"start": begins(clock), "strict": clock.due_strict, "rolled": clock.due_rolled}
    return rounded(clock_bar(laid.x, **ends, stopped=clock.stopped_at, now=_until(clock, now)))


def _until(clock: Clock, now: int) -> int:
    """Return up to when (ms) time counts for a clock: a right that lapsed is not late afterwards, it is gone."""
    return min(now, clock.due_rolled) if clock.outcome == "lapsed" else now


def scale(clock: Clock, *, now: int) -> ClockBar:
    """Return a clock's bar to linear scale, 148 pixels wide."""
    ends = {"start": begins(clock), "strict": clock.due_strict, "rolled": clock.due_rolled}
    stopped = clock.stopped_at
    until = stopped if stopped is not None else _until(clock, now)
    placed = linear(begins(clock), max(clock.due_rolled, until))
    return rounded(clock_bar(placed, **ends, stopped=stopped, now=_until(clock, now)))


def rounded(bar: ClockBar) -> ClockBar:
    """Return *bar* to a tenth of a pixel."""
    bars = tuple(one._replace(x=round(one.x, 1), width=round(one.width, 1)) for one in bar.bars)
    stop = None if bar.stop is None else round(bar.stop, 1)
    return ClockBar(bars, round(bar.strict, 1), round(bar.rolled, 1), stop, round(bar.end, 1))


def said_of(clock: Clock, names: Names, *, now: int) -> tuple[str, str]:
    """Return what has become of a clock, and by how much, in words."""
    t = names.t
    word = t(f"outcome.{clock.outcome}")
    match clock.outcome:
        case "on_time" | "rolled_on_time" if clock.stopped_at is not None:
            return word, t("clock.used", span=times.span(clock.stopped_at - begins(clock), t))
        case "late" if clock.stopped_at is not None:
            return word, t("clock.over", span=times.span(clock.stopped_at - clock.due_rolled, t))
        case "late":
            return word, t("clock.over_open", span=times.span(now - clock.due_rolled, t))
        case "running":
            return word, t("clock.left", span=times.span(clock.due_rolled - now, t))
        case _:
            return word, ""


def basis(timer_id: str, law: Law, names: Names) -> str:
    """Return how long a period is, in words."""
    t, timer = names.t, law.timers[timer_id]
    if timer.until_due_at:
        return t("period.due_at")
    if timer.n is not None and timer.unit is not None:
        length = t(f"period.{timer.unit}", n=timer.n)
        return length if timer.roll or timer.unit == "wd" else t("period.not_rolled", length=length)
    return t("period.monthly", day=timer.monthly_day) if timer.monthly_day else ""
