"""The body of SiteRestored 已恢复接入. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Instant, Long, Model


class SiteRestored(Model):
    """已恢复接入. For: owner, miit, requester, addressee."""

    #: 恢复时间 (P0): when access came back
    executed_at: Instant
    #: 暂停时长 (P0): seconds without access
    total_suspended_seconds: Long
