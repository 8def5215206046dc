"""How do the fields that an author states become the bytes of a header and of what travels beside it?"""

from collections.abc import Callable, Container, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple, cast, get_args
from uuid import UUID

import orjson

from yisong.envelope.codec import SALT_BYTES, encode_header, payload
from yisong.envelope.header import (
    AggregateRef,
    Attachment,
    Cite,
    Classification,
    Header,
    PiiLevel,
    SealingMode,
    Severity,
)
from yisong.errors import NotPublishable
from yisong.publishing.instants import to_ms
from yisong.schemas import body_schema, encode_body, registry

Fields = Mapping[str, object]
"""The header as its author states it: the JSON of the history format, instants in RFC 3339, hashes in hexadecimal."""

Form = Callable[[object], object]


class Place(NamedTuple):
    """Where an event stands in its publisher's chain: its number from 1, and the hash of the header before it."""

    seq: int
    prev: bytes | None


class Content(NamedTuple):
    """What an event says, fixed before it has a place: its id, the stated header, the body as it travels."""

    event_id: bytes
    fields: Fields
    body_schema: bytes
    payload: bytes


class SealedBody(NamedTuple):
    """A body as it travels to those who have its key: *carried*, and the hash of the payload that was sealed."""

    carried: bytes
    body_hash: bytes


class Composed(NamedTuple):
    """An event ready to be signed: the header as a value, its exact bytes, and what travels beside it."""

    header: Header
    header_bytes: bytes
    carried: bytes

    @property
    def header_hash(self) -> bytes:
        """SHA-256 of the header's bytes, which the publisher's next event states as ``publisher_prev``."""
        return sha256(self.header_bytes).digest()


def content(
    fields: Fields,
    body: Mapping[str, object],
    *,
    event_id: bytes,
    salt: bytes,
    registered: Container[bytes] | None = None,
) -> Content:
    """
    Fix what an event says: *body*, encoded, with *salt* (16 random bytes) before it.

    The schema is the newest of its type among those *registered*, by their fingerprints, in the law in force; None =
    the first one, which every node knows. Raises ``NotPublishable`` where the event type has no schema or the body does
    not fit it.
    """
    event_type = str(fields.get("event_type"))
    if event_type not in registry().event_types.values():
        raise NotPublishable("This event cannot be encoded.", [f"event_type: {event_type} is not in the catalogue"])
    encoded = encode_body(event_type, dict(body), registered)
    return Content(event_id, fields, body_schema(event_type, registered).fingerprint, payload(salt, encoded))


def digest_of(said: Content) -> bytes:
    """Return what tells two events under one id apart: SHA-256 of the stated header and the body, without its salt."""
    header = orjson.dumps(said.fields, option=orjson.OPT_SORT_KEYS)
    return sha256(header + said.body_schema + said.payload[SALT_BYTES:]).digest()


def compose(said: Content, place: Place, *, test_data: bool, sealed: SealedBody | None = None) -> Composed:
    """
    Put *said* at its *place* in the chain of its publisher; the same arguments give the same bytes.

    *sealed*: its body as it travels, where it states that it is sealed; then its payload is not looked at.

    Nothing is checked here but that the fields have a form which a header can hold: what is wrong on purpose,
    as in a negative case, can be composed too. Raises ``NotPublishable`` naming every field without such a form.
    """
    if must_seal(said) != (sealed is not None):
        raise NotPublishable("This event cannot be composed.", ["sealing: the body is not as it is said to travel"])
    body = SealedBody(said.payload, sha256(said.payload).digest()) if sealed is None else sealed
    header = _header(said, place, body, test_data=test_data)
    try:
        return Composed(header, encode_header(header), body.carried)
    except (ValueError, TypeError, AttributeError, OverflowError) as fault:
        raise NotPublishable("This event cannot be composed.", ["header: a field has a value of no schema"]) from fault


def must_seal(said: Content) -> bool:
    """Hold where *said* states that its body travels sealed."""
    return said.fields.get("sealing") == "sealed"


class Stated(NamedTuple):
    """The stated header read field by field: the values that have a form, and what is wrong with the others."""

    values: Mapping[str, object]
    faults: tuple[str, ...]


