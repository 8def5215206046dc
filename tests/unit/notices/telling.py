"""How does a test let an agency do what a notice asks for? It says so, the fold admits it, and its bytes are read."""

from collections.abc import Mapping
from typing import Any

from tests.unit.ledger.story import Story, law
from yisong.audit.acts import Act
from yisong.envelope.case_id import register_case_id
from yisong.envelope.codec import SALT_BYTES
from yisong.publishing.across import faults_across
from yisong.schemas.bodies import decode_body
from yisong.schemas.faults import body_faults
from yisong.statistics.derive import derive
from yisong.statistics.rows import Derived, Stated

CASE = "CRB-980100-2016-000021-5"
MINISTRY = register_case_id("000000", 2016)
PROVINCE = register_case_id("980000", 2016)
TWO = ["U-V9801-01", "U-V9801-02"]


class Refused(Exception):
    """The fold does not admit what was said; it holds the reason."""


class Told:
    """Dockets in memory: what is said must be sound and admitted, and is read back from the bytes that travelled."""

    def __init__(self) -> None:
        self.stories: dict[str, Story] = {}
        self.acts: list[Act] = []

    def says(
        self,
        event_type: str,
        body: Mapping[str, Any],
        *,
        by: str = "V9801",
        at: str = "2016-07-18T10:00:00+08:00",
        case: str = CASE,
        variant: str | None = None,
        **fields: Any,
    ) -> Act:
        """Return what *by* says at log time *at* in the docket *case*; raise Refused where the fold refuses it."""
        assert body_faults(event_type, body, variant=variant) == ()
        assert list(faults_across(event_type, variant, fields.get("cc", []), body)) == []
        story = self.stories.setdefault(case, Story(case))
        header = {
            "event_type": event_type, "variant": variant, "case_id": case, "publisher": by, "occurred_at": at,
            "pii_level": "P2", "region_code": case[4:10], "cites": [], **fields,
        }  # fmt: skip
        opened = story.opened(at, header, body)
        entry = story.record(opened)
        if entry.verdict != "admitted" or entry.header is None:
            raise Refused(entry.reason)
        assert opened.carried is not None
        read = decode_body(entry.header.body_schema, opened.carried[SALT_BYTES:])
        act = Act(
            partition=entry.partition, offset=entry.offset, number=entry.docket_index, log_time=entry.log_time,
            header=entry.header, body={name: value for name, value in read.items() if value is not None},
        )  # fmt: skip
        self.acts.append(act)
        return act

    def finds(self, *, by: str = "V9801", variant: str = "feedback_wanted", case: str = CASE, **more: Any) -> Act:
        """Return the clue with which a case begins; *more* says stands in its body."""
        body = {
            "source": "monitoring", "origin": "self", "targets": [{"kind": "domain", "value": "novel-a.example"}],
            "work_types": ["literature"], "platform_type": "website", "summary": "未经许可传播",
            "company_complaint": False, **more,
        }  # fmt: skip
        return self.says(
            "ClueFound", body, by=by, case=case, variant=variant, aggregate={"kind": "clue", "id": f"C-{case}-1"}
        )

    def opens(self, *, case: str = CASE, **more: Any) -> Act:
        """Return the opening of the case, a day after its clue."""
        at = "2016-07-19T10:00:00+08:00"
        body = {
            "violation": "XW18_1", "parties": [], "work_types": ["literature"], "platform_type": "website",
            "archive_series": "general", **more,
        }  # fmt: skip
        return self.says(
            "CaseOpened", body, at=at, case=case, decided_at=at, officers=TWO, doc_no="甲一文立字〔2016〕1号",
            aggregate={"kind": "case", "id": case},
        )  # fmt: skip

    def inspects(self, *, by: str = "V9801", at: str = "2016-07-20T10:00:00+08:00", **more: Any) -> Act:
        """Return an inspection; *more*, but for *header*, stands in its body."""
        header = more.pop("header", {})
        body = {
            "kind": "open", "place_region": "980100", "premises": "场所", "witness_present": True, "sites_checked": 1,
            "works_checked": 2, "items": [], "finding": "…", **more,
        }  # fmt: skip
        about = {"kind": "inspection", "id": f"I-{CASE}-1"}
        return self.says("InspectionRecorded", body, by=by, at=at, **{"officers": TWO, "aggregate": about, **header})

    def files(self, variant: str, *, by: str = "V98", case: str = PROVINCE, **more: Any) -> Act:
        """Return a report; *more*, but for *to*, stands in its body."""
        to = more.pop("to", ["V00"])
        body = {
            "period": "2016", "template": "JW2016-1", "report_version": 1, "figures": [], "derived_diff": [],
            "focus": [], "duties": [], **more,
        }  # fmt: skip
        return self.says("PeriodicReportFiled", body, by=by, case=case, variant=variant, to=to)

    def state(self, kind: str, case: str = CASE) -> str:
        """Return the state of the newest aggregate of *kind*."""
        return self.stories[case].state(kind)

    def clocks(self, case: str = CASE) -> dict[str, str]:
        """Return how the clocks of a docket stand, by timer."""
        return {clock.timer: clock.outcome for clock in self.stories[case].now.clocks}

    def derived(self, case: str = CASE) -> Derived:
        """Return what the docket gives the statistics."""
        return derive(
            case, [_stated(act) for act in self.acts if act.case_id == case], catalogue=law().rulebook.catalogue
        )


def _stated(act: Act) -> Stated:
    header = act.header
    about = header.aggregate
    return Stated(
        act.partition, act.offset, act.number, header.event_id, header.event_type, header.variant, header.publisher,
        header.speaker, about and about.id, about is not None and about.kind == "case", header.occurred_at,
        header.campaign_id, header.to, header.cc, header.cites, act.body,
    )  # fmt: skip


def read(act: Act, *fields: str) -> tuple[Any, ...]:
    """Return fields of the body, as they came out of the bytes; None for one that was not filled."""
    assert act.body is not None
    return tuple(act.body.get(field) for field in fields)
