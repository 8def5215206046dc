"""The body of ReverseReferralDisposed 反向移送处理结果. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model
from yisong.schemas.models.enums import ReverseDisposal


class ReverseReferralDisposed(Model):
    """反向移送处理结果. For: owner, addressee."""

    #: 处理结果 (P0): what was done
    disposal: ReverseDisposal
    #: 说明 (P1): explanation
    reason: str | None = None
