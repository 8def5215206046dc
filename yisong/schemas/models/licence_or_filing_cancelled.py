"""The body of LicenceOrFilingCancelled 吊销许可/注销备案. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Strict

from yisong.schemas.models.base import Int, Model


class LicenceOrFilingCancelled(Model):
    """吊销许可/注销备案. For: owner, miit, requester, addressee, superiors."""

    #: 证号或备案号 (P1): what was cancelled
    number: str
    #: 已通知接入商 (P1): access providers told to stop service
    providers_notified: Annotated[tuple[str, ...], Strict(strict=False)]
    #: 已通知登记机关 (P0): company registry informed (Telecom Regulations art 77)
    registry_notified: bool
    #: 是否听证 (P0): revocation carries a hearing right
    hearing_held: bool
    #: 网站数 (P0): sites closed by this act; null = 1
    sites_count: Int | None = None
