"""HPKE in base mode once more, from RFC 9180 word by word: X25519 of libsodium, HMAC of the standard library."""

import hashlib
import hmac
from typing import NamedTuple

from nacl.bindings import crypto_scalarmult, crypto_scalarmult_base

_KEM = b"KEM" + (0x0020).to_bytes(2)


class Context(NamedTuple):
    """What both sides come to: the shared secret, the key of the AEAD, its first nonce."""

    shared_secret: bytes
    key: bytes
    nonce: bytes


def sender(ephemeral: bytes, reader: bytes, info: bytes, *, aead: int, key_bytes: int) -> Context:
    """Return what the sender comes to; *ephemeral*: its private key, *reader*: the public key of the reader."""
    enc = crypto_scalarmult_base(ephemeral)
    return _scheduled(_decap(crypto_scalarmult(ephemeral, reader), enc + reader), info, aead, key_bytes)


def receiver(private: bytes, enc: bytes, info: bytes, *, aead: int, key_bytes: int) -> Context:
    """Return what the reader comes to, from what the sender has sent with the message (*enc*)."""
    public = crypto_scalarmult_base(private)
    return _scheduled(_decap(crypto_scalarmult(private, enc), enc + public), info, aead, key_bytes)


def _decap(dh: bytes, kem_context: bytes) -> bytes:
    """RFC 9180, 4.1: ExtractAndExpand."""
    prk = _extract(b"", _KEM, b"eae_prk", dh)
    return _expand(prk, _KEM, b"shared_secret", kem_context, 32)


def _scheduled(shared_secret: bytes, info: bytes, aead: int, key_bytes: int) -> Context:
    """RFC 9180, 5.1: KeySchedule, mode 0, no PSK; HKDF-SHA256 is KDF 1."""
    suite = b"HPKE" + (0x0020).to_bytes(2) + (0x0001).to_bytes(2) + aead.to_bytes(2)
    psk_id_hash, info_hash = _extract(b"", suite, b"psk_id_hash", b""), _extract(b"", suite, b"info_hash", info)
    context = b"\x00" + psk_id_hash + info_hash
    secret = _extract(shared_secret, suite, b"secret", b"")
    key = _expand(secret, suite, b"key", context, key_bytes)
    return Context(shared_secret, key, _expand(secret, suite, b"base_nonce", context, 12))


def _extract(salt: bytes, suite: bytes, label: bytes, ikm: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, hashlib.sha256)


def _expand(prk: bytes, suite: bytes, label: bytes, info: bytes, length: int) -> bytes:
    labelled, block, out = length.to_bytes(2) + b"HPKE-v1" + suite + label + info, b"", b""
    while len(out) < length:
        block = hmac.digest(prk, block + labelled + bytes([len(out) // 32 + 1]), hashlib.sha256)
        out += block
    return out[:length]
