"""Which key is a cosigner's, and how is it written? Verifier keys: C2SP signed-note and tlog-cosignature."""

from hashlib import sha256
from typing import Final, NamedTuple

from yisong.errors import Unreadable
from yisong.proof.exact import base64_text, from_base64
from yisong.proof.note import key_name

#: Signature types: timestamped cosignatures by Ed25519 and by ML-DSA-44, and how long their public keys are.
ED25519: Final = 0x04
ML_DSA_44: Final = 0x06
ALGORITHMS: Final = {ED25519: "Ed25519", ML_DSA_44: "ML-DSA-44"}
#: The same by what the directory calls them in the row of a key.
TYPES: Final = {"ed25519": ED25519, "ml-dsa-44": ML_DSA_44}

_PUBLIC_BYTES = {ED25519: 32, ML_DSA_44: 1312}
_SIGNATURE_BYTES = {ED25519: 8 + 64, ML_DSA_44: 8 + 2420}


class VerifierKey(NamedTuple):
    """A cosigner's name, the type of its signatures, and its public key."""

    name: str
    type: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that name it in a signature line: SHA-256(name ‖ newline ‖ type ‖ public key), cut."""
        return sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public).digest()[:4]

    @property
    def algorithm(self) -> str:
        """What signs: ``Ed25519`` or ``ML-DSA-44``."""
        return ALGORITHMS[self.type]

    @property
    def signature_bytes(self) -> int:
        """How long its signatures are, with the eight bytes of their time."""
        return _SIGNATURE_BYTES[self.type]

    @property
    def text(self) -> str:
        """The key as a vkey: ``name+hex+base64``."""
        return f"{self.name}+{self.key_id.hex()}+{base64_text(bytes([self.type]) + self.public).decode()}"


def verifier_key(name: str, public: bytes, *, type_: int = ED25519) -> VerifierKey:
    """Return the key of the cosigner *name*. Raises Unreadable: a bad name, no cosignature type, wrong length."""
    if type_ not in _PUBLIC_BYTES:
        raise Unreadable(
            f"The key of {name} is of type {type_:#04x}; cosigners have 0x04 (Ed25519) or 0x06 (ML-DSA-44)."
        )
    if len(public) != _PUBLIC_BYTES[type_]:
        raise Unreadable(f"The key of {name} has {len(public)} bytes; {ALGORITHMS[type_]} has {_PUBLIC_BYTES[type_]}.")
    return VerifierKey(key_name(name.encode()), type_, public)


def parse_vkey(text: str) -> VerifierKey:
    """Return the key that *text* is. Raises Unreadable: it is none, or the id in it is not that of the key in it."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    typed = from_base64(encoded.encode("utf-8", "surrogateescape"), what="The key in a verifier key")
    if not typed:
        raise Unreadable("A verifier key is a name, eight hex digits and a key in base64, with a plus between them.")
    key = verifier_key(key_name(name.encode("utf-8", "surrogateescape")), typed[1:], type_=typed[0])
    if key.key_id.hex() != key_id:
        raise Unreadable(f"The id in the verifier key of {key.name} is not that of its key: one of them was changed.")
    return key
