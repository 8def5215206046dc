"""Who was rewarded, and which plans have come in? What headers say stands here even where a body is not readable."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from yisong.audit.acts import Act
from yisong.registers.rows import DETAIL, NOT_READABLE, Acts, Row, coded, source, sources
from yisong.registers.said import Value, day, records, says, text, whole

PLANS: Final = ("plan", "annual_plan", "publicity_plan")
FOCUSED: Final = ("plan", "annual_plan")
"""The plans that name 3–4个重点区域 (notice of 2006, B15)."""

ASKED_FOR: Final = (3, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardRow(Row):
    """A reward. *unit*: None where persons alone were rewarded; *persons*: how many, never who. *cases* it cites."""

    organ: str
    on: str
    doc_no: str | None
    campaign: str | None
    kind: str
    unit: str | None
    persons: int | str
    cases: tuple[str, ...]


class FocusArea(NamedTuple):
    """One focus of a plan: how hard, and of which region, kind of work and kind of platform, where it names them."""

    stance: str | None
    region: str | None
    work_type: str | None
    platform_type: str | None
    note: str | None

    def __str__(self) -> str:
        return " ".join(filter(None, self))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow(Row):
    """
    A plan that was received.

    *version*: as its author counts; *newest*: no later version of it has come in, None where another one of its organ
    is not readable here, and may be one. *warning*: it names another number of focus areas than three or four.
    """

    organ: str
    to: tuple[str, ...]
    kind: str = field(metadata=coded("variant"))
    period: str
    version: int | str
    newest: bool | None
    received: str
    doc_no: str | None
    focus_areas: int | str
    focus: tuple[FocusArea, ...] = field(default=(), metadata=DETAIL)
    duties_assigned: int | str = field(default="", metadata=DETAIL)
    warning: str | None


def rewards(acts: Acts) -> tuple[RewardRow, ...]:
    """Return the rewards 奖励, in log order."""
    return tuple(_reward(act) for act in acts if act.event_type == "RewardGranted")


def _reward(act: Act) -> RewardRow:
    said, header, closed = says(act), act.header, act.body is None
    tokens = said.get("person_tokens")
    return RewardRow(
        organ=header.speaker,
        on=day(header.occurred_at),
        doc_no=header.doc_no,
        campaign=header.campaign_id,
        kind=NOT_READABLE if closed else text(said, "kind") or "",
        unit=NOT_READABLE if closed else text(said, "unit_name"),
        persons=NOT_READABLE if closed else len(tokens) if isinstance(tokens, list | tuple) else 0,
        cases=tuple(cite.id for cite in header.cites if cite.kind == "case"),
        doubts=act.doubts,
        sources=sources([act]),
    )


def plans(acts: Acts) -> tuple[PlanRow, ...]:
    """Return the plans received, in log order, every version of each."""
    found = [act for act in acts if act.event_type == "PeriodicReportFiled" and act.header.variant in PLANS]
    newest = {_which(act): act.id for act in sorted(found, key=_version) if act.body is not None}
    closed = {(act.header.speaker, act.header.variant) for act in found if act.body is None}
    return tuple(
        _plan(act, newest=None if _which(act)[:2] in closed else newest[_which(act)] == act.id) for act in found
    )


def _which(act: Act) -> tuple[str, str | None, str | None]:
    return act.header.speaker, act.header.variant, text(says(act), "period")


def _version(act: Act) -> tuple[int, int]:
    return whole(says(act), "report_version") or 0, act.log_time


def _plan(act: Act, *, newest: bool | None) -> PlanRow:
    said, header, closed = says(act), act.header, act.body is None
    focus = tuple(_focus(records(said, "focus")))
    return PlanRow(
        organ=header.speaker,
        to=header.to,
        kind=header.variant or "",
        period=NOT_READABLE if closed else text(said, "period") or "",
        version=NOT_READABLE if closed else whole(said, "report_version") or 0,
        newest=newest,
        received=day(act.log_time),
        doc_no=header.doc_no,
        focus_areas=NOT_READABLE if closed else len(focus),
        focus=focus,
        duties_assigned=NOT_READABLE if closed else len(records(said, "duties")),
        warning=_warning(header.variant, None if closed else len(focus)),
        doubts=act.doubts,
        sources=(source(act),),
    )


def _focus(said: tuple[Value, ...]) -> Iterator[FocusArea]:
    for one in said:
        yield FocusArea(*(text(one, name) for name in FocusArea._fields))


def _warning(variant: str | None, areas: int | None) -> str | None:
    if variant not in FOCUSED or areas is None or areas in ASKED_FOR:
        return None
    return f"names {areas} focus areas; 3 or 4 are asked for"
