"""The body of JointSupervisionOrdered 联合挂牌督办. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model
from yisong.schemas.models.enums import ReportCycle, SupervisionLevel


class JointSupervisionOrdered(Model):
    """联合挂牌督办. For: owner, addressee, co_signers, cc."""

    #: 督办级别 (P0): single ministry or joint
    level: SupervisionLevel
    #: 报告周期 (P0): how often progress is reported
    report_cycle: ReportCycle
    #: 督办要求 (P1): what is asked
    requirements: str
