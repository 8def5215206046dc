"""
May this infringement be a crime 入罪? What thresholds.yaml says of measured figures: a flag, with every hit.

The flag is advice: only a person proposes a referral, and only a person approves it (Decree 310 art 3, 5).
Every rule set that touches the conduct period is weighed and shown, because conduct before a change is judged by the
older rule unless the newer is lighter (从旧兼从轻, Criminal Law art 12), and that is for a person to say.
Amounts in fen, no fraction anywhere: a level is compared by multiplying, never by dividing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, NamedTuple

from yisong.rulebook.limits import Flag, Limit, Threshold, Thresholds

Level = Literal["aggravated", "reached", "half", "below"]
_AT_LEAST_TWO: Final = 2
_REPEAT: Final = "repeat"
_COUNTED: Final = "met_half_rules"


class Period(NamedTuple):
    """The days of the conduct, both included; *begin* is the first that is known, the conduct may be older."""

    begin: date
    end: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    What was measured.

    *values*: by metric of the catalogue (``gains_fen``, ``clicks`` …); a metric that is absent is unknown, and unknown
    is not zero. *subject*: None = not known whether a person or a unit acted. *punished*: how often, criminally or
    administratively, within two years before; None = unknown. *elements*: ids of rules whose element an officer found.
    *suspicion*: an officer's note of reasonable suspicion 合理嫌疑 (Decree 310 art 3 para 2).
    """

    values: Mapping[str, int] = field(default_factory=dict)
    subject: Literal["individual", "unit"] | None = None
    punished: int | None = None
    elements: frozenset[str] = frozenset()
    suspicion: bool = False

    def value(self, metric: str) -> int | None:
        """Return what was measured of *metric*; None = unknown."""
        return self.punished if metric == _REPEAT else self.values.get(metric)


