from dataclasses import replace
from itertools import count

from tests.unit.audit.on_paper import HISTORIES, Desk, history
from yisong.audit.differences import differences
from yisong.audit.expected_file import read_expected
from yisong.audit.fresh import FIRST_FRESH, Unused, renumbered, renumbering, unused_ids
from yisong.envelope.case_id import is_case_id


def _unused() -> Unused:
    numbers = count(FIRST_FRESH)
    return unused_ids([], lambda: next(numbers))


class TestRenumbering:
    def test_gives_each_case_a_well_formed_number_that_begins_with_9(self) -> None:
        """The region and the year stay, since rules look at them."""
        table = renumbering(history("H3"), _unused()).table

        assert list(table) == ["CRB-980100-2016-000048-K"]
        (fresh,) = table.values()
        assert fresh.startswith("CRB-980100-2016-9")
        assert is_case_id(fresh)

    def test_reaches_aggregates_cites_and_clocks(self) -> None:
        """Whatever names the case by its number names it by the new one."""
        negative = history("N72")
        table = renumbering(negative, _unused())
        last = renumbered(negative, table).lines[-1]
        fresh = table.table["CRB-980100-2016-000021-5"]

        assert last.case_id == fresh
        assert last.fields["aggregate"] == {"kind": "referral", "id": f"R-{fresh}-1"}
        assert last.fields["cites"] == [{"kind": "clock", "id": f"T-REF-03/R-{fresh}-1/1"}]

    def test_keeps_a_foreign_case_foreign(self) -> None:
        """The record key of another case becomes that of yet another case."""
        negative = history("N32")
        table = renumbering(negative, _unused())
        tamper = renumbered(negative, table).lines[-1].tamper

        assert tamper is not None
        assert tamper.name == table.table["CRB-980100-2016-000048-K"]
        assert len(set(table.table.values())) == 2

    def test_leaves_a_wrong_check_character_wrong(self) -> None:
        """What was no case id must not become one, and an event that lies in such a docket stays there."""
        line = history("H3")[1]
        slip = replace(line, fields={**line.fields, "case_id": "CRB-980100-2016-000048-L"})
        assert list(renumbering(replace(history("H3"), lines=(slip,)), _unused()).table) == ["CRB-980100-2016-000048-K"]

        table = renumbering(history("H3"), _unused())

        assert table.text("R-CRB-980100-2016-000048-L-1") == "R-CRB-980100-2016-000048-L-1"

    def test_leaves_register_dockets_alone(self) -> None:
        """There is one a region and year, so it has no other number."""
        table = renumbering(history("H7"), _unused()).table

        assert not any("-000000-" in case_id for case_id in table)
        assert len(table) == 2

    def test_never_gives_a_number_that_is_taken(self) -> None:
        """Numbers that some trail has seen, or that were just given, are passed over."""
        numbers = iter([FIRST_FRESH, FIRST_FRESH, FIRST_FRESH + 1, FIRST_FRESH + 2])
        taken = _unused()("980100", 2016)
        unused = unused_ids([taken], lambda: next(numbers))

        assert len({taken, unused("980100", 2016), unused("980100", 2016)}) == 3

    def test_changes_nothing_of_what_is_expected(self, desk: Desk) -> None:
        """H5 under other numbers has the same verdicts, states, clocks and labels of breaches, read in its own ids."""
        table = renumbering(history("H5"), _unused())
        on_paper = desk.play(history("H5"), table=table)
        expected = read_expected(HISTORIES / "H5.expected.yaml")

        assert list(on_paper.dockets) == list(table.table.values())
        assert list(differences(on_paper.played, expected, on_paper.found(), desk.law)) == []
