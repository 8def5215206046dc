"""The body of JointSupervisionLifted 解除督办. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model


class JointSupervisionLifted(Model):
    """解除督办. For: owner, addressee, co_signers, cc."""

    #: 督办结果 (P1): result
    result: str
    #: 免除理由 (P1): mandatory when variant is waived
    waiver: str | None = None
