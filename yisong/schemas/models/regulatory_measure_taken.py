"""The body of RegulatoryMeasureTaken 约谈警示通报等. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Strict

from yisong.schemas.models.base import Instant, Model
from yisong.schemas.models.enums import MeetingKind
from yisong.schemas.models.records import RuleHit, Target


class RegulatoryMeasureTaken(Model):
    """约谈警示通报等. For: owner, copyright, cac, addressee."""

    #: 对象 (P1): company or matter the measure concerns
    subject: str
    #: 结果 (P1): result or reasoning
    outcome: str
    #: 指标情况 (P0): thresholds weighed in a no_referral_memo; else empty
    rule_hits: Annotated[tuple[RuleHit, ...], Strict(strict=False)]
    #: 统一社会信用代码 (P1): GB 32100 code of the subject
    subject_uscc: str | None = None
    #: 涉及网站 (P1): sites whose advertising is cut off or whose logs are asked for
    targets: Annotated[tuple[Target, ...], Strict(strict=False)] | None = None
    #: 落实时间 (P0): when the company did it; null = not yet or not known
    executed_at: Instant | None = None
    #: 会议形式 (P0): only for variant meeting
    meeting_kind: MeetingKind | None = None
