"""The body of EvidencePreserved 证据固定. Generated: see yisong.schemas.generate."""

from pydantic import Field

from yisong.schemas.models.base import Count, Instant, Model
from yisong.schemas.models.enums import EvidenceKind


class EvidencePreserved(Model):
    """证据固定. For: owner, addressee, cc."""

    #: 证据种类 (P0): kind of capture
    kind: EvidenceKind
    #: 校验值 (P0): SHA-256 of the evidence package; 64 hexadecimal digits
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    #: 取证时间 (P0): start of the capture
    captured_at: Instant
    #: 取证方法 (P0): tool and procedure
    method: str
    #: 件数 (P0): number of items in the package
    item_count: Count
    #: 存放位置 (P0): locator in the owner's store
    storage_ref: str
    #: 原始介质封存 (P0): whether the original medium was sealed
    original_medium_sealed: bool
    #: 可信时间戳 (P0): reference to a trusted time-stamp token
    timestamp_token: str | None = None
