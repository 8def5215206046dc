"""The body of CampaignPhaseChanged 阶段变更. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Strict

from yisong.schemas.models.base import Day, Int, Model
from yisong.schemas.models.enums import CampaignPhase, DatePrecision
from yisong.schemas.models.records import Focus


class CampaignPhaseChanged(Model):
    """阶段变更. For: owner, copyright, cac, miit, police."""

    #: 阶段 (P0): kind of phase; whole = the campaign itself
    phase: CampaignPhase
    #: 名称 (P0): for example 剑网2016, 阳光2号
    name: str
    #: 开始日 (P0): first day
    starts_on: Day
    #: 日期精度 (P0): how exact the dates are
    date_precision: DatePrecision
    #: 重点 (P0): key cities, works and platforms of this phase; may be empty
    focus: Annotated[tuple[Focus, ...], Strict(strict=False)]
    #: 届次 (P0): 12 = 第十二次
    series_no: Int | None = None
    #: 结束日 (P0): last day; phases may overlap and cross the year end
    ends_on: Day | None = None
