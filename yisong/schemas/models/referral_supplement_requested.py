"""The body of ReferralSupplementRequested 通知补正. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Strict

from yisong.schemas.models.base import Model
from yisong.schemas.models.enums import AttachmentKind


class ReferralSupplementRequested(Model):
    """通知补正. For: owner, addressee."""

    #: 缺少材料 (P0): kinds to be supplied
    missing: Annotated[tuple[AttachmentKind, ...], Strict(strict=False)]
    #: 说明 (P1): what is expected
    remark: str | None = None
