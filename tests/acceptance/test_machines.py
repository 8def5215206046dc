"""What do the desks of 通信 and 公安 do by themselves where an agency's policy lets them, on a real bus?"""

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

import yisong
from tests.clues import own_case
from yisong.cli.main import app
from yisong.desk.filing_csv import COLUMNS
from yisong.embedded import Bus
from yisong.home import Home
from yisong.publishing.instants import to_ms

HISTORIES = Path(__file__).parents[2] / "examples" / "histories"
POLICY = """
version: 1
agencies:
  miit: {FilingInfoProvided: U-T-MACHINE}
  police: {ReferralReceipted: U-P-MACHINE}
"""
ROW = (
    "T98,domain,novel-a.example,例ICP备16000001号-1,,organisation,甲一市墨池(合成),91980100FAKE000139,,甲省接入,980000"
)
KINDS = ("transfer_letter", "investigation_report", "item_list", "appraisal")

Command = Callable[..., Any]


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    """Give a bus on which machines may answer look-ups and sign receipts."""
    folder = tmp_path_factory.mktemp("machines")
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    with Bus.start(Home(folder)) as bus:
        yield bus


@pytest.fixture
def command(machines: Bus, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("YISONG_HOME", str(machines.home.path))
    return lambda *words: CliRunner().invoke(app, list(words))


def publish(bus: Bus, case: str, *, until: str, **instead: Any) -> None:
    """Publish H1 as *case* up to its first event of a type, that one with other header fields *instead*."""
    ids: dict[int, str] = {}
    with yisong.Publisher(bus.home) as publisher:
        for n, text in enumerate((HISTORIES / "H1.jsonl").read_text("utf-8").splitlines(), start=1):
            line = json.loads(text.replace("CRB-980100-2016-000021-5", case))
            header, last = line["header"], line["header"]["event_type"] == until
            cites = [{"kind": "event", "id": ids[one["line"]]} for one in header["cites"]]
            said = {**header, "cites": cites, **(instead if last else {})}
            receipt = publisher.publish_header(said, line["body"], at=to_ms(line["at"]), wait="verdict")
            ids[n] = str(receipt.event_id)
            if last:
                return


def awaited(command: Command, case: str, event_type: str, *, by: str) -> dict[str, Any]:
    """Wait until *case* has an event of a type by an organ, and return its line."""
    until = monotonic() + 20
    while monotonic() < until:
        shown = command("history", case, "--json")
        for line in orjson.loads(shown.output)["events"] if shown.exit_code == 0 else []:
            if (line["event_type"], line["publisher"]) == (event_type, by):
                found: dict[str, Any] = line
                return found
        sleep(0.2)
    raise AssertionError(f"no {event_type} by {by}")


def test_a_look_up_is_answered_from_the_filings_that_were_imported(
    machines: Bus, command: Command, tmp_path: Path
) -> None:
    """Good rows load, bad ones are listed with line and fault; then T98 answers V9801 by machine."""
    (file := tmp_path / "filings.csv").write_text(
        "\n".join((",".join(COLUMNS), f"{ROW},2016-01-01,", f"{ROW},yesterday,")), encoding="utf-8"
    )
    imported = command("filings", "import", str(file))
    again = orjson.loads(command("filings", "import", str(file), "--json").output)

    assert imported.exit_code == 1
    assert "1 filings taken (1 new, 0 changed, 0 as before), 1 rows left out." in imported.output
    assert "3    │ valid_from │ must be a day as YYYY-MM-DD" in imported.output
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 1)
    assert command("filings", "find", "www.novel-a.example", "--on", "2016-07-20").exit_code == 0

    case = own_case(7001)
    publish(machines, case, until="FilingLookupRequested")
    answer = awaited(command, case, "FilingInfoProvided", by="T98")
    assert (answer["variant"], answer["verdict"]) == ("found", "admitted")


def test_a_receipt_is_signed_once_every_paper_is_the_one_announced(
    machines: Bus, command: Command, tmp_path: Path
) -> None:
    case, files = own_case(7002), {kind: tmp_path / f"{kind}.ofd" for kind in KINDS}
    for kind, file in files.items():
        file.write_text(f"{kind} of {case}", encoding="utf-8")
    handed_in = [f"{kind}={file}" for kind, file in files.items()]
    noted = command("papers", "receive", f"R-{case}-1", *handed_in, "--json")
    assert orjson.loads(noted.output)["new"] == len(KINDS)

    attachments = [_attachment(kind, file.read_bytes()) for kind, file in files.items()]
    publish(machines, case, until="CriminalReferralSent", attachments=attachments)

    receipt = awaited(command, case, "ReferralReceipted", by="P9801")
    assert (receipt["variant"], receipt["verdict"]) == ("general", "admitted")


def test_a_receipt_for_papers_that_nobody_has_seen_is_left_to_an_officer(machines: Bus, command: Command) -> None:
    case = own_case(7003)
    publish(machines, case, until="CriminalReferralSent")

    until = monotonic() + 20
    found: list[dict[str, Any]] = []
    while not found and monotonic() < until:
        duties = orjson.loads(command("duties", "--agency", "police", "--json").output)
        found = [one for one in duties if one["case_id"] == case]
        sleep(0.2)

    assert [(one["organ"], one["owed"]) for one in found] == [("P9801", ["ReferralReceipted"])]


def _attachment(kind: str, content: bytes) -> dict[str, object]:
    digest = sha256(content).hexdigest()
    return {"kind": kind, "sha256": digest, "size": len(content), "media_type": "application/ofd"}


def test_the_orderer_sees_which_co_signer_has_not_acknowledged(machines: Bus, command: Command) -> None:
    """V00 orders a joint supervision with 网信, 通信 and 公安; only 通信 says that it was served."""
    case = own_case(7004)
    publish(machines, case, until="CaseOpened")
    ref = {"kind": "supervision", "id": f"D-{case}-1"}
    order = {
        "event_type": "JointSupervisionOrdered", "case_id": case, "publisher": "V00", "to": ["V9801"],
        "cc": ["W00", "T00", "P00"], "aggregate": ref, "doc_no": "国版督字〔2016〕1号", "pii_level": "P1",
        "region_code": "980100", "occurred_at": "2016-08-01T10:00:00+08:00", "due_at": "2016-12-30T18:00:00+08:00",
        "cites": [{"kind": "case", "id": case}],
    }  # fmt: skip
    served = {
        "event_type": "DocumentServed", "case_id": case, "publisher": "T00", "to": ["V00"], "pii_level": "P2",
        "region_code": "980100", "occurred_at": "2016-08-01T11:00:00+08:00", "served_at": "2016-08-01T11:00:00+08:00",
        "cites": [ref],
    }  # fmt: skip
    ordering: dict[str, object] = {"level": "joint", "report_cycle": "monthly", "requirements": "及时结案"}
    serving: dict[str, object] = {"method": "online", "receiver_token": "U-T00-01"}
    with yisong.Publisher(machines.home) as publisher:
        for header, body in ((order, ordering), (served, serving)):
            said = publisher.publish_header(header, body, at=to_ms(str(header["occurred_at"])), wait="verdict")
            assert said.verdict == "admitted"

    shown = command("supervisions", "--node", "police", "--json")
    waiting = orjson.loads(shown.output)
    everybody = orjson.loads(command("supervisions", "--all", "--json").output)
    assert [(one["co_signer"], one["acknowledged_at"]) for one in waiting] == [("P00", None), ("W00", None)]
    assert len(everybody) == 3
