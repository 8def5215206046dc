"""The body of InspectionRecorded 现场检查记录. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Field, Strict

from yisong.schemas.models.base import Count, Int, Model
from yisong.schemas.models.enums import InspectionKind, PlatformType, PremisesKind
from yisong.schemas.models.records import SeizedItem, TeamMember


class InspectionRecorded(Model):
    """现场检查记录. For: owner, copyright, addressee."""

    #: 检查方式 (P0): how the inspection was made
    kind: InspectionKind
    #: 检查地 (P0): GB/T 2260 code of the place
    place_region: str = Field(pattern="^[0-9]{6}$")
    #: 场所 (P1): name or kind of the premises
    premises: str
    #: 见证人在场 (P0): whether a witness was present
    witness_present: bool
    #: 检查网站数 (P0): number of sites or apps looked at
    sites_checked: Count
    #: 检查作品数 (P0): number of works looked at
    works_checked: Count
    #: 登记物品 (P1): seizure ledger; may be empty
    items: Annotated[tuple[SeizedItem, ...], Strict(strict=False)]
    #: 检查情况 (P1): what was found
    finding: str
    #: 被检查单位 (P1): organisation inspected
    subject: str | None = None
    #: 统一社会信用代码 (P1): GB 32100 code
    subject_uscc: str | None = None
    #: 平台类型 (P0): what was inspected; the coverage report is by it
    platform_type: PlatformType | None = None
    #: 场所类型 (P0): kind of premises; null = online
    premises_kind: PremisesKind | None = None
    #: 发现问题数 (P0): problems found; 0 = none
    problems_found: Int | None = None
    #: 检查人员 (P2): home organ of each officer (交叉检查, 抽调)
    team: Annotated[tuple[TeamMember, ...], Strict(strict=False)] | None = None
