"""Who signs, and with which key? The organ's newest registered key that is valid then and lies in this key store."""

from typing import Protocol

from yisong.envelope.codec import encode_envelope
from yisong.envelope.header import Signature
from yisong.errors import NotPublishable, YisongError
from yisong.ledger import Law
from yisong.publishing.compose import Composed
from yisong.rulebook.model import Key
from yisong.signing.sign import sign


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

    def envelope(self, composed: Composed, *, at: int) -> bytes:
        """
        Return the value of the record: *composed* with the signatures that its header asks for, valid at *at* (ms).

        Raises ``NotPublishable`` where a key is missing.
        """
        header = composed.header
        organs = [header.publisher, *([header.countersignature] if header.countersignature else [])]
        signatures = tuple(self._signature(organ, composed.header_bytes, at) for organ in organs)
        return encode_envelope(composed.header_bytes, composed.carried, signatures)

    def _signature(self, organ: str, header_bytes: bytes, at: int) -> Signature:
        found = self._private(organ, at)
        if found is None:
            raise NotPublishable("This event cannot be signed.", [f"key: none of {organ} in this key store is valid"])
        key_id, private = found
        return Signature(key_id, "ed25519", sign(self._bus, header_bytes, private))

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


def _usable(key: Key, organ: str, at: int) -> bool:
    return key.org == organ and key.use == "sign" and key.usable(at)


def _number(key: Key) -> int:
    return int(key.key_id.rpartition("#")[2])
