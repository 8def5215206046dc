"""
Write ``signatures.json``: signatures on which Ed25519 libraries are known to disagree, and what the contract says.

The kinds are those of Chalkias, Garillot and Nikolaenko, "Taming the many EdDSAs" (2020), table 5; the points, keys and
messages are our own. Each is judged by a plain implementation of the contract's words, not by libsodium: that is what
the vectors test. Run ``python -m tests.vectors.make_signatures``; a test compares the file with what this says.
"""

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import NamedTuple

from tests.vectors.ed25519 import (
    BASE,
    ORDER,
    P,
    Point,
    add,
    challenge,
    cofactored,
    decode,
    encode,
    is_small,
    times,
    valid,
)

FILE = Path(__file__).parents[2] / "conformance/bytes/signatures.json"


class Case(NamedTuple):
    """A signature under a public key, both as bytes."""

    name: str
    public: bytes
    message: bytes
    signature: bytes


def number(label: str) -> int:
    """Return a secret number of our own, the same whenever the file is made."""
    return int.from_bytes(sha256(label.encode()).digest(), "little") % ORDER


def _torsion() -> Point:
    """Return a point of order eight: the first point of the curve whose part outside the base point's group is one."""
    for y in count(2):
        point = decode(y.to_bytes(32, "little"))
        if point is not None and times(4, times(ORDER, point)) != (0, 1):
            return times(ORDER, point)
    raise AssertionError


SECRET, NONCE = number("the key of 甲省一市"), number("a nonce")
EIGHT = _torsion()
A, R = times(SECRET, BASE), times(NONCE, BASE)
MIXED_A, MIXED_R = add(A, EIGHT), add(R, EIGHT)
#: Zero and the point of order two, in encodings that are not canonical: y + p, or a sign where x is zero.
NON_CANONICAL = {
    "y = p": P.to_bytes(32, "little"),
    "y = p + 1": (P + 1).to_bytes(32, "little"),
    "y = p + 1, signed": (P + 1 | 1 << 255).to_bytes(32, "little"),
    "y = 1, signed": (1 | 1 << 255).to_bytes(32, "little"),
    "y = -1, signed": (P - 1 | 1 << 255).to_bytes(32, "little"),
}


def signed(
    name: str, public: bytes, r: bytes, *, secret: int, nonce: int, where: Callable[[Case], bool] | None = None
) -> Case:
    """Return the first signature S = nonce + k · secret over a message of ours for which *where* holds."""
    for n in count():
        message = f"yisong vector {n}".encode()
        s = (nonce + challenge(r, public, message) * secret) % ORDER
        case = Case(name, public, message, r + s.to_bytes(32, "little"))
        if where is None or where(case):
            return case
    raise AssertionError


def _cofactorless(case: Case) -> bool:
    return challenge(case.signature[:32], case.public, case.message) % 8 == 0


def _not_cofactorless(case: Case) -> bool:
    return not _cofactorless(case)


def _balanced(case: Case) -> bool:
    # R has torsion +1 and k·A the torsion k: together none.
    return challenge(case.signature[:32], case.public, case.message) % 8 == 7


def cases() -> Iterator[Case]:
    """Return the cases, the good one first."""
    good = signed("an ordinary signature", encode(A), encode(R), secret=SECRET, nonce=NONCE)
    yield good
    yield from _changed(good)
    yield from _small_points()
    yield from _mixed_points()
    yield from _other_encodings()


def _changed(good: Case) -> Iterator[Case]:
    s = int.from_bytes(good.signature[32:], "little")
    for n in (1, 2, 8, 13):
        yield good._replace(name=f"S + {n}·L", signature=good.signature[:32] + (s + n * ORDER).to_bytes(32, "little"))
    yield good._replace(name="S of all ones", signature=good.signature[:32] + b"\xff" * 32)
    for bit in (0, 255, 256, 511):
        flipped = int.from_bytes(good.signature, "little") ^ 1 << bit
        yield good._replace(name=f"bit {bit} flipped", signature=flipped.to_bytes(64, "little"))
    yield good._replace(name="another message", message=good.message + b"\n")
    yield good._replace(name="another key", public=encode(times(SECRET + 1, BASE)))
    yield good._replace(name="all zero", signature=bytes(64))
    yield good._replace(name="a key that is no point", public=(2).to_bytes(32, "little"))


def _small_points() -> Iterator[Case]:
    for order in range(8):
        point = times(order, EIGHT)
        zero = signed(
            f"key and R of small order ({order}), S = 0",
            encode(point),
            encode((0, 1)),
            secret=0,
            nonce=0,
            where=_cofactorless,
        )
        yield zero
        yield signed(
            f"key of small order ({order})", encode(point), encode(R), secret=0, nonce=NONCE, where=_cofactorless
        )
        yield signed(f"R of small order ({order})", encode(A), encode(point), secret=SECRET, nonce=0)
    yield signed("key of small order, mixed R", encode(EIGHT), encode(MIXED_R), secret=0, nonce=NONCE, where=_balanced)


def _mixed_points() -> Iterator[Case]:
    mixed = encode(MIXED_A)
    yield signed("mixed key, both equations hold", mixed, encode(R), secret=SECRET, nonce=NONCE, where=_cofactorless)
    yield signed(
        "mixed key, only the cofactored holds", mixed, encode(R), secret=SECRET, nonce=NONCE, where=_not_cofactorless
    )
    yield signed(
        "mixed key and R, both equations hold", mixed, encode(MIXED_R), secret=SECRET, nonce=NONCE, where=_balanced
    )
    yield signed(
        "mixed key and R, only the cofactored holds",
        mixed,
        encode(MIXED_R),
        secret=SECRET,
        nonce=NONCE,
        where=_cofactorless,
    )
    yield signed("mixed R, only the cofactored holds", encode(A), encode(MIXED_R), secret=SECRET, nonce=NONCE)
    yield signed(
        "mixed key, R of small order",
        mixed,
        encode(times(7, EIGHT)),
        secret=SECRET,
        nonce=0,
        where=lambda c: not _balanced(c),
    )


def _other_encodings() -> Iterator[Case]:
    for name, encoded in NON_CANONICAL.items():
        yield signed(f"R not canonical: {name}", encode(A), encoded, secret=SECRET, nonce=0)
        yield signed(f"key not canonical: {name}", encoded, encode(R), secret=0, nonce=NONCE, where=_cofactorless)


def as_json() -> str:
    """Return the content of the file."""
    rows = [
        {
            "name": case.name,
            "public": case.public.hex(),
            "message": case.message.hex(),
            "signature": case.signature.hex(),
            "cofactored": cofactored(case.signature, case.message, case.public),
            "valid": valid(case.signature, case.message, case.public),
        }
        for case in cases()
    ]
    return json.dumps(rows, indent=0, ensure_ascii=False) + "\n"


assert not is_small(A)


if __name__ == "__main__":
    FILE.write_text(as_json(), encoding="utf-8")
