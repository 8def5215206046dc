"""The header of an event, as a value: what all four agencies may see, and all that a rule may read."""

from typing import Literal, NamedTuple

Severity = Literal["ordinary", "serious"]
PiiLevel = Literal["P0", "P1", "P2", "P3"]
Classification = Literal["internal", "sensitive", "secret_mimi", "secret_jimi", "secret_juemi"]
SealingMode = Literal["clear", "sealed"]


class AggregateRef(NamedTuple):
    """The aggregate that an event moves: its kind (``referral``, ``lookup`` …) and its id."""

    kind: str
    id: str


class Cite(NamedTuple):
    """What an act rests on: an event (UUID in lower case), aggregate, case, document or clock."""

    kind: str
    id: str


class Attachment(NamedTuple):
    """One line of the manifest; the file itself stays in its owner's store. *size* in bytes."""

    kind: str
    sha256: bytes
    size: int
    media_type: str


class Signature(NamedTuple):
    """One entry of an envelope's signature list."""

    key_id: str
    algorithm: str
    value: bytes


class Header(NamedTuple):
    """
    The header in the field order of its schema; instants are integers of milliseconds since 1970 (UTC).

    Source: the contract's envelope, "Header".
    """

    event_id: bytes
    event_type: str
    variant: str | None
    body_schema: bytes
    body_hash: bytes
    carried_hash: bytes
    case_id: str
    aggregate: AggregateRef | None
    publisher: str
    acting_for: str | None
    publisher_seq: int
    publisher_prev: bytes | None
    basis: int | None
    causation_id: bytes | None
    correlation_id: bytes | None
    occurred_at: int
    decided_at: int | None
    served_at: int | None
    due_at: int | None
    to: tuple[str, ...]
    cc: tuple[str, ...]
    officers: tuple[str, ...]
    approver: str | None
    cites: tuple[Cite, ...]
    doc_no: str | None
    attachments: tuple[Attachment, ...]
    severity: Severity | None
    pii_level: PiiLevel
    classification: Classification
    sealing: SealingMode
    campaign_id: str | None
    region_code: str
    countersignature: str | None
    test_data: bool

    @property
    def speaker(self) -> str:
        """The organ in whose name the act is done: ``acting_for`` where set, else the publisher."""
        return self.acting_for or self.publisher

    def speaks_for(self, organ: str | None) -> bool:
        """Hold where *organ* is the publisher, or the organ on whose behalf the publisher acts."""
        return organ is not None and organ in (self.publisher, self.acting_for)
