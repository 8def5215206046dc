"""Whatever bit is flipped in a dossier or in the proof of a handoff: it fails, or one cosigner is lost, by name."""

import json

import pytest

from tests.unit.proof.dossier_world import COSIGNERS, POLICY, good, relisted
from tests.unit.proof.flips import SOAK, flips
from tests.unit.proof.handoff_world import RECEIPTED, UNANSWERED
from yisong.errors import NotProven
from yisong.proof.archive import archive, read_archive
from yisong.proof.dossier import _check_files, dossier_bytes
from yisong.proof.handoff import Handoff, handoff_bytes
from yisong.proof.policy import policy_of
from yisong.proof.statement import Statement
from yisong.proof.verifier import verify

GOOD = dossier_bytes(good())
FILES = read_archive(GOOD)
LISTED = {row["name"]: row for row in json.loads(FILES["manifest.json"])["files"]}
#: Whole schemas and tables: nine tenths of a dossier are these.
LARGE = "rulebook/0001.json"
ALL_FOUR = policy_of([one.key for one in COSIGNERS.values()], quorum=4)

pytestmark = pytest.mark.timeout(7200 if SOAK else 300)


class TestDossier:
    @pytest.mark.parametrize("part", ["before the rulebook", "the rulebook", "behind the rulebook"])
    def test_fails_with_any_bit_of_the_archive(self, part: str) -> None:
        """
        Names, dates, lengths, checksums, contents, directory: the bytes as somebody carries them about.

        Of the rulebook one bit in each byte, in a soak: all its bits are flipped below.
        """
        first = GOOD.index(FILES[LARGE])
        end = first + len(FILES[LARGE])
        begin, behind = {"before": (0, first), "the": (first, end), "behind": (end, len(GOOD))}[part.partition(" ")[0]]
        law = begin == first
        every = (1 if SOAK else 256) if law else 16
        for flipped in flips(GOOD, first=begin, end=behind, every=every, whole=SOAK and not law):
            with pytest.raises(NotProven):
                verify(flipped, policy=POLICY)

    @pytest.mark.parametrize("name", list(LISTED))
    def test_fails_with_any_bit_of_a_file_that_the_manifest_lists(self, name: str) -> None:
        """
        Even in an archive that was written anew around it, so that its checksums are right.

        For most bits the step that compares it with the manifest is asked alone; for some, the whole verifier.
        """
        for flipped in flips(FILES[name], every=64, whole=SOAK or len(FILES[name]) < 4096):
            with pytest.raises(NotProven, match="not the one that the manifest lists"):
                _check_files([LISTED[name]], {name: flipped})
        for flipped in flips(FILES[name], every=max(1, len(FILES[name]) // 3), whole=False):
            with pytest.raises(NotProven, match=f"Step 1.*{name} is not the one that the manifest lists"):
                verify(archive({**FILES, name: flipped}), policy=POLICY)

    def test_fails_with_any_bit_of_the_manifest(self) -> None:
        for flipped in flips(FILES["manifest.json"], every=16):
            with pytest.raises(NotProven):
                verify(archive({**FILES, "manifest.json": flipped}), policy=POLICY)

    def test_fails_with_any_record_that_the_manifest_lists_anew(self) -> None:
        """The manifest is nobody's word: leaf, path and body are bound by hashes up to the cosigned root."""
        for name in FILES:
            if name.startswith("records/"):
                for flipped in flips(FILES[name], every=256):
                    with pytest.raises(NotProven):
                        verify(relisted({**FILES, name: flipped}), policy=POLICY)


class TestHandoff:
    @pytest.mark.parametrize("made", [RECEIPTED, UNANSWERED], ids=["receipt", "non-receipt"])
    def test_fails_with_any_bit_in_front_of_the_signature_lines_and_behind_them(self, made: Handoff) -> None:
        """Case, referral, leaves, paths, checkpoint and sentences, and the punctuation between them."""
        data = handoff_bytes(made)
        first, end = data.index(b"\\n\\n") + 4, data.index(b'","format"')
        for begin, behind in ((0, first), (end, len(data))):
            for flipped in flips(data, first=begin, end=behind, every=2):
                with pytest.raises(NotProven):
                    verify(flipped, policy=POLICY)

    @pytest.mark.parametrize("made", [RECEIPTED, UNANSWERED], ids=["receipt", "non-receipt"])
    def test_loses_a_cosigner_with_any_bit_of_its_line(self, made: Handoff) -> None:
        """It is reported, and three of four are left; where all four are asked for, nothing is proven."""
        data = handoff_bytes(made)
        first, end = data.index(b"\\n\\n") + 4, data.index(b'","format"')
        for flipped in flips(data, first=first, end=end):
            with pytest.raises(NotProven):
                verify(flipped, policy=ALL_FOUR)
            assert (said := _said(flipped)) is None or (said.facts["have"] == 3 and said.lost)


def _said(data: bytes) -> Statement | None:
    """Return what *data* proves; None where it proves nothing, because the flip has broken the JSON around the line."""
    try:
        return verify(data, policy=POLICY)
    except NotProven:
        return None
