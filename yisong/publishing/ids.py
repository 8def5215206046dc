"""Which id does an act get? A UUIDv7 (RFC 9562): made once, before the first try, and kept for every further one."""

from uuid import UUID

_MASK_48 = (1 << 48) - 1


def new_event_id(now: int, randomness: bytes) -> bytes:
    """Return a UUIDv7 of the instant *now* (ms) and 10 bytes of *randomness*, as 16 bytes."""
    number = (now & _MASK_48) << 80 | int.from_bytes(randomness[:10])
    number = number & ~(0xF << 76) | 7 << 76  # version 7
    number = number & ~(0x3 << 62) | 2 << 62  # variant of RFC 9562
    return UUID(int=number).bytes
