"""The body of DocumentServed 送达回证. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model
from yisong.schemas.models.enums import ServiceMethod


class DocumentServed(Model):
    """送达回证. For: owner, addressee."""

    #: 送达方式 (P0): how it was served
    method: ServiceMethod
    #: 签收人令牌 (P2): pseudonymous token
    receiver_token: str
