"""The body of ClueFound 线索登记. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Field, Strict

from yisong.schemas.models.base import Model
from yisong.schemas.models.enums import ClueOrigin, ClueSource, IntakeChannel, PlatformType, WorkType
from yisong.schemas.models.records import Target, Work


class ClueFound(Model):
    """线索登记. For: owner, addressee, cc, superiors."""

    #: 线索来源 (P0): how the clue came in
    source: ClueSource
    #: 来路 (P0): own work, handed down or from a peer
    origin: ClueOrigin
    #: 对象 (P2): sites, apps or accounts complained of
    targets: Annotated[tuple[Target, ...], Strict(strict=False)]
    #: 作品类型 (P0): kinds of works affected
    work_types: Annotated[tuple[WorkType, ...], Strict(strict=False)]
    #: 平台类型 (P0): where the infringement happens
    platform_type: PlatformType
    #: 摘要 (P1): at most 500 characters and no personal data
    summary: str = Field(max_length=500)
    #: 企业协会投诉 (P0): complaint of a company or association; separate archive series
    company_complaint: bool
    #: 举报渠道 (P0): channel of a complaint
    intake_channel: IntakeChannel | None = None
    #: 举报人令牌 (P2): pseudonymous token; the identity stays with the owner
    reporter_token: str | None = None
    #: 作品 (P1): works complained of; matched against the protected works
    works: Annotated[tuple[Work, ...], Strict(strict=False)] | None = None
    #: 权利人 (P1): organisations only; a person is the reporter_token
    rightsholder: str | None = None
    #: 权利人国别 (P0): ISO 3166-1 alpha-2; foreign right-holders have no Chinese code
    rightsholder_country: str | None = Field(default=None, pattern="^[A-Z]{2}$")
    #: 报告平台 (P1): who met its duty to report when source is platform_report
    reporting_platform_uscc: str | None = None
