"""The body of ProsecutorSupervisionRecorded 立案监督文书. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model


class ProsecutorSupervisionRecorded(Model):
    """立案监督文书. For: owner, addressee."""

    #: 文书来源 (P1): procuratorate or organ that issued the document
    from_org_name: str
    #: 主要内容 (P1): gist of the document
    content: str
