"""The body of CasesLinked 并案/集群关联. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model


class CasesLinked(Model):
    """并案/集群关联. For: owner, addressee, cc."""

    #: 关联理由 (P1): why
    reason: str
    #: 集群编号 (P0): mandatory for variant cluster
    cluster_id: str | None = None
    #: 主案 (P0): case id of the lead case
    lead_case: str | None = None
