"""What a node has taken back is seen far from the bus, and its line does not count any more."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from tests.unit.proof import dossier_world as world
from tests.unit.proof.dossier_world import BUS, COSIGNERS, PARTITION, POLICY, good
from yisong.cli.verify import verify as verify_command
from yisong.errors import NotProven, Unreadable
from yisong.proof.announcement import Checkpoints, Restatement, Statement, encode
from yisong.proof.checkpoint import After, Signed, origin_of
from yisong.proof.dossier import dossier_bytes, parse_dossier
from yisong.proof.policy import policy_of
from yisong.proof.receipt import Receipt, receipt_bytes
from yisong.proof.restatements import restatement_lines, restatements_beside
from yisong.proof.verifier import verify
from yisong.signing.sign import sign_bytes

SIZE = good().signed.checkpoint.size
#: The police took back smaller sizes than that of the dossier's checkpoint.
BEFORE = Restatement("police", 8, PARTITION, 2, 5, b"o" * 32, b"n" * 32, "restored from a copy", (3, 5))
#: And here that very one.
HERE = BEFORE._replace(counter=9, size=SIZE, sizes=(SIZE - 1, SIZE))

#: What all four took back last.
AFTER = After(2, SIZE, HERE.old_root)

app = typer.Typer()
app.command()(verify_command)


def said(statement: Statement, *, by: str = "police") -> bytes:
    return encode(statement, bus=BUS, key_id=f"S-{by}#3", sign=lambda message: sign_bytes(message, COSIGNERS[by].seed))


def receipt() -> bytes:
    record = good().records[0]
    return receipt_bytes(Receipt(record.leaf, world.decode(record.leaf).offset, record.path, good().signed))


class TestARestatement:
    def test_of_other_sizes_is_shown_and_changes_nothing(self) -> None:
        """The reader learns who was wrong, from where on, and why; the checkpoint at hand is not touched."""
        statement = verify(receipt(), policy=POLICY, restatements=[said(BEFORE)])

        (words,) = statement.restated
        assert "police was wrong, and has taken back 2 checkpoints" in words
        assert "Up to offset 2 nothing differs" in words
        assert words.endswith("restored from a copy")
        assert statement.facts["have"] == 4
        assert statement.facts["restatements"] == [
            {"node": "police", "sound": 2, "sizes": [3, 5], "old_root": "6f" * 32, "new_root": "6e" * 32,
             "why": "restored from a copy"},
        ]  # fmt: skip

    def test_of_this_checkpoint_takes_its_line_away(self) -> None:
        """Three others are enough; of two others nothing is proven."""
        statement = verify(receipt(), policy=POLICY, restatements=[said(HERE)])
        assert statement.facts["have"] == 3
        assert statement.lost == (f"a line of {BUS}/police: its node has taken it back",)
        assert "so its line does not count" in statement.restated[0]

        both = [said(HERE), said(HERE._replace(node="cac"), by="cac")]
        with pytest.raises(NotProven, match=r"(?s)Step 6.*recorded by 2 of 4.*its node has taken it back"):
            verify(receipt(), policy=POLICY, restatements=both)

    def test_that_its_node_has_not_signed_proves_nothing(self) -> None:
        """Nobody else can take a line away, and a forgery is told."""
        forged = [
            encode(HERE, bus=BUS, key_id="S-police#3", sign=lambda message: sign_bytes(message, COSIGNERS["cac"].seed)),
            said(HERE).replace(b'"sound":2', b'"sound":1'),
        ]
        for one in forged:
            with pytest.raises(NotProven, match="police has not signed the restatement"):
                verify(receipt(), policy=POLICY, restatements=[one])

    def test_of_another_log_or_of_a_node_that_nobody_asked_about_concerns_nothing(self) -> None:
        three = policy_of([COSIGNERS[node].key for node in ("copyright", "cac", "miit")])
        elsewhere = verify(receipt(), policy=POLICY, restatements=[said(HERE._replace(partition=PARTITION + 1))])
        unasked = verify(receipt(), policy=three, restatements=[said(HERE)])

        assert elsewhere.restated == unasked.restated == ()
        assert (elsewhere.facts["have"], unasked.facts["have"]) == (4, 3)

    def test_that_is_another_statement_is_unreadable(self) -> None:
        other = said(Checkpoints("police", 7, b"r" * 32, 1_470_000_000_000, ()))
        with pytest.raises(Unreadable, match="takes nothing back"):
            verify(receipt(), policy=POLICY, restatements=[other])


class TestALogThatAllHaveRestated:
    """Its new origin names the checkpoint that ended the old; what was sound of that stays proven."""

    def _receipt(self, after: After | None) -> bytes:
        record, checkpoint = good().records[0], good().signed.checkpoint
        under = checkpoint._replace(origin=origin_of(BUS, PARTITION, after))
        note = Signed(under, tuple(one.line(under) for one in COSIGNERS.values()))
        return receipt_bytes(Receipt(record.leaf, world.decode(record.leaf).offset, record.path, note))

    def test_is_proven_under_its_new_origin_which_says_what_ended_the_old(self) -> None:
        statement = verify(self._receipt(AFTER), policy=POLICY)

        assert statement.facts["origin"] == f"{BUS}/case-events/{PARTITION}/2/after/{SIZE}/{'6f' * 32}"
        assert statement.facts["have"] == 4
        (words,) = statement.restated
        assert f"origin number 2. The last of the origin before, taken back as well, was of {SIZE} leaves" in words
        assert verify(self._receipt(None), policy=POLICY).restated == ()

    def test_has_lines_taken_back_of_one_origin_only(self) -> None:
        """All four have restated this very size, under the first; and one node, later, under the second."""
        first = [said(HERE._replace(node=node), by=node) for node in COSIGNERS]
        again = said(HERE._replace(counter=10, after=AFTER))
        statement = verify(self._receipt(AFTER), policy=POLICY, restatements=first)
        assert statement.facts["have"] == 4
        assert [f"signed of {BUS}/case-events/{PARTITION}, of sizes" in one for one in statement.restated] == [
            False, True, True, True, True,
        ]  # fmt: skip

        assert verify(self._receipt(AFTER), policy=POLICY, restatements=[*first, again]).facts["have"] == 3
        with pytest.raises(NotProven, match="recorded by 0 of 4"):
            verify(self._receipt(None), policy=POLICY, restatements=first)
        three = verify(self._receipt(None), policy=POLICY, restatements=[again])
        assert three.facts["have"] == 4
        assert three.facts["restatements"][0]["after"] == {"number": 2, "size": SIZE, "root": "6f" * 32}  # type: ignore[index]


class TestADossier:
    def test_brings_restatements_along(self) -> None:
        made = good()._replace(restatements=(said(BEFORE),))
        data = dossier_bytes(made)
        statement = verify(data, policy=POLICY)

        assert parse_dossier(data) == made
        assert "police was wrong" in statement.restated[0]
        assert dossier_bytes(good()) == dossier_bytes(made._replace(restatements=()))

    def test_with_a_restatement_that_was_changed_is_not_proven(self) -> None:
        changed = said(BEFORE).replace(b"restored", b"Restored")
        with pytest.raises(NotProven, match=r"Step 4.*has not signed the restatement"):
            verify(dossier_bytes(good()._replace(restatements=(changed,))), policy=POLICY)


class TestTheCommand:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        (tmp_path / "policy").write_bytes(POLICY.text)
        (tmp_path / "event.tlog-proof").write_bytes(receipt())
        return tmp_path / "event.tlog-proof"

    def _run(self, file: Path, *words: str) -> Result:
        return CliRunner().invoke(app, [str(file), "--policy", str(file.with_name("policy")), *words])

    def test_shows_what_lies_beside_the_file(self, file: Path) -> None:
        restatements_beside(file).write_bytes(restatement_lines([said(BEFORE)]))
        result = self._run(file)

        assert result.exit_code == 0
        assert "Taken back by nodes that were wrong\n  - police was wrong" in result.stdout

    def test_shows_what_is_named(self, file: Path, tmp_path: Path) -> None:
        (tmp_path / "told").write_bytes(restatement_lines([said(HERE)]))

        assert "Verified: recorded by 3 of 4" in self._run(file, "--restatements", str(tmp_path / "told")).stdout
        assert "Verified: recorded by 4 of 4" in self._run(file).stdout

    @pytest.mark.parametrize("content", [b"garbage\n", b"{}\n", said(BEFORE)[:-3], said(BEFORE)])
    def test_of_restatements_that_are_none_says_so(self, file: Path, content: bytes) -> None:
        """Cut short, too: who reads half of it could miss what was taken back."""
        restatements_beside(file).write_bytes(content)
        result = self._run(file)

        assert result.exit_code == 2
        assert "Nothing to judge" in result.stdout
