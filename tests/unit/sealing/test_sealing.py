"""Are bodies sealed, and their keys wrapped, as the contract says? Against RFC 9180 and libsodium, not ourselves."""

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import (
    crypto_aead_aes256gcm_decrypt,
    crypto_aead_aes256gcm_encrypt,
    crypto_scalarmult_base,
)
from nacl.public import PrivateKey

from tests.unit.sealing import hpke_oracle as oracle
from yisong.errors import NotOpenable
from yisong.sealing import WRAPPED_BYTES, new_content_key, open_sealed, seal, unwrap, wrap

EVENT_ID, PAYLOAD = bytes(range(16)), b"0123456789abcdef" + "正文".encode()
BODY_HASH = sha256(PAYLOAD).digest()
BINDING = b"yisong-seal-v1" + EVENT_ID + BODY_HASH
CONTENT_KEY, NONCE = bytes(range(32)), bytes(range(100, 112))
READER, EPHEMERAL = sha256(b"reader").digest(), sha256(b"ephemeral").digest()

#: What the contract gives for these values: pinned, so that no later release can read an older bus otherwise.
SEALED = "6465666768696a6b6c6d6e6f782aec554ddc60a9065b3e8ab9010f9ba46fa5ec1deb3072eedfa2affc379ed75b489da9fc0a"
WRAPPED = (
    "e29d7521911498b837ed692d12a81587898e0ac3f6208eac1069bca82fb6b633a4d9bdb587aa36e2a3ed3c51a100c208"
    "98e61be0ffb294f5e1f322154d1f8a7586f4b51050064e0c870128a87a77a7d3"
)


class TestABody:
    def test_travels_as_nonce_and_aes_256_gcm(self) -> None:
        """As libsodium writes it, with the event and the body's hash as what is bound to it."""
        carried = seal(PAYLOAD, CONTENT_KEY, event_id=EVENT_ID, body_hash=BODY_HASH, nonce=NONCE)

        assert carried.hex() == SEALED
        assert carried == NONCE + crypto_aead_aes256gcm_encrypt(PAYLOAD, BINDING, NONCE, CONTENT_KEY)

    @given(payload=st.binary(max_size=300), content_key=st.binary(min_size=32, max_size=32))
    def test_opens_with_its_key_and_event_only(self, payload: bytes, content_key: bytes) -> None:
        carried = seal(payload, content_key, event_id=EVENT_ID, body_hash=BODY_HASH)

        assert open_sealed(carried, content_key, event_id=EVENT_ID, body_hash=BODY_HASH) == payload
        assert crypto_aead_aes256gcm_decrypt(carried[12:], BINDING, carried[:12], content_key) == payload
        for event_id, body_hash, key in (
            (bytes(16), BODY_HASH, content_key),
            (EVENT_ID, bytes(32), content_key),
            (EVENT_ID, BODY_HASH, bytes(31) + b"\xff"),
        ):
            with pytest.raises(NotOpenable, match="must say it again"):
                open_sealed(carried, key, event_id=event_id, body_hash=body_hash)

    @given(at=st.integers(0, 12 + len(PAYLOAD) + 15), bit=st.integers(0, 7))
    def test_with_one_bit_flipped_does_not_open(self, at: int, bit: int) -> None:
        carried = bytearray(seal(PAYLOAD, CONTENT_KEY, event_id=EVENT_ID, body_hash=BODY_HASH))
        carried[at] ^= 1 << bit
        with pytest.raises(NotOpenable):
            open_sealed(bytes(carried), CONTENT_KEY, event_id=EVENT_ID, body_hash=BODY_HASH)

    @pytest.mark.parametrize("carried", [b"", b"short", bytes(12), bytes(27)])
    def test_cut_short_does_not_open(self, carried: bytes) -> None:
        with pytest.raises(NotOpenable):
            open_sealed(carried, CONTENT_KEY, event_id=EVENT_ID, body_hash=BODY_HASH)

    def test_is_never_sealed_twice_alike(self) -> None:
        twice = {seal(PAYLOAD, CONTENT_KEY, event_id=EVENT_ID, body_hash=BODY_HASH) for _ in range(2)}
        assert len(twice) == len({new_content_key() for _ in range(2)}) == 2


