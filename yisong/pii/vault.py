"""
Where does an organ keep what its P2 tokens stand for, so that a copy of the database shows nobody anything?

Each organ has a secret of 256 random bits, which stands in the database only sealed to the organ's key to seal with;
that key lies in the key store of the node. Under one key made of the secret (HKDF, RFC 5869) the values are sealed,
each bound to its token; under another they are known again, so that the same value gets the same token.
"""

import hmac
import secrets
from hashlib import sha256
from typing import Final, Literal, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from yisong.errors import KeyNotUsable, NotAcceptable, NotOpenable
from yisong.ledger import Law
from yisong.pii.statements import Database, run
from yisong.pii.tokens import FORM, Kind, new_token, normal
from yisong.publishing.opening import seal_key
from yisong.publishing.signer import PrivateKeys
from yisong.sealing import open_letter, seal_letter

_CONTEXT: Final = b"yisong-pii-secret-v1\n"
_NONCE_BYTES: Final = 12
_SECRET_BYTES: Final = 32
# What is sealed is filled up to a multiple of this: the length of a name tells whose it is.
_BLOCK: Final = 64
Gone = Literal["unknown", "erased"]


class Made(NamedTuple):
    """The *token* of a value; *new*: it was made just now."""

    token: str
    new: bool


class _Keys(NamedTuple):
    sealing: AESGCM
    knowing: bytes


class Vault:
    """What the tokens of *organ* stand for, in the database of its node."""

    def __init__(self, database: Database, organ: str, *, law: Law, keys: PrivateKeys) -> None:
        """Ask through *database*, with the private keys of the node in *keys*."""
        self._database, self._organ, self._law, self._keys = database, organ, law, keys

    def token_for(self, value: str, kind: Kind, *, account: str, now: int, token: str | None = None) -> Made:
        """
        Return the token of *value*, a new one where it has none; *now* in ms. The value is written down nowhere else.

        *token*: one that the organ's own systems have chosen for it before. Raises NotAcceptable where the value may
        not be one, the token is not the organ's, or either belongs to another; KeyNotUsable where the organ's key to
        seal with is not here; BusUnreachable.
        """
        kept = normal(value)
        if token is not None and ((found := FORM.fullmatch(token)) is None or found[1] != self._organ):
            raise NotAcceptable("No token was made.", [f"token: is none of {self._organ}, as U-{self._organ}-01 is"])
        keys = self._opened(now=now, make=True)
        if keys is None:
            raise KeyNotUsable(f"The secret of {self._organ} is gone as soon as it is made; look at its database.")
        known_by = hmac.new(keys.knowing, kept.encode(), sha256).digest()
        chosen = token or new_token(self._organ, kind)
        row = {"token": chosen, "organ": self._organ, "known_by": known_by, "account": account, "now": now}
        new = bool(run(self._database, "keep", **row, sealed=_sealed(keys.sealing, kept, chosen)))
        known = run(self._database, "known", known_by=known_by)
        if not known or token not in (None, known[0][0]):
            raise NotAcceptable("No token was made.", ["token: this token, or this value, belongs to another already"])
        return Made(str(known[0][0]), new)

    def value_of(self, token: str, *, now: int) -> tuple[str | None, Gone | None]:
        """
        Return what *token* stands for, or why that cannot be said; exactly one of the two is None.

        Raises NotOpenable where it does not open, KeyNotUsable where the organ's key is not here, BusUnreachable.
        """
        rows = run(self._database, "value", token=token, organ=self._organ)
        if not rows:
            return None, "unknown"
        sealed, erased = rows[0]
        if erased:
            return None, "erased"
        keys = self._opened(now=now, make=False)
        if keys is None:
            raise KeyNotUsable(f"The secret of {self._organ} is not in the database: what is sealed stays closed.")
        return _value(keys.sealing, bytes(sealed), token), None

    def erase(self, token: str, *, account: str, reason: str, now: int) -> bool:
        """Let *token* stand for nothing any more; return whether it stood for something. Raises BusUnreachable."""
        row = {"token": token, "organ": self._organ, "account": account, "reason": reason, "now": now}
        return bool(run(self._database, "erase", **row))

    def _opened(self, *, now: int, make: bool) -> _Keys | None:
        rows = run(self._database, "secret", organ=self._organ)
        if not rows and make:
            self._keep(secrets.token_bytes(_SECRET_BYTES), now=now)
            rows = run(self._database, "secret", organ=self._organ)
        if not rows:
            return None
        key_id, sealed = rows[0]
        secret = open_letter(bytes(sealed), self._keys.private(key_id), info=self._info)
        if make:
            self._keep(secret, now=now, former=key_id)
        return _Keys(AESGCM(_derived(secret, b"value")), _derived(secret, b"index"))

    def _keep(self, secret: bytes, *, now: int, former: str | None = None) -> None:
        """Seal *secret* to the organ's newest key, where that lies here; *former*: the key that it is sealed to now."""
        key = seal_key(self._law, self._organ, at=now)
        if key is None and former is None:
            raise KeyNotUsable(f"{self._organ} has no valid key to seal with: yisong keys new {self._organ} --use seal")
        if key is None or key.key_id == former:
            return
        try:
            self._keys.private(key.key_id)
        except KeyNotUsable:
            if former is None:
                raise
            return  # what nobody here could open is worth nothing
        row = {"organ": self._organ, "key_id": key.key_id, "sealed": seal_letter(secret, key.public, info=self._info)}
        if former is None:
            run(self._database, "keep_secret", **row)
        else:
            run(self._database, "reseal_secret", **row, former=former)

    @property
    def _info(self) -> bytes:
        return _CONTEXT + self._law.bus.name.encode() + b"\n" + self._organ.encode()


def _derived(secret: bytes, use: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"yisong-pii-v1\n" + use).derive(secret)


def _sealed(key: AESGCM, value: str, token: str) -> bytes:
    nonce, text = secrets.token_bytes(_NONCE_BYTES), value.encode()
    return nonce + key.encrypt(nonce, text + bytes(-len(text) % _BLOCK), token.encode())


def _value(key: AESGCM, sealed: bytes, token: str) -> str:
    try:
        text = key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], token.encode())
    except (InvalidTag, ValueError) as fault:
        raise NotOpenable(
            "What the token stands for does not open under the organ's secret: it was changed in the database. Restore "
            "its row from a copy."
        ) from fault
    return text.rstrip(b"\0").decode()
