"""The body of ReferralClosedUnfiled 移送终结未立案. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model


class ReferralClosedUnfiled(Model):
    """移送终结未立案. For: owner, addressee."""

    #: 理由 (P1): which path ended
    reason: str
