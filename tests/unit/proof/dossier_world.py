"""One real case in memory: a history told with real keys, judged by the fold, and cosigned by four nodes."""

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from nacl.signing import SigningKey

from tests.unit.ledger.story import HISTORIES, NAMESPACE
from tests.unit.proof.rfc6962 import Definition
from tests.vectors.proof_world import NODES, SIGNED_AT, Cosigner, cosigner, seed
from yisong.contract import folder
from yisong.envelope.codec import encode_envelope
from yisong.envelope.header import Header, Signature
from yisong.envelope.leaf import Leaf, decode_leaf, encode_leaf, leaf_hash
from yisong.envelope.open import open_record
from yisong.envelope.partition import partition_of
from yisong.ledger import Docket, Entry, Known, Law, absent_entry, fold, known_by
from yisong.ledger.sharing import may_read
from yisong.proof.archive import archive
from yisong.proof.author import check_leaf
from yisong.proof.checkpoint import Checkpoint, Signed, origin_of
from yisong.proof.dossier import Dossier, Record
from yisong.proof.dossier_page import PAGE_FORM, dossier_page
from yisong.proof.policy import policy_of
from yisong.proof.refold import refold
from yisong.publishing.compose import Place, compose, content
from yisong.publishing.instants import to_ms, to_text
from yisong.rulebook.identity import canonical
from yisong.rulebook.model import BusProfile, Key
from yisong.rulebook.version import SignedVersion, genesis_version
from yisong.schemas import genesis
from yisong.signing.sign import sign

BUS = "demo-dossier"
HISTORY = tuple(json.loads(line) for line in (HISTORIES / "H1.jsonl").read_text("utf-8").splitlines())
CASE: str = HISTORY[0]["header"]["case_id"]
PARTITION = partition_of(CASE.encode(), 12)
COSIGNERS = {node: cosigner(f"{BUS}/{node}", f"dossier {node}") for node in NODES}
POLICY = policy_of([one.key for one in COSIGNERS.values()])


def _key(key_id: str, use: Any, public: bytes) -> Key:
    born = to_ms("2010-01-01T00:00:00+08:00")
    return Key(
        key_id=key_id, org=key_id.partition("#")[0], use=use, algorithm="ed25519", public=public,
        valid_from=born, valid_to=None, revoked_from=None,
    )  # fmt: skip


@cache
def profile() -> BusProfile:
    """Return a bus on which every organ signs with a key of its own, and every node cosigns with another."""
    bare = BusProfile(name=BUS, profile="demo", partitions=12, keys=())
    keys = [
        _key(f"{organ}#1", "sign", bytes(SigningKey(seed(organ)).verify_key))
        for organ in genesis(bare).directory.organs
    ]
    keys += [_key(f"S-{node}#2", "cosign", one.key.public) for node, one in COSIGNERS.items()]
    return BusProfile(name=BUS, profile="demo", partitions=12, keys=tuple(keys))


@cache
def law() -> Law:
    return Law(genesis(profile()))


class Case:
    """The docket of H1 as it unfolds, on a log whose first record is absent."""

    def __init__(self) -> None:
        self.docket: Docket | None = None
        self.memory: dict[bytes, tuple[Known, ...]] = {}
        self.entries: list[Entry] = []
        self.bodies: list[bytes] = []
        self.ids: list[UUID] = []

    def say(self, at: str, header: dict[str, Any], body: dict[str, Any]) -> None:
        """Append one event, signed by its publisher."""
        publisher = header["publisher"]
        self.ids.append(uuid5(NAMESPACE, f"dossier/{len(self.ids)}"))
        cites = [{"kind": "event", "id": str(self.ids[c["line"] - 1])} if "line" in c else c for c in header["cites"]]
        said = content({**header, "cites": cites}, body, event_id=self.ids[-1].bytes, salt=seed(str(self.ids[-1]))[:16])
        chain = self.docket.chains.get(publisher) if self.docket else None
        place = Place(chain.length + 1, chain.last) if chain else Place(0 if publisher.startswith("S-") else 1, None)
        composed = compose(said, place, test_data=True)
        organs = [one for one in (publisher, header.get("countersignature")) if one]
        signatures = [Signature(f"{o}#1", "ed25519", sign(BUS, composed.header_bytes, seed(o))) for o in organs]
        value = encode_envelope(composed.header_bytes, composed.carried, tuple(signatures))
        opened = open_record(PARTITION, 1 + len(self.entries), to_ms(at), CASE.encode(), value)
        opened = opened._replace(valid=(True,) * len(signatures))
        self.docket, entry = fold(self.docket, opened, law(), self.memory)
        self.entries.append(entry)
        self.bodies.append(composed.carried)
        if (known := known_by(entry)) is not None and entry.header is not None:
            self.memory[entry.header.event_id] = (*self.memory.get(entry.header.event_id, ()), known)

    def close(self, *, masked: bool = False) -> None:
        """Say that a dossier was issued, and whether bodies were left out of it."""
        assert self.docket is not None
        header = {
            "event_type": "DossierIssued", "case_id": CASE, "aggregate": {"kind": "case", "id": CASE},
            "publisher": "S-police", "occurred_at": to_text(self.docket.log_time), "to": ["P9801"],
            "region_code": CASE[4:10], "pii_level": "P1", "cites": [],
        }  # fmt: skip
        self.say(to_text(self.docket.log_time), header, {"purpose": "for the court", "masked": masked})