def read_fields(fields: Fields) -> Stated:
    """Read every field of *fields*; unknown names are faults, absent fields are null, empty or their default."""
    faults = [f"{name}: no header field that an author states" for name in fields if name not in _FORMS]
    values: dict[str, object] = {}
    for name, form in _FORMS.items():
        try:
            values[name] = form(fields.get(name))
        except (ValueError, TypeError, KeyError, AttributeError) as fault:
            faults.append(f"{name}: {_why(fault)}")
    return Stated(values, tuple(faults))


def _header(said: Content, place: Place, body: SealedBody, *, test_data: bool) -> Header:
    stated = read_fields(said.fields)
    if stated.faults:
        raise NotPublishable("This event cannot be composed.", stated.faults)
    computed = {
        "event_id": said.event_id,
        "body_schema": said.body_schema,
        "body_hash": body.body_hash,
        "carried_hash": sha256(body.carried).digest(),
        "publisher_seq": place.seq,
        "publisher_prev": place.prev,
        "test_data": test_data,
    }
    # The names are those of Header, each once: a test compares the two tables with its fields.
    return cast("Callable[..., Header]", Header)(**stated.values, **computed)


def _why(fault: Exception) -> str:
    match fault:
        case KeyError():
            return f"lacks {fault.args[0]}"
        case ValueError():
            return str(fault)
        case _:
            return "has another type than its field"


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text")  # noqa: TRY004 (a fault of the event, told with its words)
    return value


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return value


def _instant(value: object) -> int:
    return to_ms(_text(value))


def _event_id(value: object) -> bytes:
    try:
        return UUID(_text(value)).bytes
    except ValueError as fault:
        raise ValueError("must be a UUID") from fault


def _aggregate(value: object) -> AggregateRef:
    return AggregateRef(*_texts_of(value, "kind", "id"))


def _cite(value: object) -> Cite:
    return Cite(*_texts_of(value, "kind", "id"))


def _attachment(value: object) -> Attachment:
    row = _mapping(value, "kind", "sha256", "size", "media_type")
    try:
        digest = bytes.fromhex(_text(row["sha256"]))
    except ValueError as fault:
        raise ValueError("sha256 must be hexadecimal") from fault
    if len(digest) != sha256().digest_size:
        raise ValueError("sha256 must have 64 hexadecimal digits")
    return Attachment(_text(row["kind"]), digest, _integer(row["size"]), _text(row["media_type"]))


def _mapping(value: object, *names: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError
    if unknown := sorted(set(value) - set(names)):
        raise ValueError(f"has the unknown field {', '.join(map(str, unknown))}")
    return value


def _texts_of(value: object, *names: str) -> tuple[str, ...]:
    row = _mapping(value, *names)
    return tuple(_text(row[name]) for name in names)


def _one_of(*symbols: str) -> Form:
    def form(value: object) -> object:
        if value not in symbols:
            raise ValueError(f"must be one of {', '.join(symbols)}")
        return value

    return form


def _or_null(form: Form) -> Form:
    return lambda value: None if value is None else form(value)


def _or(default: object, form: Form) -> Form:
    return lambda value: default if value is None else form(value)


def _list_of(form: Form) -> Form:
    def forms(value: object) -> object:
        if value is None:
            return ()
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise TypeError
        return tuple(map(form, value))

    return forms


_FORMS: Mapping[str, Form] = {
    "event_type": _text,
    "variant": _or_null(_text),
    "case_id": _text,
    "aggregate": _or_null(_aggregate),
    "publisher": _text,
    "acting_for": _or_null(_text),
    "basis": _or_null(_integer),
    "causation_id": _or_null(_event_id),
    "correlation_id": _or_null(_event_id),
    "occurred_at": _instant,
    "decided_at": _or_null(_instant),
    "served_at": _or_null(_instant),
    "due_at": _or_null(_instant),
    "to": _list_of(_text),
    "cc": _list_of(_text),
    "officers": _list_of(_text),
    "approver": _or_null(_text),
    "cites": _list_of(_cite),
    "doc_no": _or_null(_text),
    "attachments": _list_of(_attachment),
    "severity": _or_null(_one_of(*get_args(Severity))),
    "pii_level": _one_of(*get_args(PiiLevel)),
    "classification": _or("internal", _one_of(*get_args(Classification))),
    "sealing": _or("clear", _one_of(*get_args(SealingMode))),
    "campaign_id": _or_null(_text),
    "region_code": _text,
    "countersignature": _or_null(_text),
}
