"""The body of ReconsiderationRequested 提请复议. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Strict

from yisong.schemas.models.base import Int, Model


class ReconsiderationRequested(Model):
    """提请复议. For: owner, addressee."""

    #: 理由 (P1): grounds
    grounds: Annotated[tuple[str, ...], Strict(strict=False)]
    #: 新证据数 (P0): new evidence items named in cites
    new_evidence_count: Int
