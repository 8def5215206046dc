"""How does an organ sign an event? Ed25519 over the name of the bus and the header, byte for byte."""

from functools import lru_cache

from nacl.signing import SigningKey

from yisong.envelope.codec import signed_bytes


def sign(bus: str, header_bytes: bytes, private: bytes) -> bytes:
    """Return the signature (64 bytes) of *header_bytes* on the bus of that name; *private* is the seed of 32 bytes."""
    return sign_bytes(signed_bytes(bus, header_bytes), private)


def sign_bytes(message: bytes, private: bytes) -> bytes:
    """Return the signature (64 bytes) of *message*, which says itself what it is; *private*: the seed of 32 bytes."""
    return _signing_key(private).sign(message).signature


@lru_cache(maxsize=256)
def _signing_key(private: bytes) -> SigningKey:
    return SigningKey(private)
