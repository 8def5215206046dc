"""How is a register written down?"""

import csv
from io import StringIO

import pytest

from tests.unit.registers.saying import at, listed, said
from yisong.registers.catalogue import KINDS, register
from yisong.registers.rendering import as_csv, as_json, csv_bytes, screen_row
from yisong.registers.rows import Acts, Register

CODE = "91980100FAKE00064H"


def black(*acts: object) -> Register:
    known: Acts = acts  # type: ignore[assignment]
    return register("black-list", known, agency="cac", as_of=at("2016-12-01"))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", " =", "\u3000@", "\ufeff="])
def test_a_text_that_a_spreadsheet_would_run_is_made_harmless(start: str) -> None:
    """The name of a company is what somebody wrote on a form."""
    evil = f'{start}cmd|"/c calc"!A1'

    (row,) = csv.DictReader(StringIO(as_csv(black(listed("black", evil))).decode(), newline=""))

    assert row["entry"] == f"'{evil}"


def test_numbers_and_names_stay_what_they_are() -> None:
    assert csv_bytes(["a", "b", "c"], [[-5, "甲-1=2", None]]) == "a,b,c\r\n-5,甲-1=2,\r\n".encode()


def test_a_csv_file_is_utf_8_without_a_byte_order_mark_and_every_line_has_every_column() -> None:
    written = as_csv(black(listed("black", '甲"公司",\n分店', entry_uscc=CODE), said("ListEntryChanged", None)))

    assert not written.startswith(b"\xef\xbb\xbf")
    header, first, closed = csv.reader(StringIO(written.decode(), newline=""))
    assert len(header) == len(first) == len(closed)
    assert dict(zip(header, first, strict=True))["entry"] == '甲"公司",\n分店'


def test_what_is_not_readable_here_has_a_line_in_every_form() -> None:
    closed = said("ListEntryChanged", None, variant="add", masked="sealed")
    found = black(closed)

    (line,) = csv.DictReader(StringIO(as_csv(found).decode(), newline=""))
    assert line["doubts"] == "not readable here (sealed)"
    assert line["sources"].startswith(closed.id)
    assert as_json(found)["rows"] == []
    (unread,) = found.unread
    assert as_json(found)["not_readable_here"] == [unread._asdict()]
    assert (unread.event, unread.why, unread.organ, unread.variant) == (closed.id, "sealed", "V98", "add")


def test_people_see_the_chinese_name_of_a_code() -> None:
    (row,) = black(listed("black", "甲公司", sector="app")).rows

    assert "app APP" in screen_row(row, {"list_sector": {"app": "APP"}})


@pytest.mark.parametrize("name", KINDS)
def test_every_register_can_be_empty(name: str) -> None:
    found = register(name, [], agency="miit", as_of=0)

    assert as_json(found)["rows"] == []
    assert as_csv(found).count(b"\r\n") == 1


@pytest.mark.parametrize("name", KINDS)
def test_no_register_leaves_out_silently_what_it_cannot_read(name: str) -> None:
    """One event of each of its types that is not readable here: all of them are listed, and no figure says 0."""
    variants = {"PeriodicReportFiled": "plan", "CasesLinked": "same_party", "RegulatoryMeasureTaken": "warning"}
    closed = [said(kind, None, variant=variants.get(kind, "add")) for kind in KINDS[name].event_types]

    found = register(name, closed, agency="miit", as_of=0)

    assert {one.event for one in found.unread} == {act.id for act in closed}
