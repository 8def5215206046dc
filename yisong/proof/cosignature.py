"""
What does a cosigner sign, and does its line hold? Timestamped cosignatures: C2SP tlog-cosignature.

Ed25519 is verified by libsodium, as strictly as the contract asks of events; ML-DSA-44 (FIPS 204) by OpenSSL.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from nacl.signing import SigningKey

from yisong.errors import KeyNotUsable
from yisong.proof.checkpoint import Checkpoint
from yisong.proof.exact import BEYOND
from yisong.proof.note import SignatureLine
from yisong.proof.vkey import ED25519, VerifierKey
from yisong.signing.verify import verifies

_TIME_BYTES = 8
_LONGEST = 255  # bytes of a name or an origin in the message that ML-DSA-44 signs


def cosign(checkpoint: Checkpoint, *, key: VerifierKey, private: bytes, time: int) -> SignatureLine:
    """
    Return the line with which the owner of *key* says: at *time* (seconds since 1970), this was the log's largest tree.

    *private*: the seed of 32 bytes. Ed25519 gives the same line each time, ML-DSA-44 another one. Raises KeyNotUsable:
    *private* is not of *key*.
    """
    if not 0 <= time < BEYOND:
        raise ValueError("the time of a cosignature is in seconds since 1970, below 2^63")
    message = _message(checkpoint, key=key, time=time)
    sign = _ed25519_signs if key.type == ED25519 else _ml_dsa_44_signs
    public, signature = sign(message, private)
    if public != key.public:
        raise KeyNotUsable(f"This private key is not of the cosigner {key.name}. Take the one that belongs to its row")
    return SignatureLine(key.name, key.key_id, time.to_bytes(_TIME_BYTES, "big") + signature)


def cosigned_at(checkpoint: Checkpoint, line: SignatureLine, *, key: VerifierKey) -> int | None:
    """Return when (seconds since 1970) the owner of *key* signed *checkpoint* by *line*; None where it did not."""
    if (line.name, line.key_id) != (key.name, key.key_id):
        return None
    time, signature = int.from_bytes(line.signature[:_TIME_BYTES], "big"), line.signature[_TIME_BYTES:]
    if len(line.signature) <= _TIME_BYTES or time >= BEYOND:
        return None
    try:
        message = _message(checkpoint, key=key, time=time)
    except ValueError:  # an origin that nobody can have signed
        return None
    holds = verifies if key.type == ED25519 else _ml_dsa_44_verifies
    return time if holds(signature, message, key.public) else None


def _message(checkpoint: Checkpoint, *, key: VerifierKey, time: int) -> bytes:
    if key.type == ED25519:
        return b"cosignature/v1\ntime %d\n%b" % (time, checkpoint.text)
    # struct cosigned_message: label, name, timestamp, origin, start = 0, end = size, hash.
    return b"".join(
        (
            b"subtree/v1\n\0",
            _short(key.name),
            time.to_bytes(8, "big"),
            _short(checkpoint.origin),
            bytes(8),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )


def _short(text: str) -> bytes:
    """Return opaque<1..255> of RFC 8446: a byte of length, then as many bytes."""
    encoded = text.encode()
    if not 0 < len(encoded) <= _LONGEST:
        raise ValueError(f"ML-DSA-44 cosignatures have names and origins of 1 to {_LONGEST} bytes")
    return bytes([len(encoded)]) + encoded


def _ed25519_signs(message: bytes, seed: bytes) -> tuple[bytes, bytes]:
    signer = SigningKey(seed)
    return bytes(signer.verify_key), signer.sign(message).signature


def _ml_dsa_44_signs(message: bytes, seed: bytes) -> tuple[bytes, bytes]:
    signer = MLDSA44PrivateKey.from_seed_bytes(seed)
    return signer.public_key().public_bytes_raw(), signer.sign(message)


def ml_dsa_44_public(seed: bytes) -> bytes:
    """Return the public key, 1312 bytes, of the ML-DSA-44 key that grows from *seed*, 32 bytes."""
    return MLDSA44PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw()


def _ml_dsa_44_verifies(signature: bytes, message: bytes, public: bytes) -> bool:
    try:
        MLDSA44PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
