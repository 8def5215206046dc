"""What does a body say once its corrections stand in their place?"""

from typing import Any

import pytest

from tests.unit.audit.on_paper import Desk
from yisong.audit.righting import righted
from yisong.ledger import Law

PENALTY: dict[str, Any] = {
    "penalties": [{"kind": "fine", "amount_fen": 100}, {"kind": "confiscate_gains", "amount_fen": 5}],
    "business_amount_fen": 6_200_000,
    "hearing_held": False,
    "public": True,
}
MEASURE: dict[str, Any] = {
    "subject": "甲",
    "outcome": "谈",
    "rule_hits": [],
    "executed_at": "2016-08-01T10:00:00+08:00",
}


@pytest.fixture
def law(desk: Desk) -> Law:
    return desk.law


def said(
    law: Law, body: dict[str, Any], *texts: tuple[str, str], event_type: str = "PenaltyDecided"
) -> tuple[Any, Any]:
    return righted(body, event_type, texts, law.rulebook.catalogue)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("business_amount_fen", "6210000", 6_210_000),
        ("body.business_amount_fen", "6210000", 6_210_000),
        ("business_amount_fen", "", None),
        ("public", "false", False),
    ],
)
def test_a_value_becomes_what_its_field_holds(law: Law, field: str, text: str, value: object) -> None:
    body, unfit = said(law, PENALTY, (field, text))

    assert (body[field.removeprefix("body.")], unfit) == (value, ())


def test_an_item_of_a_list_is_put_right_and_its_neighbours_stay(law: Law) -> None:
    body, _ = said(law, PENALTY, ("penalties[1].amount_fen", "7"), ("penalties[0].party_id", "p1"))

    assert body["penalties"] == [
        {"kind": "fine", "amount_fen": 100, "party_id": "p1"},
        {"kind": "confiscate_gains", "amount_fen": 7},
    ]
    assert PENALTY["penalties"][1]["amount_fen"] == 5


def test_a_list_is_written_as_json(law: Law) -> None:
    body, _ = said(law, PENALTY, ("penalties", '[{"kind": "warning"}]'))

    assert body["penalties"] == [{"kind": "warning"}]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("business_amount_fen", "6,210,000"), ("business_amount_fen", "六百万"), ("hearing_held", "ja"),
        ("penalties[0].kind", "imprisonment"), ("penalties[7].kind", "fine"), ("penalties", "[1]"), ("penalties", "{"),
        ("penalties.kind", "fine"), ("nothing", "1"), ("public.deeper", "1"), ("", "1"), ("public", ""),
    ],
)  # fmt: skip
def test_what_no_body_could_hold_is_named_and_changes_nothing(law: Law, field: str, text: str) -> None:
    assert said(law, PENALTY, (field, text), ("public", "false")) == ({**PENALTY, "public": False}, (field,))


def test_an_instant_must_be_one(law: Law) -> None:
    right, wrong = "2016-08-02T10:00:00+08:00", "2. August"

    assert said(law, MEASURE, ("executed_at", right), event_type="RegulatoryMeasureTaken")[0]["executed_at"] == right
    assert said(law, MEASURE, ("executed_at", wrong), event_type="RegulatoryMeasureTaken")[1] == ("executed_at",)
