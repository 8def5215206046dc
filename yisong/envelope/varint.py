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
    if zigzag < 0x80:  # noqa: PLR2004 (one byte)
        return _ONE_BYTE[zigzag]
    encoded = bytearray()
    while zigzag > 0x7F:  # noqa: PLR2004
        encoded.append(zigzag & 0x7F | 0x80)
        zigzag >>= 7
    encoded.append(zigzag)
    return bytes(encoded)


_ONE_BYTE = tuple(bytes((n,)) for n in range(0x80))
