"""How does one see the campaigns, their phases and what belongs to them? ``yisong campaigns``."""

import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Final
from uuid import UUID

import orjson
import typer
from rich.console import Console

from yisong.campaigns.documents import campaign_document, case_document, event_document, plan_document
from yisong.campaigns.overview import Asked, Belonging, EventOf, belonging, report_calendar
from yisong.campaigns.phases import Campaign, Focus, Phase
from yisong.campaigns.standing import Standing, bodies_shown
from yisong.cli.page import instant, page, ruled
from yisong.cli.register_dockets import AsJson, Reached, Whose, register_dockets
from yisong.cli.reports import SAID
from yisong.errors import BusNotFound
from yisong.ledger import Law

Which = Annotated[str | None, typer.Argument(help="One campaign, as JW2016: with its phases, cases and plans.")]
Events = Annotated[bool, typer.Option("--events", help="Of one campaign: every event that belongs to it.")]
_PLANS: Final = frozenset({"plan", "publicity_plan"})
_OPEN: Final = "open"
_PHASE: Final = ("phase", "name", "from", "to", "exact to", "overlaps", "announced by", "announced", "document")
_FOCUS: Final = ("stance", "region", "work", "platform", "note")
_CASE: Final = ("case", "state", "owner", "events", "first", "last")
_EVENT: Final = ("logged", "case or register", "event", "by", "position")
_PLAN: Final = ("organ", "plan", "state", "logged", "focus areas")


def campaigns(
    campaign: Which = None, *, events: Events = False, agency: Whose = "copyright", json: AsJson = False
) -> None:
    """Show the campaigns 专项行动 that were announced; of one: phases, focus, what belongs to it, plans received."""
    now = int(time.time() * 1000)
    with register_dockets(agency) as reached:
        known = reached.reader.noted(now=now).campaigns
        if campaign is not None and campaign not in known:
            raise BusNotFound(
                f"Nobody has announced a campaign {campaign} on this bus, or not so that {agency} could read it. "
                "`yisong campaigns` lists those that there are."
            )
        shown = known if campaign is None else {campaign: known[campaign]}
        belongs = belonging(reached.connection, list(shown))
        plans = [] if campaign is None else _plans(reached, campaign, now)
        phases = (UUID(bytes=phase.event_id) for one in shown.values() for phase in one.phases)
        reached.note("campaigns 专项行动", [*phases, *bodies_shown(plans)])
    if json:
        said = [_json(one, belongs[id_]) for id_, one in shown.items()]
        one_only = None if campaign is None else said[0] | {"plans": [plan_document(plan) for plan in plans]}
        if one_only is not None and events:
            one_only["listed"] = [event_document(one) for one in belongs[str(campaign)].events]
        typer.echo(orjson.dumps(one_only or said, option=orjson.OPT_INDENT_2))
        return
    console = page()
    if campaign is None:
        _list(console, shown, belongs)
    else:
        _one(console, shown[campaign], belongs[campaign], plans, reached.law)
        if events:
            rows = [_event_row(one, reached.law) for one in belongs[campaign].events]
            console.print(ruled("Events 事件", _EVENT, rows), soft_wrap=True)


def _plans(reached: Reached, campaign: str, now: int) -> list[Standing]:
    found = report_calendar(reached.reader, reached.law, Asked(campaign), now=now)
    return [one for one in found.standings if {act.partition(":")[2] for act in one.report.owed} & _PLANS]


def _list(console: Console, shown: Mapping[str, Campaign], belongs: Mapping[str, Belonging]) -> None:
    columns = ("campaign", "name", "series", "from", "to", "phases", "cases", "events")
    rows = [
        (
            id_,
            one.lead.name,
            str(one.lead.series_no or ""),
            *_window(one.window),
            str(len(one.phases)),
            str(len(belongs[id_].cases)),
            str(len(belongs[id_].events)),
        )
        for id_, one in shown.items()
    ]
    console.print(ruled("Campaigns 专项行动", columns, rows) if rows else "No campaign was announced.", soft_wrap=True)


