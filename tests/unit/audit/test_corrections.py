"""Is what was corrected shown beside what was published, and neither ever lost?"""

from dataclasses import replace
from typing import cast

import pytest

from tests.unit.audit.on_paper import Desk, OnPaper, history
from yisong.audit.corrections import Correction, Righted, corrected, corrections, readable
from yisong.audit.history_file import History
from yisong.audit.timeline import Timeline
from yisong.cli.timeline_screen import as_json, screen
from yisong.envelope.open import open_record
from yisong.ledger import Entry

CASE = "CRB-970200-2016-000072-B"
Body = dict[str, object]


def entries(on_paper: OnPaper, case_id: str = CASE) -> list[Entry]:
    return [one for one in on_paper.entries if one.docket == case_id]


def shown(desk: Desk, on_paper: OnPaper, *, agency: str = "copyright", case_id: str = CASE) -> tuple[Correction, ...]:
    """Return the corrections of a docket as the node of *agency* shows them."""
    pairs = corrected(entries(on_paper, case_id))
    carried = {
        (one.partition, one.offset): open_record(one.partition, one.offset, 0, record.key, record.value).carried
        for one, record in zip(on_paper.entries, on_paper.records, strict=True)
    }
    docket = on_paper.dockets[case_id]
    bodies = {
        one.docket_index: readable(one, carried[one.partition, one.offset], docket, agency, desk.law)
        for pair in pairs
        for one in pair
    }
    return corrections(pairs, bodies)


def with_corrections(*said: tuple[int, list[tuple[str, str]]]) -> History:
    """Return H7 with further corrections: of which line, and which fields with which text."""
    h7 = history("H7")
    last = h7[39]
    lines = list(h7.lines)
    for more, (of, fields) in enumerate(said, start=1):
        rows = [{"field": field, "value": value} for field, value in fields]
        stated = {**last.fields, "cites": [{"kind": "event", "line": of}]}
        body = {"reason": "再更正", "corrected_fields": rows}
        at, number = h7.lines[-1].at + more, len(h7.lines) + more
        lines.append(replace(last, number=number, at=at, fields=stated, body=body))
    return replace(h7, lines=tuple(lines))


def test_the_amount_of_the_penalty_in_h7_is_put_right(desk: Desk) -> None:
    """经营额录入错误: 62 100 yuan it should have been; the penalty as published is still there."""
    (one,) = shown(desk, desk.play(history("H7")))

    assert one.reason == "经营额录入错误"
    assert one.fields is not None
    (field,) = one.fields
    assert (field.field, field.corrected, field.superseded_by) == ("business_amount_fen", "6210000", None)
    assert field.published == history("H7")[32].body["business_amount_fen"]


def test_a_correction_marks_what_it_cites(desk: Desk) -> None:
    ((by, of),) = corrected(entries(desk.play(history("H7"))))

    assert by.header is not None
    assert of.header is not None
    assert (by.header.event_type, of.header.event_type) == ("EventCorrected", "PenaltyDecided")
    assert (by.docket_index, of.docket_index) > (of.docket_index, 0)


@pytest.mark.parametrize("agency", ["police", "cac", "miit"])
def test_whom_the_audience_does_not_mean_sees_that_there_is_one_and_no_value(desk: Desk, agency: str) -> None:
    """It went to the owner only: the others see header and place."""
    (one,) = shown(desk, desk.play(history("H7")), agency=agency)

    assert (one.reason, one.fields) == (None, None)


def test_a_correction_that_was_refused_marks_nothing(desk: Desk) -> None:
    """N19: who corrects its own act and, with it, that of another organ has corrected neither."""
    h7 = history("H7")
    others = next(line.number for line in h7.lines if line.case_id == CASE and line.fields["publisher"] != "V9702")
    cites = [{"kind": "event", "line": number} for number in (32, others)]
    both = replace(h7[39], fields={**h7[39].fields, "cites": cites})
    lines = tuple(both if line.number == 39 else line for line in h7.lines)

    on_paper = desk.play(replace(h7, lines=lines))

    assert "not-original-publisher" in [one.reason for one in entries(on_paper)]
    assert shown(desk, on_paper) == ()


