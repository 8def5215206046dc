"""Is somebody who is owed an answer never marked as waiting for none?"""

import json
from pathlib import Path

import pytest

from tests.unit.publishing.bus import Keys, law
from yisong.contract import folder
from yisong.publishing.instants import to_ms
from yisong.publishing.signer import Signer
from yisong.publishing.validate import event_faults

FIRST = next(Path(folder() / "examples" / "histories").glob("H1.jsonl")).read_text(encoding="utf-8").splitlines()[0]


def faults(body: dict[str, object], *, variant: str = "feedback_not_wanted") -> tuple[str, ...]:
    row = json.loads(FIRST)
    row["header"]["variant"] = variant
    said = {**row["body"], "reporter_token": None, **body}
    said = {name: value for name, value in said.items() if value is not None}
    return event_faults(row["header"], said, law=law(), signer=Signer(law(), Keys()), at=to_ms(row["at"]))


@pytest.mark.parametrize(
    ("body", "who"),
    [
        ({"source": "company_or_association", "company_complaint": True}, "a company or association"),
        ({"source": "platform_report", "company_complaint": True}, "a company or association"),
        ({"source": "leader_instruction"}, "a leader's instruction"),
        ({"source": "rightsholder_complaint", "reporter_token": "K-1"}, "a right-holder"),
        ({"source": "rightsholder_green_channel", "rightsholder": "示例影视"}, "a right-holder"),
        ({"source": "foreign_rightsholder", "rightsholder": "Example Pictures"}, "a right-holder"),
        ({"source": "hotline_12318", "reporter_token": "K-1"}, "a caller of 12318"),
    ],
)
def test_who_is_always_answered_is_not_marked_as_wanting_no_answer(body: dict[str, object], who: str) -> None:
    (fault,) = faults(body)

    assert fault == f"variant: {who} is always answered; only an anonymous complaint is feedback_not_wanted"
    assert faults(body, variant="feedback_wanted") == ()


@pytest.mark.parametrize("source", ["hotline_12318", "rightsholder_complaint", "rightsholder_green_channel"])
def test_an_anonymous_complaint_cannot_be_answered(source: str) -> None:
    assert faults({"source": source}) == ()


@pytest.mark.parametrize("source", ["public_report", "monitoring", "third_party_monitor", "peer_agency"])
def test_other_clues_go_without_one(source: str) -> None:
    assert faults({"source": source, "reporter_token": "K-1"}) == ()
