"""Which outcomes would other clock rules have given?"""

from pathlib import Path

import pytest

from tests.unit.audit.on_paper import ROOT, Desk, OnPaper, history
from yisong.audit.timeline import Stored
from yisong.audit.whatif import Difference, WhatIf, other_case
from yisong.cli.whatif_screen import as_json, screen, sentence
from yisong.contract import folder
from yisong.errors import ContractFault, ProofFault
from yisong.ledger import Law
from yisong.publishing.instants import to_ms
from yisong.rulebook.other_timers import with_timers

TIMERS = ROOT / "rulebook" / "timers.yaml"
H1 = "CRB-980100-2016-000021-5"
H7 = "CRB-970200-2016-000072-B"


def _stored(on_paper: OnPaper, case_id: str) -> list[Stored]:
    return [
        Stored(one.partition, one.offset, one.broker_time, one.verdict, one.reason, one.leaf, one.leaf_hash)
        for one in on_paper.entries
        if one.docket == case_id
    ]


def _timers(tmp_path: Path, timer: str, old: str, new: str) -> Path:
    """Write timers.yaml with *old* in the row of *timer* exchanged for *new*."""
    lines = TIMERS.read_text(encoding="utf-8").splitlines(keepends=True)
    (at,) = (number for number, line in enumerate(lines) if line.startswith(f"- {{id: {timer},"))
    row = "".join(lines[at : at + 4])
    assert old in row
    file = tmp_path / "timers.yaml"
    file.write_text("".join(lines).replace(row, row.replace(old, new)), encoding="utf-8")
    return file


def _other(desk: Desk, file: Path) -> Law:
    return Law(with_timers(desk.law.rulebook, file, contract=folder()))


def _differences(desk: Desk, name: str, case_id: str, file: Path) -> tuple[Difference, ...]:
    stored = _stored(desk.play(history(name)), case_id)
    return other_case(stored, desk.law, _other(desk, file), agency="police", now=0).differences


class TestOtherClockRules:
    @pytest.mark.parametrize(("name", "case_id"), [("H1", H1), ("H7", H7)])
    def test_that_are_the_same_change_nothing(self, desk: Desk, name: str, case_id: str) -> None:
        assert _differences(desk, name, case_id, TIMERS) == ()

    def test_make_an_act_late_that_was_in_time(self, desk: Desk, tmp_path: Path) -> None:
        """With one day to decide instead of three, the filing of H1 on 5 August comes a day late."""
        file = _timers(tmp_path, "T-REF-07", "{n: 3, unit: d}", "{n: 1, unit: d}")

        clock = f"T-REF-07/R-{H1}-1/1"
        assert _differences(desk, "H1", H1, file) == (
            Difference("verdict", "4:10 CriminalCaseFiled", "admitted", "admitted-late"),
            Difference("clock", clock, "on_time", "late"),
            Difference("breach", clock, None, to_ms("2016-08-05T00:00:00+08:00")),
        )

    def test_change_what_the_law_allows(self, desk: Desk, tmp_path: Path) -> None:
        """With ten days nobody is late in H7 on 20 September, so the overdue inquiry 监督 would have been refused."""
        file = _timers(tmp_path, "T-REF-07", "{n: 3, unit: d}", "{n: 10, unit: d}")

        found = _differences(desk, "H7", H7, file)

        clock = f"T-REF-07/R-{H7}-1/1"
        assert found[0].subject.endswith("ProsecutorSupervisionRecorded")
        assert found[0] == Difference("verdict", found[0].subject, "admitted", "refused (not-due)")
        assert Difference("breach", clock, to_ms("2016-09-19T00:00:00+08:00"), None) in found
        assert Difference("clock", f"T-REF-16/R-{H7}-1/1", "on_time", None) in found

    def test_that_move_an_end_and_no_outcome_change_nothing(self, desk: Desk, tmp_path: Path) -> None:
        """The receipt of H1 came after 47 minutes: whether there are 24 or 48 hours for it is all the same."""
        file = _timers(tmp_path, "T-REF-03", "{n: 24, unit: h}", "{n: 48, unit: h}")

        assert _differences(desk, "H1", H1, file) == ()

    def test_say_nothing_of_what_the_system_said(self, desk: Desk, tmp_path: Path) -> None:
        """In N72 a node says a breach that would not be one; the breach is listed, the notice is not."""
        file = _timers(tmp_path, "T-REF-03", "{n: 24, unit: h}", "{n: 48, unit: h}")

        found = _differences(desk, "N72", H1, file)

        assert [one.what for one in found] == ["clock", "breach"]

    def test_must_not_contradict_the_lifecycles(self, desk: Desk, tmp_path: Path) -> None:
        """A row of lifecycles.yaml starts T-REF-07: a file without it, or with hours that roll, is no rule."""
        file = _timers(tmp_path, "T-REF-07", "id: T-REF-07,", "id: T-REF-77,")
        with pytest.raises(ContractFault, match="T-REF-07"):
            _other(desk, file)

        file.write_text("version: 1\n", encoding="utf-8")
        with pytest.raises(ContractFault, match="missing"):
            _other(desk, file)

    def test_have_a_hash_that_no_node_knows(self, desk: Desk) -> None:
        """Nobody has signed them, so they must not pass for a version of the rulebook."""
        assert _other(desk, TIMERS).rulebook.hash != desk.law.rulebook.hash

    def test_are_not_tried_on_a_trail_that_was_changed(self, desk: Desk) -> None:
        """What the trail says is folded first, and must be what its records give."""
        stored = _stored(desk.play(history("H1")), H1)
        stored[3] = stored[3]._replace(leaf_hash=bytes(32))

        with pytest.raises(ProofFault, match="trail of miit"):
            other_case(stored, desk.law, desk.law, agency="miit", now=0)


class TestThePage:
    def test_counts_and_lists_what_differs(self, desk: Desk, tmp_path: Path) -> None:
        file = _timers(tmp_path, "T-REF-07", "{n: 3, unit: d}", "{n: 1, unit: d}")
        stored = _stored(desk.play(history("H1")), H1)
        case = other_case(stored, desk.law, _other(desk, file), agency="police", now=0)
        found = WhatIf(agency="police", upto={4: 16}, dockets=1, cases=(case,))

        text = "\n".join(str(part) for part in screen(found))

        assert "4:10 CriminalCaseFiled" in text
        assert "admitted-late" in text
        assert "2016-08-05 00:00:00" in text
        assert sentence(found) == (
            "1 of 1 cases would have another outcome (verdicts 1, clocks 1, breaches 1). "
            "Folded again: 1 dockets (16 records) from the trail of police; nothing was written."
        )
        assert as_json(found)["differences"] == {"verdict": 1, "state": 0, "clock": 1, "breach": 1}
