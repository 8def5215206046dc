"""What is open, and for how many days? Dockets in, a picture out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, NamedTuple

from yisong.ledger import Docket, Law, advance
from yisong.legal_time.days import MS_PER_DAY
from yisong.plots.picture import Panel, Picture, Series, Source

Kind = Literal["clue", "case", "referral"]
KINDS: Final[tuple[Kind, ...]] = ("clue", "case", "referral")
_NAMES: Final = ("clues 线索", "cases 案件", "referrals 移送")

AGES: Final = (3, 15, 30, 90, 180)
"""Ends of the age groups in days, inclusive; the first three are those of `yisong clues --ageing`."""

_CLUE: Final = ("clue", "handed_over")


class Open(NamedTuple):
    """Something that is not at its end: what it is, since when (ms, as its author claims), and as of when (ms)."""

    kind: Kind
    since: int
    as_of: int

    @property
    def group(self) -> int:
        """The number of its age group, from 0; the last for all older ones."""
        age = self.as_of - self.since
        return next((number for number, days in enumerate(AGES) if age <= days * MS_PER_DAY), len(AGES))


def open_in(docket: Docket, law: Law, *, at: int, opened_at: int | None) -> Iterator[Open]:
    """
    Yield what is open in *docket* as of *at* (ms), or as of its newest record: its clue or case, and its referrals.

    *opened_at*: ``occurred_at`` (ms) of the opening of its case. A case is open while its state is not terminal
    (lifecycles.yaml), a clue while nobody has made a case of it or closed it.
    """
    as_of = max(at, docket.log_time)
    now = advance(docket, as_of, law)
    case = now.case
    if case.born is not None and case.state not in law.machines["case"].terminal:
        is_clue = case.state in _CLUE
        yield Open("clue" if is_clue else "case", case.born if is_clue or opened_at is None else opened_at, as_of)
    for one in now.aggregates.values():
        if one.kind == "referral" and one.born is not None and one.state not in law.machines["referral"].terminal:
            yield Open("referral", one.born, as_of)


def ageing(found: Iterable[Open], source: Source) -> Picture:
    """Return how many clues, cases and referrals are in which age group."""
    counted = Counter((one.kind, one.group) for one in found)
    series = tuple(
        Series(name, tuple(counted[kind, group] for group in range(len(AGES) + 1)))
        for kind, name in zip(KINDS, _NAMES, strict=True)
    )
    since = "Open when looked at: clues since found, cases since opened, referrals since proposed"
    panel = Panel("open 在办", series)
    return Picture(f"Ageing 在办时长 {source.name}", _labels(), (panel,), (*source.said(), since))


def _labels() -> tuple[str, ...]:
    ends: Mapping[int, int] = dict(zip((0, *AGES), AGES, strict=False))
    return (*(f"{low}–{high} d 天" for low, high in ends.items()), f"> {AGES[-1]} d 天")
