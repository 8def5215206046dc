"""What do the four desks do on a real bus? They say what a machine may sign, and all else is somebody's duty."""

from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from tests.cases import Case, clue_of_cac, ordered_jointly
from tests.clues import own_case
from tests.waiting import PATIENCE
from yisong import Publisher
from yisong.cli.main import app
from yisong.desk.filing_csv import COLUMNS
from yisong.embedded import Bus
from yisong.home import Home

POLICY = """
version: 1
agencies:
  cac: {ClueHandedOver: U-W-MACHINE, DocumentServed: U-W-MACHINE}
  miit: {FilingInfoProvided: U-T-MACHINE}
  police: {ReferralReceipted: U-P-MACHINE}
"""
ROW = "T98,domain,{site},例ICP备16000001号-1,,organisation,甲一市墨池(合成),91980100FAKE000139,,甲省接入,980000"
KINDS = ("transfer_letter", "investigation_report", "item_list", "appraisal")

Command = Callable[..., Any]
Tell = Callable[..., Case]
Duties = dict[str, dict[str, Any]]
"""By name: ``T-REF-14`` for the duty of a clock, ``answer-refusal`` for one that a rule of the desk has made."""


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    """Give a bus on which machines may hand on clues, acknowledge for 网信, answer look-ups and sign receipts."""
    folder = tmp_path_factory.mktemp("machines")
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    with Bus.start(Home(folder)) as bus:
        yield bus


