"""Whoever publishes can wait for the proof of it, and learns meanwhile by how many nodes it is recorded."""

import json
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid4

import pytest

from tests.clues import clue_found, own_case, story
from tests.commands import run
from tests.waiting import PATIENCE
from yisong import Publisher
from yisong.embedded import Bus
from yisong.errors import BusNotFound, TimedOut
from yisong.kafka.rulebook_topic import law_of
from yisong.postgres.connection import connect
from yisong.proof.trust import trust_in
from yisong.publishing.access import access_of
from yisong.publishing.outbox import Position
from yisong.publishing.published import _wait_for_quorum
from yisong.publishing.recorded import recorded_at

NOWHERE = Position(0, 1 << 40)


def test_an_event_comes_back_with_its_receipt(home: Bus) -> None:
    """What is handed back verifies by itself; asked again, by the same id, it is the same event."""
    with Publisher(home.home) as publisher:
        known = publisher.publish_header(*clue_found(own_case(71_201), 1), wait="receipt", timeout=PATIENCE)
        again = publisher.receipt(known.event_id, publisher="V9801", timeout=PATIENCE)
        now = publisher.recorded(known.event_id, publisher="V9801")

    assert (known.verdict, again.event_id) == ("admitted", known.event_id)
    assert known.recorded is not None
    assert known.recorded.receipt is not None
    assert known.recorded.by >= known.recorded.need == 3
    assert now is not None
    assert str(now) == f"recorded by {now.by} of 4"
    said = trust_in([home.home.genesis()]).verify(known.recorded.receipt.encode())
    assert said.facts["event_id"] == str(known.event_id)
    assert known.position is not None
    assert said.facts["offset"] == known.position.offset


def test_what_was_refused_has_a_receipt_as_well(home: Bus) -> None:
    """It stays on the log, with its reason, and that can be shown, too."""
    case = own_case(71_202)
    with Publisher(home.home) as publisher:
        publisher.publish_header(*clue_found(case, 1), wait=None)
        known = publisher.publish_header(*clue_found(case, 2), wait="receipt", timeout=PATIENCE)

    assert known.recorded is not None
    assert known.recorded.receipt is not None
    assert trust_in([home.home.genesis()]).verify(known.recorded.receipt.encode()).facts["verdict"] == "refused"


def test_what_no_checkpoint_covers_is_recorded_by_none(home: Bus) -> None:
    """Waiting for it ends in words that say by how many it is recorded, and that nothing stands still meanwhile."""
    law = law_of(home.home, home.running)
    with connect(home.running.dsn["police"], autocommit=True) as connection:
        assert recorded_at(connection, NOWHERE, law) == (0, 4, 3, None)
        with pytest.raises(TimedOut, match=r"recorded by 0 of 4 nodes, and a receipt needs 3\. Traffic goes on"):
            _wait_for_quorum(connection, NOWHERE, law, deadline=monotonic())


def test_a_store_without_a_node_gives_no_receipt_and_says_so_before_it_publishes(home: Bus, tmp_path: Path) -> None:
    event_id = uuid4()
    access = access_of(home.home, home.running)
    with Publisher(access, store=tmp_path / "outbox.db") as publisher:
        with pytest.raises(BusNotFound, match="a store without one knows of no cosignatures"):
            publisher.publish_header(*clue_found(own_case(71_203), 1), event_id=event_id, wait="receipt")
        with pytest.raises(BusNotFound, match="ask any node for the receipt"):
            publisher.recorded(event_id, publisher="V9801")
        assert publisher.look(event_id, publisher="V9801") is None


def test_the_command_writes_the_receipts_of_what_it_publishes(home: Bus, tmp_path: Path) -> None:
    """One file an event, named after it; each verifies, and beside each event stands by how many it is recorded."""
    del home
    case, file, folder = own_case(71_204), tmp_path / "events.jsonl", tmp_path / "receipts"
    events = story(case, length=2)
    rows = [json.dumps({"header": header, "body": body}) for header, body in events]
    file.write_text("\n".join(rows), encoding="utf-8")

    told = run("publish", str(file), "--receipts", str(folder), "--timeout", str(PATIENCE), "--json")

    known = [json.loads(line) for line in told.splitlines()]
    assert {one["event_id"] for one in known} == {str(UUID(path.stem)) for path in folder.iterdir()}
    for one in known:
        assert one["recorded"]["by"] >= 3
        shown = json.loads(run("verify", str(folder / f"{one['event_id']}.tlog-proof"), "--json"))
        assert (shown["event_id"], shown["verdict"]) == (one["event_id"], "admitted")
