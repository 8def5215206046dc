"""How does a body travel that not all four may read? nonce ‖ AES-256-GCM under a content key (envelope.md, Sealing)."""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from yisong.errors import NotOpenable

CONTENT_KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_CONTEXT: Final = b"yisong-seal-v1"


def new_content_key() -> bytes:
    """Return a random key, 32 bytes, for the body of one event and of no other."""
    return secrets.token_bytes(CONTENT_KEY_BYTES)


def binding(event_id: bytes, body_hash: bytes) -> bytes:
    """Return what ties a sealed body and its wrapped keys to their event: neither opens beside another header."""
    return _CONTEXT + event_id + body_hash


def seal(payload: bytes, content_key: bytes, *, event_id: bytes, body_hash: bytes, nonce: bytes | None = None) -> bytes:
    """
    Return *payload* sealed under *content_key*, as it travels: nonce (12 bytes) ‖ ciphertext ‖ tag (16).

    *nonce*: for vectors only; else it is random. Under one content key one payload is sealed, so none comes twice.
    """
    first = secrets.token_bytes(NONCE_BYTES) if nonce is None else nonce
    return first + AESGCM(content_key).encrypt(first, payload, binding(event_id, body_hash))


def open_sealed(carried: bytes, content_key: bytes, *, event_id: bytes, body_hash: bytes) -> bytes:
    """
    Return the payload that was sealed as *carried*; whether it has *body_hash* is for the reader to check.

    Raises NotOpenable where the key, the event or the bytes are others than when it was sealed.
    """
    try:
        nonce, ciphertext = carried[:NONCE_BYTES], carried[NONCE_BYTES:]
        return AESGCM(content_key).decrypt(nonce, ciphertext, binding(event_id, body_hash))
    except (InvalidTag, ValueError) as fault:
        raise NotOpenable(
            "The sealed body does not open under the key that was given for it, so nobody can say what it holds. "
            "Its publisher must say it again; whoever finds that disputes the body."
        ) from fault
