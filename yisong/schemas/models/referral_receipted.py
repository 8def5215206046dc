"""The body of ReferralReceipted 移送回执. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Strict

from yisong.schemas.models.base import Instant, Model
from yisong.schemas.models.records import ManifestCheck


class ReferralReceipted(Model):
    """移送回执. For: owner, addressee."""

    #: 回执号 (P0): receipt number
    receipt_no: str
    #: 收到时间 (P0): when the papers were handed in
    received_at: Instant
    #: 材料核对 (P0): each attachment compared with its hash
    manifest_check: Annotated[tuple[ManifestCheck, ...], Strict(strict=False)]
