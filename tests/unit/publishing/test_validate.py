"""Is everything that is wrong with an event named at once, before it is sent?"""

import json
from pathlib import Path

import pytest

from tests.unit.publishing.bus import Keys, law
from yisong.contract import folder
from yisong.publishing.instants import to_ms
from yisong.publishing.signer import Signer
from yisong.publishing.validate import event_faults

HISTORIES = sorted((folder() / "examples" / "histories").glob("H*.jsonl"))
AT = to_ms("2016-07-18T09:14:00+08:00")

Row = dict[str, dict[str, object]]


class EveryKey:
    """Whatever organ it is, its key is here."""

    def private(self, key_id: str) -> bytes:
        return key_id.encode().ljust(32)


def clue() -> Row:
    """Return the first line of H1: a clue that V9801 found."""
    row: Row = json.loads(HISTORIES[0].read_text(encoding="utf-8").splitlines()[0])
    return row


def faults(
    header: dict[str, object] | None = None, body: dict[str, object] | None = None, *, at: int = AT
) -> tuple[str, ...]:
    row = clue()
    stated, said = {**row["header"], **(header or {})}, {**row["body"], **(body or {})}
    return event_faults(
        {name: value for name, value in stated.items() if value is not None},
        said,
        law=law(),
        signer=Signer(law(), Keys()),
        at=at,
    )


def test_a_sound_event_has_none() -> None:
    assert faults() == ()


@pytest.mark.parametrize("history", HISTORIES, ids=lambda path: path.stem)
def test_no_line_of_a_history_has_any_but_that_of_a_key_which_is_not_here(history: Path) -> None:
    """What agencies really send is not held up; only the four organs of this test have keys."""
    for number, text in enumerate(history.read_text(encoding="utf-8").splitlines(), start=1):
        row = json.loads(text)
        row["header"]["cites"] = [
            cite if "id" in cite else {"kind": "event", "id": "0"} for cite in row["header"]["cites"]
        ]
        found = event_faults(
            row["header"], row["body"], law=law(), signer=Signer(law(), EveryKey()), at=to_ms(row["at"])
        )
        assert [fault for fault in found if not fault.startswith("key:")] == [], f"line {number}"


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ({"event_type": "MoonLanded"}, "event_type: MoonLanded is not in the catalogue"),
        ({"variant": "perhaps"}, "variant: ClueFound has the variants feedback_wanted"),
        ({"variant": None}, "variant: required for ClueFound"),
        ({"case_id": "CRB-980100-2016-000021-6"}, "case_id: wrong format or check character"),
        ({"aggregate": None}, "aggregate: required for ClueFound"),
        ({"aggregate": {"kind": "referral", "id": "R-1"}}, "aggregate: ClueFound has the kind clue"),
        (
            {"aggregate": {"kind": "clue", "id": "C-CRB-970200-2016-000072-B-1"}},
            "aggregate: its id must be C-{case_id}-{n}",
        ),
        ({"publisher": "X9801"}, "publisher: X9801 is not in the directory"),
        ({"publisher": "S-copyright"}, "publisher: S-copyright is system; ClueFound is published by"),
        ({"publisher": "V98"}, "key: no key of V98"),
        ({"to": ["P9801", "X1"]}, "to: X1 is not in the directory"),
        ({"cc": ["S-police"]}, "cc: S-police is a system organ"),
        ({"acting_for": "P9801"}, "acting_for: V9801 is neither the superior of P9801"),
        ({"countersignature": "P9702"}, "key: no key of P9702"),
        ({"classification": "secret_mimi"}, "classification: 国家秘密"),
        ({"sealing": "sealed"}, "sealing: V9801 has no key to seal to"),
        ({"pii_level": "P0"}, "pii_level: the body holds fields of level P2"),
        ({"region_code": "9801"}, "region_code: must have six digits"),
        ({"occurred_at": "2016-07-18T09:30:00+08:00"}, "occurred_at: lies further ahead"),
        ({"occurred_at": "1999-12-31T23:59:59+08:00"}, "occurred_at: must lie from 2000-01-01"),
    ],
)
def test_a_header_is_refused_for(header: dict[str, object], fault: str) -> None:
    found = faults(header)

    assert any(one.startswith(fault) for one in found), found


@pytest.mark.parametrize(("alone", "lost"), [(False, ()), (True, ("key: no key of P9801 in this key store",))])
def test_the_key_of_a_second_organ_is_needed_here_only_where_no_node_asks_for_its_signature(
    alone: bool, lost: tuple[str, ...]
) -> None:
    keys = Keys()
    keys.lost.add("P9801#1")
    row = clue()
    stated = {**row["header"], "countersignature": "P9801"}
    found = event_faults(stated, row["body"], law=law(), signer=Signer(law(), keys), at=AT, alone=alone)

    assert tuple(fault[: len(lost[0])] for fault in found if lost) == lost
    assert len(found) == len(lost)


def test_nobody_signs_twice() -> None:
    assert any(fault.startswith("countersignature: must be another") for fault in faults({"countersignature": "V9801"}))


def test_a_body_is_refused_for_fields_that_its_schema_does_not_have() -> None:
    assert any("no_such_field" in fault for fault in faults(body={"no_such_field": 1}))


def test_personal_data_in_clear_is_refused_from_the_date_of_the_rulebook_on() -> None:
    found = faults({"occurred_at": "2030-01-01T00:00:00+08:00"}, at=to_ms("2030-01-02T00:00:00+08:00"))

    assert any(fault.startswith("sealing: a body with personal data") for fault in found)


def test_two_officers_are_counted() -> None:
    """取证人 2 名: one officer is not enough to secure evidence."""
    row = json.loads(HISTORIES[0].read_text(encoding="utf-8").splitlines()[1])
    row["header"]["officers"] = ["U-V9801-01"]

    found = event_faults(row["header"], row["body"], law=law(), signer=Signer(law(), Keys()), at=to_ms(row["at"]))

    assert found == ("officers: required for EvidencePreserved (at least 2)",)


def test_what_the_header_cannot_carry_is_asked_of_the_body() -> None:
    found = faults(body={"source": "company_or_association", "company_complaint": False})
    assert found == ("body.company_complaint: must be true where body.source is company_or_association",)


def test_all_are_named_at_once_and_each_once() -> None:
    """Whoever corrects the list has corrected the event."""
    found = faults(
        {"publisher": "X1", "case_id": "nonsense", "occurred_at": "yesterday", "pii_level": None}, {"summary": 7}
    )

    named = [fault.partition(":")[0] for fault in found]
    assert {"publisher", "case_id", "occurred_at", "pii_level"} <= set(named)
    assert any("summary" in fault for fault in found)
    assert len([name for name in named if name == "occurred_at"]) == 1


def test_no_fault_quotes_the_body() -> None:
    """A fault may end in a log; a body may not."""
    assert not any("13800000000" in fault for fault in faults(body={"summary": 13800000000, "source": "13800000000"}))
