"""What does the demo show of the four desks: how many duties they made, what became of them, and a few of them?"""

import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from rich.text import Text

from yisong.audit.replay import Stage
from yisong.cli.duties import acts, desk_store, left
from yisong.cli.page import Row, due, instant, ruled, stranger
from yisong.desk.agenda import Owed, agenda
from yisong.desk.duties import DutyState
from yisong.desk.outcome import Duty
from yisong.home import AGENCIES, Agency

_STATES: Final[tuple[DutyState, ...]] = ("open", "done", "void")
# One clock of each step of a handover: from who refers it to who decides, and from clue to site.
_TELLING: Final[tuple[tuple[Agency, str], ...]] = (
    *(("copyright", "T-REF-02"), ("police", "T-REF-03"), ("police", "T-REF-07")),
    *(("cac", "P-TRIAGE"), ("copyright", "P-CLUE-ACK"), ("miit", "P-SITE-01"), ("miit", "P-SITE-02")),
)


class Worked(NamedTuple):
    """What one desk has made of some cases: all duties, and how many deliveries or answers lie dead."""

    agency: Agency
    owed: tuple[Owed, ...]
    dead: int


def worked(stage: Stage, case_ids: Collection[str]) -> tuple[Worked, ...]:
    """Return what each of the four desks has made of these cases by now. Raises BusUnreachable."""
    return tuple(_worked(stage, agency, frozenset(case_ids)) for agency in AGENCIES)


def _worked(stage: Stage, agency: Agency, case_ids: frozenset[str]) -> Worked:
    with desk_store(stage.home, agency) as store:
        owed = agenda(store, agency, stage.law, now=int(time.time() * 1000), everything=True)
        places = [*(one.place for one in store.waiting()), *(one.place for one in store.not_taken())]
    dead = sum(place.case_id in case_ids for place in places)
    return Worked(agency, tuple(one for one in owed if one.kept.case_id in case_ids), dead)


def counted(found: Sequence[Worked]) -> Text:
    """Return how many duties each desk has made, by what became of them."""
    rows = []
    for one in found:
        states = Counter(owed.state for owed in one.owed)
        rows.append((one.agency, str(len(one.owed)), *(str(states[state]) for state in _STATES), str(one.dead)))
    return ruled("What the four desks made of them", ("agency", "duties", *_STATES, "dead letters"), rows)


def told(found: Sequence[Worked]) -> Text:
    """Return a duty for each step of a handover, the first of its kind, with its end and its article."""
    columns = ("organ", "duty", "due strict", "due rolled", "became", "article")
    return ruled("Some of these duties", columns, [_told_row(one) for one in _telling(found)])


def _telling(found: Sequence[Worked]) -> Iterator[Owed]:
    for agency, timer in _TELLING:
        owed = (owed for one in found if one.agency == agency for owed in one.owed)
        of_timer = (one for one in owed if (one.kept.duty.clock_id or "").startswith(f"{timer}/"))
        yield from sorted(of_timer, key=lambda one: one.kept.opened_at)[:1]


def _told_row(one: Owed) -> Row:
    duty, closed_at = one.kept.duty, one.kept.closed_at
    strict = "" if duty.due_strict is None else due(duty.due_strict)
    rolled = "" if duty.due_rolled in (None, duty.due_strict) else due(duty.due_rolled)
    became = one.state if closed_at is None else f"{one.state} {instant(closed_at)}"
    return (duty.by, stranger(duty.why), strict, rolled, became, article(duty))


def owing(found: Sequence[Worked]) -> Text:
    """Return what is owed in these cases by whom, and how much time is left."""
    rows: list[Row] = []
    for one in (owed for work in found for owed in work.owed if owed.state == "open"):
        duty = one.kept.duty
        until = "" if duty.due_rolled is None else due(duty.due_rolled)
        rows.append((duty.by, left(one), until, stranger(duty.why), acts(duty), article(duty)))
    return ruled("Owed in this case now", ("organ", "left", "until", "duty", "owed", "article"), rows)


def article(duty: Duty) -> str:
    """Return the article without what the register says of it in parentheses."""
    return duty.article.partition(" (")[0]
