"""The body of ClueHandedOver 线索移交转办. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Count, Model


class ClueHandedOver(Model):
    """线索移交转办. For: owner, addressee, cc."""

    #: 移交理由 (P1): why the clue is handed over
    reason: str
    #: 随附证据数 (P0): number of evidence items named in cites or attachments
    evidence_count: Count
    #: 总线外单位 (P1): receiving body outside the bus
    to_external: str | None = None
    #: 协调机构 (P1): coordinating office that passed it on
    via_coordinator: str | None = None
