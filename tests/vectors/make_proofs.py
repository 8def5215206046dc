"""
Write the proofs of ``conformance/``: receipts, checkpoints and policies, good and forged, and the manifest.

Everything is made from fixed seeds. Only ML-DSA-44 signs differently each time, so a line that is there already and
still verifies is kept. Run ``python -m tests.vectors.make_proofs``; a test compares the folder with what this says, but
for dossiers: they hold the rulebook of the release that made them, and later releases must read them as they are.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from tests.unit.proof import dossier_world as case_world
from tests.vectors import proof_world as world
from tests.vectors.checkpoint_forgeries import forged_checkpoints
from tests.vectors.dossier_forgeries import dossiers
from tests.vectors.handoff_forgeries import handoffs
from tests.vectors.proof_forgeries import forged_receipts
from tests.vectors.proof_world import COSIGNERS, NODES, NOW, QUANTUM, SIGNED_AT, THEN, TREE, Cosigner, receipt, signed
from yisong.proof.checkpoint import Checkpoint, Signed, origin_of, parse_signed
from yisong.proof.cosignature import cosigned_at
from yisong.proof.note import SignatureLine
from yisong.proof.policy import Group, Policy, policy_of
from yisong.proof.receipt import receipt_bytes
from yisong.proof.vkey import verifier_key
from yisong.rulebook.model import Key
from yisong.schemas.instants import show_instant

#: The bus of dossiers and handoffs: another than that of receipts and checkpoints.
OF_THE_CASE = "of-the-case"
FOLDER = Path(__file__).parents[2] / "conformance"

Expect = Literal["proven", "not-proven", "unreadable"]


class Case(NamedTuple):
    """
    One row of the manifest.

    *recorded*: members of the quorum that have cosigned. *lost*: how many signature lines are to be reported. *keys*:
    whether the directory's keys are given. *step*: in which it fails. *known*: whether the rulebook of a dossier is the
    one whose hash is given. *go*: what Go's libraries say, which know C2SP and RFC 6962 but nothing of this bus
    (tests/interop); None: not asked.
    """

    name: str
    expect: Expect
    recorded: int | None = None
    lost: int = 0
    policy: str = "three-of-four"
    keys: bool = False
    step: int | None = None
    known: bool | None = None
    go: Literal["accepts", "rejects"] | None = "rejects"


def rows() -> Iterator[tuple[Case, str, bytes]]:
    """Yield each case with the file's name and content."""
    yield from _good_receipts()
    yield from _good_checkpoints()
    for name, data, expected in forged_receipts():
        yield Case(name, **expected), f"receipts/{_slug(name)}.tlog-proof", data  # type: ignore[arg-type]
    for name, data, expected in forged_checkpoints():
        yield Case(name, **expected), f"checkpoints/{_slug(name)}.checkpoint", data  # type: ignore[arg-type]
    for folder, ending, told in (("handoffs", "json", handoffs()), ("dossiers", "zip", dossiers())):
        for name, data, expected in told:
            case = Case(name, **{"policy": OF_THE_CASE, "keys": True, "go": None, **expected})  # type: ignore[arg-type]
            yield case, f"{folder}/{_slug(name)}.{ending}", data
            if case.name in ("a receipt within the clock", "a whole case"):
                yield from _read_otherwise(case, f"{folder}/{_slug(name)}.{ending}", data)


def _read_otherwise(case: Case, path: str, data: bytes) -> Iterator[tuple[Case, str, bytes]]:
    """Yield the same file, read by somebody who trusts others, or who knows less."""
    yield case._replace(name=f"{case.name}, read without keys", keys=False), path, data
    abroad = case._replace(expect="unreadable", recorded=None, keys=False, step=2, known=None)
    yield abroad._replace(name=f"{case.name}, read by the policy of another bus", policy="three-of-four"), path, data


