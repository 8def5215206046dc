"""Who are the parties, and when are two of them one?"""

from typing import Any

from tests.unit.registers.saying import said
from yisong.audit.acts import Act
from yisong.registers.parties import parties

TOKEN: dict[str, Any] = {"person_token": "K-V9801-1"}
CODE, OTHER = "91980100FAKE00064H", "91970200FAKE00056P"


def party(number: int = 1, **more: Any) -> dict[str, Any]:
    return {"party_id": f"p{number}", "role": "operator", "kind": "organisation", "uscc_check": "ok", **more}


def opened(case: str, *found: dict[str, Any]) -> Act:
    return said("CaseOpened", {"parties": list(found)}, case=case)


def linked(*cases: str, case: str = "C1") -> Act:
    return said("CasesLinked", {"reason": "同一当事人"}, variant="same_party", cases=cases, case=case)


def test_a_company_of_two_cases_is_one_row_by_its_code() -> None:
    (row,) = parties(
        [opened("C1", party(uscc=CODE, name="甲公司")), opened("C2", party(uscc=CODE.lower(), name="甲司"))]
    )

    assert (row.id, row.uscc, row.check, row.names, row.cases) == (CODE, CODE, "ok", ("甲公司", "甲司"), ("C1", "C2"))
    assert [one.case_id for one in row.sources] == ["C1", "C2"]


def test_a_person_stands_under_a_token_and_without_a_name() -> None:
    (row,) = parties([opened("C1", party(kind="person", name="本不该在", **TOKEN))])

    assert (row.id, row.uscc, row.names) == ("K-V9801-1", None, ())


def test_who_has_neither_code_nor_token_is_one_per_case() -> None:
    rows = parties([opened("C1", party(name="甲")), opened("C2", party(name="甲"))])

    assert [row.id for row in rows] == ["C1/p1", "C2/p1"]


class TestMerges:
    def test_an_event_makes_one_of_those_whose_cases_have_one_party_each(self) -> None:
        event = linked("C2")
        (row,) = parties([opened("C1", party(name="甲")), opened("C2", party(uscc=CODE, name="甲公司")), event])

        assert (row.id, row.also, row.cases) == (CODE, ("C1/p1",), ("C1", "C2"))
        assert row.merged_by == (event.id,)
        assert event.id in [one.event for one in row.sources]

    def test_three_are_one_if_two_events_say_so(self) -> None:
        acts = [opened(case, party(name=case)) for case in ("C1", "C2", "C3")]

        (row,) = parties([*acts, linked("C2", case="C1"), linked("C3", case="C2")])

        assert (row.id, row.also) == ("C1/p1", ("C2/p1", "C3/p1"))

    def test_where_a_case_has_several_parties_nothing_is_merged_and_the_row_says_why(self) -> None:
        acts = [opened("C1", party(name="甲")), opened("C2", party(1, uscc=CODE), party(2, uscc=OTHER)), linked("C2")]

        rows = parties(acts)

        assert [(row.id, row.merged_by) for row in rows] == [(OTHER, ()), (CODE, ()), ("C1/p1", ())]
        assert {row.merges[0].why_not for row in rows} == {"C2 has several parties, and the event does not say which"}

    def test_where_the_parties_of_a_case_cannot_be_read_here_nothing_is_merged(self) -> None:
        (row,) = parties([opened("C1", party(name="甲")), said("CaseOpened", None, case="C2"), linked("C2")])

        assert row.merges[0].why_not == "the parties of C2 are not readable here"
