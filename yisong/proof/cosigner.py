"""With which key does this node cosign, and whose key must a statement or a line of another node be of?"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from yisong.errors import KeyNotUsable
from yisong.ledger import Law
from yisong.proof.announcement import Announced, Claimed, Statement, encode
from yisong.proof.checkpoint import After, Checkpoint, origin_of
from yisong.proof.cosignature import cosign, cosigned_at
from yisong.proof.cosigners import cosigner_name
from yisong.proof.note import SignatureLine
from yisong.proof.vkey import ED25519, TYPES, VerifierKey, verifier_key
from yisong.rulebook.model import Key
from yisong.signing.sign import sign_bytes
from yisong.signing.verify import verifies


class PrivateKeys(Protocol):
    """Whatever gives the private half of a key by its id, or raises KeyNotUsable."""

    def private(self, key_id: str) -> bytes:
        """Return the seed of the key."""


class Nodes:
    """
    The nodes of a bus with their cosigning keys, as *law* has them: any version's newest has every row.

    Statements and lines are of Ed25519. A node that has a key of ML-DSA-44, too, adds a second line with it.
    """

    def __init__(self, law: Law) -> None:
        """Read the rows of use ``cosign``."""
        self.bus, self._law = law.bus.name, law
        self._rows: dict[str, list[Key]] = {}
        self._seconds: dict[str, list[Key]] = {}
        for key in (key for key in law.rulebook.keys.values() if key.use == "cosign"):
            rows = self._rows if TYPES[key.algorithm] == ED25519 else self._seconds
            rows.setdefault(law.organs[key.org].node or key.org, []).append(key)

    @property
    def names(self) -> frozenset[str]:
        """The nodes that have a key."""
        return frozenset(self._rows)

    def named(self, at: int) -> frozenset[str]:
        """Return the nodes that have a key in the version of the rulebook in force *at* that instant (ms)."""
        law = self._law.at(at)
        return self.names if law is self._law else Nodes(law).names

    def said(self, claimed: Claimed, *, at: int) -> bool:
        """Hold where the node that a statement names has signed it with a key that was valid *at* that instant (ms)."""
        keys = [key for key in self._rows.get(claimed.statement.node, ()) if key.key_id == claimed.key_id]
        return any(key.usable(at) and verifies(claimed.signature, claimed.message, key.public) for key in keys)

    def cosigned(self, node: str, one: Announced) -> bool:
        """Hold where *node* has cosigned what is announced, with a key that was valid at the line's own time."""
        return self._holds(node, one, one.line, self._rows)

    def seconded(self, node: str, one: Announced) -> bool:
        """Hold where the second line of what is announced is there, and holds as well."""
        return one.second is not None and self._holds(node, one, one.second, self._seconds)

    def _holds(self, node: str, one: Announced, line: SignatureLine, rows: Mapping[str, list[Key]]) -> bool:
        checkpoint = Checkpoint(origin_of(self.bus, one.partition, one.after), one.size, one.root)
        for row in rows.get(node, ()):
            time = cosigned_at(checkpoint, line, key=self._verifier_key(node, row))
            if time is not None and row.usable(time * 1000):
                return True
        return False

    def own(self, node: str, keys: PrivateKeys, *, at: int) -> "Cosigner":
        """
        Return what cosigns for *node*: its newest registered key that is valid *at* that instant (ms).

        Raises KeyNotUsable where there is none, or its private half is not here.
        """
        rows = [row for row in self._rows.get(node, ()) if row.usable(at)]
        if not rows:
            raise KeyNotUsable(
                f"The node {node} has no registered cosigning key that is valid now, so it signs no checkpoints. "
                "Make one (`yisong keys new … --use cosign`) and have it registered with a rulebook version"
            )
        return self._newest(node, rows, keys)

    def second(self, node: str, keys: PrivateKeys, *, at: int) -> "Cosigner | None":
        """
        Return what signs the second line of *node*: its newest ML-DSA-44 key that is valid *at* that instant (ms).

        None where none is registered. Raises KeyNotUsable where its private half is not here.
        """
        rows = [row for row in self._seconds.get(node, ()) if row.usable(at)]
        return self._newest(node, rows, keys) if rows else None

    def _newest(self, node: str, rows: list[Key], keys: PrivateKeys) -> "Cosigner":
        row = max(rows, key=lambda one: int(one.key_id.rpartition("#")[2]))
        return Cosigner(node, self.bus, row, self._verifier_key(node, row), keys.private(row.key_id))

    def _verifier_key(self, node: str, row: Key) -> VerifierKey:
        return verifier_key(cosigner_name(self.bus, node), row.public, type_=TYPES[row.algorithm])


class Cosigner(NamedTuple):
    """A node's own key, with its *private* half: never shown or logged."""

    node: str
    bus: str
    row: Key
    key: VerifierKey
    private: bytes

    def line(self, partition: int, size: int, root: bytes, *, time: int, after: After | None = None) -> SignatureLine:
        """Return our cosignature of a checkpoint of that origin of the partition, made at *time* (seconds)."""
        checkpoint = Checkpoint(origin_of(self.bus, partition, after), size, root)
        return cosign(checkpoint, key=self.key, private=self.private, time=time)

    def statement(self, statement: Statement) -> bytes:
        """Return the bytes of *statement*, signed."""
        return encode(
            statement, bus=self.bus, key_id=self.row.key_id, sign=lambda message: sign_bytes(message, self.private)
        )

    def __repr__(self) -> str:
        return f"Cosigner({self.row.key_id})"
