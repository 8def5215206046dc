"""The body of SiteActionDecided 网站处置决定. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model


class SiteActionDecided(Model):
    """网站处置决定. For: owner, miit, requester, addressee."""

    #: 理由 (P1): reasons; mandatory for a refusal
    reason: str
