"""The body of FilingInfoProvided 备案信息反馈. Generated: see yisong.schemas.generate."""

from pydantic import Field

from yisong.schemas.models.base import Instant, Model
from yisong.schemas.models.enums import SponsorKind


class FilingInfoProvided(Model):
    """备案信息反馈. For: requester, miit."""

    #: 查询时点 (P0): time of the look-up
    as_of: Instant
    #: 备案号 (P1): ICP filing number
    icp_no: str | None = None
    #: 许可证号 (P1): licence number
    licence_no: str | None = None
    #: 主办者性质 (P0): kind of sponsor
    sponsor_kind: SponsorKind | None = None
    #: 主办者 (P2): P1 for an organisation and P2 for a person
    sponsor_name: str | None = None
    #: 统一社会信用代码 (P1): GB 32100 code
    sponsor_uscc: str | None = None
    #: 联系人引用 (P3): reference into the owner's store; never the contact itself
    contact_ref: str | None = None
    #: 接入服务商 (P1): access provider
    access_provider: str | None = None
    #: 接入地 (P0): GB/T 2260 code of the access province
    access_region: str | None = Field(default=None, pattern="^[0-9]{6}$")
