"""The body of ClueFeedbackSent 举报反馈. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model
from yisong.schemas.models.enums import FeedbackOutcome, IntakeChannel


class ClueFeedbackSent(Model):
    """举报反馈. For: owner, copyright."""

    #: 反馈渠道 (P0): channel of the answer; no address and no content
    channel: IntakeChannel
    #: 反馈结论 (P0): what the reporter was told
    outcome: FeedbackOutcome
