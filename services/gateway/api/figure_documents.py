"""What does the OpenAPI document say of statistics? What is answered, field by field."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ScopeDocument(BaseModel):
    """Of what the figures are."""

    period: str | None = Field(examples=["2016-08", "2016-Q3", "2016-H2"])
    campaign: str | None = Field(examples=["JW2016"])


class RulebookDocument(BaseModel):
    """The version of the rulebook in force at the newest log time that counts."""

    n: int
    hash: str = Field(description="SHA-256, 64 hexadecimal digits.")


class FigureDocument(BaseModel):
    """One figure. Where *value* is null, the other fields say why; it is never 0 for what is not known."""

    column: str = Field(examples=["cases_opened"])
    value: int | None = Field(description="Null: not readable here, or filed only.")
    unit: str | None = Field(default=None, description="Of seizures: `quantity_unit`.")
    key: str | None = Field(default=None, description="Of which organ, province, kind or source.")
    grain: Literal["decision", "access"] | None = Field(
        default=None, description="Of sites: whether *key* decided, or gives access."
    )
    unknown: int | None = Field(default=None, description="So many events say that they do not know.")
    filed_only: bool | None = Field(default=None, description="No event carries it: it is only filed.")
    not_readable_here: int | None = Field(default=None, description="So many events the caller's organ may not read.")
    readable: int | None = Field(default=None, description="What the others add up to.")


class ComparedDocument(BaseModel):
    """A figure that was filed, beside the one derived for the region of who filed it."""

    column: str
    filed: int | None
    derived: int | None
    difference: int | None = Field(description="Filed minus derived; null where there is nothing to compare with.")
    unit: str | None = None
    kind: str | None = None
    key: str | None = None
    note: str | None = Field(default=None, description="Why nothing is derived here.")


class ReportDocument(BaseModel):
    """The newest version of a report that an organ filed."""

    organ: str
    variant: str
    template: str | None
    report_version: int | None
    event_id: str
    readable_here: bool
    figures: list[ComparedDocument]


class StatisticsDocument(BaseModel):
    """The statistics as the caller's organ may read them."""

    scope: ScopeDocument
    node: str
    organ: str = Field(description="For whose eyes they were made.")
    vector: dict[str, int] = Field(description="Partition to size: what lies before it counts, and nothing else.")
    behind: int = Field(description="Records of this node's trail that are not counted yet.")
    rulebook: RulebookDocument
    by: str | None
    figures: list[FigureDocument]
    clusters: dict[str, int] = Field(description="Criminal cases by cluster; each of them was counted once.")
    filed: list[ReportDocument]


class CountingDocument(BaseModel):
    """The statistics are being counted: ask again."""

    counted: int
    records: int


class VersionDocument(BaseModel):
    """A frozen version, without what it says."""

    version: int
    frozen_at: str
    frozen_for: str | None = Field(description="As which organ may read; null: as the whole line may.")
    readable_here: bool = Field(description="False: it says what the caller's organ need not know.")
    vector: dict[str, int]
    rulebook: RulebookDocument


class VersionDocuments(BaseModel):
    """The frozen versions of a scope, in their order."""

    scope: ScopeDocument
    versions: list[VersionDocument]


class Unread(BaseModel):
    """What stands in the place of a figure that was not readable here."""

    not_readable_here: int


class CauseDocument(BaseModel):
    """An event that makes a difference."""

    kind: Literal["late", "corrected", "known since"]
    event_id: str
    event_type: str
    case_id: str
    position: str = Field(description="partition:offset", examples=["3:118"])
    organ: str
    before: int | None = Field(description="What it added; 0 where it did not count, null where it is not readable.")
    after: int | None
    through: str | None = Field(default=None, description="Through which event it changed.")
    through_type: str | None = None


class DifferenceDocument(BaseModel):
    """A figure that differs from that of the version before."""

    column: str
    before: int | Unread | None
    after: int | Unread | None
    events: list[CauseDocument]
    unit: str | None = None
    reading: str | None = Field(default=None, description="What no event makes: bodies that became readable, or not.")


class DifferenceDocuments(BaseModel):
    """What differs between a version and the one before it; nothing of the first."""

    scope: ScopeDocument
    version: int
    differences: list[DifferenceDocument]


class FrozenDocument(BaseModel):
    """A frozen version, in canonical JSON (RFC 8785): the same bytes for ever."""

    format: Literal["yisong-statistics/1"]
    scope: ScopeDocument
    version: int
    vector: dict[str, int]
    rulebook: RulebookDocument
    figures: dict[str, list[FigureDocument]] = Field(description="`total`, and by each grouping.")
    clusters: dict[str, int]
    filed: list[ReportDocument]
    differences: list[DifferenceDocument] | None = None


class NewVersion(BaseModel):
    """Which version is to be frozen, and of what: one period, a campaign, or one of each."""

    model_config = ConfigDict(extra="forbid")

    month: str | None = Field(default=None, max_length=7, examples=["2016-08"])
    quarter: str | None = Field(default=None, max_length=7, examples=["2016-Q3"])
    half: str | None = Field(default=None, max_length=7, examples=["2016-H2"])
    campaign: str | None = Field(default=None, max_length=40, examples=["JW2016"])
    version: int = Field(ge=1, le=9_999, description="The next number. Sent again, it freezes nothing more.")
