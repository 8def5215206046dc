"""What does ``thresholds.yaml`` say: from when on may an infringement be a crime? Advice only: no verdict reads it."""

import re
from datetime import date
from typing import Final, Literal

from pydantic import Field

from yisong.rulebook.limits import Limit, Threshold, Thresholds
from yisong.rulebook.yaml_file import Folder, Shape, read_in

#: Metrics that no amount or count is measured by: a finding in words, and a count of other rules.
_NOT_MEASURED: Final = frozenset({"element", "met_half_rules", "any_of"})
_TIMES: Final = re.compile(r"\b(two|three|four|five|ten) times\b")
_NUMBERS: Final = {"two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}


class FlagShape(Shape):
    """One flag, when it is raised and what follows."""

    zh: str
    when: str
    duty: str


class MetricShape(Shape):
    """One of several alternatives."""

    metric: str
    value: int = Field(ge=1)
    aggravated: int | None = Field(default=None, ge=1)


class CombineShape(Shape):
    """How several metrics make one rule."""

    any_of: list[MetricShape] | None = None
    half_of_two: list[str] | None = None
    half_of_two_2025: list[str] | None = None
    reading: Literal["different_items"] | None = None
    alternative_flag: Literal["any_two"] | None = None
    repeat_within_years: int | None = None
    repeat_any_of: list[MetricShape] | None = None
    element: str | None = None
    unsold: str | None = None

    @property
    def rules(self) -> list[str]:
        """The rules that this one counts."""
        return [*(self.half_of_two or []), *(self.half_of_two_2025 or [])]

    @property
    def metrics(self) -> list[str]:
        """The metrics that this rule reads."""
        return [shape.metric for shape in (*(self.any_of or []), *(self.repeat_any_of or []))]


class RuleShape(Shape):
    """One threshold."""

    rule_id: str = Field(pattern=r"^(CT|AD)(-[A-Z0-9]+)+[a-d]?$")
    metric: str
    subject: Literal["any", "individual", "unit"]
    value: int | None = Field(ge=1)
    aggravated: int | None = Field(ge=1)
    combine: str | CombineShape | None
    item: str | None = None
    from_: date | None = Field(alias="from")
    to: date | None
    source: str
    tag: Literal["V", "X", "G"]
    charge: str | None = None
    note: str | None = None


class ThresholdsFile(Shape):
    """The whole file."""

    version: Literal[1]
    flags: dict[Literal["RED", "AMBER", "GREY"], FlagShape]
    combination: dict[str, str]
    counting_traps: list[str]
    rules: list[RuleShape]


def read_thresholds(folder: Folder) -> ThresholdsFile:
    """Return thresholds.yaml of *folder*; raise ContractFault where its shape is wrong."""
    return read_in(folder, "thresholds.yaml", ThresholdsFile)


def threshold_faults(file: ThresholdsFile, *, metrics: set[str], charges: set[str]) -> list[str]:
    """Return what is wrong with *file*: names that do not exist, rules twice, spans that end before they begin."""
    ids = [rule.rule_id for rule in file.rules]
    faults = [f"thresholds.yaml: {rule_id} stands twice" for rule_id in sorted({i for i in ids if ids.count(i) > 1})]
    for rule in file.rules:
        combine = rule.combine if isinstance(rule.combine, CombineShape) else CombineShape()
        named = {*combine.metrics, *([] if rule.metric == "any_of" else [rule.metric])}
        faults += [f"thresholds.yaml: {rule.rule_id}: there is no metric {name}" for name in sorted(named - metrics)]
        faults += [
            f"thresholds.yaml: {rule.rule_id}: there is no rule {name}" for name in combine.rules if name not in ids
        ]
        if combine.unsold is not None and _TIMES.search(combine.unsold) is None:
            faults.append(f"thresholds.yaml: {rule.rule_id}: unsold does not say how many times")
        if rule.metric == "any_of" and not combine.any_of:
            faults.append(f"thresholds.yaml: {rule.rule_id}: any_of names no alternatives")
        if rule.charge is not None and rule.charge not in charges:
            faults.append(f"thresholds.yaml: {rule.rule_id}: there is no charge {rule.charge}")
        if rule.from_ and rule.to and rule.from_ > rule.to:
            faults.append(f"thresholds.yaml: {rule.rule_id}: ends before it begins")
        if rule.value and rule.aggravated and rule.aggravated <= rule.value:
            faults.append(f"thresholds.yaml: {rule.rule_id}: the aggravated level is not above the threshold")
    return faults


def thresholds(file: ThresholdsFile) -> Thresholds:
    """Return the thresholds as a value; *file* is taken to be free of faults."""
    return Thresholds(
        version=file.version,
        rules=tuple(_threshold(shape) for shape in file.rules),
        duties={flag: shape.duty for flag, shape in file.flags.items()},
    )


def _threshold(shape: RuleShape) -> Threshold:
    combine = shape.combine if isinstance(shape.combine, CombineShape) else CombineShape()
    alternatives = _limits(combine.any_of)
    repeats = shape.metric == "repeat" and bool(alternatives)
    times = None if combine.unsold is None else _TIMES.search(combine.unsold)
    return Threshold(
        id=shape.rule_id,
        subject=shape.subject,
        limits=() if repeats else _own_limit(shape) or alternatives,
        repeat_limits=alternatives if repeats else _limits(combine.repeat_any_of),
        repeat_years=combine.repeat_within_years,
        halves=tuple(combine.rules),
        different_items=combine.reading == "different_items",
        times_if_unsold=None if times is None else _NUMBERS[times[1]],
        element=_element(shape, combine),
        multiplies=shape.value if shape.metric == "element" else None,
        item=shape.item,
        since=shape.from_,
        until=shape.to,
        source=shape.source,
        tag=shape.tag,
        charge=shape.charge,
        administrative=shape.rule_id.startswith("AD-"),
    )


def _own_limit(shape: RuleShape) -> tuple[Limit, ...]:
    if shape.value is None or shape.metric in _NOT_MEASURED:
        return ()
    return (Limit(metric=shape.metric, value=shape.value, aggravated=shape.aggravated),)


def _limits(shapes: list[MetricShape] | None) -> tuple[Limit, ...]:
    return tuple(Limit(metric=one.metric, value=one.value, aggravated=one.aggravated) for one in shapes or ())


def _element(shape: RuleShape, combine: CombineShape) -> str | None:
    if shape.metric == "element":
        return str(shape.combine)
    return combine.element
