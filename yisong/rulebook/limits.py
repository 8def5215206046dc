"""
What is a threshold of crime 入罪标准, as a value?

Advice to officers: no verdict reads it. Amounts in fen (1 yuan = 100 fen), everything else in counts. Spans are those
of the conduct, whole days in +08:00, ``since`` and ``until`` inclusive; ``None`` = open or not looked up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Flag = Literal["RED", "AMBER", "GREY"]
Subject = Literal["any", "individual", "unit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One measure and the value from which it counts; *aggravated* 加重: the higher level, None where none is given."""

    metric: str
    value: int
    aggravated: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """
    One rule of thresholds.yaml.

    *limits*: any of them reached is enough. *repeat_limits*: the lower ones for whoever was punished within
    *repeat_years*. *halves*: rules of which two that reach half are enough; *different_items*: they must be of two
    items of the article (an open reading). *times_if_unsold*: so many times the limits, for goods not sold yet.
    *element*: what must be found beside the figures, in words; such a rule is weighed only where an officer says so.
    *multiplies*: it raises the limits of its own rule set that many times. *charge*: None = Criminal Law art 217.
    *administrative*: about a fine, not about a crime. *tag*: V full text read, X excerpt, G general knowledge.
    """

    id: str
    subject: Subject
    limits: tuple[Limit, ...]
    repeat_limits: tuple[Limit, ...]
    repeat_years: int | None
    halves: tuple[str, ...]
    different_items: bool
    times_if_unsold: int | None
    element: str | None
    multiplies: int | None
    item: str | None
    since: date | None
    until: date | None
    source: str
    tag: Literal["V", "X", "G"]
    charge: str | None
    administrative: bool

    def touches(self, begin: date, end: date) -> bool:
        """Hold where the rule was in force on a day of [*begin*, *end*]."""
        return (self.since is None or self.since <= end) and (self.until is None or begin <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """thresholds.yaml: its version, which every hit names, its rules in file order, and what each flag asks for."""

    version: int
    rules: tuple[Threshold, ...]
    duties: Mapping[Flag, str]

    def rule(self, rule_id: str) -> Threshold:
        """Return one rule. Raises KeyError where there is none of that id."""
        found = next((rule for rule in self.rules if rule.id == rule_id), None)
        if found is None:
            raise KeyError(rule_id)
        return found
