"""How do linked cases and joint supervisions look in an answer? The models of the OpenAPI document."""

from pydantic import BaseModel, Field

from services.gateway.api.campaign_models import BEHIND


class TotalOut(BaseModel):
    """What cases come to, each counted once."""

    cases: int
    criminal: int = Field(description="Of them filed as crimes")
    amount_fen: int = Field(description="Of those amounts that are known and readable")
    unknown: int = Field(description="Filed without an amount")
    not_readable: int = Field(description="Filed with one that the caller's organ may not read: it is not 0")


class MemberOut(BaseModel):
    """A case that is linked to others."""

    case_id: str
    state: str | None = Field(description="null = this bus has no docket of it")
    owner: str | None
    filed_at: str | None
    amount_fen: int | None
    amount_readable: bool
    clusters: list[str]


class LinkOut(BaseModel):
    """One CasesLinked: the case in whose docket it stands is linked to others."""

    kind: str = Field(description="upstream: the others are where it comes from")
    case_id: str
    others: list[str]
    organ: str
    log_time: str
    event_id: str
    cluster: str | None
    lead: str | None
    readable: bool = Field(description="Whether the caller's organ may read cluster and lead")


class ClusterOut(BaseModel):
    """A cluster 集群; its total stands apart from the members, and is not to be added to them."""

    cluster: str | None = Field(description="null = not readable for the caller's organ")
    lead: str | None
    cases: list[str]
    total: TotalOut


class GroupOut(BaseModel):
    """Cases that hang together in any way, each once."""

    cases: list[MemberOut]
    total: TotalOut
    links: list[LinkOut]
    sources: list[str] = Field(description="Where it all begins, as far as is known")
    clusters: list[ClusterOut]


class SupervisedOut(BaseModel):
    """A member case of a supervision."""

    case_id: str
    state: str | None = Field(description="null = this bus has no docket of it")
    owner: str | None
    dealt_with: bool


class ProgressOut(BaseModel):
    """A report on the progress of a supervision."""

    variant: str
    organ: str
    period: str | None = Field(description="null = not readable for the caller's organ")
    log_time: str
    event_id: str


class ClockOut(BaseModel):
    """A clock that a supervision runs under."""

    clock_id: str
    due_strict: str
    due_rolled: str
    owed_by: list[str]
    outcome: str
    provisional: bool


class LiftedOut(BaseModel):
    """The end of a supervision."""

    variant: str
    log_time: str


class SupervisionOut(BaseModel):
    """A joint supervision 联合督办, with the states of all its members."""

    supervision: str
    case_id: str
    orderer: str
    doc_no: str | None
    ordered_at: str
    leads: list[str]
    level: str | None = Field(description="null = not readable for the caller's organ")
    state: str
    members: list[SupervisedOut]
    open_members: list[str]
    co_signers: dict[str, str | None] = Field(description="When each acknowledged it; null = not yet")
    awaited: list[str]
    reports: list[ProgressOut]
    due: ClockOut | None
    report_due: ClockOut | None
    lifted: LiftedOut | None


class ClustersOut(BaseModel):
    """A page of groups of linked cases, the largest first."""

    groups: list[GroupOut]
    count: int = Field(description="How many groups there are on all pages")
    behind: int = Field(description=BEHIND)


class SupervisionsOut(BaseModel):
    """A page of joint supervisions, those that go on first."""

    supervisions: list[SupervisionOut]
    count: int = Field(description="How many there are on all pages")
    behind: int = Field(description=BEHIND)


class LinkedOut(BaseModel):
    """All that has to do with one case, cluster or supervision."""

    groups: list[GroupOut]
    supervisions: list[SupervisionOut]
    behind: int = Field(description=BEHIND)
