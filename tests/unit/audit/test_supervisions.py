"""Which co-signers of a joint supervision have not said that it was served on them?"""

from typing import Any

from tests.unit.ledger.story import Story, told
from yisong.audit.supervisions import Act, acknowledged
from yisong.envelope.header import AggregateRef
from yisong.publishing.instants import to_ms


def ordered() -> Story:
    """Tell that V00 orders the supervision of H1's case, and that three ministries sign with it."""
    story = told("H1").until("H1", "CaseOpened")
    story.says(
        "JointSupervisionOrdered", by="V00", at="2016-08-01T10:00:00+08:00", to=["V9801"], cc=["W00", "T00", "P00"],
        doc_no="国版督字〔2016〕1号", due_at="2016-12-30T23:59:59+08:00", cites=[{"kind": "case", "id": story.case_id}],
        aggregate={"kind": "supervision", "id": f"D-{story.case_id}-1"},
    )  # fmt: skip
    return story


def served(story: Story, *, by: str, at: str, cite: dict[str, Any] | None = None) -> None:
    """Tell that *by* acknowledges what *cite* names, else the order itself."""
    order = story.ids[3]
    cites = [cite or {"kind": "event", "id": str(order)}]
    assert story.says("DocumentServed", by=by, at=at, served_at=at, to=["V00"], cites=cites).verdict == "admitted"


def seen(story: Story) -> list[tuple[str, int | None, bool]]:
    acts = [Act(entry.log_time, entry.header) for entry in story.entries if entry.header is not None]
    return [(one.co_signer, one.acknowledged_at, one.lifted) for one in acknowledged(acts)]


def test_all_are_awaited_once_the_order_is_out() -> None:
    assert seen(ordered()) == [("P00", None, False), ("T00", None, False), ("W00", None, False)]


def test_who_cites_the_order_or_the_supervision_has_acknowledged_it() -> None:
    story = ordered()
    served(story, by="T00", at="2016-08-01T11:00:00+08:00")
    ref = {"kind": "supervision", "id": f"D-{story.case_id}-1"}
    served(story, by="W00", at="2016-08-01T12:00:00+08:00", cite=ref)

    at = to_ms("2016-08-01T11:00:00+08:00"), to_ms("2016-08-01T12:00:00+08:00")
    assert seen(story) == [("P00", None, False), ("T00", at[0], False), ("W00", at[1], False)]


def test_only_the_first_acknowledgement_counts_and_only_that_of_a_co_signer() -> None:
    story = ordered()
    served(story, by="T00", at="2016-08-01T11:00:00+08:00")
    served(story, by="T00", at="2016-08-02T11:00:00+08:00")
    served(story, by="P98", at="2016-08-02T12:00:00+08:00")

    assert seen(story) == [
        ("P00", None, False),
        ("W00", None, False),
        ("T00", to_ms("2016-08-01T11:00:00+08:00"), False),
    ]


def test_what_acknowledges_something_else_acknowledges_nothing_here() -> None:
    story = ordered()
    served(story, by="P00", at="2016-08-01T11:00:00+08:00", cite={"kind": "event", "id": str(story.ids[0])})

    assert ("P00", None, False) in seen(story)


def test_nobody_is_waited_for_once_it_is_lifted() -> None:
    story = ordered()
    lead = {"aggregate": {"kind": "supervision", "id": f"D-{story.case_id}-1"}, "to": ["V00"]}
    story.says("SupervisionProgressReported", by="V9801", at="2016-08-03T10:00:00+08:00", variant="final", **lead)
    story.says(
        "JointSupervisionLifted", by="V00", at="2016-08-04T10:00:00+08:00", variant="withdrawn",
        **{**lead, "to": ["V9801"], "doc_no": "国版督字〔2016〕2号"},
    )  # fmt: skip
    assert story.now.states[AggregateRef("supervision", f"D-{story.case_id}-1")] == "lifted"

    assert {lifted for _, _, lifted in seen(story)} == {True}
