"""The body of ReverseReferralSent 反向移送. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model


class ReverseReferralSent(Model):
    """反向移送. For: owner, addressee."""

    #: 理由 (P1): why there is no crime but administrative liability
    reason: str
    #: 处理建议 (P1): suggestion
    suggested_measure: str | None = None
