"""The body of ReferralDecided 移送审批. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model


class ReferralDecided(Model):
    """移送审批. For: owner, addressee."""

    #: 理由 (P1): mandatory for a rejection
    reason: str | None = None
