"""The body of CriminalReferralSent 案件移送. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Strict

from yisong.schemas.models.base import Model
from yisong.schemas.models.enums import AttachmentKind, Charge
from yisong.schemas.models.records import Penalty


class CriminalReferralSent(Model):
    """案件移送. For: owner, addressee."""

    #: 涉嫌罪名 (P0): article of the Criminal Law
    charge: Charge
    #: 缺少材料 (P0): of the five kinds of Decree 310 art 6, those not attached
    missing_kinds: Annotated[tuple[AttachmentKind, ...], Strict(strict=False)]
    #: 抄送检察院 (P0): whether a copy went to the procuratorate
    copied_to_procuratorate: bool
    #: 已作处罚 (P0): penalties already imposed
    prior_penalties: Annotated[tuple[Penalty, ...], Strict(strict=False)]
