"""Who signs a line, with which key, and under which key id?"""

from nacl.signing import SigningKey

from yisong.audit.history_file import Line
from yisong.audit.tamper import Tamper
from yisong.envelope.header import Signature
from yisong.rulebook.model import Rulebook
from yisong.signing.keystore import Keystore
from yisong.signing.sign import sign

_ALGORITHM = "ed25519"


class Signers:
    """The signing keys of all organs, as a replay needs them: the right ones, and on purpose the wrong ones."""

    def __init__(self, keystore: Keystore, rulebook: Rulebook) -> None:
        """Sign with those keys of *keystore* that *rulebook* registers."""
        self._keystore = keystore
        self._bus = rulebook.bus.name
        self._organs = sorted(rulebook.directory.organs)
        self._keys = [key for key in rulebook.keys.values() if key.use == "sign"]

    def signatures(self, line: Line, header: bytes) -> tuple[Signature, ...]:
        """Sign *header* as *line* asks: for its publisher first, then for the organ that signs beside it."""
        kind = line.tamper.kind if line.tamper is not None else None
        own = self._publisher_signature(line, header)
        if kind == "flip_signature_bit":
            own = flipped(own)
        second = line.fields.get("countersignature")
        if not isinstance(second, str) or kind == "drop_countersignature":
            return (own,)
        return (own, self._signed(second, line.at, header))

    def _publisher_signature(self, line: Line, header: bytes) -> Signature:
        own_id = self._key_of(line.publisher, line.at) or f"{line.publisher}#1"
        match line.tamper:
            case Tamper(kind="other_key"):
                return self._signed(self._another(line.publisher), line.at, header)._replace(key_id=own_id)
            case Tamper(kind="foreign_key_id", name=str(organ)):
                return self._signed(organ, line.at, header)
            case Tamper(kind="revoked_key"):
                return self._signed_with(f"{line.publisher}#0", header)
            case _:
                return self._signed(line.publisher, line.at, header)

    def _signed(self, organ: str, at: int, header: bytes) -> Signature:
        key_id = self._key_of(organ, at)
        if key_id is not None:
            return self._signed_with(key_id, header)
        # An organ of no directory has no key here either; whoever claims to be it brings one along.
        return Signature(f"{organ}#1", _ALGORITHM, sign(self._bus, header, bytes(SigningKey.generate())))

    def _signed_with(self, key_id: str, header: bytes) -> Signature:
        return Signature(key_id, _ALGORITHM, sign(self._bus, header, self._keystore.private(key_id)))

    def _key_of(self, organ: str, at: int) -> str | None:
        """Return the newest key with which *organ* may sign at the log time *at*."""
        usable = (key for key in self._keys if key.org == organ and key.usable(at))
        newest = max(usable, key=lambda key: int(key.key_id.rpartition("#")[2]), default=None)
        return newest.key_id if newest is not None else None

    def _another(self, publisher: str) -> str:
        return next(organ for organ in self._organs if organ != publisher)


def flipped(signature: Signature, *, bits: int = 1) -> Signature:
    """Return *signature* with the lowest *bits* (1 to 8) of its first byte flipped."""
    mask = (1 << bits) - 1
    return signature._replace(value=bytes([signature.value[0] ^ mask]) + signature.value[1:])
