"""The body of DeadlineBreached 超期. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Strict

from yisong.schemas.models.base import Instant, Model


class DeadlineBreached(Model):
    """超期. For: owner, addressee, copyright, cac, miit, police."""

    #: 期限编号 (P0): id in timers.yaml
    timer_id: str
    #: 严格到期 (P0): last instant on the strict reading
    due_strict: Instant
    #: 责任单位 (P0): org ids, those of header.to
    responsible: Annotated[tuple[str, ...], Strict(strict=False)]