class TestAKey:
    def test_that_the_oracle_is_that_of_the_rfc(self) -> None:
        """RFC 9180, A.1.1: AES-128-GCM stands in the RFC with this KEM, and differs from ours in the AEAD only."""
        info, ephemeral = (
            bytes.fromhex("4f6465206f6e2061204772656369616e2055726e"),
            bytes.fromhex("52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736"),
        )
        private = bytes.fromhex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8")
        enc = bytes.fromhex("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431")
        assert crypto_scalarmult_base(ephemeral) == enc

        sent = oracle.sender(ephemeral, crypto_scalarmult_base(private), info, aead=1, key_bytes=16)
        received = oracle.receiver(private, enc, info, aead=1, key_bytes=16)

        assert sent == received
        assert sent.shared_secret.hex() == "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc"
        assert (sent.key.hex(), sent.nonce.hex()) == ("4531685d41d65f03dc48f6b8302c05b0", "56d890e5accaaf011cff4b7d")
        said = AESGCM(sent.key).encrypt(sent.nonce, b"Beauty is truth, truth beauty", b"Count-0")
        assert said.hex().startswith(
            "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87"
        )

    def test_is_wrapped_as_hpke_says(self) -> None:
        """What the oracle wraps with a fixed key of its own we open; the bytes are pinned."""
        public = crypto_scalarmult_base(READER)
        context = oracle.sender(EPHEMERAL, public, BINDING, aead=2, key_bytes=32)
        wrapped = crypto_scalarmult_base(EPHEMERAL) + crypto_aead_aes256gcm_encrypt(
            CONTENT_KEY, None, context.nonce, context.key
        )

        assert wrapped.hex() == WRAPPED
        assert unwrap(wrapped, READER, event_id=EVENT_ID, body_hash=BODY_HASH) == CONTENT_KEY

    def test_that_we_wrap_the_oracle_opens(self) -> None:
        wrapped = wrap(CONTENT_KEY, crypto_scalarmult_base(READER), event_id=EVENT_ID, body_hash=BODY_HASH)
        enc, ciphertext = wrapped[:32], wrapped[32:]
        context = oracle.receiver(READER, enc, BINDING, aead=2, key_bytes=32)

        assert len(wrapped) == WRAPPED_BYTES == 80
        assert crypto_aead_aes256gcm_decrypt(ciphertext, None, context.nonce, context.key) == CONTENT_KEY

    def test_is_its_readers_and_its_events_alone(self) -> None:
        wrapped = wrap(CONTENT_KEY, crypto_scalarmult_base(READER), event_id=EVENT_ID, body_hash=BODY_HASH)
        for private, event_id, body_hash in (
            (bytes(PrivateKey.generate()), EVENT_ID, BODY_HASH),
            (READER, bytes(16), BODY_HASH),
            (READER, EVENT_ID, bytes(32)),
        ):
            with pytest.raises(NotOpenable, match="stays closed"):
                unwrap(wrapped, private, event_id=event_id, body_hash=body_hash)

    @pytest.mark.parametrize("garbage", [b"", bytes(79), bytes(80), bytes(81), b"\xff" * 80])
    def test_that_is_none_does_not_open(self, garbage: bytes) -> None:
        with pytest.raises(NotOpenable):
            unwrap(garbage, READER, event_id=EVENT_ID, body_hash=BODY_HASH)

    def test_of_another_length_is_none(self) -> None:
        """Whoever wraps 31 bytes gives no content key."""
        short = wrap(CONTENT_KEY[:31], crypto_scalarmult_base(READER), event_id=EVENT_ID, body_hash=BODY_HASH)
        with pytest.raises(NotOpenable):
            unwrap(short, READER, event_id=EVENT_ID, body_hash=BODY_HASH)
