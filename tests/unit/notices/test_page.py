"""Every sentence of the two notices has its row in docs/notices.md, and every name there names something."""

import re

import pytest

from tests.unit.notices.names import fault, fault_of_test, kinds
from tests.unit.notices.page import rows
from yisong.contract import folder

PAGE = (folder() / "docs" / "notices.md").read_text("utf-8")
ROWS = rows(PAGE)
IDS = (*(f"A{number:02}" for number in range(1, 59)), *(f"B{number:02}" for number in range(1, 29)))
#: What no agency does in a case or a campaign: the catalogue of the domain marks these, and no other.
OUT_OF_SCOPE = ("A27", "A38", "A56", "B14")


def test_each_row_of_both_notices_stands_there_once_and_in_order() -> None:
    assert tuple(row.id for row in ROWS) == IDS
    assert [row.id for row in ROWS if not re.search("[\u4e00-\u9fff]|12318", row.words)] == []


def test_each_row_in_scope_says_what_carries_it_and_which_test_shows_that() -> None:
    inside = [row for row in ROWS if not row.outside]

    assert [row.id for row in inside if not (row.carried and row.shown)] == []
    assert [(row.id, row.plain) for row in inside if row.plain] == []


def test_what_is_out_of_scope_says_why_and_names_nothing() -> None:
    outside = [row for row in ROWS if row.outside]

    assert tuple(row.id for row in outside) == OUT_OF_SCOPE
    assert [row.id for row in outside if row.carried or row.shown or row.gap or row.plain] == []
    assert [row.id for row in outside if len(row.outside.split()) < 4] == []


def test_what_is_not_carried_is_said_in_a_sentence_and_above_the_tables() -> None:
    (named,) = re.findall(r"A part is not carried of ([^.]+)\.", PAGE)

    assert named.split(", ") == [row.id for row in ROWS if row.gap]
    assert [row.id for row in ROWS if "not carried" in row.plain or (row.gap and len(row.gap.split()) < 4)] == []


def test_whatever_carries_a_row_exists() -> None:
    assert [(row.id, wrong) for row in ROWS for name in row.carried if (wrong := fault(name))] == []


def test_whatever_shows_a_row_exists() -> None:
    assert [(row.id, wrong) for row in ROWS for name in row.shown if (wrong := fault_of_test(name))] == []


def test_the_page_explains_every_kind_of_name_that_it_uses() -> None:
    explained = {name.partition(":")[0] for name in re.findall(r"`([a-z]+:[^`]*)`", PAGE.split("\n## ", maxsplit=1)[0])}

    assert {name.partition(":")[0] for row in ROWS for name in row.carried} <= explained == kinds()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("event:ClueLost", "there is no event type 'ClueLost'"),
        ("event:ClueFound:feedback_wanted,never", "there is no variant 'never'"),
        ("event:CaseOpened:twice", "there is no variant 'twice'"),
        ("publisher:ClueLost=cac", "there is no event type"),
        ("publisher:CaseOpened=cac", "there is no publisher 'cac'"),
        ("field:ClueFound.colour", "ClueFound has no field 'colour'"),
        ("field:Flock.size", "Flock has no field 'size'"),
        ("field:ClueFound.source=monitoring,gossip", "there is no value 'gossip'"),
        ("field:PenaltyDecided.public=perhaps", "there is no value 'perhaps'"),
        ("field:ClueFound.summary=甲", "there is no value '甲'"),
        ("header:org_level", "a header has no field 'org_level'"),
        ("header:severity=grave", "there is no value 'grave'"),
        ("enum:channel", "there is no enumeration 'channel'"),
        ("enum:platform_type=fax", "there is no value 'fax'"),
        ("state:rectification=forgotten", "there is no state 'forgotten'"),
        ("state:weather=fine", "there is no lifecycle 'weather'"),
        ("directory:persons", "there is no table 'persons'"),
        ("directory:orgs.motto", "there is no field of an organ 'motto'"),
        ("command:yisong sing", "there is no command 'sing'"),
        ("command:yisong export pictures", "there is no command 'pictures'"),
        ("command:yisong stats --century", "there is no option '--century'"),
        ("command:ls", "a command begins with yisong"),
        ("command:yisong", "names no command"),
        ("timer:", "names nothing"),
        ("timer:T-RPT-D", "there is no timer"),
        ("guard:G-SITE-3", "there is no guard"),
        ("reason:not-nice", "there is no reason"),
        ("register:grey-list", "there is no register"),
        ("stat:smiles", "there is no column"),
        ("by:mood", "there is no grouping"),
        ("metric:yisong_up", "there is no kind 'metric'"),
        ("ClueFound", "there is no kind 'ClueFound'"),
    ],
)
def test_a_name_that_names_nothing_is_found(name: str, wrong: str) -> None:
    assert wrong in (fault(name) or "")


@pytest.mark.parametrize(
    "name",
    [
        "tests/unit/notices/test_gone.py::test_each_row_of_both_notices_stands_there_once_and_in_order",
        "tests/unit/notices/test_page.py::test_gone",
        "tests/unit/notices/test_page.py::TestGone::test_a_name_that_names_nothing_is_found",
        "tests/unit/notices/test_2006.py::test_has_its_ten_key_cities",
        "tests/unit/notices/test_2006.py::TestCampaign::announced",
        "tests/unit/notices/test_page.py",
        "docs/notices.md::A01",
    ],
)
def test_a_test_that_is_none_is_found(name: str) -> None:
    assert fault_of_test(name) is not None
    assert fault_of_test("tests/unit/notices/test_2006.py::TestCampaign::test_has_its_ten_key_cities") is None


def test_a_row_is_read_column_by_column() -> None:
    """One in scope with a gap, one out of scope; one with too few columns is no row."""
    (first, second) = rows(
        "| A01 | 甲 | `event:X`, `timer:T`; not carried: 乙 | `a`<br>`b` |\n| B02 | 丙 | out of scope: 丁 | |\n"
    )

    assert first == ("A01", "甲", ("event:X", "timer:T"), ("a", "b"), "", "乙", "")
    assert second == ("B02", "丙", (), (), "丁", "", "")
    with pytest.raises(ValueError, match="A03 has 3 columns"):
        rows("| A03 | 甲 | `event:X` |\n")
