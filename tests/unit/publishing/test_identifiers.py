"""Is whoever publishes told which identifiers look wrong, and held back only where the contract says so?"""

import json
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from tests.unit.publishing.bus import Keys, law
from yisong.contract import folder
from yisong.ledger import Law
from yisong.publishing.identifiers import VALIDATORS, findings, identifier_refusals, identifier_warnings
from yisong.publishing.instants import to_ms
from yisong.publishing.signer import Signer
from yisong.publishing.validate import event_faults
from yisong.rulebook.model import BodyField
from yisong.validators.person_id import check_character

HISTORIES = sorted((folder() / "examples" / "histories").glob("H*.jsonl"))
CARD = "11010119491001000"
TEST_CARD = "98010019491001000"

Row = dict[str, dict[str, object]]


def first(event_type: str) -> Row:
    """Return the first event of this type that a history has, or an empty one where none has any."""
    rows = (json.loads(text) for path in HISTORIES for text in path.read_text(encoding="utf-8").splitlines())
    empty: Row = {"header": {"event_type": event_type}, "body": {}}
    return next((row for row in rows if row["header"]["event_type"] == event_type), empty)


def warned(row: Row, *, law: Law = law()) -> tuple[str, ...]:  # noqa: B008 (the law is one value)
    return identifier_warnings(row["header"], row["body"], law=law)


def refused(row: Row) -> tuple[str, ...]:
    return identifier_refusals(row["header"], row["body"], law=law())


def production() -> Law:
    bus = replace(law().rulebook.bus, profile="production")
    return Law(replace(law().rulebook, bus=bus))


@pytest.mark.parametrize("history", HISTORIES, ids=lambda path: path.stem)
def test_nothing_is_said_against_any_line_of_a_history(history: Path) -> None:
    rows = [json.loads(text) for text in history.read_text(encoding="utf-8").splitlines()]

    assert [str(one) for row in rows for one in findings(row["header"], row["body"], law=law())] == []


def test_every_identifier_of_the_catalogue_has_its_validator() -> None:
    """A field that a later catalogue adds is not forgotten; party_id and the like follow no public rule."""
    catalogue = law().rulebook.catalogue
    owners = {name: event.body for name, event in catalogue.events.items()} | dict(catalogue.records)
    found = {(owner, field.name) for owner, fields in owners.items() for field in fields if _is_identifier(field)}

    assert found - VALIDATORS.keys() == set()
    assert {key for key in VALIDATORS if key[0] != "header"} - found == set()


def _is_identifier(field: BodyField) -> bool:
    words = (
        "GB 32100",
        "ICP",
        "GB/T 2260",
        "case id",
        "org id",
        "A-label",
        "query secrets",
        "ISBN",
        "number of the answer",
    )
    named = field.name.endswith(("uscc", "doc_no")) or field.name in ("licence_no", "icp_no")
    number = field.doc == "what was cancelled"
    ids = "org ids" in field.doc  # of a system notice, which a node makes itself
    return (named or number or any(word in field.doc for word in words)) and not ids


@pytest.mark.parametrize(
    ("event_type", "body", "path"),
    [
        ("RectificationOrdered", {"subject_uscc": "91970200FAKE00056X"}, "body.subject_uscc"),
        ("FilingInfoProvided", {"icp_no": "例ICP备160号"}, "body.icp_no"),
        ("FilingInfoProvided", {"licence_no": "030173"}, "body.licence_no"),
        ("FilingInfoProvided", {"access_region": "990000"}, "body.access_region"),
        ("ClueFound", {"targets": [{"kind": "domain", "value": "Novel-A.example"}]}, "body.targets[0].value"),
        ("ClueFound", {"targets": [{"kind": "ip", "value": "192.0.2.0/24"}]}, "body.targets[0].value"),
        ("ClueFound", {"targets": [{"kind": "url", "value": "novel-a.example"}]}, "body.targets[0].value"),
        (
            "ClueFound",
            {"works": [{"title": "x", "work_type": "book", "identifier": "ISBN 1"}]},
            "body.works[0].identifier",
        ),
        ("InspectionRecorded", {"team": [{"officer": "U-1", "home_org": "V0"}]}, "body.team[0].home_org"),
    ],
)
def test_an_identifier_in_a_body_is_warned_of(event_type: str, body: dict[str, object], path: str) -> None:
    row = first(event_type)
    row["body"] |= body

    (warning,) = warned(row)

    assert warning.startswith(f"{path}: ")
    assert refused(row) == ()


def test_the_document_number_and_the_region_of_the_header_are_warned_of() -> None:
    row = first("CaseOpened")
    row["header"] |= {"doc_no": "甲一文立字[2016]31号", "region_code": "990000"}

    assert {one.partition(":")[0] for one in warned(row)} == {"doc_no", "region_code"}


