"""A sealed case: whoever the law names reads it on his own node, and nobody else has it in clear anywhere."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition
from nacl.public import PrivateKey
from psycopg import sql
from typer.testing import CliRunner

import yisong
from tests.cases import Case
from tests.clues import own_case
from tests.commands import run
from tests.waiting import PATIENCE, until
from yisong.audit.bodies import Body, Reader, bodies_of, readings
from yisong.audit.played import Position
from yisong.audit.trails import open_trail
from yisong.cli.main import app
from yisong.embedded import Bus
from yisong.errors import NotPublishable
from yisong.home import AGENCIES
from yisong.kafka.body_keys import TOPIC, BodyKeys, KafkaKeys, KeyRecord, key_records
from yisong.ledger import Law
from yisong.ledger.sharing import Seen, may_read
from yisong.postgres import connect
from yisong.proof.refold import refold
from yisong.publishing import sealer
from yisong.sealing import wrap

CASE, DISPUTED = own_case(76_101), own_case(76_102)
SUMMARY = "举报摘要七六一零一"


@pytest.fixture(scope="module")
def seen(bus: Bus) -> tuple[Seen, ...]:
    """Tell a case whose referral is re-routed, every body sealed, and return its events once all keys are given."""
    with yisong.Publisher(bus.home) as publisher:
        case = Case(publisher, CASE, like="H3")
        case.line(1, sealing="sealed", body={**case.body(1), "summary": SUMMARY})
        for number in range(2, 11):
            case.line(number, sealing="sealed")
    events = _seen(bus, CASE)
    until(lambda: _keys(bus, events) >= _owed(bus, events), "not every reader has got the key of what he may read")
    return events


def _seen(bus: Bus, case_id: str) -> tuple[Seen, ...]:
    law = Law(bus.home.genesis())
    with open_trail(bus.running, "cac") as trail:
        leaves = [row[2] for row in trail.rows("docket_leaves", case_id=case_id)]
    return may_read(((one.entry, one.docket) for one in refold(leaves, law)), law)


def _owed(bus: Bus, events: Sequence[Seen]) -> set[tuple[bytes, str]]:
    """Return the event and the key of everybody to whom a body is sealed."""
    keys = [key for key in bus.home.bus().keys if key.use == "seal"]
    sealed = [one for one in events if one.header.sealing == "sealed"]
    return {(one.header.event_id, key.key_id) for one in sealed for key in keys if key.org in one.sealed_to}


def _keys(bus: Bus, events: Sequence[Seen]) -> set[tuple[bytes, str]]:
    """Return the events and keys that the four nodes have mirrored."""
    wanted, found = [one.header.event_id for one in events], set()
    for agency in AGENCIES:
        with connect(bus.running.dsn[agency]) as connection:
            rows = connection.execute(
                "SELECT event_id, key_id FROM local_body_keys WHERE event_id = ANY(%s)", (wanted,)
            ).fetchall()
            found |= {(event_id, key_id) for event_id, key_id in rows}
    return found


def _read(bus: Bus, events: Sequence[Seen], organ: str) -> Sequence[Body]:
    law = Law(bus.home.genesis())
    places = [Position(one.partition, one.offset) for one in events]
    with connect(bus.running.dsn[law.organs[organ].role]) as connection:
        return bodies_of(
            connection, places, reader=Reader("U-1", organ), purpose="审查", law=law, keys=bus.home.keystore()
        )


def test_every_organ_reads_what_it_may_and_nothing_else(bus: Bus, seen: tuple[Seen, ...]) -> None:
    """Twenty organs on four nodes; what none may read is masked, and what one may read opens."""
    told = [one for one in seen if one.header.sealing == "sealed"]
    for organ in Law(bus.home.genesis()).addressees:
        for one, body in zip(told, _read(bus, told, organ), strict=True):
            where = (organ, one.header.event_type)
            assert (body.masked is None) == (organ in one.readers), (where, body.masked)
            assert body.masked in (None, "not-in-audience"), where


def test_a_reroute_gives_the_new_police_what_the_old_one_was_given(bus: Bus, seen: tuple[Seen, ...]) -> None:
    """P9702 was in nobody's audience when the evidence was preserved and the referral was sent."""
    by_type = {one.header.event_type: one for one in seen}
    handed_on = [by_type["EvidencePreserved"], by_type["CriminalReferralSent"]]

    assert all(one.header.to in ((), ("P9801",)) for one in handed_on)
    assert [body.masked for body in _read(bus, handed_on, "P9702")] == [None, None]
    assert [body.masked for body in _read(bus, handed_on, "P9603")] == ["not-in-audience"] * 2


