"""A case that is told today: all its dates move together, and nothing else in it changes."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

from yisong.audit.history_file import History, read_history
from yisong.audit.today import moved, stated
from yisong.publishing.instants import to_ms, to_text

LIVE = read_history(Path(__file__).parents[3] / "examples" / "live" / "L1.jsonl")
NOW = to_ms("2027-01-04T08:30:05+08:00")


def happened(history: History, number: int) -> int:
    return to_ms(str(history[number].fields["occurred_at"]))


def test_the_last_act_happens_now_and_all_others_as_long_before_as_they_did() -> None:
    told = moved(LIVE, ends_at=NOW)

    assert happened(told, 7) == NOW
    for line in LIVE.lines:
        before = happened(LIVE, 7) - happened(LIVE, line.number)
        assert happened(told, line.number) == NOW - before
        assert told[line.number].at - happened(told, line.number) == line.at - happened(LIVE, line.number)


def test_dates_inside_header_and_body_move_too() -> None:
    told = moved(LIVE, ends_at=NOW)

    assert told[3].fields["decided_at"] == told[3].fields["occurred_at"] == "2027-01-02T02:30:05+08:00"
    assert told[2].body["captured_at"] == to_text(happened(told, 2) - 40 * 60_000)


def test_a_document_bears_the_year_in_which_it_was_logged_then() -> None:
    """The case was opened at the turn of the year: its papers of December are of the old one."""
    told = moved(LIVE, ends_at=to_ms("2027-01-01T08:00:00+08:00"))

    assert (told[3].fields["doc_no"], told[7].fields["doc_no"]) == ("甲一文立字〔2026〕61号", "甲一文移字〔2027〕8号")


def test_what_is_no_date_stays_as_it_is() -> None:
    told = moved(LIVE, ends_at=happened(LIVE, 7))

    assert told == LIVE
    assert moved(LIVE, ends_at=NOW)[4].body == LIVE[4].body


def test_a_cited_line_becomes_the_id_of_its_event_and_other_cites_stay() -> None:
    ids = [UUID(int=number) for number in range(1, 7)]
    other = {"kind": "case", "id": LIVE[1].case_id}
    line = replace(LIVE[7], fields={**LIVE[7].fields, "cites": [{"kind": "event", "line": 6}, other]})

    assert stated(line, ids)["cites"] == [{"kind": "event", "id": str(UUID(int=6))}, other]


def test_the_site_was_reported_a_day_less_a_few_seconds_before_the_referral() -> None:
    """So the 24 hours of the telecoms authority end while one watches, and not before the referral is published."""
    left = happened(LIVE, 5) + 24 * 3_600_000 - happened(LIVE, 7)

    assert 0 < left <= 10_000
