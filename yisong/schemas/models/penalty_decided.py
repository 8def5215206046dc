"""The body of PenaltyDecided 行政处罚决定. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Strict

from yisong.schemas.models.base import Fen, Model
from yisong.schemas.models.records import Penalty


class PenaltyDecided(Model):
    """行政处罚决定. For: owner, copyright, cac, addressee."""

    #: 处罚种类 (P0): each kind with its amount
    penalties: Annotated[tuple[Penalty, ...], Strict(strict=False)]
    #: 是否听证 (P0): whether a hearing was held
    hearing_held: bool
    #: 是否公开 (P0): whether the decision is published
    public: bool
    #: 违法所得 (P0): illegal gains found; null = unknown
    illegal_gains_fen: Fen | None = None
    #: 非法经营额 (P0): illegal business amount found; null = unknown
    business_amount_fen: Fen | None = None