@cache
def told(*, masked: bool = False) -> Case:
    """Return the whole case, closed by its notice."""
    case = Case()
    for line in HISTORY:
        case.say(line["at"], line["header"], line["body"])
    case.close(masked=masked)
    return case


def cosigned(leaves: list[bytes], by: dict[str, Cosigner] = COSIGNERS) -> tuple[Signed, Definition]:
    """Return the checkpoint of all four over a log of these *leaves*, and its tree."""
    tree = Definition(leaves)
    checkpoint = Checkpoint(origin_of(BUS, PARTITION), len(leaves), tree.mth(len(leaves)))
    return Signed(checkpoint, tuple(one.line(checkpoint, time=SIGNED_AT) for one in by.values())), tree


@cache
def good(*, mask: str | None = None) -> Dossier:
    """Return the dossier of that case, as a node makes it: whole, or without what the role *mask* may not see."""
    case = told(masked=mask is not None)
    entries = case.entries
    signed, tree = cosigned([absent_entry(PARTITION, 0).leaf, *(entry.leaf for entry in entries)])
    paths = [tree.path(entry.offset, len(entries) + 1) for entry in entries]
    folded = refold([entry.leaf for entry in entries], law())
    readers = {one.offset: one.readers for one in may_read(((one.entry, one.docket) for one in folded), law())}
    roles = [{law().organs[organ].role for organ in readers.get(one.offset, ())} for one in entries]
    bodies = [body if mask is None or mask in seen else None for body, seen in zip(case.bodies, roles, strict=True)]
    records = [Record(one.leaf, path, body) for one, path, body in zip(entries, paths, bodies, strict=True)]
    return Dossier(
        case_id=CASE,
        mask=mask,
        signed=signed,
        versions=(SignedVersion(version=genesis_version(folder(), profile())),),
        records=tuple(records),
        policy=POLICY.text,
        page_form=PAGE_FORM,
        page=dossier_page(folded, bodies, law(), mask=mask),
    )


def resigned(leaves: list[bytes]) -> Dossier:
    """Return the dossier of these *leaves*, cosigned by all four nodes: a quorum that lies."""
    signed, tree = cosigned([absent_entry(PARTITION, 0).leaf, *leaves])
    paths = [tree.path(at, len(leaves) + 1) for at in range(1, len(leaves) + 1)]
    bodies = [record.body for record in good().records]
    return good()._replace(signed=signed, records=tuple(map(Record, leaves, paths, bodies)))


def judged_otherwise(at: int) -> list[bytes]:
    """Return the leaves of the case as if record *at* (from 0) had been refused, chained anew from there."""
    leaves = [record.leaf for record in good().records]
    leaves[at] = _changed(leaves[at], verdict="refused", reason="illegal-transition")
    for later in range(at + 1, len(leaves)):
        leaves[later] = _changed(leaves[later], docket_prev=leaf_hash(leaves[later - 1]))
    return leaves


def _changed(leaf: bytes, **fields: Any) -> bytes:
    changed = {**decode_leaf(leaf)._asdict(), **fields}
    changed.pop("topic")
    return encode_leaf(**changed)


def relisted(files: Mapping[str, bytes]) -> bytes:
    """Return the archive of *files* with a manifest that lists them as they are now: a forger can do that, too."""
    manifest = json.loads(files["manifest.json"])
    others = {name: content for name, content in files.items() if name != "manifest.json"}
    manifest["files"] = [
        {"name": name, "sha256": sha256(content).hexdigest(), "size": len(content)} for name, content in others.items()
    ]
    return archive({"manifest.json": canonical(manifest), **others})


def decode(leaf: bytes) -> Leaf:
    return decode_leaf(leaf)


def header(leaf: bytes) -> Header | None:
    return check_leaf(decode_leaf(leaf))
