"""Items change hands with two signatures: the copyright line's node asks, an officer of the police answers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner

from tests.cases import Case
from tests.clues import own_case
from tests.commands import run
from tests.waiting import until
from yisong import Publisher
from yisong.cli.main import app
from yisong.embedded import Bus
from yisong.envelope.leaf import decode_leaf
from yisong.home import AGENCIES

Row = dict[str, Any]
OFFICER = "U-P9801-01"
WHY = "清单与实物数量不符"


@pytest.fixture
def publisher(home: Bus) -> Iterator[Publisher]:
    with Publisher(home.home) as publisher:
        yield publisher


def items_offered(publisher: Publisher, number: int, folder: Path, **other: str) -> tuple[str, str]:
    """Tell a case up to the items, offer these by the command line, and return its id and that of the event."""
    case, event = Case(publisher, own_case(number)), str(uuid4())
    case.lines(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
    header, body, at = case.stated(12)
    file = folder / "items.json"
    file.write_text(
        json.dumps({"event_id": event, "at": at, "header": {**header, **other}, "body": body}), encoding="utf-8"
    )
    run("publish", str(file), "--wait", "none")
    return case.case_id, event


def draft(event: str, side: str = "received") -> Row | None:
    """Return what the police (else, *side* sent, the copyright line) know of a draft."""
    rows = json.loads(run("drafts", "list", "--all", "--json"))[side]
    return next((row for row in rows if row["event_id"] == event), None)


def shown(event: str) -> Row:
    """Return what an officer sees of a draft."""
    found: Row = json.loads(run("drafts", "show", event, "--officer", OFFICER))
    return found


def duty(case_id: str) -> Row | None:
    """Return the duty of P9801 to sign, whatever has become of it."""
    rows = json.loads(run("duties", "--agency", "police", "--organ", "P9801", "--all", "--json"))
    return next((row for row in rows if row["case_id"] == case_id and row["name"].startswith("countersign ")), None)


def handed_over(case_id: str) -> list[Row]:
    """Return the events of a case by which items changed hands."""
    events: list[Row] = json.loads(run("history", case_id, "--json"))["events"]
    return [one for one in events if one["event_type"] == "CaseItemsHandedOver"]


def is_there(found: Row | None, state: str) -> bool:
    return found is not None and found["state"] == state


def test_items_change_hands_once_both_organs_have_signed(home: Bus, publisher: Publisher, tmp_path: Path) -> None:
    """The list is sealed: the police's node opens it with its own key, and the officer's reading is noted."""
    case_id, event = items_offered(publisher, 73_001, tmp_path, sealing="sealed")
    until(lambda: is_there(draft(event), "open") and is_there(duty(case_id), "open"))
    owed = duty(case_id)
    assert owed is not None
    assert (owed["advice"], owed["article"]) == ({"draft": event, "by": "V9801"}, "D310 12; CX 185")
    said = CliRunner().invoke(app, ["duties", "--agency", "police", "--done", owed["id"], "--officer", OFFICER])
    assert (said.exit_code, f"yisong drafts sign {event}" in said.output) == (1, True)
    assert handed_over(case_id) == [], "nothing is on the log before the police have signed"
    assert is_there(draft(event, "sent"), "open")

    until(lambda: shown(event)["body"] is not None, "the key of the sealed body has not come")
    header, body = shown(event)["header"], shown(event)["body"]
    assert (header["countersignature"], header["publisher"], header["sealing"]) == ("P9801", "V9801", "sealed")
    assert body["items"]
    assert OFFICER in run("bodies", "readings", "--node", "police", "--case", case_id)
    assert "Signed for P9801" in run("drafts", "sign", event, "--officer", OFFICER)
    until(lambda: len(handed_over(case_id)) == 1, "the items are not on the log")

    assert handed_over(case_id)[0]["verdict"] == "admitted"
    for agency in AGENCIES:
        until(lambda node=agency: signers(home, node, event) == ["V9801", "P9801"])  # type: ignore[misc]
    until(lambda: is_there(duty(case_id), "done") and is_there(draft(event, "sent"), "completed"))


def test_items_that_the_police_do_not_take_wait_for_the_office_that_offered_them(
    home: Bus, publisher: Publisher, tmp_path: Path
) -> None:
    case_id, event = items_offered(publisher, 73_002, tmp_path)
    until(lambda: is_there(draft(event), "open") and is_there(duty(case_id), "open"))
    run("drafts", "decline", event, "--officer", OFFICER, "--why", WHY)
    until(lambda: is_there(draft(event, "sent"), "declined") and is_there(duty(case_id), "done"))

    with psycopg.connect(home.running.dsn["copyright"]) as connection:
        row = connection.execute(
            "SELECT state, reason FROM local_outbox WHERE case_id = %s ORDER BY serial DESC", (case_id,)
        ).fetchone()
    assert row == ("parked", f"declined by P9801 ({OFFICER}): {WHY}")
    assert handed_over(case_id) == []


def signers(bus: Bus, agency: str, event: str) -> list[str]:
    """Return the organs whose valid signatures stand on the event in the trail of *agency*."""
    with psycopg.connect(bus.running.dsn[agency]) as connection:
        rows = connection.execute("SELECT leaf FROM entries WHERE remembered AND event_id = %s", (event,)).fetchall()
    return [one.key_id.partition("#")[0] for (leaf,) in rows for one in decode_leaf(leaf).signatures]
