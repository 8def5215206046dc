"""
How is an Ed25519 signature checked, written down as slowly and plainly as the definition reads?

A second opinion on libsodium for the vectors, never for a verdict. Source: RFC 8032, sections 5.1 and 6.
"""

from hashlib import sha512

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P

Point = tuple[int, int]
ZERO: Point = (0, 1)


def add(a: Point, b: Point) -> Point:
    """Return the sum of two points of the curve, in affine coordinates."""
    t = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + t, -1, P)
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - t, -1, P)
    return x % P, y % P


def times(n: int, point: Point) -> Point:
    """Return *n* times *point*."""
    total = ZERO
    while n:
        if n & 1:
            total = add(total, point)
        point, n = add(point, point), n >> 1
    return total


def encode(point: Point) -> bytes:
    """Return the canonical encoding of *point*."""
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def decode(data: bytes) -> Point | None:
    """Return the point that *data* encodes, in canonical form or not; None where there is none."""
    number = int.from_bytes(data, "little")
    y, sign = number % 2**255 % P, number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        return None
    return (P - x if x & 1 != sign else x) % P, y


_base = decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
assert _base is not None
BASE: Point = _base


def challenge(r: bytes, public: bytes, message: bytes) -> int:
    """Return the hash that both sides compute, as a number below the order of the base point."""
    return int.from_bytes(sha512(r + public + message).digest(), "little") % ORDER


def is_small(point: Point) -> bool:
    """Hold for the eight points whose order divides the cofactor."""
    return times(8, point) == ZERO


def cofactored(signature: bytes, message: bytes, public: bytes) -> bool:
    """Hold where the equation of RFC 8032 does after multiplication by eight; the contract does not ask this one."""
    sides = _sides(signature, message, public)
    return sides is not None and times(8, sides[0]) == times(8, sides[1])


def valid(signature: bytes, message: bytes, public: bytes) -> bool:
    """Hold by the contract: canonical S, R and key canonical and not of small order, the equation without cofactor."""
    sides = _sides(signature, message, public)
    r, a = decode(signature[:32]), decode(public)
    if sides is None or r is None or a is None or is_small(r) or is_small(a):
        return False
    canonical = int.from_bytes(signature[32:], "little") < ORDER and encode(r) == signature[:32] and encode(a) == public
    return canonical and sides[0] == sides[1]


def _sides(signature: bytes, message: bytes, public: bytes) -> tuple[Point, Point] | None:
    """Return [S]B and R + [k]A."""
    r, a = decode(signature[:32]), decode(public)
    if r is None or a is None:
        return None
    s = int.from_bytes(signature[32:], "little")
    return times(s, BASE), add(r, times(challenge(signature[:32], public, message), a))
