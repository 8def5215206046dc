"""How does a reader get the key of a body? Wrapped with HPKE for one of its own keys (RFC 9180, base mode)."""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from yisong.errors import NotOpenable
from yisong.sealing.content import CONTENT_KEY_BYTES, binding

WRAPPED_BYTES: Final = 32 + CONTENT_KEY_BYTES + 16
"""enc (32) ‖ wrapped key and tag (48): what stands on the topic ``body-keys``."""

SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
"""What envelope.md, Sealing, names."""


def wrap(content_key: bytes, public: bytes, *, event_id: bytes, body_hash: bytes) -> bytes:
    """Return *content_key* wrapped for the X25519 key *public*, 80 bytes; another time it gives other bytes."""
    reader = X25519PublicKey.from_public_bytes(public)
    return SUITE.encrypt(content_key, reader, info=binding(event_id, body_hash))


def unwrap(wrapped: bytes, private: bytes, *, event_id: bytes, body_hash: bytes) -> bytes:
    """
    Return the content key in *wrapped*; *private*: the X25519 key for which it was wrapped, 32 bytes.

    Raises NotOpenable where it was wrapped for another key or event, or is no wrapped key at all.
    """
    try:
        key = SUITE.decrypt(wrapped, X25519PrivateKey.from_private_bytes(private), info=binding(event_id, body_hash))
    except (InvalidTag, ValueError) as fault:
        raise _not_openable() from fault
    if len(key) != CONTENT_KEY_BYTES:
        raise _not_openable()
    return key


def _not_openable() -> NotOpenable:
    return NotOpenable(
        "The wrapped key does not open with the reader's key, so the body stays closed. Its publisher must wrap it "
        "again; whoever finds that disputes the body."
    )
