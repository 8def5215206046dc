"""The body of AssistanceRequested 协查请求. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model


class AssistanceRequested(Model):
    """协查请求. For: owner, addressee, cc."""

    #: 协查事项 (P1): what is asked
    question: str
    #: 法律依据 (P0): article relied on
    legal_basis: str
