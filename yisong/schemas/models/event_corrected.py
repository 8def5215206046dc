"""The body of EventCorrected 更正. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Strict

from yisong.schemas.models.base import Model
from yisong.schemas.models.records import Correction


class EventCorrected(Model):
    """更正. For: owner, addressee, cc."""

    #: 更正理由 (P1): why
    reason: str
    #: 更正内容 (P1): body fields with the right value
    corrected_fields: Annotated[tuple[Correction, ...], Strict(strict=False)]
