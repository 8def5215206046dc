"""What was taken, by category, unit and version of the catalogue?"""

from typing import Any

from tests.unit.registers.saying import listed, said
from yisong.audit.acts import Act
from yisong.registers.rows import Counted
from yisong.registers.seizures import seizures


def inspected(*items: dict[str, Any], on: str = "2016-08-01") -> Act:
    return said("InspectionRecorded", {"premises": "店", "items": list(items)}, on=on, case="C1")


def disc(quantity: int, **more: str) -> dict[str, Any]:
    return {"name": "光盘", "quantity": quantity, "unit": "disc", **more}


class TestLedger:
    def test_groups_by_category_measure_unit_and_catalogue(self) -> None:
        rows = seizures(
            [
                inspected(
                    disc(310, category="pirated", measure="listed"), disc(5, category="pirated", measure="seized")
                ),
                inspected(
                    disc(7, category="pirated", measure="seized"), {"name": "服务器", "quantity": 2, "unit": "set"}
                ),
            ]
        )

        found = {(row.category, row.measure, row.unit): (row.quantity, row.counts, len(row.items)) for row in rows}
        assert found == {
            (None, None, "set"): (Counted(2), False, 1),
            ("pirated", "listed", "disc"): (Counted(310), False, 1),
            ("pirated", "seized", "disc"): (Counted(12), True, 2),
        }

    def test_only_what_was_seized_or_confiscated_counts(self) -> None:
        measures = ("listed", "preserved", "sealed", "seized", "confiscated")

        rows = seizures([inspected(*(disc(1, measure=one) for one in measures))])

        assert {row.measure for row in rows if row.counts} == {"seized", "confiscated"}

    def test_says_beside_a_quantity_how_many_inspections_may_add_to_it(self) -> None:
        (row,) = seizures([inspected(disc(3, catalogue_no="A-1")), said("InspectionRecorded", None)])

        assert (str(row.quantity), str(row.hits)) == ("3 known, 1 not readable here", "not readable here")

    def test_names_the_events_that_its_lines_came_from(self) -> None:
        act = inspected(disc(1))

        (row,) = seizures([act])

        assert [one.event for one in row.sources] == [act.id]
        assert [(one.name, one.event, one.on) for one in row.items] == [("光盘", act.id, "2016-08-01")]


class TestCatalogue:
    def hits(self, *items: dict[str, Any], variant: str = "add", on: str = "2016-08-01") -> list[str | None]:
        entry = listed("seizure_catalogue", "违法片", catalogue_no="Ａ-7", variant=variant, on="2016-07-01")
        version = entry.header.doc_no or ""
        items = tuple({**one, "catalogue": version} if one.get("catalogue") == "same" else one for one in items)
        return [item.hit for row in seizures([entry, inspected(*items, on=on)]) for item in row.items]

    def test_an_item_whose_number_stands_there_is_a_hit(self) -> None:
        assert self.hits(disc(1, catalogue_no="A-7", catalogue="same")) == ["hit"]
        assert self.hits(disc(1, catalogue_no="A-7")) == ["hit"]

    def test_the_number_of_another_version_is_said_to_be_one(self) -> None:
        assert self.hits(disc(1, catalogue_no="A-7", catalogue="2005年版")) == ["hit, another version"]

    def test_a_number_that_nobody_entered_or_that_came_later_is_none(self) -> None:
        assert self.hits(disc(1, catalogue_no="A-8")) == ["in no catalogue here"]
        assert self.hits(disc(1, catalogue_no="A-7"), on="2016-06-01") == ["in no catalogue here"]

    def test_without_a_number_nothing_is_looked_up(self) -> None:
        assert self.hits(disc(1)) == [None]

    def test_where_a_list_cannot_be_read_here_a_miss_is_not_said_to_be_one(self) -> None:
        closed = said("ListEntryChanged", None, variant="add")

        (row,) = seizures([closed, inspected(disc(1, catalogue_no="A-7"))])

        assert (row.items[0].hit, row.hits) == ("not readable here", Counted(0, 1))
