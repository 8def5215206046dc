"""The body of SupervisionProgressReported 督办进展. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Field, Strict

from yisong.schemas.models.base import Model
from yisong.schemas.models.records import Figure


class SupervisionProgressReported(Model):
    """督办进展. For: owner, addressee, co_signers, cc."""

    #: 报告期 (P0): yyyy-mm
    period: str = Field(pattern="^[0-9]{4}-(0[1-9]|1[0-2])$")
    #: 进展 (P1): report text without personal data
    text: str
    #: 数字 (P0): named counts
    figures: Annotated[tuple[Figure, ...], Strict(strict=False)]
