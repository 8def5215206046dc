"""The body of SiteSuspended 已暂停接入. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Instant, Int, Model
from yisong.schemas.models.enums import SuspendMethod


class SiteSuspended(Model):
    """已暂停接入. For: owner, miit, requester, addressee, superiors."""

    #: 断开时间 (P0): when access stopped
    executed_at: Instant
    #: 接入服务商 (P1): provider that executed
    provider: str
    #: 方式 (P0): how access was stopped
    method: SuspendMethod
    #: 范围 (P0): hosts, addresses or ports
    scope: str
    #: 网站数 (P0): sites without access by this act; null = 1
    sites_count: Int | None = None
