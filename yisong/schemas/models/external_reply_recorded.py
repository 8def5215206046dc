"""The body of ExternalReplyRecorded 总线外单位回复. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model


class ExternalReplyRecorded(Model):
    """总线外单位回复. For: owner, addressee, cc."""

    #: 总线外单位 (P1): who answered: 工商, 城管, 交通运输, 出版, or a coordinating office
    external: str
    #: 处理结果 (P1): what was done
    result: str
    #: 对方文号 (P0): number of the answer
    external_doc_no: str | None = None
