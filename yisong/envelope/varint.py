"""
How does Avro write an integer, and which bytes are the one shortest way to write it?

Zigzag and variable length: seven bits a byte, the lowest first, the high bit set on all but the last.
Source: Avro specification, "Binary encoding".
"""

_LONGEST = 63  # the shift of a tenth byte, which has room for one bit only
_INT = 1 << 31


def read_long(data: bytes, at: int) -> tuple[int, int]:
    """Return the long in *data* at *at*, and where it ends; ValueError or IndexError where it is not canonical."""
    byte = data[at]
    at += 1
    zigzag = byte & 0x7F
    shift = 7
    while byte > 0x7F:  # noqa: PLR2004 (the high bit: more to come)
        byte = data[at]
        at += 1
        zigzag |= (byte & 0x7F) << shift
        if byte == 0 or (shift == _LONGEST and byte > 1):
            raise ValueError("not the shortest way to write a 64-bit integer")
        shift += 7
    return (zigzag >> 1) ^ -(zigzag & 1), at


def read_int(data: bytes, at: int) -> tuple[int, int]:
    """Return the 32-bit integer in *data* at *at*, and where it ends; errors as for a long."""
    value, at = read_long(data, at)
    if not -_INT <= value < _INT:
        raise ValueError("not a 32-bit integer")
    return value, at


def write_long(value: int) -> bytes:
    """Return the shortest encoding of *value*, a 64-bit integer."""
    zigzag = value << 1 if value >= 0 else (-value << 1) - 1
    if zigzag < _TABLED:
        return _SHORT[zigzag]
    if _SIX <= zigzag < _SEVEN:  # instants of this century, in one step
        low, high = zigzag & 0x3FFF, zigzag >> 14
        middle, high = high & 0x3FFF, high >> 14
        return _CONTINUED[low] + _CONTINUED[middle] + _SHORT[high]
    return _loop(zigzag)


def _loop(zigzag: int) -> bytes:
    encoded = bytearray()
    while zigzag > 0x7F:  # noqa: PLR2004 (more to come)
        encoded.append(zigzag & 0x7F | 0x80)
        zigzag >>= 7
    encoded.append(zigzag)
    return bytes(encoded)


_TABLED, _SIX, _SEVEN = 1 << 14, 1 << 35, 1 << 42
#: What has up to two bytes, by its zigzag; and two bytes to which more are to come.
_SHORT = tuple(map(_loop, range(_TABLED)))
_CONTINUED = tuple(bytes((n & 0x7F | 0x80, n >> 7 | 0x80)) for n in range(_TABLED))
