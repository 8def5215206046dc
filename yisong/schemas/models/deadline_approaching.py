"""The body of DeadlineApproaching 预警. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Strict

from yisong.schemas.models.base import Model


class DeadlineApproaching(Model):
    """预警. For: owner, addressee."""

    #: 期限编号 (P0): id in timers.yaml
    timer_id: str
    #: 责任单位 (P0): org ids, those of header.to
    responsible: Annotated[tuple[str, ...], Strict(strict=False)]
