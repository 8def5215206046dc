"""The body of RectificationVerified 整改复查. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Int, Model


class RectificationVerified(Model):
    """整改复查. For: owner, copyright, cac, addressee."""

    #: 复查情况 (P1): what the check showed
    findings: str
    #: 未整改数 (P0): items still not put right
    items_remaining: Int
