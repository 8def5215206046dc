"""The body of ReferralRerouted 转送/退回. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Model


class ReferralRerouted(Model):
    """转送/退回. For: owner, addressee."""

    #: 理由 (P1): why the organ is not competent
    reason: str
    #: 告知书文号 (P0): number of the notice to the sender when it differs from doc_no
    sender_notice_doc_no: str | None = None
