"""What the models and the conditions demand of a body beyond its shape."""

import re

import pytest
import yaml

from yisong.contract import folder
from yisong.schemas import body_faults
from yisong.schemas.conditions import CONDITIONS
from yisong.schemas.models.bodies import BODY_MODELS

CATALOGUE = yaml.safe_load((folder() / "rulebook/events.yaml").read_text("utf-8"))


def of_field(faults: tuple[str, ...], field: str) -> list[str]:
    return [fault for fault in faults if fault.startswith(f"body.{field}: ")]


class TestLimits:
    @pytest.mark.parametrize(
        ("event_type", "field", "value"),
        [
            ("ClueFound", "summary", "字" * 501),
            ("ClueFound", "rightsholder_country", "China"),
            ("EvidencePreserved", "sha256", "ab" * 31),
            ("EvidencePreserved", "item_count", -1),
            ("InspectionRecorded", "place_region", "甲省"),
            ("SupervisionProgressReported", "period", "2016-13"),
            ("PeriodicReportFiled", "period", "2016-Q5"),
            ("CaseClosed", "reason", ""),
            ("Heartbeat", "counter", 0),
            ("CriminalCaseFiled", "amount_involved_fen", -1),
        ],
    )
    def test_of_the_catalogue_are_kept(self, event_type: str, field: str, value: object) -> None:
        assert len(of_field(body_faults(event_type, {field: value}, variant=None), field)) == 1

    @pytest.mark.parametrize(
        ("event_type", "field", "value"),
        [
            ("ClueFound", "summary", "字" * 500),
            ("PeriodicReportFiled", "period", "2016-Q4"),
            ("PeriodicReportFiled", "period", "2016"),
            ("SupervisionProgressReported", "period", "2016-12"),
            ("CriminalOutcomeNotified", "effective_on", "2016-12-01"),
            ("SiteSuspended", "executed_at", "2016-07-20T09:00:00Z"),
        ],
    )
    def test_are_no_narrower_than_the_catalogue(self, event_type: str, field: str, value: object) -> None:
        assert of_field(body_faults(event_type, {field: value}, variant=None), field) == []

    def test_nothing_is_converted(self) -> None:
        """A text is no number and a time is no day, however easily one could be made of the other."""
        body = {"result_code": 1, "persons": "3", "effective_on": "2016-12-01T00:00:00+08:00"}
        assert body_faults("CriminalOutcomeNotified", body, variant="judgment") == (
            "body.result_code: Input should be a valid string",
            "body.persons: Input should be a valid integer",
            "body.effective_on: must be a day as YYYY-MM-DD",
        )

    def test_a_value_is_never_repeated(self) -> None:
        person = "张三 110101199001011234"
        for event_type, model in BODY_MODELS.items():
            body: dict[str, object] = dict.fromkeys([*model.model_fields, person], person)
            text = "\n".join(body_faults(event_type, body, variant=None))
            assert person not in text
            assert "there is no such field" in text


class TestConditions:
    def test_a_rejected_referral_says_why(self) -> None:
        assert body_faults("ReferralDecided", {}, variant="approved") == ()
        assert body_faults("ReferralDecided", {}, variant="rejected") == (
            "body.reason: must be filled with variant rejected",
        )
        assert body_faults("ReferralDecided", {"reason": "证据不足"}, variant="rejected") == ()

    def test_only_a_memo_against_referral_weighs_thresholds(self) -> None:
        hit = {"rule_id": "CT-2011-02", "rule_version": 1, "metric": "works", "value": 612, "threshold": 500}
        body = {"subject": "甲", "outcome": "乙", "rule_hits": [hit]}
        assert body_faults("RegulatoryMeasureTaken", body, variant="no_referral_memo") == ()
        assert of_field(body_faults("RegulatoryMeasureTaken", body, variant="warning"), "rule_hits") == [
            "body.rule_hits: must be empty unless the variant is no_referral_memo"
        ]

    def test_a_person_is_a_token_and_never_a_name(self) -> None:
        party = {"party_id": "p1", "role": "uploader", "kind": "person", "name": "张三", "uscc_check": "unchecked"}
        faults = body_faults("CaseOpened", {"parties": [party]}, variant=None)
        assert "body.parties[0].name: must be empty for a person; use person_token" in faults

    def test_every_sentence_of_the_catalogue_that_names_a_variant_has_one(self) -> None:
        """A new "mandatory when", "only for", "else empty" or "at least one when" in events.yaml needs a row here."""
        words = re.compile(r"mandatory (?:when|for)|only for variant|else empty|at least one when|^when variant is")
        known = {(c.event_type, c.field) for c in CONDITIONS}
        said = {(e["name"], f["name"]) for e in CATALOGUE["events"] for f in e["body"] if words.search(f["doc"])}
        assert said == known

    def test_every_condition_quotes_the_catalogue_and_names_variants_that_exist(self) -> None:
        events = {event["name"]: event for event in CATALOGUE["events"]}
        for condition in CONDITIONS:
            event = events[condition.event_type]
            doc = next(field["doc"] for field in event["body"] if field["name"] == condition.field)
            assert condition.said in doc
            assert condition.needed_with | (condition.only_with or frozenset()) <= set(event["variants"])


def test_a_type_that_does_not_exist_is_named() -> None:
    assert body_faults("CaseReopened", {}, variant=None) == ("event_type: there is no 'CaseReopened'",)