def test_neither_a_copy_nor_the_same_id_of_another_organ_is_marked(desk: Desk) -> None:
    """A duplicate changes nothing, and nobody's event id belongs to nobody else."""
    said = entries(desk.play(history("H7")))
    ((by, of),) = corrected(said)
    stranger = next(one for one in said if one.header is not None and one.header.publisher != "V9702")
    assert of.header is not None
    assert stranger.header is not None
    copy = of._replace(verdict="duplicate", remembered=False)
    other = stranger._replace(header=stranger.header._replace(event_id=of.header.event_id))

    assert corrected([*said, copy, other]) == ((by, of),)


class TestCorrectingAgain:
    def test_the_newest_value_counts_and_every_earlier_one_stays(self, desk: Desk) -> None:
        first, second = shown(desk, desk.play(with_corrections((32, [("business_amount_fen", "6220000")]))))

        assert first.fields is not None
        assert second.fields is not None
        assert (first.fields[0].corrected, first.fields[0].superseded_by) == ("6210000", second.by)
        assert (second.fields[0].corrected, second.fields[0].superseded_by) == ("6220000", None)
        assert first.fields[0].published == second.fields[0].published

    def test_what_a_correction_says_can_itself_be_corrected(self, desk: Desk) -> None:
        """The correction of line 39 had a slip of its own."""
        of_penalty, of_correction = shown(
            desk, desk.play(with_corrections((39, [("body.corrected_fields[0].value", "6230000")])))
        )

        assert of_correction.of == of_penalty.by
        assert of_penalty.fields is not None
        assert of_correction.fields is not None
        assert of_penalty.fields[0].corrected == "6230000"
        assert of_correction.fields[0].published == "6210000"

    def test_another_field_does_not_touch_the_first(self, desk: Desk) -> None:
        first, second = shown(
            desk, desk.play(with_corrections((32, [("penalties[0].amount_fen", "1"), ("nowhere[9]", "x")])))
        )

        assert first.fields is not None
        assert second.fields is not None
        assert first.fields[0].superseded_by is None
        penalties = cast("list[Body]", history("H7")[32].body["penalties"])
        assert [one.published for one in second.fields] == [penalties[0].get("amount_fen"), None]


class TestShowing:
    def seen(self, desk: Desk, agency: str = "copyright") -> Timeline:
        on_paper = desk.play(history("H7"))
        found = shown(desk, on_paper, agency=agency)
        return Timeline(
            case_id=CASE, agency=agency, as_of=0, moments=(), states=(), clocks=(), derived=(), corrections=found
        )

    def test_the_published_value_is_struck_and_the_right_one_beside_it(self, desk: Desk) -> None:
        page = list(screen(self.seen(desk), desk.law))[1]
        published = str(history("H7")[32].body["business_amount_fen"])

        struck = [page.plain[span.start : span.end] for span in page.spans if str(span.style) == "strike"]
        assert published in page.plain
        assert "6210000" in page.plain
        assert struck == [published]

    def test_programs_get_both(self, desk: Desk) -> None:
        (one,) = cast("list[Body]", as_json(self.seen(desk), desk.law)["corrections"])

        assert one["fields"] == [
            {
                "field": "business_amount_fen",
                "published": history("H7")[32].body["business_amount_fen"],
                "corrected": "6210000",
                "superseded_by": None,
            }
        ]

    def test_what_is_not_readable_is_said_to_be_so(self, desk: Desk) -> None:
        seen = self.seen(desk, agency="police")
        (one,) = cast("list[Body]", as_json(seen, desk.law)["corrections"])

        assert (one["readable"], one["fields"]) == (False, None)
        assert "not readable here" in list(screen(seen, desk.law))[1].plain


def test_what_travelled_otherwise_than_committed_is_not_shown(desk: Desk) -> None:
    on_paper = desk.play(history("H7"))
    ((by, _),) = corrected(entries(on_paper))

    assert readable(by, b"something else", on_paper.dockets[CASE], "copyright", desk.law) is None
    assert readable(by, None, on_paper.dockets[CASE], "copyright", desk.law) is None


def test_a_body_that_was_erased_is_put_right_all_the_same(desk: Desk) -> None:
    """What was published is gone; what is right stands in another body."""
    (pair,) = corrected(entries(desk.play(history("H7"))))
    by, of = pair[0].docket_index, pair[1].docket_index

    (one,) = corrections((pair,), {by: history("H7")[39].body, of: None})

    assert one.fields == (Righted("business_amount_fen", None, "6210000", None),)
