"""The body of CriminalFilingRefused 不予立案. Generated: see yisong.schemas.generate."""

from pydantic import Field

from yisong.schemas.models.base import Instant, Model


class CriminalFilingRefused(Model):
    """不予立案. For: owner, addressee."""

    #: 理由 (P1): mandatory
    reason_text: str = Field(min_length=1)
    #: 案卷退回时间 (P0): when the papers went back
    file_returned_at: Instant
