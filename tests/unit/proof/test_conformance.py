"""The verifier says of every file of the conformance kit what the kit expects."""

import json
from typing import Any

import pytest

from tests.vectors.make_proofs import FOLDER, files
from yisong.errors import NotProven, Unreadable
from yisong.proof.checkpoint import parse_signed, read_signed
from yisong.proof.keys_file import parse_keys
from yisong.proof.policy_file import parse_policy
from yisong.proof.tally import tally
from yisong.proof.verifier import verify
from yisong.proof.verify_checkpoint import check_continues, two_roots

MANIFEST = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
RULEBOOK = bytes.fromhex((FOLDER / "dossiers/rulebook.sha256").read_text("ascii"))


def pair(names: list[str]) -> list[bytes]:
    return [(FOLDER / f"checkpoints/pairs/{name}.checkpoint").read_bytes() for name in names]


class TestConformanceKit:
    def test_is_what_the_script_writes(self) -> None:
        """
        Nobody edits the kit by hand: each file is made again, byte for byte, and there is no other.

        But dossiers are left as an earlier release has made them: they hold its rulebook, and still verify.
        """
        made = files()

        again = {path: data for path, data in made.items() if not path.startswith("dossiers/")}
        assert {path: (FOLDER / path).read_bytes() for path in again} == again
        kept = {one.relative_to(FOLDER).as_posix() for one in FOLDER.rglob("*") if one.is_file()}
        assert {path for path in kept if not path.startswith(("bytes/", "README"))} == set(made)

    @pytest.mark.parametrize("row", MANIFEST["files"], ids=lambda row: row["name"])
    def test_is_answered_as_it_expects(self, row: dict[str, Any]) -> None:
        """Proven, not proven or unreadable, and in which step; recorded by how many; how many lines are lost."""
        data = (FOLDER / row["file"]).read_bytes()
        policy = parse_policy((FOLDER / row["policy"]).read_bytes())
        keys = parse_keys((FOLDER / row["keys"]).read_bytes()) if "keys" in row else None

        if row["expect"] == "proven":
            statement = verify(data, policy=policy, keys=keys, rulebooks=[RULEBOOK])
            assert (statement.facts["have"], len(statement.lost)) == (row["recorded"], row["lost"])
            assert statement.facts.get("rulebook_known") == row.get("known")
            return
        with pytest.raises(NotProven, match=f"Step {row['step']}, " if "step" in row else ".") as fault:
            verify(data, policy=policy, keys=keys, rulebooks=[RULEBOOK])
        assert isinstance(fault.value, Unreadable) == (row["expect"] == "unreadable")
        if "recorded" in row:
            assert f"recorded by {row['recorded']} of 4" in str(fault.value)
            assert str(fault.value).count("lost:") == row["lost"]

    @pytest.mark.parametrize("path", MANIFEST["refused_policies"])
    def test_has_policies_that_are_refused(self, path: str) -> None:
        """A policy that contradicts itself is trusted by nobody."""
        with pytest.raises(Unreadable, match="olicy"):
            parse_policy((FOLDER / path).read_bytes())

    @pytest.mark.parametrize("row", MANIFEST["two_roots"])
    def test_names_who_signed_two_roots_of_one_size(self, row: dict[str, list[str]]) -> None:
        """Two checkpoints of one size convict whoever signed both."""
        policy = parse_policy((FOLDER / "policies/three-of-four.policy").read_bytes())
        one, other = map(parse_signed, pair(row["files"]))

        assert list(two_roots(one, other, policy=policy)) == row["signed_both"]
        assert list(two_roots(other, one, policy=policy)) == row["signed_both"]

    @pytest.mark.parametrize("row", MANIFEST["continues"])
    def test_shows_that_one_checkpoint_continues_another(self, row: dict[str, Any]) -> None:
        """A consistency proof leads from the old root to the new one, and nothing else does."""
        old, new = map(read_signed, pair(row["files"]))
        proof = tuple(map(bytes.fromhex, row["proof"]))

        if row["expect"] == "proven":
            check_continues(old, new, proof)
        else:
            with pytest.raises(NotProven, match=r"The proof|of two logs"):
                check_continues(old, new, proof)

    def test_has_a_true_collision_of_key_ids(self) -> None:
        """Two keys of one name share the four bytes, and a line of one is none of the other's."""
        names = ("right", "wrong")
        notes = [(FOLDER / f"receipts/a-key-id-collision-the-{name}-twin.tlog-proof").read_bytes() for name in names]
        lines = [parse_signed(note.partition(b"\n\n")[2]).signatures[3] for note in notes]

        assert lines[0].key_id == lines[1].key_id
        assert lines[0].name == lines[1].name
        policy = parse_policy((FOLDER / "policies/police-is-a-twin.policy").read_bytes())
        assert [tally(parse_signed(n.partition(b"\n\n")[2]), policy=policy).quorum.have for n in notes] == [4, 3]
