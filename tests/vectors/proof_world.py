"""A small log with its nodes, keys and checkpoints, the same whenever it is made, for the vectors of proofs."""

from collections.abc import Collection
from hashlib import sha256
from typing import NamedTuple

from nacl.signing import SigningKey

from tests.unit.proof.rfc6962 import Definition
from tests.vectors.make_envelopes import DECIDED, SET, header, long
from yisong.envelope.header import Signature
from yisong.envelope.leaf import encode_leaf, leaf_hash
from yisong.proof.checkpoint import After, Checkpoint, Signed, origin_of
from yisong.proof.cosignature import cosign, ml_dsa_44_public
from yisong.proof.note import SignatureLine
from yisong.proof.receipt import Receipt
from yisong.proof.vkey import ML_DSA_44, VerifierKey, verifier_key
from yisong.rulebook.model import Key
from yisong.signing.sign import sign

BUS, PARTITION, DOCKET = "conformance", 4, b"CRB-980100-2016-000021-5"
NODES = ("copyright", "cac", "miit", "police")
#: When the nodes cosigned, in seconds since 1970: some minutes after the last event.
SIGNED_AT = DECIDED // 1000 + 3600
_2000, _2016 = 946_656_000_000, 1_451_577_600_000


class Cosigner(NamedTuple):
    """A verifier key with its private half."""

    key: VerifierKey
    seed: bytes

    def line(self, checkpoint: Checkpoint, *, time: int = SIGNED_AT) -> SignatureLine:
        return cosign(checkpoint, key=self.key, private=self.seed, time=time)


def seed(label: str) -> bytes:
    """Return a secret of our own, the same whenever it is asked for."""
    return sha256(f"yisong conformance {label}".encode()).digest()


def cosigner(name: str, label: str) -> Cosigner:
    return Cosigner(verifier_key(name, bytes(SigningKey(seed(label)).verify_key)), seed(label))


def _ml_dsa_44(name: str, label: str) -> Cosigner:
    return Cosigner(verifier_key(name, ml_dsa_44_public(seed(label)), type_=ML_DSA_44), seed(label))


COSIGNERS = {node: cosigner(f"{BUS}/{node}", f"cosign {node}") for node in NODES}
#: Two keys of one name whose ids are the same four bytes, found by trying; and one of no node.
TWINS = (cosigner(f"{BUS}/police", "twin 61624"), cosigner(f"{BUS}/police", "twin 66706"))
STRANGER = cosigner("elsewhere.example/witness", "stranger")
OLD_CAC = cosigner(f"{BUS}/cac", "cosign cac, until 2016")
QUANTUM = _ml_dsa_44(f"{BUS}/police", "cosign police, ML-DSA-44")
OF_ANOTHER_BUS = {node: cosigner(f"another/{node}", f"another {node}") for node in NODES}


def _row(key_id: str, use: str, public: bytes, *, valid_to: int | None = None) -> Key:
    return Key(
        key_id=key_id,
        org=key_id.partition("#")[0],
        use=use,  # type: ignore[arg-type]
        algorithm="ed25519",
        public=public,
        valid_from=_2000,
        valid_to=valid_to,
        revoked_from=None,
    )


def _author(label: str) -> bytes:
    return bytes(SigningKey(seed(label)).verify_key)


KEYS = (
    _row("V9801#1", "sign", _author("sign V9801")),
    _row("V9801#2", "sign", _author("sign V9801, until 2016"), valid_to=_2016),
    *(_row(f"S-{node}#3", "cosign", COSIGNERS[node].key.public) for node in NODES),
    _row("S-cac#4", "cosign", OLD_CAC.key.public, valid_to=_2016),
)


class Kind(NamedTuple):
    """What makes a leaf of the world differ from the others."""

    verdict: str = "admitted"
    reason: str | None = None
    key_id: str = "V9801#1"
    label: str = "sign V9801"
    bus: str = BUS


#: Offsets 2 and up; 0 is absent, and 1 a record that could not be read.
_KINDS = (
    Kind(),
    Kind(),
    Kind(verdict="admitted-late"),
    Kind(verdict="duplicate"),
    Kind(verdict="refused", reason="bad-signature", label="nobody"),
    Kind(key_id="V9801#2", label="sign V9801, until 2016"),
    Kind(label="nobody"),
    Kind(bus="another"),
    Kind(),
    Kind(),
    Kind(),
)
REFUSED, EXPIRED, UNSIGNED, REPLAYED = 6, 7, 8, 9
SIZE, OLD = 2 + len(_KINDS), 8


def _leaves() -> list[bytes]:
    absent = _leaf(0, header=None, verdict="absent", broker_time=0, log_time=0)
    at = DECIDED + 60_000
    garbage = _leaf(
        1, header=None, verdict="refused", reason="malformed", broker_time=at, log_time=at, record_hash=seed("garbage")
    )
    made, previous = [absent, garbage], None
    for place, kind in enumerate(_KINDS, start=1):
        made.append(_event(len(made), kind, place=place, previous=previous))
        previous = leaf_hash(made[-1])
    return made


def _event(offset: int, kind: Kind, *, place: int, previous: bytes | None) -> bytes:
    head = header(event_id=seed(f"event {offset}")[:16], publisher_seq=long(place), basis=SET + long(offset - 1))
    return _leaf(
        offset,
        header=head,
        verdict=kind.verdict,
        reason=kind.reason,
        signatures=(Signature(kind.key_id, "ed25519", sign(kind.bus, head, seed(kind.label))),),
        key=DOCKET,
        docket_index=place,
        docket_prev=previous,
        carried_hash=bytes([1]) * 32,
        record_hash=seed(f"record {offset}"),
        broker_time=DECIDED + offset * 60_000,
        log_time=DECIDED + offset * 60_000,
    )


def _leaf(offset: int, **fields: object) -> bytes:
    blank: dict[str, object] = {
        "key": None,
        "docket_index": 0,
        "docket_prev": None,
        "carried_hash": None,
        "signatures": (),
        "reason": None,
        "record_hash": None,
    }
    return encode_leaf(partition=PARTITION, offset=offset, **{**blank, **fields})  # type: ignore[arg-type]


LEAVES = _leaves()
TREE = Definition(LEAVES)
NOW = Checkpoint(origin_of(BUS, PARTITION), SIZE, TREE.mth(SIZE))
THEN = Checkpoint(origin_of(BUS, PARTITION), OLD, TREE.mth(OLD))
#: The same log under the origin that comes after all nodes had taken back another root of it.
AGAIN = NOW._replace(origin=origin_of(BUS, PARTITION, After(2, OLD, seed("a root that all took back"))))


def signed(checkpoint: Checkpoint = NOW, *, by: Collection[str] = NODES) -> Signed:
    """Return *checkpoint* with a line of each node named."""
    return Signed(checkpoint, tuple(COSIGNERS[node].line(checkpoint) for node in by))


def receipt(offset: int = 3, *, checkpoint: Signed | None = None) -> Receipt:
    """Return the receipt of one leaf; *checkpoint* is that of the whole log, signed by all, unless given."""
    note = signed() if checkpoint is None else checkpoint
    return Receipt(LEAVES[offset], offset, TREE.path(offset, min(note.checkpoint.size, SIZE)), note)
