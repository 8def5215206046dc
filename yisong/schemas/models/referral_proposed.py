"""The body of ReferralProposed 提出移送报告. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Strict

from yisong.schemas.models.base import Model
from yisong.schemas.models.enums import Charge
from yisong.schemas.models.records import RuleHit


class ReferralProposed(Model):
    """提出移送报告. For: owner, addressee."""

    #: 触发规则 (P0): at least one when variant is thresholds
    rule_hits: Annotated[tuple[RuleHit, ...], Strict(strict=False)]
    #: 涉嫌罪名 (P0): article of the Criminal Law
    charge: Charge
    #: 合理嫌疑说明 (P1): mandatory when variant is suspicion
    suspicion_note: str | None = None
