"""The body of CaseItemsHandedOver 物品移交. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Strict

from yisong.schemas.models.base import Model
from yisong.schemas.models.records import SeizedItem


class CaseItemsHandedOver(Model):
    """物品移交. For: owner, addressee."""

    #: 移交物品 (P1): items handed over
    items: Annotated[tuple[SeizedItem, ...], Strict(strict=False)]
    #: 差异 (P1): differences from the ledger; may be empty
    discrepancies: Annotated[tuple[str, ...], Strict(strict=False)]
