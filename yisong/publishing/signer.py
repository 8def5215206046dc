"""Who signs, and with which key? The organ's newest registered key that is valid then and lies in this key store."""

from collections.abc import Callable
from typing import Protocol

from yisong.envelope.codec import encode_envelope
from yisong.envelope.header import Signature
from yisong.errors import NotPublishable, YisongError
from yisong.ledger import Law
from yisong.publishing.compose import Composed
from yisong.rulebook.model import Key
from yisong.signing.sign import sign, sign_bytes

_BLANK = bytes(64)


class PrivateKeys(Protocol):
    """Where private keys lie."""

    def private(self, key_id: str) -> bytes:
        """Return the private key of *key_id*; raises a `YisongError` where it is not here or can't be opened."""


class Signer:
    """Signs for the organs whose keys lie in one key store."""

    def __init__(self, law: Law, keys: PrivateKeys) -> None:
        """Sign for the bus of *law* with the private keys in *keys*."""
        self._bus = law.bus.name
        self._registered = law.rulebook.keys
        self._keys = keys
        self._opened: dict[str, bytes] = {}

    def may_sign(self, organ: str, *, at: int) -> bool:
        """Return whether there is a key with which *organ* can sign at the instant *at* (ms)."""
        return self._private(organ, at) is not None

    def has_key(self, organ: str, *, at: int) -> bool:
        """Return whether a key of *organ* is registered with which it could sign, wherever that lies, at *at* (ms)."""
        return any(_usable(key, organ, at) for key in self._registered.values())

    def envelope(self, composed: Composed, *, at: int, second: Signature | None = None) -> bytes:
        """
        Return the value of the record: *composed* with the signatures that its header asks for, valid at *at* (ms).

        *second*: that of the other organ, where it has come already. Raises ``NotPublishable`` where a key is missing.
        """
        header = composed.header
        signatures = [self.signature(header.publisher, composed.header_bytes, at=at)]
        if header.countersignature:
            signatures.append(second or self.signature(header.countersignature, composed.header_bytes, at=at))
        return encode_envelope(composed.header_bytes, composed.carried, tuple(signatures))

    def blank(self, composed: Composed, *, at: int) -> bytes:
        """
        Return the value that the record of a draft will have, with nothing where its signatures will stand.

        Raises ``NotPublishable`` where the publisher has no key here, or the other organ none at all.
        """
        header = composed.header
        own, _ = self._found(header.publisher, at)
        signatures = (_blank(own), _blank(self._registered_for(header.countersignature or "", at)))
        return encode_envelope(composed.header_bytes, composed.carried, signatures)

    def blank_draft(self, composed: Composed, *, at: int) -> bytes:
        """Return the value that a record of two other organs will have; otherwise as `blank`."""
        organs = (composed.header.publisher, composed.header.countersignature or "")
        signatures = tuple(_blank(self._registered_for(organ, at)) for organ in organs)
        return encode_envelope(composed.header_bytes, composed.carried, signatures)

    def signature(self, organ: str, header_bytes: bytes, *, at: int) -> Signature:
        """Return the signature of *organ* over a header. Raises ``NotPublishable`` where it has no valid key here."""
        key_id, private = self._found(organ, at)
        return Signature(key_id, "ed25519", sign(self._bus, header_bytes, private))

    def signing(self, organ: str, *, at: int) -> Callable[[bytes], Signature]:
        """Return what signs a message of *organ* that says itself what it is; otherwise as `signature`."""
        key_id, private = self._found(organ, at)
        return lambda message: Signature(key_id, "ed25519", sign_bytes(message, private))

    def _registered_for(self, organ: str, at: int) -> str:
        keys = sorted((key for key in self._registered.values() if _usable(key, organ, at)), key=_number)
        if not keys:
            raise NotPublishable("This event cannot be signed.", [f"key: none of {organ} is registered and valid"])
        return keys[-1].key_id

    def _found(self, organ: str, at: int) -> tuple[str, bytes]:
        found = self._private(organ, at)
        if found is None:
            raise NotPublishable("This event cannot be signed.", [f"key: none of {organ} in this key store is valid"])
        return found

    def _private(self, organ: str, at: int) -> tuple[str, bytes] | None:
        candidates = [key for key in self._registered.values() if _usable(key, organ, at)]
        for key in sorted(candidates, key=_number, reverse=True):
            private = self._open(key.key_id)
            if private is not None:
                return key.key_id, private
        return None

    def _open(self, key_id: str) -> bytes | None:
        if key_id not in self._opened:
            try:
                self._opened[key_id] = self._keys.private(key_id)
            except (YisongError, KeyError, FileNotFoundError):
                return None
        return self._opened[key_id]


def _blank(key_id: str) -> Signature:
    return Signature(key_id, "ed25519", _BLANK)


def _usable(key: Key, organ: str, at: int) -> bool:
    return key.org == organ and key.use == "sign" and key.usable(at)


def _number(key: Key) -> int:
    return int(key.key_id.rpartition("#")[2])
