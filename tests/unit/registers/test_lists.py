"""What stands on the lists, and what is owed to an entry?"""

from typing import Any

from tests.unit.registers.saying import at, listed, said
from yisong.audit.acts import Act
from yisong.registers.list_rows import (
    ContactRow,
    ListRow,
    SiteRow,
    WorkRow,
    contacts,
    coverage,
    list_rows,
    protected_works,
    sites,
)
from yisong.registers.rows import Acts, Counted, Owed

CODE, OTHER = "91980100FAKE00064H", "91970200FAKE00056P"
TODAY = at("2016-12-01")


def black(acts: Acts, as_of: int = TODAY) -> list[ListRow]:
    return list(list_rows(acts, as_of, name="black"))


class TestBlackList:
    def test_an_entry_that_was_added_stands_and_is_not_published(self) -> None:
        act = listed("black", "甲公司", entry_uscc=CODE, review_on="2017-10-10", sector="app")

        (row,) = black([act])

        assert (row.organ, row.entry, row.uscc, row.check, row.sector) == ("V98", "甲公司", CODE, "ok", "app")
        assert (row.state, row.listed, row.published, row.doc_no) == ("listed", "2016-08-01", None, act.header.doc_no)
        assert [one.event for one in row.sources] == [act.id]

    def test_publication_is_an_act_apart_and_removal_ends_what_is_owed(self) -> None:
        acts = [
            listed("black", "甲公司", entry_uscc=CODE, review_on="2017-10-10"),
            listed("black", "甲公司(更名)", variant="publish", on="2016-09-01", entry_uscc=CODE),
        ]
        (row,) = black(acts)
        assert (row.published, row.entry, row.review_on) == ("2016-09-01", "甲公司(更名)", "2017-10-10")

        (row,) = black([*acts, listed("black", "甲公司", variant="remove", on="2016-10-01", entry_uscc=CODE)])
        assert (row.state, row.removed, row.duties, len(row.sources)) == ("removed", "2016-10-01", (), 3)

    def test_a_publication_alone_puts_it_on_the_list(self) -> None:
        """H7 publishes what nobody had added before."""
        (row,) = black([listed("black", "乙公司", variant="publish", on="2016-12-01", entry_uscc=OTHER)])

        assert (row.state, row.listed, row.published) == ("listed", "2016-12-01", "2016-12-01")

    def test_after_a_removal_the_same_company_is_a_new_entry(self) -> None:
        changes = [("add", "2016-08-01"), ("remove", "2016-09-01"), ("add", "2016-10-01")]
        rows = black([listed("black", "甲公司", variant=what, on=on, entry_uscc=CODE) for what, on in changes])

        assert [row.state for row in rows] == ["removed", "listed"]

    def test_another_organ_another_sector_and_another_code_are_other_entries(self) -> None:
        acts = [
            listed("black", "甲公司", entry_uscc=CODE, sector="app"),
            listed("black", "甲公司", entry_uscc=CODE, sector="literature"),
            listed("black", "甲公司", entry_uscc=OTHER, sector="app"),
            listed("black", "甲公司", by="V97", entry_uscc=CODE, sector="app"),
            listed("white", "甲公司", entry_uscc=CODE, sector="app"),
        ]

        assert len(black(acts)) == 4

    def test_without_a_code_the_name_decides_however_it_is_written(self) -> None:
        acts = [listed("black", "甲 公司(ＡＢＣ)"), listed("black", "甲公司(abc)", variant="remove", on="2016-09-01")]

        assert [row.state for row in black(acts)] == ["removed"]

    def test_what_is_due_for_review_is_a_duty_of_its_organ_with_its_date(self) -> None:
        acts = [listed("black", "甲公司", review_on="2016-12-01")]

        duties = [black(acts, at(day))[0].duties for day in ("2016-11-30", "2016-12-01", "2016-12-02")]

        assert [one for (one,) in duties] == [
            Owed("review 复核", "V98", "2016-12-01", standing) for standing in ("coming", "due", "overdue")
        ]

    def test_what_is_doubtful_in_a_body_is_said_in_the_row(self) -> None:
        act = said("ListEntryChanged", {"list": "black", "entry": "甲"}, variant="add", doubts=["not the last word"])

        assert black([act])[0].doubts == ("not the last word",)


class TestWindows:
    def test_the_end_of_a_protection_window_is_a_duty_and_both_its_days_count(self) -> None:
        acts = [listed("model_enterprise", "甲公司", valid_from="2016-09-01", valid_to="2016-09-30")]

        rows = [
            list_rows(acts, at(day), name="model_enterprise")[0]
            for day in ("2016-08-31", "2016-09-01", "2016-09-30", "2016-10-01")
        ]

        assert [row.state for row in rows] == ["not yet", "listed", "listed", "ended"]
        assert [row.duties[0].standing for row in rows] == ["coming", "coming", "due", "overdue"]

    def test_a_channel_for_complaints_is_an_office(self) -> None:
        (row,) = contacts([listed("platform_contacts", "甲公司", contact="jubao@a.example")], TODAY)

        assert isinstance(row, ContactRow)
        assert row.contact == "jubao@a.example"