def _one(console: Console, one: Campaign, belongs: Belonging, plans: Sequence[Standing], law: Law) -> None:
    first, last = _window(one.window)
    series = "" if one.lead.series_no is None else f", 第 {one.lead.series_no} 次"
    console.print(f"{one.id} {one.lead.name}{series}: {first} to {last}")
    phases = ruled("Phases 阶段", _PHASE, [_phase_row(phase, one, law) for phase in one.phases])
    focus = ruled("Focus 重点", _FOCUS, [_focus_row(focus, law) for focus in one.focus])
    cases = ruled(
        f"Belongs to it: {len(belongs.events)} events, {len(belongs.cases)} cases", _CASE, _case_rows(belongs)
    )
    counted = [(f"{law.events[name].zh} {name}", str(count)) for name, count in belongs.by_type.items()]
    received = ruled("Plans received 方案", _PLAN, [_plan_row(each) for each in plans])
    for table in (phases, focus, cases, ruled("By type", ("event", "events"), counted), received):
        console.print(table, soft_wrap=True)


def _case_rows(belongs: Belonging) -> list[tuple[str, ...]]:
    return [
        (case.case_id, case.state, case.owner or "", str(case.events), instant(case.first), instant(case.last))
        for case in belongs.cases
    ]


def _phase_row(phase: Phase, campaign: Campaign, law: Law) -> tuple[str, ...]:
    others = [one.name for one in campaign.phases if one is not phase and one.overlaps(phase)]
    zh = law.rulebook.catalogue.enums["campaign_phase"].get(phase.kind, "")
    ends = _OPEN if phase.ends_on is None else str(phase.ends_on)
    overlap = ", ".join(others)
    organ = f"{phase.organ}, anew" if phase.changes else phase.organ
    said = (f"{zh} {phase.kind}".strip(), phase.name, str(phase.starts_on), ends, phase.precision, overlap)
    return (*said, organ, instant(phase.log_time), phase.doc_no or "")


def _focus_row(focus: Focus, law: Law) -> tuple[str, ...]:
    enums, regions = law.rulebook.catalogue.enums, law.rulebook.directory.regions
    region = "" if focus.region is None else f"{focus.region} {regions.get(focus.region, '')}".strip()
    named = (
        ("focus_stance", focus.stance), ("work_type", focus.work_type), ("platform_type", focus.platform_type),
    )  # fmt: skip
    stance, work, platform = ("" if said is None else f"{enums[name].get(said, '')} {said}" for name, said in named)
    return stance, region, work, platform, focus.note or ""


def _plan_row(one: Standing) -> tuple[str, ...]:
    filed, title = one.by, f"{one.report.timer.zh} {one.report.timer.id}"
    if filed is None:
        return one.report.organ, title, SAID[one.state], "", ""
    areas = SAID["not_readable"] if filed.focus is None else str(len(filed.focus) or "")
    warned = " (3 or 4 are asked for)" if filed.few_or_many else ""
    return one.report.organ, title, SAID[one.state], instant(filed.log_time), areas + warned


def _window(window: tuple[date, date | None]) -> tuple[str, str]:
    first, last = window
    return str(first), _OPEN if last is None else str(last)


def _json(one: Campaign, belongs: Belonging) -> dict[str, object]:
    return campaign_document(one) | {
        "events": len(belongs.events),
        "by_type": belongs.by_type,
        "cases": [case_document(case) for case in belongs.cases],
    }


def _event_row(one: EventOf, law: Law) -> tuple[str, ...]:
    variant = "" if one.variant is None else f" ({one.variant})"
    said = f"{law.events[one.event_type].zh} {one.event_type}{variant}"
    return instant(one.log_time), one.docket, said, one.organ, f"{one.position[0]}:{one.position[1]}"
