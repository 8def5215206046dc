"""The body of SiteActionRequested 提请暂停/关闭/恢复. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Strict

from yisong.schemas.models.base import Day, Model
from yisong.schemas.models.enums import Urgency
from yisong.schemas.models.records import Target


class SiteActionRequested(Model):
    """提请暂停/关闭/恢复. For: owner, miit, addressee, superiors."""

    #: 网站 (P1): sites the request covers
    sites: Annotated[tuple[Target, ...], Strict(strict=False)]
    #: 理由 (P1): facts and grounds
    reason: str
    #: 紧急程度 (P0): normal or urgent
    urgency: Urgency
    #: 建议期限 (P0): proposed end of a suspension
    requested_until: Day | None = None