class Weighed(NamedTuple):
    """
    One rule and one metric of it, compared.

    *threshold* as it applies here. *reading*: set where the rule holds only on an open reading (``any_two``).
    """

    rule: Threshold
    metric: str
    value: int
    threshold: int
    level: Level
    reading: str | None = None

    @property
    def percent(self) -> int:
        """The value in whole per cent of the threshold, rounded down."""
        return self.value * 100 // self.threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """
    What the thresholds say.

    *flag*: None where every metric is known and none reaches half. *otherwise*: the flag on the open reading of
    CT-2025-06, where it differs. *weighed*: every comparison of every rule set that touches the period, in the order
    of the file. *unknown*: metrics that a rule in force asks for and nobody has measured.
    """

    flag: Flag | None
    otherwise: Flag | None
    weighed: tuple[Weighed, ...]
    unknown: tuple[str, ...]
    version: int

    @property
    def hits(self) -> tuple[Weighed, ...]:
        """The rules that are met."""
        return tuple(one for one in self.weighed if one.level in ("reached", "aggravated") and one.reading is None)

    @property
    def near(self) -> tuple[Weighed, ...]:
        """The rules that are met by half and no more."""
        return tuple(one for one in self.weighed if one.level == "half")


def screen(thresholds: Thresholds, figures: Figures, period: Period) -> Screening:
    """Weigh *figures* against every rule in force on a day of *period*."""
    rules = tuple(rule for rule in thresholds.rules if _applies(rule, figures, period))
    single = [one for rule in rules for one in _single(rule, rules, figures, period)]
    weighed = sorted([*single, *_halves(rules, single)], key=lambda one: thresholds.rules.index(one.rule))
    unknown = _unknown(rules, figures)
    settled = tuple(one for one in weighed if one.reading is None)
    flag, otherwise = _flag(settled, figures, unknown), _flag(weighed, figures, unknown)
    return Screening(
        flag=flag,
        otherwise=otherwise if otherwise != flag else None,
        weighed=tuple(weighed),
        unknown=unknown,
        version=thresholds.version,
    )


def _applies(rule: Threshold, figures: Figures, period: Period) -> bool:
    """Hold where *rule* is about a crime, about such an offender, was in force, and its element is found."""
    if rule.administrative or not rule.touches(*period):
        return False
    if rule.subject != "any" and figures.subject is not None and rule.subject != figures.subject:
        return False
    return rule.element is None or rule.multiplies is not None or rule.id in figures.elements


def _single(rule: Threshold, rules: Iterable[Threshold], figures: Figures, period: Period) -> Iterator[Weighed]:
    """Compare each metric of one rule that was measured."""
    limits = (*rule.limits, *(rule.repeat_limits if figures.punished else ()), *_unsold(rule, figures))
    for limit in limits:
        value = figures.value(limit.metric)
        if value is None:
            continue
        for times in _times(rule, rules, figures, period):
            yield Weighed(rule, limit.metric, value, limit.value * times, _level(value, limit, times))


def _level(value: int, limit: Limit, times: int = 1) -> Level:
    if limit.aggravated is not None and value >= limit.aggravated * times:
        return "aggravated"
    if value >= limit.value * times:
        return "reached"
    return "half" if value * 2 >= limit.value * times else "below"


def _times(rule: Threshold, rules: Iterable[Threshold], figures: Figures, period: Period) -> tuple[int, ...]:
    """
    Return how many times its limits *rule* asks for: three times for a unit, from 2004 until 2007 (art 15, art 6).

    Both where the conduct went on beyond the end of that, or where nobody knows yet whether a unit acted.
    """
    raised = next((one for one in rules if one.multiplies and one.since == rule.since and not rule.multiplies), None)
    if raised is None or raised.multiplies is None:
        return (1,)
    beyond = raised.until is not None and period.end > raised.until and (rule.until or period.end) > raised.until
    return (1, raised.multiplies) if beyond or figures.subject is None else (raised.multiplies,)


def _unsold(rule: Threshold, figures: Figures) -> tuple[Limit, ...]:
    """Return the limit for goods unsold: so many times that of sales (法释〔2025〕5号 art 14)."""
    if rule.times_if_unsold is None or figures.value("unsold_fen") is None:
        return ()
    sales = (limit for limit in rule.limits if limit.metric == "sales_fen")
    return tuple(Limit(metric="unsold_fen", value=limit.value * rule.times_if_unsold) for limit in sales)


def _halves(rules: Iterable[Threshold], single: Iterable[Weighed]) -> Iterator[Weighed]:
    """
    Weigh the rules that ask for two others by half.

    Where they must be of two items, two of one item count on the open reading only (CT-2025-06): works, downloads,
    clicks and members all stand in item (四).
    """
    by_rule = {one.rule.id: one for one in single if one.level != "below"}
    for rule in rules:
        if not rule.halves:
            continue
        met = [by_rule[name] for name in rule.halves if name in by_rule]
        counted = _counted(rule, met)
        grave = _counted(rule, [one for one in met if _half_of_aggravated(one)])
        level: Level = "half" if counted else "below"
        if counted >= _AT_LEAST_TWO:
            level = "aggravated" if grave >= _AT_LEAST_TWO else "reached"
        yield Weighed(rule, _COUNTED, counted, _AT_LEAST_TWO, level)
        if counted < _AT_LEAST_TWO <= len(met):
            yield Weighed(rule, _COUNTED, len(met), _AT_LEAST_TWO, "reached", reading="any_two")


def _counted(rule: Threshold, met: list[Weighed]) -> int:
    return len({one.rule.item for one in met}) if rule.different_items else len(met)


def _half_of_aggravated(one: Weighed) -> bool:
    raised = one.rule.limits[0].aggravated
    return raised is not None and one.value * 2 >= raised


def _unknown(rules: Iterable[Threshold], figures: Figures) -> tuple[str, ...]:
    """Return what nobody has measured, of all that the rules in force ask for, in the order of the file."""
    asked = {limit.metric: None for rule in rules for limit in (*rule.limits, *rule.repeat_limits)}
    if any(rule.repeat_limits for rule in rules):
        asked[_REPEAT] = None
    return tuple(metric for metric in asked if figures.value(metric) is None)


def _flag(weighed: Iterable[Weighed], figures: Figures, unknown: tuple[str, ...]) -> Flag | None:
    """Return the flag, by the words of thresholds.yaml, ``flags``."""
    levels = {one.level for one in weighed}
    if levels & {"reached", "aggravated"}:
        return "RED"
    if "half" in levels or figures.punished or figures.suspicion:
        return "AMBER"
    return "GREY" if unknown else None
