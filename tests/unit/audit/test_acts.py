"""What has happened, as one line may read it, with its corrections in place?"""

from dataclasses import replace

import pytest

from tests.unit.audit.on_paper import Desk, OnPaper, history
from yisong.audit.acts import Act, Found, as_corrected, names_line, names_organ
from yisong.audit.history_file import History
from yisong.desk.inbox import open_body
from yisong.envelope.open import open_record
from yisong.home import AGENCIES
from yisong.ledger.audience import readers

CASE = "CRB-970200-2016-000072-B"


def read(desk: Desk, on_paper: OnPaper, agency: str) -> list[Act]:
    """Return what the node of *agency* reads of a history, as far as headers say who may."""
    found, acts = [], []
    for entry, record in zip(on_paper.entries, on_paper.records, strict=True):
        if entry.header is None or entry.verdict not in ("admitted", "admitted-late"):
            continue
        carried = open_record(entry.partition, entry.offset, 0, record.key, record.value).carried
        ours = carried is not None and names_line(entry.header, desk.law, agency)
        body = open_body(entry.header, carried)[0] if ours and carried is not None else None
        found.append(Found(entry, entry.header, carried))
        acts.append(
            Act(
                partition=entry.partition, offset=entry.offset, number=entry.docket_index, log_time=entry.log_time,
                header=entry.header, body=body, masked=None if ours else "not-in-audience",
            )
        )  # fmt: skip
    return list(as_corrected(found, acts, desk.law))


def penalty(desk: Desk, played: History, agency: str = "copyright") -> Act:
    acts = read(desk, desk.play(played), agency)
    return next(one for one in acts if (one.event_type, one.case_id) == ("PenaltyDecided", CASE))


def corrected_again(*said: tuple[str, str]) -> History:
    """Return H7 with further corrections of its penalty, line 32: field and value of each."""
    h7 = history("H7")
    lines = list(h7.lines)
    for more, (field, value) in enumerate(said, start=1):
        body = {"reason": "再更正", "corrected_fields": [{"field": field, "value": value}]}
        lines.append(replace(h7[39], number=len(h7.lines) + more, at=h7.lines[-1].at + more, body=body))
    return replace(h7, lines=tuple(lines))


def test_h7s_penalty_says_62_100_yuan_and_which_event_put_it_right(desk: Desk) -> None:
    one = penalty(desk, history("H7"))

    assert one.body is not None
    assert (one.body["business_amount_fen"], len(one.corrected_by), one.doubts) == (6_210_000, 1, ())


def test_whom_the_correction_does_not_mean_is_told_that_the_body_is_not_the_last_word(desk: Desk) -> None:
    """网信 may read a penalty, and not what its publisher has put right since."""
    one = penalty(desk, history("H7"), "cac")

    assert one.body is not None
    assert one.body["business_amount_fen"] == 6_200_000
    assert one.doubts == ("a correction of it is not readable here",)


def test_of_two_corrections_the_newer_counts(desk: Desk) -> None:
    one = penalty(desk, corrected_again(("business_amount_fen", "6220000")))

    assert one.body is not None
    assert (one.body["business_amount_fen"], len(one.corrected_by)) == (6_220_000, 2)


def test_a_correction_that_fits_no_field_changes_nothing_and_is_said(desk: Desk) -> None:
    one = penalty(desk, corrected_again(("business_amount", "7")))

    assert one.body is not None
    assert (one.body["business_amount_fen"], one.doubts) == (
        6_210_000,
        ("the correction of business_amount fits no such field",),
    )


def test_a_slip_that_was_corrected_in_its_turn_leaves_no_doubt(desk: Desk) -> None:
    one = penalty(desk, corrected_again(("business_amount_fen", "六百万"), ("business_amount_fen", "6220000")))

    assert one.body is not None
    assert (one.body["business_amount_fen"], one.doubts) == (6_220_000, ())


def test_who_may_not_read_it_learns_only_that_it_was_corrected(desk: Desk) -> None:
    one = penalty(desk, history("H7"), "miit")

    assert (one.body, one.masked, len(one.corrected_by)) == (None, "not-in-audience", 1)


@pytest.mark.parametrize("name", ["H1", "H3", "H4", "H5", "H7"])
def test_what_a_header_says_of_its_readers_is_never_more_than_the_law(desk: Desk, name: str) -> None:
    on_paper = desk.play(history(name))
    for entry in on_paper.entries:
        assert entry.header is not None
        lines = {
            desk.law.organs[one].role for one in readers(entry.header, on_paper.dockets[entry.docket or ""], desk.law)
        }
        assert {one for one in AGENCIES if names_line(entry.header, desk.law, one)} <= lines


@pytest.mark.parametrize("name", ["H1", "H3", "H4", "H5", "H7"])
def test_an_organ_whom_a_header_names_may_read_and_what_headers_name_for_a_line_they_name_for_its_organs(
    desk: Desk, name: str
) -> None:
    """By header alone never more than the rule says in the docket, and never an organ of a line that is not meant."""
    on_paper = desk.play(history(name))
    organs = [one.id for one in desk.law.organs.values() if one.role in AGENCIES]
    lines_of = {one: desk.law.organs[one].role for one in organs}
    named = 0
    for entry in on_paper.entries:
        if entry.header is None or entry.verdict not in ("admitted", "admitted-late"):
            continue
        may = readers(entry.header, on_paper.dockets[entry.docket or ""], desk.law)
        mine = {one for one in organs if names_organ(entry.header, desk.law, one)}
        assert mine <= may, (entry.header.event_type, mine - may)
        assert {lines_of[one] for one in mine} == {one for one in AGENCIES if names_line(entry.header, desk.law, one)}
        named += len(mine)
    assert named
