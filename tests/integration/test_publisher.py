"""Does what an agency publishes get onto the log once, in order, whatever dies on the way?"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition

from tests.clues import clue_found, evidence_preserved, own_case, story
from tests.waiting import PATIENCE, until
from yisong import Published, Publisher, read
from yisong.embedded import Bus
from yisong.errors import BusNotFound, NotPublishable
from yisong.kafka.log import TOPIC
from yisong.publishing.access import Access, access_of


def recorded(bus: Bus, case: str, *, agency: str = "police") -> list[str]:
    """Return the verdicts in one agency's trail of *case*, in order, without what nodes say of its clocks."""
    with psycopg.connect(bus.running.dsn[agency]) as connection:
        rows = connection.execute(
            "SELECT verdict FROM entries WHERE docket = %s AND coalesce(publisher, '') NOT LIKE 'S-%%' "
            "ORDER BY docket_index",
            (case,),
        )
        return [str(row[0]) for row in rows]


def admitted(bus: Bus, case: str, *, agency: str = "police") -> int:
    return recorded(bus, case, agency=agency).count("admitted")


@pytest.fixture
def publisher(bus: Bus) -> Iterator[Publisher]:
    with Publisher(bus.home) as publisher:
        yield publisher


class TestThroughTheNode:
    def test_an_event_comes_back_with_position_log_time_and_verdict(self, bus: Bus, publisher: Publisher) -> None:
        """And stands in the trails of the other agencies as well."""
        case = own_case(1)
        receipt = publisher.publish_header(*clue_found(case, 1), wait="verdict", timeout=PATIENCE)

        assert receipt.position is not None
        assert receipt.log_time is not None
        assert (receipt.verdict, receipt.reason) == ("admitted", None)
        until(lambda: all(recorded(bus, case, agency=agency) == ["admitted"] for agency in bus.running.dsn))

    def test_its_record_carries_the_headers_of_cloudevents_and_no_other(self, bus: Bus, publisher: Publisher) -> None:
        """Traces are off unless somebody asks for them."""
        case = own_case(61)
        receipt = publisher.publish_header(*clue_found(case, 1), wait="logged", timeout=PATIENCE)
        assert receipt.position is not None
        found: list[Any] = []
        part = TopicPartition(TOPIC, receipt.position.partition)
        with closing(KafkaConsumer(bootstrap_servers=str(bus.running.bootstrap))) as consumer:
            consumer.assign([part])
            consumer.seek(part, receipt.position.offset)

            def has_come() -> bool:
                found.extend(consumer.poll(timeout_ms=500).get(part, ()))
                return bool(found)

            until(has_come)
        assert [name for name, _ in found[0].headers] == [
            *("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "content-type")
        ]
        assert found[0].key == case.encode()

    def test_what_the_case_does_not_allow_comes_back_refused(self, publisher: Publisher) -> None:
        """A case begins with one clue: the log keeps the second, refused."""
        case = own_case(2)
        with publisher:
            publisher.publish_header(*clue_found(case, 1), wait=None)
            receipt = publisher.publish_header(*clue_found(case, 2), wait="verdict", timeout=PATIENCE)

        assert (receipt.verdict, receipt.parked) == ("refused", False)
        assert receipt.reason == "illegal-transition"

    def test_the_same_id_again_publishes_nothing_new(self, bus: Bus, publisher: Publisher) -> None:
        case, event_id = own_case(3), uuid4()
        with publisher:
            first = publisher.publish_header(*clue_found(case, 1), event_id=event_id, wait="verdict", timeout=PATIENCE)
            second = publisher.publish_header(*clue_found(case, 1), event_id=event_id, wait="verdict", timeout=PATIENCE)

        assert second == first
        until(lambda: recorded(bus, case) == ["admitted"], "the police have not recorded it once, and admitted")

    def test_the_same_id_with_other_content_is_refused_before_sending(self, publisher: Publisher) -> None:
        case, event_id = own_case(4), uuid4()
        with publisher:
            publisher.publish_header(*clue_found(case, 1), event_id=event_id)
            with pytest.raises(NotPublishable, match="stands in the outbox with other content"):
                publisher.publish_header(*clue_found(case, 1, summary="另一线索"), event_id=event_id)

    def test_an_event_with_faults_is_refused_whole_and_not_sent(self, bus: Bus, publisher: Publisher) -> None:
        case = own_case(5)
        header, body = clue_found(case, 1)
        broken = {**header, "publisher": "X9801", "variant": None, "to": ["P1"]}
        with publisher, pytest.raises(NotPublishable) as caught:
            publisher.publish_header(broken, {**body, "summary": None, "no_such_field": 1})

        named = " ".join(caught.value.faults)
        assert all(one in named for one in ("publisher", "variant", "to: P1", "summary", "no_such_field"))
        assert recorded(bus, case) == []

    def test_an_event_is_published_by_naming_its_fields(self, publisher: Publisher) -> None:
        """As in the README."""
        case = own_case(6)
        header, body = clue_found(case, 1)
        with publisher:
            receipt = publisher.publish(
                "ClueFound",
                variant="feedback_wanted",
                case_id=case,
                aggregate=header["aggregate"],
                publisher="V9801",
                occurred_at="2016-07-18T09:12:00+08:00",
                region_code="980100",
                pii_level="P1",
                body=body,
                wait="verdict",
            )
            assert publisher.look(receipt.event_id, publisher="V9801") == receipt

        assert receipt.verdict == "admitted"

    def test_an_identifier_that_looks_wrong_is_warned_of_and_published(self, publisher: Publisher) -> None:
        """A real host has no place in test data, and a filing number has a form."""
        header, body = clue_found(own_case(8), 1)
        target = {"kind": "domain", "value": "host.invalid", "filing_no": "例ICP备1号"}
        with publisher:
            receipt = publisher.publish_header(header, {**body, "targets": [target]}, wait="verdict", timeout=PATIENCE)

        assert receipt.verdict == "admitted"
        assert [one.partition(":")[0] for one in receipt.warnings] == [
            "body.targets[0].value",
            "body.targets[0].filing_no",
        ]

    def test_a_caller_of_12318_is_not_left_without_an_answer(self, bus: Bus, publisher: Publisher) -> None:
        case = own_case(9)
        header, body = clue_found(case, 1)
        unanswered = {**header, "variant": "feedback_not_wanted", "pii_level": "P2"}
        with publisher:
            with pytest.raises(NotPublishable, match="a caller of 12318 is always answered"):
                publisher.publish_header(unanswered, {**body, "reporter_token": "K-V9801-1"})
            assert publisher.publish_header(unanswered, body, wait="verdict", timeout=PATIENCE).verdict == "admitted"

        until(lambda: recorded(bus, case) == ["admitted"], "the police have not recorded it once, and admitted")

    def test_an_organ_without_a_node_here_needs_a_store(self, bus: Bus) -> None:
        with Publisher(access(bus)) as publisher, pytest.raises(BusNotFound, match="Name a file for the store"):
            publisher.publish_header(*clue_found(own_case(7), 1))


class TestWithoutANode:
    def test_the_verdict_is_that_of_the_nodes(self, bus: Bus, tmp_path: Path) -> None:
        case = own_case(11)
        with Publisher(access(bus), store=tmp_path / "outbox.db") as publisher:
            receipts = [
                publisher.publish_header(*stated, wait="verdict", timeout=PATIENCE) for stated in story(case, length=3)
            ]

        assert [receipt.verdict for receipt in receipts] == ["admitted"] * 3
        until(lambda: recorded(bus, case) == ["admitted"] * 3)

    def test_a_chain_that_a_node_began_goes_on(self, bus: Bus, tmp_path: Path) -> None:
        """The system moves from the node's outbox to one of its own, in the middle of a case."""
        case = own_case(12)
        with Publisher(bus.home) as through_node:
            through_node.publish_header(*clue_found(case, 1), wait="verdict", timeout=PATIENCE)
        with Publisher(bus.home, store=tmp_path / "outbox.db") as alone:
            second = alone.publish_header(*evidence_preserved(case, 2), wait="verdict", timeout=PATIENCE)
        with Publisher(bus.home) as through_node:
            third = through_node.publish_header(*evidence_preserved(case, 3), wait="verdict", timeout=PATIENCE)

        assert (second.verdict, third.verdict) == ("admitted", "admitted")

    @pytest.mark.timeout(900)
    def test_a_process_killed_at_any_instant_loses_and_doubles_nothing(self, bus: Bus, tmp_path: Path) -> None:
        case, length = own_case(13), 100
        argv = [sys.executable, "-m", "tests.integration.publish_and_die", str(bus.home.path)]
        argv += [str(tmp_path / "outbox.db"), case, str(length)]
        for progress in (1, 8, 20, 35):
            with subprocess.Popen(argv) as process:
                until(lambda: len(recorded(bus, case)) >= progress)  # noqa: B023 (called before it changes)
                process.kill()
        assert admitted(bus, case) < length, "the process was killed too late to prove anything"
        subprocess.run(argv, check=True, timeout=PATIENCE)

        until(lambda: admitted(bus, case) == length)
        assert set(recorded(bus, case)) <= {"admitted", "duplicate"}


class TestFaults:
    @pytest.mark.timeout(900)
    def test_a_node_killed_while_it_sends_loses_and_doubles_nothing(self, bus: Bus) -> None:
        case, length = own_case(21), 120
        with Publisher(bus.home) as publisher:
            for number, stated in enumerate(story(case, length=length)):
                publisher.publish_header(*stated, wait=None)
                if number in (30, 80):
                    bus.kill_node("copyright")
                    bus.start_node("copyright")

        until(lambda: admitted(bus, case) == length)
        assert set(recorded(bus, case)) <= {"admitted", "duplicate"}

    @pytest.mark.timeout(900)
    def test_a_broker_that_restarts_is_waited_for(self, bus: Bus, tmp_path: Path) -> None:
        """With a node, and without one."""
        through_node, alone = own_case(22), own_case(23)
        with Publisher(bus.home) as node, Publisher(bus.home, store=tmp_path / "outbox.db") as system:
            for number, (one, other) in enumerate(
                zip(story(through_node, length=40), story(alone, length=40), strict=True)
            ):
                node.publish_header(*one, wait=None)
                system.publish_header(*other, wait=None)
                if number == 20:
                    bus.kill_broker()
            bus.start_broker()
            until(lambda: admitted(bus, through_node) == 40)
            until(lambda: admitted(bus, alone) == 40)

        for case in (through_node, alone):
            assert set(recorded(bus, case)) <= {"admitted", "duplicate", "refused"}


class TestRead:
    def test_yields_a_case_with_verdicts_and_bodies(self, bus: Bus, publisher: Publisher) -> None:
        case = own_case(31)
        receipts = publish(publisher, case, length=3)

        events = [one for one in read(bus.home, dockets=[case]) if not one.header.publisher.startswith("S-")]

        assert [event.position for event in events] == [receipt.position for receipt in receipts]
        assert [event.log_time for event in events] == [receipt.log_time for receipt in receipts]
        assert all(event.is_admitted for event in events)
        assert events[0].body is not None
        assert events[0].body["summary"] == "12318 举报"

    def test_goes_on_from_a_position(self, bus: Bus, publisher: Publisher) -> None:
        """What was stored with its effect does not come again."""
        case = own_case(32)
        receipts = publish(publisher, case, length=3)
        done = receipts[1].position
        assert done is not None

        events = read(bus.home, dockets=[case], from_position={done.partition: done.offset + 1})

        ours = [one.position for one in events if not one.header.publisher.startswith("S-")]
        assert ours == [receipts[2].position]

    def test_follows_the_log(self, bus: Bus, publisher: Publisher) -> None:
        case = own_case(33)
        events = read(bus.home, dockets=[case], follow=True)
        publish(publisher, case, length=1)

        assert next(events).header.event_type == "ClueFound"


class TestCommandLine:
    def test_publishes_a_file_of_events(self, bus: Bus, tmp_path: Path) -> None:
        case = own_case(41)
        file = tmp_path / "events.jsonl"
        rows = [orjson.dumps({"header": header, "body": body}) for header, body in story(case, length=2)]
        file.write_bytes(b"\n".join(rows))

        done = yisong(bus, "publish", str(file), "--json")

        assert done.returncode == 0, done.stderr
        assert [orjson.loads(line)["verdict"] for line in done.stdout.splitlines()] == ["admitted", "admitted"]

    def test_warns_of_identifiers_beside_the_receipts(self, bus: Bus, tmp_path: Path) -> None:
        """The receipts stay readable for programs, and hold the warnings too."""
        (header, body), *_ = story(own_case(43), length=1)
        file = tmp_path / "event.json"
        file.write_bytes(orjson.dumps({"header": {**header, "region_code": "990000"}, "body": body}))

        done = yisong(bus, "publish", str(file), "--json")

        assert done.returncode == 0
        assert done.stderr.startswith("Warning: event 1: region_code: begins with the code of no province")
        assert len(orjson.loads(done.stdout)["warnings"]) == 1

    def test_names_every_fault_and_sends_nothing(self, bus: Bus, tmp_path: Path) -> None:
        """The first event is sound; it is not sent either."""
        case = own_case(42)
        (first, body), (second, other) = story(case, length=2)
        rows = [
            {"header": first, "body": body},
            {"header": {**second, "officers": ["U-1"], "to": ["X1"]}, "body": other},
        ]
        file = tmp_path / "events.jsonl"
        file.write_bytes(b"\n".join(map(orjson.dumps, rows)))

        done = yisong(bus, "publish", str(file))

        assert done.returncode == 2
        assert "event 2: officers: required for EvidencePreserved (at least 2)" in done.stderr
        assert "event 2: to: X1 is not in the directory" in done.stderr
        assert recorded(bus, case) == []


def publish(publisher: Publisher, case: str, *, length: int) -> list[Published]:
    with publisher:
        return [
            publisher.publish_header(*stated, wait="verdict", timeout=PATIENCE) for stated in story(case, length=length)
        ]


def access(bus: Bus) -> Access:
    return access_of(bus.home, bus.running)


def yisong(bus: Bus, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from yisong.cli.main import main; main()", *args],
        env={"YISONG_HOME": str(bus.home.path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
