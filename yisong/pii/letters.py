"""
What is said on the topics ``pii-<agency>``? A request of one organ to another, and its answer: sealed, then signed.

Who writes to whom stands outside, since it is signed and checked; which case, token, person and purpose stand inside,
where only the organ that is to read it has the key.
"""

import json
from collections.abc import Callable
from typing import Any, Final, Literal, NamedTuple, cast
from uuid import UUID

from yisong.envelope.header import Signature
from yisong.errors import Unreadable
from yisong.ledger import Law
from yisong.pii.resolving import LONGEST_PURPOSE, Answer, Asked, Why
from yisong.pii.tokens import is_line
from yisong.proof.exact import base64_text, from_base64
from yisong.rulebook.identity import canonical
from yisong.signing.verify import verifies

_CONTEXT: Final = b"yisong-pii-v1\n"
_LONGEST: Final = 64
_SIGNATURE_BYTES: Final = 64
What = Literal["asked", "answered"]


class Outside(NamedTuple):
    """What of a letter everybody sees: of which request, *by* whom, *to* whom, and for which *key_id* it is sealed."""

    what: What
    request_id: UUID
    by: str
    to: str
    key_id: str

    def info(self, bus: str) -> bytes:
        """Return what the sealing is bound to: a letter does not open as another one."""
        return _CONTEXT + bus.encode() + b"\n" + canonical(self._row())

    def _row(self) -> dict[str, Any]:
        return {**self._asdict(), "request_id": str(self.request_id)}


class Letter(NamedTuple):
    """A letter as it came: nothing of it may be believed before its signature holds."""

    outside: Outside
    sealed: bytes
    signed_with: str
    message: bytes
    signature: bytes

    def is_by(self, organ: str, law: Law, *, now: int) -> bool:
        """Say whether *organ* has signed it, with a key that is valid *now* (ms)."""
        key = law.rulebook.keys.get(self.signed_with)
        if key is None or (key.org, key.use) != (organ, "sign") or not key.usable(now):
            return False
        return verifies(self.signature, self.message, key.public)


class Request(NamedTuple):
    """What stands inside a request. *after*: the newest record of the case that its node has: partition, offset."""

    asked: Asked
    after: tuple[int, int] | None


def encode(outside: Outside, sealed: bytes, *, bus: str, sign: Callable[[bytes], Signature]) -> bytes:
    """Return the record's value, signed by *sign*: RFC 8785, one line."""
    row = {**outside._asdict(), "request_id": str(outside.request_id), "sealed": base64_text(sealed).decode()}
    signature = sign(_message(bus, row))
    return canonical(
        {"v": 1, "said": row, "key_id": signature.key_id, "signature": base64_text(signature.value).decode()}
    )


def decode(value: bytes | None, *, bus: str) -> Letter:
    """Return the letter in a record's *value*. Raises Unreadable: nothing of this version, or without sense."""
    try:
        row = json.loads(value or b"")
        if row["v"] != 1:
            raise Unreadable("The record is no letter of version 1.")
        said = row["said"]
        outside = Outside(
            _what(said["what"]), UUID(said["request_id"]), _text(said["by"]), _text(said["to"]), _text(said["key_id"])
        )
        signature = _bytes(row["signature"])
        if len(signature) != _SIGNATURE_BYTES or str(outside.request_id) != said["request_id"]:
            raise Unreadable("The record is no letter: a signature or an id has another form.")
        return Letter(outside, _bytes(said["sealed"]), _text(row["key_id"]), _message(bus, said), signature)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise Unreadable(f"The record is no letter: {type(fault).__name__}.") from fault


def request_inside(said: Request) -> bytes:
    """Return what is sealed of a request; the organ stands outside."""
    row = {name: value for name, value in said.asked._asdict().items() if name != "organ"}
    return canonical({**row, "after": None if said.after is None else list(said.after)})


def read_request(text: bytes, *, organ: str) -> Request:
    """Return the request of *organ* that was sealed. Raises Unreadable."""
    try:
        row = json.loads(text)
        asked = Asked(
            _text(row["account"]),
            organ,
            _text(row["case_id"]),
            _text(row["token"], longest=128),
            _text(row["purpose"], longest=LONGEST_PURPOSE),
        )
        return Request(asked, None if row["after"] is None else _position(*row["after"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise Unreadable(f"The letter holds no request: {type(fault).__name__}.") from fault


def answer_inside(answer: Answer) -> bytes:
    """Return what is sealed of an answer."""
    return canonical(answer._asdict())


def read_answer(text: bytes) -> Answer:
    """Return the answer that was sealed. Raises Unreadable."""
    try:
        row = json.loads(text)
        value, why = row["value"], row["why"]
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise Unreadable(f"The letter holds no answer: {type(fault).__name__}.") from fault
    if (value is None) == (why is None) or not isinstance(value if why is None else why, str):
        raise Unreadable("The letter holds no answer, or two.")
    return Answer(value, cast("Why | None", why))


def _message(bus: str, row: dict[str, Any]) -> bytes:
    return _CONTEXT + bus.encode() + b"\n" + canonical(row)


def _what(value: object) -> What:
    if value == "asked":
        return "asked"
    if value == "answered":
        return "answered"
    raise ValueError("neither request nor answer")


def _bytes(value: str) -> bytes:
    return from_base64(value.encode(), what="A field of the letter")


def _text(value: object, *, longest: int = _LONGEST) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > longest or not is_line(value):
        raise ValueError("no line of text")
    return value


def _position(partition: object, offset: object) -> tuple[int, int]:
    if type(partition) is not int or type(offset) is not int:
        raise TypeError("no position")
    if not (0 <= partition < 1 << 31 and 0 <= offset < 1 << 63):
        raise ValueError("no position")
    return partition, offset
