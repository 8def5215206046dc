"""Which events may tests publish? A clue, with which every case begins, and evidence, as often as one likes."""

from typing import NamedTuple

from yisong.envelope.case_id import case_id

Fields = dict[str, object]


class Stated(NamedTuple):
    """An event as its author states it."""

    header: Fields
    body: Fields


def own_case(number: int) -> str:
    """Return a case id of 甲省一市 in 2016; the first digit 8 is for tests, 9 for what is replayed as fresh."""
    return case_id("980100", 2016, 800_000 + number)


def clue_found(case: str, number: int, *, publisher: str = "V9801", summary: str = "12318 举报") -> Stated:
    """Return a clue that comes in by telephone."""
    body: Fields = {
        "source": "hotline_12318",
        "origin": "self",
        "targets": [],
        "work_types": ["literature"],
        "platform_type": "website",
        "summary": summary,
        "company_complaint": False,
    }
    header = _header("ClueFound", case, "clue", f"C-{case}-{number}", publisher)
    return Stated({**header, "variant": "feedback_wanted"}, body)


def evidence_preserved(case: str, number: int, *, publisher: str = "V9801") -> Stated:
    """Return evidence that two officers have secured."""
    body: Fields = {
        "kind": "web_capture",
        "sha256": "0" * 64,
        "captured_at": "2016-07-18T09:00:00+08:00",
        "method": "网页截存",
        "item_count": 1,
        "storage_ref": "store://evidence/1",
        "original_medium_sealed": True,
    }
    attachment = {"kind": "evidence_package", "sha256": "1" * 64, "size": 1, "media_type": "application/zip"}
    header = _header("EvidencePreserved", case, "evidence", f"E-{case}-{number}", publisher)
    return Stated({**header, "officers": ["U-1", "U-2"], "attachments": [attachment]}, body)


def story(case: str, *, length: int) -> list[Stated]:
    """Return a clue and further evidence, all of which are admitted in this order."""
    return [clue_found(case, 1), *(evidence_preserved(case, number) for number in range(2, length + 1))]


def _header(event_type: str, case: str, kind: str, aggregate_id: str, publisher: str) -> Fields:
    return {
        "event_type": event_type,
        "case_id": case,
        "aggregate": {"kind": kind, "id": aggregate_id},
        "publisher": publisher,
        "occurred_at": "2016-07-18T09:12:00+08:00",
        "region_code": "980100",
        "pii_level": "P1",
    }
