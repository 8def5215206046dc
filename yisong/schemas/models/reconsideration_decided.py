"""The body of ReconsiderationDecided 复议决定. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Fen, Model
from yisong.schemas.models.enums import Charge


class ReconsiderationDecided(Model):
    """复议决定. For: owner, addressee, superiors."""

    #: 理由 (P1): reasons
    reason: str
    #: 罪名 (P0): when variant is file
    charge: Charge | None = None
    #: 涉案金额 (P0): when variant is file; null = unknown
    amount_involved_fen: Fen | None = None
