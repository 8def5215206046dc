"""
In which partition does a record with this key belong?

Kafka's Java default: murmur2 with seed 0x9747b28c, made positive, modulo the partition count. Producers name the
partition themselves, because other clients hash otherwise; every node checks it.
"""

from functools import lru_cache

_SEED = 0x9747B28C
_M = 0x5BD1E995
_WORD = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """Return Kafka's murmur2 of *data* as an unsigned 32-bit integer."""
    h = _SEED ^ len(data)
    whole = len(data) & ~3
    for start in range(0, whole, 4):
        k = int.from_bytes(data[start : start + 4], "little") * _M & _WORD
        k = (k ^ k >> 24) * _M & _WORD
        h = h * _M & _WORD ^ k
    if tail := data[whole:]:
        h = (h ^ int.from_bytes(tail, "little")) * _M & _WORD
    h = (h ^ h >> 13) * _M & _WORD
    return h ^ h >> 15


@lru_cache(maxsize=65536)
def _partition_of(key: bytes, partitions: int) -> int:
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition, of so many *partitions*, in which a record with this *key* lies."""
    # What is no case id comes from a stranger, may be a megabyte long, and is not worth remembering.
    if len(key) > 64:  # noqa: PLR2004 (more than twice a case id)
        return (murmur2(key) & 0x7FFFFFFF) % partitions
    return _partition_of(key, partitions)
