"""How are figures added up by what the directory says of organs?"""

import pytest

from tests.unit.ledger.story import law
from yisong.errors import NotProven
from yisong.statistics.figures import Cell, figures
from yisong.statistics.versions import total


def cell(stat: str, organ: str, value: int, *, access: str | None = None, unread: int = 0) -> Cell:
    return Cell(stat, None, organ, access, None, value, unread)


def test_by_level_a_city_is_not_added_to_its_province() -> None:
    """省级带头作用; 中心城市及市县级版权行政执法部门查处案件的积极性: each level's own figures."""
    cells = [cell("cases_opened", organ, n) for organ, n in (("V98", 1), ("V9801", 20), ("V9702", 300), ("V00", 4_000))]

    found = {one.key: one.value for one in figures(cells, "level", law()) if one.column == "cases_opened"}

    assert found == {"national": 4_000, "province": 1, "city": 320}


def test_by_level_what_cannot_be_read_makes_no_sum_and_sites_count_where_they_are_decided_and_accessed() -> None:
    cells = [cell("cases_opened", "V9801", 2, unread=1), cell("sites_suspended", "T98", 3, access="T97")]

    found = {(one.column, one.key, one.grain): one.value for one in figures(cells, "level", law())}

    assert found["cases_opened", "city", None] is None
    assert found["sites_suspended", "province", "decision"] == found["sites_suspended", "province", "access"] == 3


def test_an_organ_that_the_directory_does_not_know_is_of_an_unknown_level() -> None:
    (found,) = figures([cell("cases_opened", "X99", 1)], "level", law())

    assert found.key == "unknown"


def test_a_version_that_was_frozen_before_a_grouping_was_known_says_so() -> None:
    with pytest.raises(NotProven, match="did not add up by level"):
        total({"figures": {"total": [], "province": []}}, "level")
