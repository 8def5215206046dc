"""The body of CaseClosed 结案. Generated: see yisong.schemas.generate."""

from pydantic import Field

from yisong.schemas.models.base import Model
from yisong.schemas.models.enums import ArchiveSeries


class CaseClosed(Model):
    """结案. For: owner, copyright, addressee, cc."""

    #: 结案理由 (P1): mandatory
    reason: str = Field(min_length=1)
    #: 案卷系列 (P0): company complaints are filed apart
    archive_series: ArchiveSeries
    #: 案卷号 (P0): archive number
    archive_no: str | None = None
