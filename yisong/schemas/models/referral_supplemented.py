"""The body of ReferralSupplemented 补正. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Strict

from yisong.schemas.models.base import Model
from yisong.schemas.models.enums import AttachmentKind


class ReferralSupplemented(Model):
    """补正. For: owner, addressee."""

    #: 补交材料 (P0): kinds supplied
    supplied: Annotated[tuple[AttachmentKind, ...], Strict(strict=False)]
