"""What do agencies say in a case on a real bus? Lines of the histories and single acts, each through its own node."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from uuid import UUID

from typer.testing import CliRunner

from tests.unit.ledger.story import history
from tests.waiting import PATIENCE, until
from yisong import Published, Publisher
from yisong.cli.main import app
from yisong.publishing.instants import to_ms
from yisong.publishing.published import Wait

MACHINES_SIGN: Final = """
version: 1
agencies:
  copyright: {DocumentServed: U-V-MACHINE}
  cac: {ClueHandedOver: U-W-MACHINE, DocumentServed: U-W-MACHINE}
  miit: {FilingInfoProvided: U-T-MACHINE, DocumentServed: U-T-MACHINE}
  police: {ReferralReceipted: U-P-MACHINE, DocumentServed: U-P-MACHINE}
"""
"""A policy under which each of the four desks signs whatever a machine may."""

ADMITTED: Final = ("admitted", "admitted-late")


class Case:
    """A case of its own on a bus. It is told act by act, and what a line of a history cites has been told before."""

    def __init__(self, publisher: Publisher, case_id: str, *, like: str = "H1", wait: Wait = "verdict") -> None:
        """Tell *case_id* as the history *like* goes; *wait* for each act as `Publisher.publish` does."""
        self.case_id, self._wait, self._publisher = case_id, wait, publisher
        self._lines = _renamed(like, case_id)
        self._told: dict[int, str] = {}

    def lines(self, *numbers: int) -> None:
        """Tell these lines of the history, as they stand."""
        for number in numbers:
            self.line(number)

    def line(self, number: int, *, at: str | None = None, body: Mapping[str, Any] | None = None, **other: Any) -> None:
        """Tell one line, logged *at* another instant, with another *body* or *other* header fields."""
        header, told, told_at = self.stated(number)
        said = self._publish({**header, **other}, body or told, at=at or told_at)
        self._told[number] = str(said.event_id)

    def countersigned(self, number: int, *, officer: str) -> None:
        """Tell one line that another organ signs, too: its *officer* (token) does, once the draft is there."""
        header, body, at = self.stated(number)
        asked = self._publisher.publish_header(header, body, at=to_ms(at), wait=None)
        until(lambda: _sign(asked.event_id, officer) == 0, "the draft has not come, or cannot be signed")
        said = self._publisher.publish_header(
            header, body, event_id=asked.event_id, at=to_ms(at), wait="verdict", timeout=PATIENCE
        )
        assert said.verdict in ADMITTED, (header["event_type"], said.verdict, said.reason)
        self._told[number] = str(said.event_id)

    def stated(self, number: int) -> tuple[dict[str, Any], dict[str, Any], str]:
        """Return header, body and instant of one line as it is to be told in this case."""
        line = self._lines[number - 1]
        cites = [self._cite(one) for one in line["header"]["cites"]]
        return {**line["header"], "cites": cites}, line["body"], line["at"]

    def says(self, event_type: str, *, by: str, at: str, body: Mapping[str, Any], **fields: Any) -> None:
        """Tell what *by* says, done and logged at the same instant, and admitted."""
        header = {
            "event_type": event_type, "case_id": self.case_id, "publisher": by, "occurred_at": at,
            "pii_level": "P1", "region_code": self.case_id[4:10], "cites": [], **fields,
        }  # fmt: skip
        self._publish(header, body, at=at)

    def of(self, kind: str, letter: str, number: int = 1) -> dict[str, str]:
        """Name an aggregate of this case: a referral is ``R-<case>-1``."""
        return {"kind": kind, "id": f"{letter}-{self.case_id}-{number}"}

    @property
    def ref(self) -> dict[str, str]:
        """The case itself, as an aggregate or a cite."""
        return {"kind": "case", "id": self.case_id}

    @property
    def site(self) -> str:
        """The site that H1 is about, as this case has it."""
        return _site(self.case_id)

    def body(self, number: int) -> dict[str, Any]:
        """Return the body of a line."""
        found: dict[str, Any] = self._lines[number - 1]["body"]
        return found

    def attachments(self, number: int) -> list[dict[str, Any]]:
        """Return the manifest of a line: kind, SHA-256 (hex) and size of each paper."""
        found: list[dict[str, Any]] = self._lines[number - 1]["header"]["attachments"]
        return found

    def _cite(self, cite: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"kind": "event", "id": self._told[cite["line"]]} if "line" in cite else cite

    def _publish(self, header: Mapping[str, Any], body: Mapping[str, Any], *, at: str) -> Published:
        said = self._publisher.publish_header(header, body, at=to_ms(at), wait=self._wait, timeout=PATIENCE)
        assert self._wait != "verdict" or said.verdict in ADMITTED, (header["event_type"], said.verdict, said.reason)
        return said


def _sign(event_id: UUID, officer: str) -> int:
    return CliRunner().invoke(app, ["drafts", "sign", str(event_id), "--officer", officer]).exit_code


@cache
def _renamed(name: str, case_id: str) -> tuple[dict[str, Any], ...]:
    lines = history(name)
    # Cases with one target would be put beside each other: each has a site of its own.
    told = json.dumps(lines).replace("novel-a.example", _site(case_id))
    return tuple(json.loads(told.replace(lines[0]["header"]["case_id"], case_id)))


def _site(case_id: str) -> str:
    return f"novel-{case_id[16:22]}.example"


def clue_of_cac(case: Case) -> None:
    """Let 甲省网信办 find a clue, which is for the copyright office of the case's region."""
    case.line(1, publisher="W98", variant="feedback_not_wanted", officers=[], body=_FOUND, pii_level="P1")


_FOUND: Final = {
    "source": "monitoring", "origin": "self", "targets": [{"kind": "domain", "value": "films-d.example"}],
    "work_types": ["film_tv"], "platform_type": "website", "summary": "网信巡查发现影视站", "company_complaint": False,
}  # fmt: skip


def ordered_jointly(case: Case, *, at: str, cc: list[str]) -> None:
    """Let V00 order a joint supervision of a case of V9801, with the co-signers *cc*."""
    case.says(
        "JointSupervisionOrdered", by="V00", at=at, to=["V9801"], cc=cc, aggregate=case.of("supervision", "D"),
        doc_no="国版督字〔2016〕1号", due_at="2016-12-30T18:00:00+08:00", cites=[case.ref],
        body={"level": "joint", "report_cycle": "monthly", "requirements": "及时结案"},
    )  # fmt: skip
