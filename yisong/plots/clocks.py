"""How did the clocks of a period or a campaign end, timer by timer? Clocks of a trail in, a picture out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from yisong.ledger import Clock, Law, Outcome
from yisong.plots.picture import Panel, Picture, Series, Source, both

OUTCOMES: Final[tuple[Outcome, ...]] = ("on_time", "rolled_on_time", "late", "lapsed", "void", "running")
_ZH: Final = ("按期", "顺延内", "逾期", "期满未行使", "作废", "在计")


class Between(NamedTuple):
    """A span of time (ms), half open; None: no such limit."""

    first: int | None = None
    end: int | None = None

    def holds(self, instant: int) -> bool:
        """Hold for an instant (ms) within it."""
        return (self.first is None or instant >= self.first) and (self.end is None or instant < self.end)


def ended_at(clock: Clock) -> int | None:
    """
    Return the instant (ms) at which a clock had its outcome; None while it runs.

    One that ran out has had it since then, and an act that came after does not change when.
    """
    match clock.outcome:
        case "running":
            return None
        case "late" | "lapsed":
            return clock.due_rolled + 1 if clock.breached_at is None else clock.breached_at
        case _:
            return clock.stopped_at


def within(found: Iterable[Clock], span: Between) -> Iterator[Clock]:
    """
    Yield the clocks that ended in *span*, and those that had begun before its end and still run.

    One that ends on a date in a header runs from the act that set the date, and not from the date.
    """
    for clock in found:
        ended = ended_at(clock)
        if span.holds(ended) if ended is not None else span.end is None or clock.span_from < span.end:
            yield clock


def clocks(found: Iterable[Clock], law: Law, source: Source) -> Picture:
    """
    Return how many of the clocks *found* have which outcome, by timer, in the order of timers.yaml.

    They follow from headers alone: nothing of them is unreadable on any node.
    """
    listed = tuple(found)
    counted = Counter((clock.timer, clock.outcome) for clock in listed)
    there = {clock.timer for clock in listed}
    order = [timer for timer in law.timers if timer in there] + sorted(there - law.timers.keys())
    series = tuple(
        Series(f"{outcome} {zh}", tuple(counted[timer, outcome] for timer in order))
        for outcome, zh in zip(OUTCOMES, _ZH, strict=True)
    )
    labels = tuple(both(timer, law.timers[timer].zh if timer in law.timers else None) for timer in order)
    caption = (*source.said(), "Clocks that ended in it, and those begun by its end that still run", *_doubtful(listed))
    panel = Panel("clocks 期限", series)
    return Picture(f"Clocks 期限 {source.name}", labels, (panel,), caption, lying=True, stacked=True)


def _doubtful(found: Iterable[Clock]) -> Iterator[str]:
    provisional = sum(clock.provisional for clock in found)
    if provisional:
        yield f"{provisional} of them provisional: they reckon with days whose calendar was not announced yet"