@pytest.fixture
def command(machines: Bus, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("YISONG_HOME", str(machines.home.path))
    return lambda *words: CliRunner().invoke(app, list(words))


@pytest.fixture
def case(machines: Bus) -> Iterator[Tell]:
    """Begin cases of one's own, which are told through the agencies' nodes."""
    with Publisher(machines.home) as publisher:
        yield lambda number, like="H1": Case(publisher, own_case(number), like=like)


def until(looked: Callable[[], Any], holds: Callable[[Any], bool]) -> Any:
    """Look again and again until it *holds*, and return what was seen."""
    deadline = monotonic() + PATIENCE
    while not holds(found := looked()):
        assert monotonic() < deadline, f"it has not come to that: {found}"
        sleep(0.2)
    return found


def said(command: Command, case_id: str, event_type: str, *, by: str) -> dict[str, Any]:
    """Wait until a case has an event of a type by an organ, and return its line."""

    def lines() -> list[dict[str, Any]]:
        shown = command("history", case_id, "--json")
        events = orjson.loads(shown.output)["events"] if shown.exit_code == 0 else []
        return [one for one in events if (one["event_type"], one["publisher"]) == (event_type, by)]

    found: list[dict[str, Any]] = until(lines, bool)
    return found[0]


def duties(command: Command, agency: str, case_id: str) -> Duties:
    """Return what an agency owes in a case now."""
    rows = orjson.loads(command("duties", "--agency", agency, "--json").output)
    return {one["name"].partition("/")[0]: one for one in rows if one["case_id"] == case_id}


def owed(command: Command, agency: str, case_id: str, *names: str) -> Duties:
    """Wait until an agency owes these duties in a case, and no others, and return them."""
    found: Duties = until(partial(duties, command, agency, case_id), lambda found: set(found) == set(names))
    return found


class TestCopyright:
    def test_owes_what_the_law_says_next_from_clue_to_items_handed_over(self, command: Command, case: Tell) -> None:
        """V9801 finds a clue by 12318; at the end the police have the items, and the caller an answer."""
        told = case(7101)
        told.line(1)
        owed(command, "copyright", told.case_id, "P-TRIAGE", "P-FEEDBACK")
        told.lines(2, 3, 6)
        found = owed(command, "copyright", told.case_id, "P-FEEDBACK", "decide-on-referral")
        advice = found["decide-on-referral"]["advice"]
        assert (advice["flag"], [hit["rule_id"] for hit in advice["hits"]]) == ("RED", ["CT-2011-02"])

        told.lines(7, 8, 9, 10, 11)
        found = owed(command, "copyright", told.case_id, "P-FEEDBACK", "T-REF-14")
        assert (found["T-REF-14"]["organ"], found["T-REF-14"]["owed"]) == ("V9801", ["CaseItemsHandedOver"])
        told.countersigned(12, officer="U-P9801-01")
        told.line(13)
        owed(command, "copyright", told.case_id)

    def test_answers_a_refusal_while_it_may(self, command: Command, case: Tell) -> None:
        """Served on Friday 5 August 2016; asked to reconsider, the police uphold it, and the procuratorate is left."""
        told = case(7102)
        told.lines(1, 2, 3, 6, 7, 8, 9, 10)
        referral, friday = told.of("referral", "R"), "2016-08-05T10:00:00+08:00"
        told.says(
            "CriminalFilingRefused", by="P9801", at=friday, variant="no_crime_fact", aggregate=referral, to=["V9801"],
            decided_at=friday, served_at=friday, approver="U-P9801-90", doc_no="甲一公（知）不立字〔2016〕9号",
            body={"reason_text": "未达标准", "file_returned_at": friday},
        )  # fmt: skip
        found = owed(command, "copyright", told.case_id, "P-FEEDBACK", "answer-refusal", "close-unfiled")
        assert found["answer-refusal"]["due_rolled"] == "2016-08-08T23:59:59.999+08:00"
        assert set(found["answer-refusal"]["owed"]) == {
            "ReconsiderationRequested", "ProsecutorSupervisionRecorded:suggested", "ReferralClosedUnfiled",
        }  # fmt: skip

        monday, upheld = "2016-08-08T10:00:00+08:00", "2016-08-10T10:00:00+08:00"
        told.says(
            "ReconsiderationRequested", by="V9801", at=monday, aggregate=referral, to=["P9801"], served_at=monday,
            doc_no="甲一文复〔2016〕1号", body={"grounds": ["新证据"], "new_evidence_count": 1},
        )  # fmt: skip
        owed(command, "copyright", told.case_id, "P-FEEDBACK")
        told.says(
            "ReconsiderationDecided", by="P9801", at=upheld, variant="uphold", aggregate=referral, to=["V9801"],
            decided_at=upheld, served_at=upheld, approver="U-P9801-90", doc_no="甲一公复〔2016〕1号",
            body={"reason": "维持"},
        )  # fmt: skip
        owed(command, "copyright", told.case_id, "P-FEEDBACK", "suggest-supervision", "close-unfiled")

    def test_opens_a_case_for_a_rectification_that_failed(self, command: Command, case: Tell) -> None:
        """H5: seven apps are still there."""
        told = case(7103, "H5")
        told.lines(1, 2, 3)
        found = owed(command, "copyright", told.case_id, "P-RECT-ESC")

        assert found["P-RECT-ESC"]["owed"] == ["CaseOpened", "PenaltyDecided"]
        told.line(4)
        until(partial(duties, command, "copyright", told.case_id), lambda found: "P-RECT-ESC" not in found)

    def test_takes_over_a_rectification_of_cac_that_is_overdue(self, command: Command, case: Tell) -> None:
        """Nobody says so but the clock: its breach is on the log, and only copyright can open a case."""
        told, at = case(7104), "2016-07-20T10:00:00+08:00"
        told.lines(1, 3)
        told.says(
            "RectificationOrdered", by="W98", at=at, decided_at=at, served_at=at, doc_no="甲网责改〔2016〕1号",
            aggregate=told.of("rectification", "Q"), due_at="2016-07-29T23:59:59.999+08:00",
            officers=["U-W98-01", "U-W98-02"], body={"subject": "甲", "requirements": ["下架"], "legal_basis": "CF 28"},
        )  # fmt: skip
        told.line(2, at="2016-08-01T10:00:00+08:00")

        found = until(partial(duties, command, "copyright", told.case_id), lambda found: "escalate" in found)
        assert (found["escalate"]["organ"], found["escalate"]["about"]) == ("V9801", told.of("rectification", "Q"))
        found = until(partial(duties, command, "cac", told.case_id), lambda found: "P-RECT-ESC" in found)
        assert found["P-RECT-ESC"]["advice"]["competent"] == "V9801"

    def test_marks_a_clue_whose_work_is_protected_and_whose_site_is_known(self, command: Command, case: Tell) -> None:
        """The list stands in one case, the site in another; the new clue is put beside both."""
        work = {"title": "《甲的故事》", "work_type": "film_tv"}
        site = {"kind": "domain", "value": "www.films-9.example"}
        first, second = case(7105), case(7106)
        clue = {**first.body(1), "targets": [site], "works": [work], "work_types": ["film_tv"]}
        first.line(1, body=clue)
        first.says(
            "ListEntryChanged", by="V98", at="2016-07-18T10:00:00+08:00", variant="add", doc_no="甲版保〔2016〕1号",
            body={"list": "protected_works", "entry": "《甲的故事》", "work": work, "valid_from": "2016-01-01"},
        )  # fmt: skip
        owed(command, "copyright", first.case_id, "P-TRIAGE", "P-FEEDBACK")
        until(lambda: command("clues", "--json").output, lambda output: first.case_id in output)

        second.line(1, body=clue, at="2016-07-19T09:00:00+08:00")
        found = owed(command, "copyright", second.case_id, "P-TRIAGE", "P-FEEDBACK", "link-or-merge V9801")
        assert found["P-TRIAGE"]["advice"]["protected_works"] == ["甲版保〔2016〕1号"]
        assert found["link-or-merge V9801"]["advice"] == {"cases": [first.case_id], "propose": "merge"}


class TestCac:
    def test_hands_a_clue_to_the_competent_office_by_itself(self, command: Command, case: Tell) -> None:
        """甲省网信办 finds it in 甲一市; V9801 owes it the next step."""
        told = case(7201)
        clue_of_cac(told)

        handed = said(command, told.case_id, "ClueHandedOver", by="W98")
        assert (handed["variant"], handed["verdict"]) == ("agency", "admitted")
        found = owed(command, "copyright", told.case_id, "P-CLUE-ACK")
        assert found["P-CLUE-ACK"]["organ"] == "V9801"
        owed(command, "cac", told.case_id)

    def test_leaves_it_to_an_officer_where_policy_lets_no_machine(
        self, bus: Bus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """On a bus without a policy of its own the same clue is a duty, with the office that is competent."""
        monkeypatch.setenv("YISONG_HOME", str(bus.home.path))
        with Publisher(bus.home) as publisher:
            clue_of_cac(told := Case(publisher, own_case(7202)))

        found = owed(lambda *words: CliRunner().invoke(app, list(words)), "cac", told.case_id, "P-TRIAGE")
        assert found["P-TRIAGE"]["advice"] == {"competent": "V9801", "ground": "region"}

    def test_owes_a_content_measure_and_assistance_until_they_are_given(self, command: Command, case: Tell) -> None:
        """A platform left standing what it was told to take down; and V9801 asks who is behind it."""
        told = case(7203)
        told.lines(1, 2, 3)
        told.says(
            "TakedownRecorded", by="V9801", at="2016-07-19T11:00:00+08:00", variant="no_action",
            body={"platform": "乙二市云帙传媒有限公司(合成)", "links": 64},
        )  # fmt: skip
        told.says(
            "AssistanceRequested", by="V9801", at="2016-07-19T12:00:00+08:00", aggregate=told.of("assistance", "A"),
            to=["W98"], body={"question": "请查明账号", "legal_basis": "CF 26"},
        )  # fmt: skip
        found = owed(command, "cac", told.case_id, "content-measure W98", "P-ASSIST")
        assert (found["P-ASSIST"]["organ"], found["P-ASSIST"]["owed"]) == ("W98", [])

        done = ("--done", found["P-ASSIST"]["id"], "--officer", "U-W98-01")
        assert command("duties", "--agency", "cac", *done).exit_code == 0
        told.says(
            "TakedownRecorded", by="W98", at="2016-07-20T10:00:00+08:00", variant="block",
            body={"platform": "乙二市云帙传媒有限公司(合成)", "links": 64},
        )  # fmt: skip
        owed(command, "cac", told.case_id)


def test_the_orderer_sees_which_co_signer_has_not_acknowledged(command: Command, case: Tell) -> None:
    """V00 orders a joint supervision: 网信's machine says that it was served, 通信's officer does, 公安 say nothing."""
    told = case(7004)
    told.lines(1, 2, 3)
    ordered_jointly(told, at="2016-08-01T10:00:00+08:00", cc=["W00", "T00", "P00"])
    told.says(
        "DocumentServed", by="T00", at="2016-08-01T11:00:00+08:00", served_at="2016-08-01T11:00:00+08:00", to=["V00"],
        pii_level="P2", cites=[told.of("supervision", "D")], body={"method": "online", "receiver_token": "U-T00-01"},
    )  # fmt: skip
    said(command, told.case_id, "DocumentServed", by="W00")

    waiting = orjson.loads(command("supervisions", "--node", "police", "--json").output)
    everybody = orjson.loads(command("supervisions", "--all", "--json").output)
    assert [(one["co_signer"], one["acknowledged_at"]) for one in waiting] == [("P00", None)]
    assert len(everybody) == 3
    found = owed(command, "police", told.case_id, "acknowledge P00")
    assert found["acknowledge P00"]["owed"] == ["DocumentServed"]


def test_a_look_up_is_answered_from_the_filings_that_were_imported(
    command: Command, case: Tell, tmp_path: Path
) -> None:
    """Good rows load, bad ones are listed with line and fault; then T98 answers V9801 by machine."""
    told = case(7001)
    row = ROW.format(site=told.site)
    lines = (",".join(COLUMNS), f"{row},2016-01-01,", f"{row},yesterday,")
    (file := tmp_path / "filings.csv").write_text("\n".join(lines), encoding="utf-8")
    imported = command("filings", "import", str(file))
    again = orjson.loads(command("filings", "import", str(file), "--json").output)

    assert imported.exit_code == 1
    assert "1 filings taken (1 new, 0 changed, 0 as before), 1 rows left out." in imported.output
    assert "3    │ valid_from │ must be a day as YYYY-MM-DD" in imported.output
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 1)
    assert command("filings", "find", f"www.{told.site}", "--on", "2016-07-20").exit_code == 0

    told.lines(1, 2, 3, 4)
    answer = said(command, told.case_id, "FilingInfoProvided", by="T98")
    assert (answer["variant"], answer["verdict"]) == ("found", "admitted")


def test_a_receipt_is_signed_once_every_paper_is_the_one_announced(
    command: Command, case: Tell, tmp_path: Path
) -> None:
    told, files = case(7002), {kind: tmp_path / f"{kind}.ofd" for kind in KINDS}
    for kind, file in files.items():
        file.write_text(f"{kind} of {told.case_id}", encoding="utf-8")
    handed_in = [f"{kind}={file}" for kind, file in files.items()]
    noted = command("papers", "receive", f"R-{told.case_id}-1", *handed_in, "--json")
    assert orjson.loads(noted.output)["new"] == len(KINDS)

    told.lines(1, 2, 3, 6, 7, 8)
    told.line(9, attachments=[_attachment(kind, file.read_bytes()) for kind, file in files.items()])

    receipt = said(command, told.case_id, "ReferralReceipted", by="P9801")
    assert (receipt["variant"], receipt["verdict"]) == ("general", "admitted")


def test_a_receipt_for_papers_that_nobody_has_seen_is_left_to_an_officer(command: Command, case: Tell) -> None:
    told = case(7003)
    told.lines(1, 2, 3, 6, 7, 8, 9)

    found = owed(command, "police", told.case_id, "T-REF-03")
    assert (found["T-REF-03"]["organ"], found["T-REF-03"]["owed"]) == ("P9801", ["ReferralReceipted"])


def test_a_receipt_is_signed_where_the_papers_come_after_the_referral(
    command: Command, case: Tell, tmp_path: Path
) -> None:
    """The referral is an officer's duty; the last paper that is handed in at the counter lets the machine sign."""
    told, files = case(7009), {kind: tmp_path / f"{kind}.ofd" for kind in KINDS}
    for kind, file in files.items():
        file.write_text(f"{kind} of {told.case_id}", encoding="utf-8")
    told.lines(1, 2, 3, 6, 7, 8)
    told.line(9, attachments=[_attachment(kind, file.read_bytes()) for kind, file in files.items()])
    assert owed(command, "police", told.case_id, "T-REF-03")["T-REF-03"]["advice"].keys() == {"attached"}

    command("papers", "receive", f"R-{told.case_id}-1", *[f"{kind}={file}" for kind, file in files.items()])

    receipt = said(command, told.case_id, "ReferralReceipted", by="P9801")
    assert (receipt["variant"], receipt["verdict"]) == ("general", "admitted")


def _attachment(kind: str, content: bytes) -> dict[str, object]:
    digest = sha256(content).hexdigest()
    return {"kind": kind, "sha256": digest, "size": len(content), "media_type": "application/ofd"}
