"""The body of BodyErased 正文销毁. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Int, Model


class BodyErased(Model):
    """正文销毁. For: owner, addressee, cc, copyright, cac, miit, police."""

    #: 销毁理由 (P1): why and under which rule
    reason: str
    #: 销毁密钥数 (P0): wrapped keys withdrawn
    keys_removed: Int
