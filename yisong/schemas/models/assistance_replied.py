"""The body of AssistanceReplied 协查回复. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model


class AssistanceReplied(Model):
    """协查回复. For: owner, requester, addressee, cc."""

    #: 协查结果 (P1): answer
    answer: str
    #: 是否办结 (P0): whether anything is still open
    complete: bool
