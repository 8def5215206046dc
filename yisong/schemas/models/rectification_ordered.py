"""The body of RectificationOrdered 责令限期整改. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Strict

from yisong.schemas.models.base import Model


class RectificationOrdered(Model):
    """责令限期整改. For: owner, copyright, cac, addressee."""

    #: 整改单位 (P1): company ordered to rectify
    subject: str
    #: 整改要求 (P1): what must be done
    requirements: Annotated[tuple[str, ...], Strict(strict=False)]
    #: 法律依据 (P0): article relied on
    legal_basis: str
    #: 统一社会信用代码 (P1): GB 32100 code
    subject_uscc: str | None = None
