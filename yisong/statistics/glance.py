"""
What of a header do the statistics need, and how is it had quickly?

A header has 34 fields, and of a million headers only eight are asked for here. So the bytes are walked along the
schema, and what is passed over is not made a value. Only leaves of admitted events come here, which are canonical: what
the walk does not expect, above all another version of the schema, is left to the decoder. Tests hold both to the same.
"""

from typing import Final, NamedTuple, cast

from yisong.envelope.header import Cite, Header
from yisong.envelope.leaf import decode_leaf
from yisong.envelope.open import MARKER, PREFIX, registered_readers
from yisong.envelope.varint import read_long
from yisong.errors import Undecodable
from yisong.schemas import registry

_UUID, _SCHEMA, _HASH = 16, 8, 32
_LONG: Final = 0x80  # a length, or a number, from here on has more than one byte
_SET: Final = 2
_REGION, _LONGEST_CAMPAIGN = 6, 42
_FIRST: Final = MARKER + registry().header.fingerprint


class Glance(NamedTuple):
    """Some fields of a header, as `Header` has them."""

    body_schema: bytes
    body_hash: bytes
    occurred_at: int
    to: tuple[str, ...]
    cc: tuple[str, ...]
    cites: tuple[Cite, ...]
    sealed: bool
    campaign_id: str | None


class Brief(NamedTuple):
    """What a leaf's own row in the trail says of its header, too: where the walk may begin later."""

    docket: str
    event_type: str
    variant: str | None
    publisher: str
    speaker: str
    kind: str | None
    aggregate_id: str | None


def glance(leaf: bytes) -> Glance:
    """Return what is needed of the header in the *leaf* of an admitted event. Raises Undecodable."""
    at = leaf.find(_FIRST, PREFIX)
    if at >= 0:
        try:
            return _walked(leaf, at + PREFIX)
        except (IndexError, ValueError):
            pass
    return decoded(leaf)


def brief(leaf: bytes, row: Brief) -> Glance:
    """
    Return the same without addressees and cites, where nobody asks for them.

    *row*: what the trail keeps beside the leaf.
    What stands before the publisher's number has the lengths that the row has; what stands behind
    the attachments is found from the end. Raises Undecodable.
    """
    at = leaf.find(_FIRST, PREFIX)
    try:
        # The header's own length stands before it, in two bytes, and before that the byte that says that there is one.
        if at > PREFIX and leaf[at - 3] == _SET and leaf[at - 2] >= _LONG > leaf[at - 1]:
            end = at + ((leaf[at - 2] & 0x7F | leaf[at - 1] << 7) >> 1)
            return _brief(leaf, at + PREFIX, end, row)
    except (IndexError, ValueError):
        pass
    return glance(leaf)


def _brief(data: bytes, at: int, end: int, row: Brief) -> Glance:
    docket, event_type, variant, publisher, speaker, kind, aggregate_id = row
    schema = at + _UUID + 2 + len(event_type) + (1 + len(variant) if variant else 0)
    at = schema + _SCHEMA + 2 * _HASH + 2 + len(docket)
    if kind and aggregate_id:
        at += 2 + len(kind) + len(aggregate_id)
    if data[at] != 2 * len(publisher):  # somewhere before it is a text that is not as long as it looks
        raise ValueError
    at += 1 + len(publisher)
    at = at + 2 + len(speaker) if data[at] else at + 1
    at = _past_number(data, at)  # publisher_seq
    at += 1 + _HASH if data[at] else 1  # publisher_prev
    at = _past_number(data, at + 1) if data[at] else at + 1  # basis
    at += 1 + _UUID if data[at] else 1  # causation_id
    at += 1 + _UUID if data[at] else 1  # correlation_id
    occurred_at, _ = read_long(data, at)
    # From the end: test_data, no countersignature, six digits of a region with their length, the campaign, the sealing.
    region = end - 9
    if data[end - 2] or data[region] != 2 * _REGION:
        raise ValueError
    campaign = None
    sealing = region - 2
    if data[region - 1]:
        begins = data.rfind(b"\x02", region - _LONGEST_CAMPAIGN, region)
        if data[begins + 1] != 2 * (region - begins - 2):
            raise ValueError
        campaign, sealing = data[begins + 2 : region].decode(), begins - 1
    body_hash = data[schema + _SCHEMA : schema + _SCHEMA + _HASH]
    sealed = data[sealing] != 0
    return Glance(data[schema : schema + _SCHEMA], body_hash, occurred_at, (), (), (), sealed, campaign)