def test_each_node_has_keys_of_its_own_line_only(bus: Bus, seen: tuple[Seen, ...]) -> None:
    law, wanted = Law(bus.home.genesis()), [one.header.event_id for one in seen]
    for agency in AGENCIES:
        with connect(bus.running.dsn[agency]) as connection:
            rows = connection.execute(
                "SELECT DISTINCT key_id FROM local_body_keys WHERE event_id = ANY(%s)", (wanted,)
            ).fetchall()
        organs = [law.organs[key_id.partition("#")[0]] for (key_id,) in rows]
        assert all(agency in (organ.role, organ.node) for organ in organs), agency


def test_what_is_sealed_to_others_stands_in_clear_nowhere(bus: Bus, seen: tuple[Seen, ...]) -> None:
    """Not in any table of any node, its publisher's included once it is sealed, nor in a log file, nor on the log."""
    del seen
    for agency in AGENCIES:
        for table, rows in _tables(bus, agency):
            assert SUMMARY.encode() not in rows, (agency, table)
    for file in bus.home.logs.iterdir():
        assert SUMMARY not in file.read_text(errors="replace"), file.name
    assert all(SUMMARY.encode() not in value for value in _values(bus))


def _tables(bus: Bus, agency: str) -> Iterator[tuple[str, bytes]]:
    """Yield every table of a node with all its values in a row, bytes as bytes."""
    with psycopg.connect(bus.running.admin_dsn[agency]) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (name,) in names:
            rows = connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))).fetchall()
            values = [value for row in rows for value in row]
            yield name, b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


def _values(bus: Bus) -> Iterator[bytes]:
    topics = ["case-events", TOPIC, *(f"inbox-{agency}" for agency in AGENCIES)]
    consumer = KafkaConsumer(bootstrap_servers=bus.running.bootstrap, enable_auto_commit=False)
    try:
        parts = [TopicPartition(topic, one) for topic in topics for one in consumer.partitions_for_topic(topic)]
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        ends = consumer.end_offsets(parts)
        while any(consumer.position(part) < ends[part] for part in parts):
            for records in consumer.poll(timeout_ms=500).values():
                yield from (record.value for record in records if record.value is not None)
    finally:
        consumer.close()


def test_who_reads_is_written_down_and_cannot_be_written_over(bus: Bus, seen: tuple[Seen, ...]) -> None:
    """What was masked was not read; the role of the services may add a reading, and change or delete none."""
    found = [one for one in seen if one.header.event_type in ("ClueFound", "FilingLookupRequested")]
    _read(bus, found, "V98")
    with connect(bus.running.dsn["copyright"], autocommit=True) as connection:
        newest = readings(connection, case_id=CASE, organs=["V98"])[0]
        assert (newest.account, newest.what, newest.purpose) == ("U-1", "body", "审查")
        assert newest.events == tuple(UUID(bytes=one.header.event_id) for one in found)
        for forbidden in ("UPDATE local_readings SET purpose = 'x'", "DELETE FROM local_readings"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)
        before = len(readings(connection, case_id=CASE, most=10_000))
        _read(bus, found, "V96")
        assert len(readings(connection, case_id=CASE, most=10_000)) == before


def test_the_command_shows_a_reader_what_he_may_see(home: Bus, seen: tuple[Seen, ...]) -> None:
    del home
    mine = json.loads(run("bodies", "show", CASE, "--as", "V9801", "--purpose", "办案", "--json"))
    theirs = json.loads(run("bodies", "show", CASE, "--as", "T98", "--purpose", "办案", "--json"))

    assert [one["event_type"] for one in mine][: len(seen)] == [one.header.event_type for one in seen]
    assert mine[0]["body"]["summary"]
    assert {one["masked"] for one in theirs if one["event_type"] != "DeadlineBreached"} == {"not-in-audience"}
    assert "办案" in run("bodies", "readings", "--node", "miit", "--case", CASE)


