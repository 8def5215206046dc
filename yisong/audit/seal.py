"""How does a body travel that not all four may read?"""

import secrets

from nacl.bindings import crypto_aead_aes256gcm_encrypt

_NONCE = 12
_KEY = 32


def sealed(payload: bytes, *, event_id: bytes, body_hash: bytes) -> bytes:
    """
    Seal *payload* under a content key that nobody keeps (envelope.md, "Sealing").

    Returns nonce ‖ AES-256-GCM. A replayed body is for nobody to read: what is shown is that verdicts do not need it.
    """
    nonce = secrets.token_bytes(_NONCE)
    aad = b"yisong-seal-v1" + event_id + body_hash
    return nonce + bytes(crypto_aead_aes256gcm_encrypt(payload, aad, nonce, secrets.token_bytes(_KEY)))
