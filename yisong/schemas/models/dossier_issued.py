"""The body of DossierIssued 卷宗出具. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model


class DossierIssued(Model):
    """卷宗出具. For: owner, addressee, copyright, cac, miit, police."""

    #: 用途 (P1): why the dossier is made
    purpose: str
    #: 是否遮盖 (P0): whether bodies were left out or masked
    masked: bool
    #: 调阅人令牌 (P2): pseudonymous token of the reader
    reader_token: str | None = None