def _good_receipts() -> Iterator[tuple[Case, str, bytes]]:
    three = signed(by=NODES[:3])
    extra = Signed(NOW, (world.STRANGER.line(NOW), *signed().signatures))
    for case, data in (
        (Case("an admitted event", "proven", 4, keys=True, go="accepts"), receipt()),
        (Case("the first leaf, of an absent record", "proven", 4, go="accepts"), receipt(0)),
        (Case("a record that nobody could read", "proven", 4, keys=True, go="accepts"), receipt(1)),
        (Case("a late event", "proven", 4, keys=True, go="accepts"), receipt(4)),
        (Case("a duplicate", "proven", 4, keys=True, go="accepts"), receipt(5)),
        (Case("a refused event that its author did not sign", "proven", 4, keys=True, go="accepts"), receipt(6)),
        (Case("the last leaf", "proven", 4, keys=True, go="accepts"), receipt(world.SIZE - 1)),
        (Case("an older checkpoint", "proven", 4, go="accepts"), receipt(checkpoint=signed(THEN))),
        (
            Case("an event under the second origin of its log", "proven", 4, keys=True, go="accepts"),
            receipt(checkpoint=signed(world.AGAIN)),
        ),
        (Case("three cosignatures where three are asked for", "proven", 3, go="accepts"), receipt(checkpoint=three)),
        (Case("a line of a key that nobody knows beside four", "proven", 4, go="accepts"), receipt(checkpoint=extra)),
        (
            Case("one line twice", "proven", 3, go="accepts"),
            receipt(checkpoint=Signed(NOW, (*three.signatures, three.signatures[0]))),
        ),
    ):
        yield case, f"receipts/{_slug(case.name)}.tlog-proof", receipt_bytes(data)


def _good_checkpoints() -> Iterator[tuple[Case, str, bytes]]:
    empty = Checkpoint(NOW.origin, 0, TREE.mth(0))
    quantum = Signed(
        NOW, (*signed(by=NODES[:2]).signatures, _kept(QUANTUM, "ml-dsa-44-counts-where-the-policy-names-it"))
    )
    for case, data in (
        (Case("a checkpoint of four nodes", "proven", 4, go="accepts"), signed()),
        (Case("a checkpoint of the empty log", "proven", 4, go="accepts"), signed(empty)),
        (Case("ML-DSA-44 counts where the policy names it", "proven", 3, policy="ml-dsa-44", go="accepts"), quantum),
    ):
        yield case, f"checkpoints/{_slug(case.name)}.checkpoint", data.note


def _kept(cosigner: Cosigner, name: str) -> SignatureLine:
    """Return the ML-DSA-44 line that is in the folder already, a new one where it is not there or does not verify."""
    path = FOLDER / "checkpoints" / f"{name}.checkpoint"
    found = parse_signed(path.read_bytes()).signatures if path.exists() else ()
    kept = [line for line in found if cosigned_at(NOW, line, key=cosigner.key) == SIGNED_AT]
    return kept[0] if kept else cosigner.line(NOW)


def policies() -> dict[str, Policy]:
    """Return the policies by name: what a reader may trust."""
    four = {node: COSIGNERS[node].key for node in NODES}
    with_old = {**four, "cac-old": world.OLD_CAC.key}
    return {
        OF_THE_CASE: case_world.POLICY,
        "three-of-four": policy_of(four.values(), quorum=3),
        "all-four": policy_of(four.values(), quorum=4),
        "ml-dsa-44": policy_of({**four, "police": QUANTUM.key}.values(), quorum=3),
        "police-is-a-twin": policy_of({**four, "police": world.TWINS[0].key}.values(), quorum=4),
        "an-old-key-of-cac-too": Policy(
            witnesses=with_old,
            groups={
                "any-cac": Group(1, ("cac", "cac-old")),
                "nodes": Group(3, ("copyright", "any-cac", "miit", "police")),
            },
            quorum="nodes",
        ),
    }


def bad_policies() -> dict[str, bytes]:
    """Return files that must be refused as policies, by name."""
    good = policies()["three-of-four"].text
    keys = [COSIGNERS[node].key.text for node in NODES]
    twins = "".join(f"witness {n} {twin.key.text}\n" for n, twin in enumerate(world.TWINS)).encode()
    old_and_new = f"witness a {COSIGNERS['cac'].key.text}\nwitness b {world.OLD_CAC.key.text}\n".encode()
    name, key_id, key = keys[0].split("+", 2)
    changed = f"{name}+{key_id[::-1]}+{key}"
    shared = verifier_key(f"{world.BUS}/police", COSIGNERS[NODES[0]].key.public).text
    return {
        "two keys of one name and id": twins + b"group both any 0 1\ngroup q all both\nquorum q\n",
        "one key of two cosigners": f"witness a {keys[0]}\nwitness b {shared}\nquorum a\n".encode(),
        "one key under two names": f"witness a {keys[0]}\nwitness b {keys[0]}\nquorum a\n".encode(),
        "a key whose id was changed": f"witness a {changed}\nquorum a\n".encode(),
        "more asked for than there are": good.replace(b"nodes 3", b"nodes 5"),
        "none asked for": good.replace(b"nodes 3", b"nodes 0"),
        "no quorum": good.replace(b"quorum nodes\n", b""),
        "the quorum none": good.replace(b"quorum nodes", b"quorum none"),
        "two quorums": good + b"quorum police\n",
        "cut short": good[:-1],
        "a log key": f"log {keys[0]}\n".encode() + good,
        "a member twice": good.replace(
            b"group nodes 3 copyright cac miit police", b"group c all cac cac\ngroup nodes 1 c"
        ),
        "a group before its member": b"group early any cac\n" + good.partition(b"group")[0] + b"quorum early\n",
        "witnesses of two buses": good.replace(
            COSIGNERS["cac"].key.text.encode(), world.OF_ANOTHER_BUS["cac"].key.text.encode()
        ),
        "a node that counts twice": old_and_new + b"group g 2 a b\nquorum g\n",
        "a control character": b"# a comment\x0b\n" + good,
    }


