"""The body of BodyDisputed 正文异议. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model


class BodyDisputed(Model):
    """正文异议. For: owner, addressee, cc."""

    #: 异议说明 (P0): what does not match; never the content
    detail: str
