"""The body of CriminalCaseFiled 决定立案. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Fen, Model
from yisong.schemas.models.enums import Charge


class CriminalCaseFiled(Model):
    """决定立案. For: owner, addressee, superiors."""

    #: 公安案件编号令牌 (P2): token; the number itself is masked
    police_case_token: str
    #: 罪名 (P0): article of the Criminal Law
    charge: Charge
    #: 涉案金额 (P0): null = unknown
    amount_involved_fen: Fen | None = None
    #: 集群编号 (P0): cluster campaign the case belongs to
    cluster_id: str | None = None