def files() -> dict[str, bytes]:
    """Return every file of the folder that is made here, by its path in it."""
    made = {f"policies/{name}.policy": policy.text for name, policy in policies().items()}
    made |= {f"policies/refused/{_slug(name)}.policy": data for name, data in bad_policies().items()}
    made["keys.json"] = _json([_key_row(key) for key in world.KEYS])
    made[f"keys-{OF_THE_CASE}.json"] = _json([_key_row(key) for key in case_world.profile().keys])
    made["dossiers/rulebook.sha256"] = case_world.law().rulebook.hash.hex().encode() + b"\n"
    cases = list(rows())
    made |= {path: data for _, path, data in cases}
    made |= {f"checkpoints/pairs/{name}.checkpoint": note.note for name, note in pairs().items()}
    made["manifest.json"] = _json(_manifest([(case, path) for case, path, _ in cases]))
    return made


def pairs() -> dict[str, Signed]:
    """Return checkpoints that are read two at a time."""
    other = NOW._replace(root=TREE.mth(world.OLD))
    return {
        "then": signed(THEN),
        "now": signed(),
        "elsewhere": signed(NOW._replace(origin=origin_of(world.BUS, 5))),
        "another-root": Signed(other, tuple(COSIGNERS[node].line(other) for node in ("cac", "police"))),
    }


def _manifest(cases: list[tuple[Case, str]]) -> dict[str, object]:
    proof = TREE.proof(world.OLD, world.SIZE)
    wrong = (*proof[:1], bytes(32), *proof[2:])
    return {
        "files": [_row(case, path) for case, path in cases],
        "refused_policies": [f"policies/refused/{_slug(name)}.policy" for name in bad_policies()],
        "two_roots": [
            {"files": ["now", "another-root"], "signed_both": [f"{world.BUS}/cac", f"{world.BUS}/police"]},
            {"files": ["then", "now"], "signed_both": []},
            {"files": ["now", "now"], "signed_both": []},
        ],
        "continues": [
            {"files": ["then", "now"], "proof": [one.hex() for one in proof], "expect": "proven"},
            {"files": ["then", "now"], "proof": [one.hex() for one in wrong], "expect": "not-proven"},
            {"files": ["then", "now"], "proof": [one.hex() for one in proof[:-1]], "expect": "not-proven"},
            {"files": ["then", "elsewhere"], "proof": [one.hex() for one in proof], "expect": "not-proven"},
            {"files": ["then", "another-root"], "proof": [one.hex() for one in proof], "expect": "not-proven"},
        ],
    }


def _row(case: Case, path: str) -> dict[str, object]:
    row = {key: value for key, value in case._asdict().items() if value is not None and key != "keys"}
    row["policy"] = f"policies/{case.policy}.policy"
    if case.keys:
        row["keys"] = f"keys-{OF_THE_CASE}.json" if case.policy == OF_THE_CASE else "keys.json"
    return {"file": path, **row}


def _key_row(key: Key) -> Mapping[str, object]:
    instants = {name: getattr(key, name) for name in ("valid_from", "valid_to", "revoked_from")}
    return {
        "key_id": key.key_id,
        "org": key.org,
        "use": key.use,
        "algorithm": key.algorithm,
        "public": key.public.hex(),
        **{name: None if at is None else show_instant(at) for name, at in instants.items()},
        "registered": True,
    }


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def _slug(name: str) -> str:
    return "".join(one if one.isalnum() else "-" for one in name.lower()).replace("--", "-").strip("-")


def main() -> None:
    """Write the folder anew; what is not made here stays."""
    for path, data in files().items():
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_bytes(data)


if __name__ == "__main__":
    main()
