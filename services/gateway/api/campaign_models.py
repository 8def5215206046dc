"""How do campaigns and the calendar of reports look in an answer? The models of the OpenAPI document."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from yisong.campaigns.standing import State

BEHIND = "Records of the log that were not looked at for this yet: it grows with the next request. 0 = all were."


class FocusOut(BaseModel):
    """What a phase looks at 重点."""

    stance: str = Field(description="enum focus_stance")
    region: str | None = Field(description="GB/T 2260")
    work_type: str | None
    platform_type: str | None
    note: str | None


class WindowOut(BaseModel):
    """First and last day at the widest: what is exact to the month, or seasonal, means whole months."""

    first: date
    last: date | None


class PhaseOut(BaseModel):
    """A phase 阶段, as it was announced last."""

    phase: str = Field(description="enum campaign_phase; whole = the campaign itself")
    name: str
    starts_on: date
    ends_on: date | None = Field(description="null = open")
    date_precision: str
    window: WindowOut
    crosses_years: bool
    organ: str = Field(description="Who announced it")
    doc_no: str | None
    logged_at: str
    position: str = Field(description="partition:offset", examples=["3:17"])
    announced_before: int = Field(description="How many announcements it took the place of")


class CampaignOut(BaseModel):
    """A campaign 专项行动, and how much belongs to it: the admitted events whose headers name it."""

    campaign: str = Field(examples=["JW2016"])
    name: str
    series_no: int | None = Field(description="12 = 第十二次")
    starts_on: date
    ends_on: date | None
    phases: list[PhaseOut]
    focus: list[FocusOut]
    events: int
    by_type: dict[str, int]
    cases_count: int


class CampaignsOut(BaseModel):
    """All campaigns that were announced."""

    campaigns: list[CampaignOut]
    behind: int = Field(description=BEHIND)


class CaseOfOut(BaseModel):
    """A case in which something was done for a campaign."""

    case_id: str
    state: str
    owner: str | None
    events: int = Field(description="How many of its events name the campaign")
    first: str
    last: str


class FiledOut(BaseModel):
    """A report that was filed; null is what the caller's organ may not read."""

    organ: str
    variant: str
    period: str | None
    version: int | None
    doc_no: str | None
    campaign: str | None
    event_id: str
    position: str
    docket: str
    logged_at: str
    focus_areas: int | None
    focus_warning: bool = Field(description="A plan with another number of focus areas than the 3 or 4 asked for")


class PlanOut(BaseModel):
    """A plan 方案 that is asked for, and what has become of it."""

    organ: str
    timer: str
    state: State
    filed: FiledOut | None


class OneCampaignOut(CampaignOut):
    """One campaign, with the plans that were received, and a page of its cases by id."""

    plans: list[PlanOut]
    cases: list[CaseOfOut]
    behind: int = Field(description=BEHIND)


class ReportOut(BaseModel):
    """A report 报表 that the calendar asks for, and what has become of it."""

    organ: str
    to: str
    timer: str
    zh: str
    owed: list[str] = Field(description="What fulfils it: Type:variant")
    campaign: str | None = Field(description="Whose notice asks for it; null = asked for every year")
    period: str = Field(examples=["2016-07", "2016-Q3", "2016"])
    docket: str
    article: str
    basis: str
    opens_at: str
    due_strict: str
    due_rolled: str
    provisional: bool
    as_of: str | None
    state: State
    outcome: Literal["on_time", "rolled_on_time", "late", "running"] | None
    late_strictly: bool
    filed: FiledOut | None
    later: list[FiledOut] = Field(description="Further versions of it")


class ReportsOut(BaseModel):
    """A page of the calendar of reports, by the day on which each is due."""

    reports: list[ReportOut]
    unasked: list[FiledOut] = Field(description="Filed, and asked for by no date; on the first page")
    counts: dict[State, int] = Field(description="How many are in each state, on all pages")