def clue(*works: dict[str, str], on: str = "2016-08-10", targets: list[dict[str, str]] | None = None, case: str) -> Act:
    return said("ClueFound", {"targets": targets or [], "works": list(works)}, on=on, by="V9801", case=case)


class TestProtectedWorks:
    LISTED = ("protected_works", "合成电影甲")

    def works(self, *more: Act, **entry: Any) -> WorkRow:
        work = {"title": "合成电影甲", "work_type": "film_tv", "identifier": "ISRC-1"}
        (row,) = protected_works([listed(*self.LISTED, work=work, **entry), *more], TODAY)
        return row

    def test_a_clue_that_names_it_is_found_by_title_and_kind_or_by_number(self) -> None:
        row = self.works(
            clue({"title": "《合成 电影甲》", "work_type": "film_tv"}, case="C1"),
            clue({"title": "另名", "work_type": "music", "identifier": "ISRC-1"}, case="C2"),
            clue({"title": "合成电影甲", "work_type": "game"}, case="C3"),
            clue({"title": "合成电影乙", "work_type": "film_tv"}, case="C4"),
        )

        assert [one.case_id for one in row.clues] == ["C1", "C2"]
        assert row.clues_count == Counted(2)

    def test_a_clue_outside_its_window_is_shown_as_such(self) -> None:
        named = {"title": "合成电影甲", "work_type": "film_tv"}
        row = self.works(
            clue(named, on="2016-08-10", case="C1"),
            clue(named, on="2016-10-10", case="C2"),
            valid_from="2016-08-01",
            valid_to="2016-08-31",
        )

        assert [(one.case_id, one.protected) for one in row.clues] == [("C1", True), ("C2", False)]

    def test_clues_that_cannot_be_read_here_are_never_counted_as_none(self) -> None:
        row = self.works(said("ClueFound", None, case="C1"))

        assert (str(row.clues_count), row.clues_count.as_json()["known"]) == ("not readable here", None)


class TestSites:
    SITE = listed("site_registry", "小说站", target={"kind": "domain", "value": "www.novel-a.example"}, entry_uscc=CODE)

    def row(self, *acts: Act) -> SiteRow:
        (row,) = sites([self.SITE, *acts], TODAY)
        return row

    def inspected(self, on: str, case: str = "C1", **body: Any) -> Act:
        return said("InspectionRecorded", {"premises": "机房", "items": [], **body}, on=on, case=case)

    def test_one_that_nobody_inspected_says_never(self) -> None:
        row = self.row(self.inspected("2016-08-02", subject_uscc=OTHER))

        assert (row.last_inspected, row.inspections, coverage([row])) == ("never", Counted(0), "0 of 1 sites inspected")

    def test_where_inspections_cannot_be_read_here_it_does_not_say_never(self) -> None:
        row = self.row(said("InspectionRecorded", None))

        assert row.last_inspected == "not readable here"
        assert coverage([row]) == "0 of 1 sites inspected; 1 inspections not readable here may be of others"

    def test_an_inspection_is_of_it_by_code_by_name_or_by_the_clue_of_its_case(self) -> None:
        row = self.row(
            clue(case="C9", targets=[{"kind": "url", "value": "http://novel-a.example/1"}]),
            self.inspected("2016-08-02", subject_uscc=CODE.lower()),
            self.inspected("2016-08-05", premises="小说站"),
            self.inspected("2016-08-04", case="C9"),
            self.inspected("2016-08-09", premises="别站", case="C2"),
        )

        assert [(one.on, one.by) for one in row.visits] == [
            ("2016-08-02", "credit code"),
            ("2016-08-05", "name"),
            ("2016-08-04", "clue of the same case"),
        ]
        assert (row.last_inspected, coverage([row])) == ("2016-08-05", "1 of 1 sites inspected")

    def test_the_inspection_of_another_company_is_not_its_own_though_the_clue_named_its_site(self) -> None:
        row = self.row(
            clue(case="C9", targets=[{"kind": "domain", "value": "novel-a.example"}]),
            self.inspected("2016-08-04", case="C9", subject_uscc=OTHER),
        )

        assert row.visits == ()

    def test_two_sites_of_one_company_are_two_entries(self) -> None:
        other = listed("site_registry", "小说站", target={"kind": "domain", "value": "b.example"}, entry_uscc=CODE)

        assert len(sites([self.SITE, other], TODAY)) == 2


def test_an_entry_is_found_again_by_what_a_later_event_added() -> None:
    """The code came with the publication; the removal names nothing else."""
    acts = [
        listed("black", "甲公司"),
        listed("black", "甲公司", variant="publish", on="2016-09-01", entry_uscc=CODE),
        listed("black", "甲网络公司", variant="remove", on="2016-10-01", entry_uscc=CODE),
    ]

    assert [row.state for row in black(acts)] == ["removed"]
