"""What do tests of linked cases need? Events of several dockets as acts, with their bodies readable or not."""

from collections.abc import Mapping
from typing import Any

from tests.unit.ledger.story import Story
from yisong.audit.acts import Act
from yisong.ledger import Docket

FIRST, SECOND, THIRD = "CRB-980100-2016-000021-5", "CRB-970200-2016-000072-B", "CRB-970000-2016-000009-X"
"""A case of 甲省一市, and two of 乙省."""
FAR = "CRB-960300-2016-000004-Z"
"""One of which this bus knows nothing."""


class Cases:
    """Several dockets, and what was said in them, in log order."""

    def __init__(self) -> None:
        self.stories: dict[str, Story] = {}
        self.acts: list[Act] = []

    @property
    def dockets(self) -> Mapping[str, Docket]:
        """The dockets as they stand, by case id."""
        return {case_id: story.now for case_id, story in self.stories.items()}

    def story(self, case_id: str) -> Story:
        """Give the docket of a case, which is told up to its opening."""
        if case_id not in self.stories:
            self.stories[case_id] = story = Story(case_id)
            by = f"V{case_id[4:8]}".removesuffix("00")
            clue = {"variant": "feedback_not_wanted", "aggregate": {"kind": "clue", "id": f"C-{case_id}-1"}}
            story.says("ClueFound", by=by, at="2016-07-01T10:00:00+08:00", **clue)
            story.says(
                "CaseOpened", by=by, at="2016-07-02T10:00:00+08:00", doc_no="立〔2016〕1号", officers=["U-1", "U-2"],
                decided_at="2016-07-02T10:00:00+08:00", aggregate={"kind": "case", "id": case_id},
            )  # fmt: skip
        return self.stories[case_id]

    def says(self, event_type: str, body: Mapping[str, Any], *, case_id: str, by: str, at: str, **fields: Any) -> Act:
        """Let *by* say an event in the docket of a case, and read what it says, unless it is *hidden*."""
        story, hidden = self.story(case_id), fields.pop("hidden", False)
        header = {
            "event_type": event_type, "case_id": case_id, "publisher": by, "occurred_at": at, "pii_level": "P1",
            "region_code": case_id[4:10], "cites": [], **fields,
        }  # fmt: skip
        entry = story.record(story.opened(at, header, body))
        assert entry.verdict == "admitted", entry.reason
        assert entry.header is not None
        act = Act(
            partition=entry.partition, offset=entry.offset, number=entry.docket_index, log_time=entry.log_time,
            header=entry.header, body=None if hidden else body,
        )  # fmt: skip
        self.acts.append(act)
        return act

    def link(self, kind: str, case_id: str, *others: str, cluster: str | None = None, **fields: Any) -> Act:
        """Link a case to *others*."""
        body = {"cluster_id": cluster, "lead_case": fields.pop("lead", None), "reason": "同一来源"}
        cites = [{"kind": "case", "id": one} for one in others]
        said = {"variant": kind, "cites": cites, "by": "V9801", "at": "2016-08-01T10:00:00+08:00", **fields}
        return self.says("CasesLinked", body, case_id=case_id, **said)

    def file(self, case_id: str, amount: int | None, *, at: str = "2016-08-05T10:00:00+08:00", **fields: Any) -> None:
        """Let the police file the crime of a case; *amount* in fen. Its docket is left alone: nobody looks at it."""
        body = {"charge": "c217_1", "amount_involved_fen": amount, "cluster_id": fields.pop("cluster", None)}
        header = {
            "event_type": "CriminalCaseFiled", "case_id": case_id, "publisher": "P9801", "occurred_at": at,
            "pii_level": "P2", "region_code": case_id[4:10], "cites": [],
        }  # fmt: skip
        opened = self.story(case_id).opened(at, header, {**body, "police_case_token": "T-1"})
        assert opened.header is not None
        hidden = fields.pop("hidden", False)
        act = Act(
            partition=opened.partition, offset=opened.offset, number=0, log_time=opened.broker_time,
            header=opened.header, body=None if hidden else body,
        )  # fmt: skip
        self.acts.append(act)