def test_a_key_that_was_lost_is_given_again(home: Bus, seen: tuple[Seen, ...]) -> None:
    """Somebody withdrew the key of the sender; the node of the police gives it again, and to nobody else."""
    receipt = next(one for one in seen if one.header.event_type == "ReferralReceipted")
    event_id = receipt.header.event_id
    with closing(KafkaKeys(home.running.bootstrap)) as topic:
        topic.give([KeyRecord(event_id, "V9801#2", None)])
    until(lambda: [body.masked for body in _read(home, [receipt], "V9801")] == ["sealed"])

    grant = ["bodies", "grant", str(UUID(bytes=event_id)), "--node", "police", "--to"]
    run(*grant, "V9801")
    until(lambda: [body.masked for body in _read(home, [receipt], "V9801")] == [None])
    refused = CliRunner().invoke(app, [*grant, "T98"])
    assert isinstance(refused.exception, NotPublishable)
    assert "T98 is not among those" in str(refused.exception)


def test_a_body_that_does_not_open_is_disputed_by_its_reader(
    bus: Bus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The telecoms desk finds that the key it was given opens nothing, and says so; its duty arises all the same."""
    with yisong.Publisher(bus.home) as publisher:
        Case(publisher, DISPUTED).lines(1, 2, 3)
    spoilt = wrap(bytes(32), bytes(PrivateKey.generate().public_key), event_id=bytes(16), body_hash=bytes(32))
    monkeypatch.setattr(sealer, "wrap", lambda *_, **__: spoilt)
    with yisong.Publisher(bus.home, store=tmp_path / "outbox.db") as publisher:
        Case(publisher, DISPUTED).line(4, sealing="sealed")
    until(lambda: "BodyDisputed" in [one.header.event_type for one in _seen(bus, DISPUTED)])

    disputed = next(one.header for one in _seen(bus, DISPUTED) if one.header.event_type == "BodyDisputed")
    assert (disputed.variant, disputed.publisher, disputed.to) == ("not_openable", "T98", ("V9801",))
    asked = next(one for one in _seen(bus, DISPUTED) if one.header.event_type == "FilingLookupRequested")
    assert [body.masked for body in _read(bus, [asked], "T98")] == ["broken"]


def test_an_erased_body_is_gone_from_every_node_and_everything_still_verifies(
    home: Bus, seen: tuple[Seen, ...], tmp_path: Path
) -> None:
    """Keys are withdrawn, bodies deleted; fsck and the dossier find nothing wrong, and readers see what happened."""
    evidence = next(one for one in seen if one.header.event_type == "EvidencePreserved")
    event_id = evidence.header.event_id
    run("bodies", "erase", str(UUID(bytes=event_id)), "--approver", "U-V9801-09", "--reason", "个保法 47")
    until(lambda: not any(_kept(home, evidence, agency) for agency in AGENCIES), "a node still has the body, or a key")
    until(lambda: _withdrawn(home, event_id), "a key to the body still stands on the topic")

    assert [body.masked for body in _read(home, [evidence], "V9801")] == ["erased"]
    assert [body.masked for body in _read(home, [evidence], "P9702")] == ["erased"]
    assert [body.masked for body in _read(home, [evidence], "T98")] == ["not-in-audience"]
    run("fsck")
    run("fsck", "--from-kafka", "--agency", "copyright")
    run("compare")
    run("dossier", CASE, "-o", str(tmp_path / "case.zip"), "--timeout", str(PATIENCE))
    run("verify", str(tmp_path / "case.zip"))


def _kept(bus: Bus, one: Seen, agency: str) -> bool:
    at, event_id = (one.partition, one.offset), one.header.event_id
    with connect(bus.running.dsn[agency]) as connection:
        counted = connection.execute(
            """SELECT (SELECT count(*) FROM bodies WHERE "partition" = %s AND "offset" = %s)
                    + (SELECT count(*) FROM local_body_keys WHERE event_id = %s)
                    + (SELECT count(*) FROM local_wraps WHERE event_id = %s AND wrapped IS NOT NULL)
                    + (SELECT count(*) FROM local_outbox WHERE event_id = %s AND value IS NOT NULL)""",
            (*at, event_id, event_id, event_id),
        ).fetchone()
    return counted != (0,)


def _withdrawn(bus: Bus, event_id: bytes) -> bool:
    """Hold where the newest record of every key to a body is a tombstone."""
    newest: dict[str, bytes | None] = {}
    with closing(BodyKeys(bus.running.bootstrap, positions={})) as topic:
        idle = 0
        while idle < 3:
            batch = topic.poll(timeout_ms=500)
            idle = 0 if batch else idle + 1
            said = [one for records in batch.values() for one in key_records(records)]
            newest |= {one.key_id: one.wrapped for one in said if one.event_id == event_id}
    return bool(newest) and not any(newest.values())