class TestParty:
    def party(self, code: str, check: str) -> tuple[str, ...]:
        row = first("CaseOpened")
        (party,) = cast("list[dict[str, object]]", row["body"]["parties"])
        row["body"]["parties"] = [{**party, "uscc": code, "uscc_check": check}]
        return warned(row)

    def test_whose_code_fails_is_told_once_it_says_so_not_at_all(self) -> None:
        """Issued codes exist that fail; who states it knows it."""
        assert self.party("91980100FAKE000130", "fail") == ()
        assert len(self.party("91980100FAKE000130", "unchecked")) == 1

    def test_that_claims_another_check_than_its_code_has_is_told(self) -> None:
        assert [one for one in self.party("91980100FAKE000130", "ok") if "uscc_check says" in one] != []
        assert self.party("91980100FAKE000139", "fail") == (
            "body.parties[0].uscc: the credit code is sound, though uscc_check says that it fails",
        )


def test_what_is_cancelled_is_a_filing_or_a_licence() -> None:
    row = first("LicenceOrFilingCancelled")

    assert warned({**row, "body": {"number": "例ICP备16000002号"}}) == ()
    assert warned({**row, "body": {"number": "京B2-20090059"}}) == ()
    assert warned({**row, "body": {"number": "16000002"}}) == (
        "body.number: is neither an ICP filing number nor a licence number",
    )


@pytest.mark.parametrize(("count", "told"), [(2, True), (3, False), (4, False), (5, True)])
def test_a_plan_with_another_number_of_focuses_than_three_or_four_is_told(count: int, *, told: bool) -> None:
    row = first("PeriodicReportFiled")
    row["header"]["variant"] = "annual_plan"
    row["body"]["focus"] = [{"stance": "regulate", "region": "980100"}] * count

    assert (warned(row) == ("body.focus: a plan names three or four focuses",)) is told


@pytest.mark.parametrize(
    ("event_type", "body", "fault"),
    [
        ("ClueFound", {"targets": [{"kind": "domain", "value": "示例小说.example"}]}, "body.targets[0].value: must be"),
        ("ClueFound", {"targets": [{"kind": "domain", "value": "a.example/x"}]}, "body.targets[0].value: is no domain"),
        (
            "ClueFound",
            {"targets": [{"kind": "domain", "value": "a.example", "url": "http://a.example/?token=1"}]},
            "body.targets[0].url: the URL holds a token",
        ),
        ("CasesLinked", {"lead_case": "CRB-980100-2016-000021-6"}, "body.lead_case: is no case id"),
    ],
)
def test_what_the_contract_does_not_let_travel_is_refused(event_type: str, body: dict[str, object], fault: str) -> None:
    row = first(event_type)
    row["body"] |= body

    assert any(one.startswith(fault) for one in refused(row)), refused(row)


class TestIdentityCard:
    """身份证 is P3, and P3 is on the bus in no form but a sealed reference."""

    @pytest.mark.parametrize("number", [CARD + check_character(CARD), TEST_CARD + check_character(TEST_CARD)])
    def test_in_a_body_or_a_header_is_refused_and_not_repeated(self, number: str) -> None:
        row = first("ClueFound")
        row["header"]["officers"] = ["U-1", f"{number}"]
        row["body"]["summary"] = f"举报人{number}"

        found = refused(row)

        assert [one.partition(":")[0] for one in found] == ["officers[1]", "body.summary"]
        assert number not in "".join(found)

    def test_is_not_seen_in_a_sound_credit_code(self) -> None:
        """Both kinds end in a check character, and now and then a code is right by either rule."""
        code = "111100196001130173"
        clue, case = first("ClueFound"), first("CaseOpened")
        (party,) = cast("list[dict[str, object]]", case["body"]["parties"])
        case["body"]["parties"] = [{**party, "uscc": code}]

        assert refused({**clue, "body": {**clue["body"], "reporting_platform_uscc": code}}) == ()
        assert refused(case) == ()
        assert len(refused({**clue, "body": {**clue["body"], "summary": code}})) == 1

    def test_keeps_the_whole_event_from_being_published(self) -> None:
        row = first("ClueFound")
        row["body"]["summary"] = f"举报人{CARD}{check_character(CARD)}"
        signer = Signer(law(), Keys())

        (fault,) = event_faults(row["header"], row["body"], law=law(), signer=signer, at=to_ms(str(row["at"])))

        assert fault.startswith("body.summary: holds what is the number of an identity card")


def test_test_provinces_and_hosts_are_none_on_a_production_bus() -> None:
    row = first("FilingInfoProvided")
    row["body"]["icp_no"] = "例ICP备16000001号-1"

    assert any(one.startswith("body.icp_no") for one in warned(row, law=production()))
    assert warned(row) == ()


def test_no_warning_repeats_a_value() -> None:
    row = first("ClueFound")
    row["body"]["targets"] = [{"kind": "domain", "value": "Secret-Name.example", "filing_no": "京ICP备7号"}]

    assert len(warned(row)) == 2
    assert not any("ecret" in one or "京ICP备7号" in one for one in warned(row))


def test_values_of_another_type_are_left_to_the_schema() -> None:
    row = first("ClueFound")
    row["body"] |= {"targets": [7, {"kind": 3, "value": None}], "works": {"title": 1}}
    row["header"] |= {"to": [None, 3], "cites": "x"}

    assert (warned(row), refused(row)) == ((), ())