def decoded(leaf: bytes) -> Glance:
    """Return the same by way of the decoder."""
    said = decode_leaf(leaf).header
    if said is None:
        raise Undecodable("The leaf of an admitted event holds no header; was it the trail that wrote it?")
    header = cast("Header", registered_readers().header[said[:PREFIX]](said, PREFIX))
    return Glance(
        header.body_schema,
        header.body_hash,
        header.occurred_at,
        header.to,
        header.cc,
        header.cites,
        header.sealing == "sealed",
        header.campaign_id,
    )


def _walked(data: bytes, at: int) -> Glance:
    """Walk from the event id to the campaign. Raises ValueError or IndexError where something is long or missing."""
    at = _past(data, at + _UUID)  # event_type
    at = _past_optional(data, at)  # variant
    body_schema = data[at : at + _SCHEMA]
    body_hash = data[at + _SCHEMA : at + _SCHEMA + _HASH]
    at = _past(data, at + _SCHEMA + 2 * _HASH)  # carried_hash, case_id
    at = _past(data, _past(data, at + 1)) if data[at] else at + 1  # aggregate
    at = _past_optional(data, _past(data, at))  # publisher, acting_for
    at = _past_number(data, at)  # publisher_seq
    at += 1 + _HASH if data[at] else 1  # publisher_prev
    at = _past_number(data, at + 1) if data[at] else at + 1  # basis
    at += 1 + _UUID if data[at] else 1  # causation_id
    at += 1 + _UUID if data[at] else 1  # correlation_id
    occurred_at, at = read_long(data, at)
    for _ in range(3):  # decided_at, served_at, due_at
        at = _past_number(data, at + 1) if data[at] else at + 1
    to, at = _texts(data, at)
    cc, at = _texts(data, at)
    _, at = _texts(data, at)  # officers
    at = _past_optional(data, at)  # approver
    cites, at = _cites(data, at)
    at = _past_attachments(data, _past_optional(data, at))  # doc_no
    at += 2 if data[at] else 1  # severity
    sealed = data[at + 2] != 0  # after pii_level and classification
    at += 3
    campaign = data[at + 2 : _past(data, at + 1)].decode() if data[at] else None
    return Glance(body_schema, body_hash, occurred_at, to, cc, cites, sealed, campaign)


def _past(data: bytes, at: int) -> int:
    """Return where the text at *at* ends."""
    length = data[at]
    if length >= _LONG:
        raise ValueError
    return at + 1 + (length >> 1)


def _past_optional(data: bytes, at: int) -> int:
    return _past(data, at + 1) if data[at] else at + 1


def _past_number(data: bytes, at: int) -> int:
    while data[at] >= _LONG:
        at += 1
    return at + 1


def _texts(data: bytes, at: int) -> tuple[tuple[str, ...], int]:
    if not (count := data[at]):
        return (), at + 1
    if count >= _LONG:
        raise ValueError
    found = []
    at += 1
    for _ in range(count >> 1):
        end = _past(data, at)
        found.append(data[at + 1 : end].decode())
        at = end
    return tuple(found), at + 1


def _cites(data: bytes, at: int) -> tuple[tuple[Cite, ...], int]:
    if not (count := data[at]):
        return (), at + 1
    if count >= _LONG:
        raise ValueError
    found = []
    at += 1
    for _ in range(count >> 1):
        middle = _past(data, at)
        end = _past(data, middle)
        found.append(Cite(data[at + 1 : middle].decode(), data[middle + 1 : end].decode()))
        at = end
    return tuple(found), at + 1


def _past_attachments(data: bytes, at: int) -> int:
    if not (count := data[at]):
        return at + 1
    if count >= _LONG:
        raise ValueError
    at += 1
    for _ in range(count >> 1):
        at = _past(data, _past_number(data, _past(data, at) + _HASH))  # kind, sha256, size, media_type
    return at + 1
