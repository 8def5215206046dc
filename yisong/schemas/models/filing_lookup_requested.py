"""The body of FilingLookupRequested 备案信息查询. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model
from yisong.schemas.models.records import Target


class FilingLookupRequested(Model):
    """备案信息查询. For: owner, addressee."""

    #: 查询对象 (P2): domain, address or app
    target: Target
    #: 法律依据 (P0): article relied on
    legal_basis: str
    #: 查询目的 (P0): why the information is needed
    purpose: str
