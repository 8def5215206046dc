"""
What is said on the drafts topics? A draft, its answer, or that it is withdrawn: each signed by the organ that says it.

What is signed begins with words of its own, so that nobody can make an event of it: the signature under which a draft
travels is not the one under which the event is published later, and a draft that was withdrawn stays without any.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, cast

from yisong.envelope.header import Signature
from yisong.envelope.open import TOO_LATE
from yisong.errors import Unreadable
from yisong.proof.exact import base64_text, from_base64
from yisong.rulebook.identity import canonical

LIFETIME_MS: Final = 24 * 3_600_000
"""After how long without an answer a draft is withdrawn (envelope.md, Drafts)."""
LONGEST_WORDS: Final = 500
"""How long the reason of a refusal, or an officer token, may be, in characters."""

_CONTEXT: Final = b"yisong-draft-v1\n"
_HASH_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64


class Drafted(NamedTuple):
    """
    An act that is to be signed: its *header*, byte for byte, and what travels beside it.

    *at*: the instant (ms) for which it is made, that of its record on a demo bus. *until*: when it is withdrawn (ms).
    """

    header: bytes
    carried: bytes
    at: int
    until: int


class Countersigned(NamedTuple):
    """The second *signature*, over the header of the draft with that hash; it is the one that the event will carry."""

    header_hash: bytes
    signature: Signature


class Declined(NamedTuple):
    """An *officer* (token) does not sign, for a *reason* in words."""

    header_hash: bytes
    officer: str
    reason: str


class Withdrawn(NamedTuple):
    """The sender does not wait for it any more."""

    header_hash: bytes


Said = Drafted | Countersigned | Declined | Withdrawn


class Claimed(NamedTuple):
    """What a record says: nothing of it may be believed before *signature* under *key_id* holds of *message*."""

    said: Said
    key_id: str
    message: bytes
    signature: bytes


def encode(said: Said, *, bus: str, sign: Callable[[bytes], Signature]) -> bytes:
    """Return the record's value for *said*, signed by *sign*: RFC 8785, one line."""
    row = _plain(said)
    signature = sign(_message(bus, row))
    value = base64_text(signature.value).decode()
    return canonical({"v": 1, "said": row, "key_id": signature.key_id, "signature": value})


def decode(value: bytes | None, *, bus: str) -> Claimed:
    """Return what a record's *value* says. Raises Unreadable: nothing of this version, or without sense."""
    try:
        row = json.loads(value or b"")
        if not isinstance(row, dict) or row.get("v") != 1:
            raise Unreadable("The record is no message about a draft of version 1.")
        said = _READ[row["said"]["kind"]](row["said"])
        signature = _bytes(row["signature"], length=_SIGNATURE_BYTES)
        return Claimed(said, _text(row["key_id"]), _message(bus, row["said"]), signature)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise Unreadable(f"The record is no message about a draft: {type(fault).__name__}.") from fault


def _message(bus: str, row: Mapping[str, Any]) -> bytes:
    return _CONTEXT + bus.encode() + b"\n" + canonical(dict(row))


def _plain(said: Said) -> dict[str, Any]:
    match said:
        case Drafted():
            instants = {"at": said.at, "until": said.until}
            return {"kind": "draft", "header": _base64(said.header), "carried": _base64(said.carried), **instants}
        case Countersigned(header_hash, signature):
            of = {"key_id": signature.key_id, "signature": _base64(signature.value)}
            return {"kind": "signed", "header_hash": header_hash.hex(), **of}
        case Declined(header_hash, officer, reason):
            return {"kind": "declined", "header_hash": header_hash.hex(), "officer": officer, "reason": reason}
        case Withdrawn(header_hash):
            return {"kind": "withdrawn", "header_hash": header_hash.hex()}


def _drafted(row: Mapping[str, Any]) -> Said:
    return Drafted(_bytes(row["header"]), _bytes(row["carried"]), _instant(row["at"]), _instant(row["until"]))


def _countersigned(row: Mapping[str, Any]) -> Said:
    signature = Signature(_text(row["key_id"]), "ed25519", _bytes(row["signature"], length=_SIGNATURE_BYTES))
    return Countersigned(_hash(row["header_hash"]), signature)


def _declined(row: Mapping[str, Any]) -> Said:
    return Declined(_hash(row["header_hash"]), _text(row["officer"]), _text(row["reason"]))


def _withdrawn(row: Mapping[str, Any]) -> Said:
    return Withdrawn(_hash(row["header_hash"]))


_READ: Final[Mapping[str, Callable[[Mapping[str, Any]], Said]]] = {
    "draft": _drafted,
    "signed": _countersigned,
    "declined": _declined,
    "withdrawn": _withdrawn,
}


def _base64(data: bytes) -> str:
    return base64_text(data).decode()


def _bytes(value: object, *, length: int | None = None) -> bytes:
    data = from_base64(cast("str", value).encode(), what="A field of the message")
    if length is not None and len(data) != length:
        raise ValueError("another length")
    return data


def _hash(value: object) -> bytes:
    data = bytes.fromhex(cast("str", value))
    if len(data) != _HASH_BYTES or data.hex() != value:
        raise ValueError("no hash")
    return data


def _instant(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < TOO_LATE:
        raise ValueError("no instant")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_WORDS or "\0" in value:
        raise ValueError("no words")
    return value
