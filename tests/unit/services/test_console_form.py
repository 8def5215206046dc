"""Is the form that the contract asks for generated, and is what was typed read back as an author would state it?"""

import pytest

from services.gateway.console.form import Filled, Input, body_inputs, body_of, instant, scalar
from services.gateway.console.header_form import header_inputs, header_of
from services.gateway.console.names import Names
from services.gateway.console.texts import texts
from tests.unit.ledger.story import law
from yisong.schemas import body_faults

NAMES = Names(law(), texts("zh"))
EMPTY = Filled({}, {})
CLUE = law().events["ClueFound"]
CASE = "CRB-980100-2016-000021-5"


def by_code(inputs: tuple[Input, ...]) -> dict[str, Input]:
    return {one.code: one for one in inputs}


@pytest.mark.parametrize("name", sorted(law().events))
def test_every_field_of_every_body_has_an_input_by_its_name_and_kind(name: str) -> None:
    event = law().events[name]
    inputs = body_inputs(event, EMPTY, NAMES)
    assert [one.code for one in inputs] == [one.name for one in event.body]
    assert [one.label for one in inputs] == [one.zh for one in event.body]
    assert [one.required for one in inputs] == [not one.type.endswith("?") for one in event.body]
    for one, field in zip(inputs, event.body, strict=True):
        assert bool(one.options) == ("enum:" in field.type or field.type.startswith("boolean"))
        assert one.many == field.type.startswith("array<record:")


def test_what_is_typed_into_a_clue_is_a_body_without_fault() -> None:
    typed = {
        "/body/source": ["monitoring"],
        "/body/origin": ["self"],
        "/body/targets/0/kind": ["domain"],
        "/body/targets/0/value": [" films-d.example "],
        "/body/targets/1/kind": [""],
        "/body/work_types": ["film_tv", "music"],
        "/body/platform_type": ["website"],
        "/body/summary": ["巡查发现影视站"],
        "/body/company_complaint": ["false"],
    }
    body = body_of(CLUE, typed, law())
    assert body["targets"] == [{"kind": "domain", "value": "films-d.example"}]
    assert (body["work_types"], body["company_complaint"]) == (["film_tv", "music"], False)
    assert body_faults("ClueFound", body, variant="feedback_not_wanted") == ()


def test_an_empty_form_states_nothing_that_was_not_typed() -> None:
    body = body_of(CLUE, {}, law())
    assert body == {"targets": [], "work_types": []}
    assert body_faults("ClueFound", body, variant=None)


def test_a_row_is_added_where_one_was_asked_for() -> None:
    one = by_code(body_inputs(CLUE, EMPTY, NAMES))["targets"]
    typed = {"/body/targets/0/kind": ["domain"], "more": ["/body/targets"]}
    two = by_code(body_inputs(CLUE, Filled(typed, {}), NAMES))["targets"]
    assert [len(one.rows), len(two.rows)] == [1, 2]
    assert two.rows[0][0].value == "domain"
    assert [row[0].name for row in two.rows] == ["/body/targets/0/kind", "/body/targets/1/kind"]


def test_a_fault_stands_beside_its_field() -> None:
    said = {"/body/targets/0/value": ["is missing"], "/header/officers/0": ["is no token"], "/header/to": ["unknown"]}
    filled = Filled({}, said)
    target = by_code(body_inputs(CLUE, filled, NAMES))["targets"]
    assert by_code(target.rows[0])["value"].faults == ("is missing",)
    first, _ = header_inputs(CLUE, None, filled, NAMES, now=0)
    assert by_code(first)["officers"].faults == ("is no token",)
    assert by_code(first)["to"].faults == ("unknown",)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("12", "long", 12), ("12.5", "int", "12.5"), ("１２", "int", "１２"), ("1200", "fen", 120_000),
        ("12.5", "fen", 1_250), ("12.345", "fen", "12.345"), ("-1", "fen", "-1"), ("true", "boolean", True),
        ("yes", "boolean", "yes"), ("2016-07-18", "date", "2016-07-18"), ("x", "string", "x"),
    ],
)  # fmt: skip
def test_what_says_no_value_of_its_type_stays_as_it_was_typed(text: str, kind: str, value: object) -> None:
    assert scalar(text, kind) == value


def test_an_instant_is_one_of_beijing() -> None:
    assert instant("2016-07-18T09:00") == "2016-07-18T09:00:00+08:00"
    assert instant("2016-07-18T09:00:07") == "2016-07-18T09:00:07+08:00"
    assert instant("yesterday") == "yesterday"


def test_the_header_says_who_publishes_and_what_is_typed() -> None:
    typed = {
        "/header/case_id": [CASE],
        "variant": ["feedback_not_wanted"],
        "/header/occurred_at": ["2016-07-18T09:00"],
        "/header/to": ["V98", "W98"],
        "/header/officers": ["U-V9801-01\n\nU-V9801-02"],
        "/header/cites": [f"{CASE}\n01565464-fe00-7c4e-9b38-45ff776e9065\nP-TRIAGE/C-1/1\nreferral R-{CASE}-1"],
        "aggregate-number": ["2"],
    }
    header = header_of(CLUE, typed, law(), publisher="V9801")
    assert header["aggregate"] == {"kind": "clue", "id": f"C-{CASE}-2"}
    assert (header["publisher"], header["region_code"], header["to"]) == ("V9801", "980100", ["V98", "W98"])
    assert header["officers"] == ["U-V9801-01", "U-V9801-02"]
    cites = header["cites"]
    assert isinstance(cites, list)
    assert [one["kind"] for one in cites] == ["case", "event", "clock", "referral"]
    assert "doc_no" not in header


def test_what_an_event_must_carry_is_among_the_first_fields_and_marked() -> None:
    first, others = header_inputs(law().events["CriminalReferralSent"], None, EMPTY, NAMES, now=0)
    needed = {one.code for one in first if one.required}
    assert {"occurred_at", "to", "attachments"} <= needed
    assert not {one.code for one in first} & {one.code for one in others}
