"""The nested records of the catalogue. Generated: see yisong.schemas.generate."""

from pydantic import Field

from yisong.schemas.models.base import Fen, Int, Long, Model
from yisong.schemas.models.enums import (
    AttachmentKind,
    ClueSource,
    FocusStance,
    ItemCategory,
    ItemMeasure,
    ManifestResult,
    Metric,
    PartyRole,
    PenaltyKind,
    PlatformType,
    QuantityUnit,
    SponsorKind,
    StatColumn,
    TargetKind,
    UsccCheck,
    WorkType,
)


class Target(Model):
    """A nested record of several bodies."""

    #: 种类 (P0): kind of target
    kind: TargetKind
    #: 值 (P1): domain as A-label, address, bundle id or account token
    value: str
    #: 网址 (P1): without query secrets
    url: str | None = None
    #: 备案号 (P1): ICP number when known
    filing_no: str | None = None


class Party(Model):
    """A nested record of several bodies."""

    #: 当事人编号 (P0): local id
    party_id: str
    #: 角色 (P0): role in the case
    role: PartyRole
    #: 性质 (P0): organisation or person
    kind: SponsorKind
    #: 校验 (P0): warn only; issued codes exist that fail the check
    uscc_check: UsccCheck
    #: 名称 (P1): organisations only; a person is a token
    name: str | None = None
    #: 统一社会信用代码 (P1): GB 32100 code
    uscc: str | None = None
    #: 个人令牌 (P2): pseudonymous token
    person_token: str | None = None


class SeizedItem(Model):
    """A nested record of several bodies."""

    #: 名称 (P0): item
    name: str
    #: 数量 (P0): amount
    quantity: Long
    #: 单位 (P0): unit
    unit: QuantityUnit
    #: 载体 (P0): medium
    medium: str | None = None
    #: 目录号 (P0): number in the seizure catalogue
    catalogue_no: str | None = None
    #: 批次 (P0): batch
    batch: str | None = None
    #: 类别 (P0): 分门别类
    category: ItemCategory | None = None
    #: 处置 (P0): what was done with it; only seized and confiscated count as 收缴
    measure: ItemMeasure | None = None
    #: 目录版本 (P0): version of 违法音像制品查缴目录 that catalogue_no refers to
    catalogue: str | None = None


class Penalty(Model):
    """A nested record of several bodies."""

    #: 种类 (P0): kind
    kind: PenaltyKind
    #: 金额 (P0): for fines and confiscated gains
    amount_fen: Fen | None = None
    #: 当事人编号 (P0): Party of the CaseOpened; null = the only party
    party_id: str | None = None


class RuleHit(Model):
    """A nested record of several bodies."""

    #: 规则 (P0): id in thresholds.yaml
    rule_id: str
    #: 版本 (P0): version of thresholds.yaml
    rule_version: Int
    #: 指标 (P0): what was measured
    metric: Metric
    #: 值 (P0): measured value
    value: Long
    #: 门槛 (P0): threshold compared with
    threshold: Long


class ManifestCheck(Model):
    """A nested record of several bodies."""

    #: 材料 (P0): attachment kind
    kind: AttachmentKind
    #: 结果 (P0): compared with the hash in the header
    result: ManifestResult


class Figure(Model):
    """A nested record of several bodies."""

    #: 指标 (P0): column name
    name: str
    #: 值 (P0): figure
    value: Long


class Work(Model):
    """A nested record of several bodies."""

    #: 作品名称 (P1): title
    title: str
    #: 作品类型 (P0): kind
    work_type: WorkType
    #: 权利人 (P1): organisations only
    rightsholder: str | None = None
    #: 编号 (P0): ISBN, ISRC, registration number
    identifier: str | None = None


class TeamMember(Model):
    """A nested record of several bodies."""

    #: 人员令牌 (P2): pseudonymous token
    officer: str
    #: 所属单位 (P0): org id; differs from the publisher in a cross inspection
    home_org: str


class Focus(Model):
    """A nested record of several bodies."""

    #: 力度 (P0): crack down, regulate or protect
    stance: FocusStance
    #: 地区 (P0): GB/T 2260 code
    region: str | None = Field(default=None, pattern="^[0-9]{6}$")
    #: 作品类型 (P0): kind of work
    work_type: WorkType | None = None
    #: 平台类型 (P0): kind of platform
    platform_type: PlatformType | None = None
    #: 说明 (P0): for example 转载
    note: str | None = None


class DutyAssignment(Model):
    """A nested record of several bodies."""

    #: 责任单位 (P0): org id
    org: str
    #: 任务 (P1): what
    task: str
    #: 责任区域 (P0): GB/T 2260 code
    region: str | None = Field(default=None, pattern="^[0-9]{6}$")
    #: 责任人令牌 (P2): pseudonymous token
    officer: str | None = None


class ReportFigure(Model):
    """A nested record of several bodies."""

    #: 指标 (P0): column of the form
    column: StatColumn
    #: 值 (P0): figure
    value: Long
    #: 单位 (P0): for items_seized
    unit: QuantityUnit | None = None
    #: 作品类型 (P0): breakdown
    work_type: WorkType | None = None
    #: 平台类型 (P0): breakdown
    platform_type: PlatformType | None = None
    #: 线索来源 (P0): breakdown
    source: ClueSource | None = None


class Correction(Model):
    """A nested record of several bodies."""

    #: 字段 (P0): path of the field
    field: str
    #: 更正值 (P1): right value as text
    value: str
