"""
Which fields of an event demand others that no header can carry, so that no rule on the log can ask for them?

What ``events.yaml`` says of two fields at once, where one of them lies in the body. A verdict reads no body, so whoever
publishes is told before anything is sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

Body = Mapping[str, object]


class _Demand(NamedTuple):
    """With *field* of the body at *value*, or under the variant *value* (*field* None), *needs* must be filled."""

    event_type: str
    field: str | None
    value: str
    needs: str


_DEMANDS: Final[Sequence[_Demand]] = (
    # The co-signers of a joint supervision stand in cc; a single ministry orders alone.
    _Demand("JointSupervisionOrdered", "level", "joint", "cc"),
    # Which company examined itself 企业自查.
    _Demand("PeriodicReportFiled", None, "self_check", "body.subject"),
    # A report of figures without figures 月报, 季报.
    _Demand("PeriodicReportFiled", None, "monthly", "body.figures"),
    _Demand("PeriodicReportFiled", None, "quarterly", "body.figures"),
    # Whose advertising is cut off 切断广告.
    _Demand("RegulatoryMeasureTaken", None, "ad_cutoff", "body.targets"),
    # Which work is protected 重点作品白名单.
    _Demand("ListEntryChanged", "list", "protected_works", "body.work"),
)


def faults_across(
    event_type: str | None, variant: str | None, cc: Sequence[str], body: Mapping[str, object]
) -> Iterator[str]:
    """Yield a fault for each field that another one demands and that is not filled; none holds a value of the body."""
    for demand in _DEMANDS:
        if demand.event_type != event_type or not _made(demand, variant, body):
            continue
        given = cc if demand.needs == "cc" else body.get(demand.needs.removeprefix("body."))
        if not given:
            where = "variant" if demand.field is None else f"body.{demand.field}"
            yield f"{demand.needs}: must be filled where {where} is {demand.value}"
    # Complaints of companies and associations are archived in a series of their own.
    corporate = event_type == "ClueFound" and body.get("source") == "company_or_association"
    if corporate and body.get("company_complaint") is not True:
        yield "body.company_complaint: must be true where body.source is company_or_association"


def _made(demand: _Demand, variant: str | None, body: Body) -> bool:
    return (variant if demand.field is None else body.get(demand.field)) == demand.value
