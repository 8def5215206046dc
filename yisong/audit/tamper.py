"""What may be wrong with a line on purpose, beyond what its header can say?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

TamperKind = Literal[
    "flip_signature_bit",  # signs, then flips one bit of the signature
    "other_key",  # signs with another organ's key under the publisher's own key id
    "revoked_key",  # signs with the publisher's key {org}#0, revoked at log time
    "foreign_key_id",  # org: signs with another organ's key under that organ's key id
    "change_carried",  # changes one byte of what travels, after signing
    "truncate",  # cuts the value short so that it does not decode
    "unregistered_schema",  # states a body fingerprint that is registered nowhere
    "schema_of_type",  # type: states the body fingerprint of that event type
    "drop_countersignature",  # leaves the second signature out although the header names the organ
    "replay_same_bytes",  # of: appends the bytes of an earlier line again
    "replay_same_id_new_body",  # of: signs this line's content under that line's event id
    "bytes_of_later",  # of: appends, already here, the bytes that a later line will have
    "forged_copy",  # of: appends the bytes of another line with one bit of the signature flipped
    "skip_seq",  # by: adds to publisher_seq
    "break_prev",  # puts a wrong hash in publisher_prev
    "record_key",  # value: uses this record key, in the partition of that key
    "wrong_partition",  # sends the record to the partition after the right one
]

COPIES: Final = frozenset({"replay_same_bytes", "bytes_of_later", "forged_copy"})
"""Kinds that append the bytes of another line instead of bytes of their own."""

_PARAMETER: Final[Mapping[str, str]] = {
    "foreign_key_id": "org",
    "schema_of_type": "type",
    "replay_same_bytes": "of",
    "replay_same_id_new_body": "of",
    "bytes_of_later": "of",
    "forged_copy": "of",
    "skip_seq": "by",
    "record_key": "value",
}
_NUMBERS: Final = frozenset({"of", "by"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tamper:
    """
    One way to spoil a line; source: the contract's README, "Negative file".

    *name*: the organ, event type or record key that the kind names. *number*: the line (``of``) or the amount (``by``).
    """

    kind: TamperKind
    name: str | None = None
    number: int | None = None

    @property
    def copies(self) -> int | None:
        """The number of the line whose bytes are appended; None for a line with bytes of its own."""
        return self.number if self.kind in COPIES else None

    @property
    def same_id_as(self) -> int | None:
        """The number of the line whose event id this line bears; None where it has its own."""
        return self.number if self.kind in COPIES or self.kind == "replay_same_id_new_body" else None


def parse_tamper(row: object) -> Tamper:
    """Read the ``tamper`` of a line. Raises ValueError saying what is wrong with it."""
    if not isinstance(row, dict):
        raise ValueError("tamper: must be an object")  # noqa: TRY004 (what is wrong is the file, not our call)
    if row.get("kind") not in get_args(TamperKind):
        raise ValueError("tamper.kind: is no kind of tampering")
    kind = cast("TamperKind", row["kind"])
    parameter = _PARAMETER.get(kind)
    if set(row) != {"kind", parameter} - {None}:
        raise ValueError(f"tamper: {kind} takes {parameter or 'nothing'} beside its kind")
    value = row[parameter] if parameter is not None else None
    if parameter is not None and type(value) is not (int if parameter in _NUMBERS else str):
        raise ValueError(f"tamper.{parameter}: has the wrong type")
    return Tamper(kind=kind, number=value) if isinstance(value, int) else Tamper(kind=kind, name=value)
