"""The body of RewardGranted 奖励. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Strict

from yisong.schemas.models.base import Model


class RewardGranted(Model):
    """奖励. For: owner, copyright."""

    #: 奖励种类 (P0): kind of reward
    kind: str
    #: 个人令牌 (P2): rewarded persons as tokens
    person_tokens: Annotated[tuple[str, ...], Strict(strict=False)]
    #: 单位 (P1): rewarded unit
    unit_name: str | None = None
