"""The body of TakedownRecorded 通知删除处置. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Count, Instant, Model
from yisong.schemas.models.records import Target


class TakedownRecorded(Model):
    """通知删除处置. For: owner, copyright, cac, addressee."""

    #: 平台 (P1): who acted
    platform: str
    #: 链接数 (P0): number of links
    links: Count
    #: 通知时间 (P0): rights-holder notice
    notice_at: Instant | None = None
    #: 处置时间 (P0): null = no action
    action_at: Instant | None = None
    #: 反通知时间 (P0): counter-notice
    counter_notice_at: Instant | None = None
    #: 统一社会信用代码 (P1): GB 32100 code of the platform
    platform_uscc: str | None = None
    #: 对象 (P1): what was taken down or left standing
    target: Target | None = None
