"""How does one organ tell another something that nobody in between reads? HPKE to its key (RFC 9180, base mode)."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from yisong.errors import NotOpenable
from yisong.sealing.wrap import SUITE


def seal_letter(text: bytes, public: bytes, *, info: bytes) -> bytes:
    """
    Return *text* sealed for the X25519 key *public*: enc (32) ‖ ciphertext ‖ tag; another time it gives other bytes.

    *info*: what the letter is, who writes it and to whom; with another one it does not open.
    """
    return SUITE.encrypt(text, X25519PublicKey.from_public_bytes(public), info=info)


def open_letter(sealed: bytes, private: bytes, *, info: bytes) -> bytes:
    """Return what was *sealed*; *private*: 32 bytes. Raises NotOpenable: for another key or *info*, or no letter."""
    try:
        return SUITE.decrypt(sealed, X25519PrivateKey.from_private_bytes(private), info=info)
    except (InvalidTag, ValueError) as fault:
        raise NotOpenable(
            "The letter does not open with the reader's key, so nobody can say what it holds. Whoever wrote it must "
            "write it again, to the key that the rulebook shows."
        ) from fault
