from dataclasses import replace

import pytest

from tests.unit.audit.on_paper import HISTORIES, NEGATIVES, Desk, OnPaper, history
from yisong.audit.timeline import Stored, refolded
from yisong.errors import ProofFault
from yisong.proof.refold import reopened

ALL = sorted(file.stem for folder in (HISTORIES, NEGATIVES) for file in folder.glob("*.jsonl"))


def _stored(on_paper: OnPaper, case_id: str) -> list[Stored]:
    return [
        Stored(one.partition, one.offset, one.broker_time, one.verdict, one.reason, one.leaf, one.leaf_hash)
        for one in on_paper.entries
        if one.docket == case_id
    ]


class TestRefolding:
    @pytest.mark.parametrize("name", ALL)
    def test_gives_every_docket_again_from_its_leaves(self, desk: Desk, name: str) -> None:
        """Whatever a record was, its leaf holds all that a verdict depends on: the body is not needed."""
        on_paper = desk.play(history(name))

        for case_id, docket in on_paper.dockets.items():
            again, entries = refolded(_stored(on_paper, case_id), desk.law, agency="police")
            assert again == docket
            assert entries == [one for one in on_paper.entries if one.docket == case_id]

    def test_shows_a_case_as_it_was_before_its_later_records(self, desk: Desk) -> None:
        """After its tenth line H1 waits for the decision of the police."""
        on_paper = desk.play(history("H1"))
        ((case_id, _),) = on_paper.dockets.items()
        docket, _ = refolded(_stored(on_paper, case_id)[:10], desk.law, agency="police")

        assert docket.case.state == "criminal_pending"
        assert [clock.timer for clock in docket.clocks if clock.outcome == "running"] == [
            "P-FEEDBACK",
            "T-REF-04",
            "T-REF-06",
            "T-REF-07",
        ]

    def test_finds_a_row_that_was_changed(self, desk: Desk) -> None:
        """A trail in which a leaf was exchanged for another one's does not fold to what it says."""
        on_paper = desk.play(history("H1"))
        ((case_id, _),) = on_paper.dockets.items()
        stored = _stored(on_paper, case_id)
        stored[3] = stored[3]._replace(leaf_hash=bytes(32))

        with pytest.raises(ProofFault, match=f"trail of miit .* at {stored[3].partition}:3 it keeps admitted"):
            refolded(stored, desk.law, agency="miit")


class TestReopening:
    def test_keeps_that_a_value_was_too_large(self, desk: Desk) -> None:
        """A body of more than a mebibyte makes its record malformed; without the body the leaf alone still says so."""
        whole = history("H1")
        large = replace(whole[2], body={**whole[2].body, "method": "x" * 1_100_000})
        on_paper = desk.play(replace(whole, lines=(whole[1], large)))
        ((case_id, docket),) = on_paper.dockets.items()

        assert [entry.reason for entry in on_paper.entries] == [None, "malformed"]
        assert refolded(_stored(on_paper, case_id), desk.law, agency="police")[0] == docket

    def test_keeps_what_made_a_record_malformed(self, desk: Desk) -> None:
        """A value that was no envelope leaves a leaf without a header."""
        opened = reopened(_stored(desk.play(history("N60")), "CRB-980100-2016-000033-Y")[-1].leaf)

        assert (opened.fault, opened.header, opened.header_bytes) == ("malformed", None, None)
