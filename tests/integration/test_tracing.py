"""One trace leads from an agency system through gateway, Kafka and a machine's desk to the desk of another agency."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from tests.cases import MACHINES_SIGN
from tests.clues import Stated, clue_found, own_case
from tests.collector import Collector, Told, collecting
from tests.gateways import Caller, token
from tests.waiting import until
from yisong.embedded import Bus
from yisong.envelope.partition import partition_of
from yisong.home import AGENCIES, Agency, Home
from yisong.kafka.log import TOPIC

ASKED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
"""What the agency system says of its own trace."""
MARK = "qztraced00001z"
#: From the desk of 版权局 up to the agency system of 网信办, whose machine hands the clue over meanwhile.
WAY = (
    ("desk", "copyright", "process inbox-copyright"),
    ("trail", "copyright", "send inbox-copyright"),
    ("trail", "copyright", "process case-events"),
    ("trail", "cac", "send case-events"),
    ("desk", "cac", "process inbox-cac"),
    ("trail", "cac", "send inbox-cac"),
    ("trail", "cac", "process case-events"),
    ("trail", "cac", "send case-events"),
    ("gateway", "cac", "POST /events"),
)


class Traced(NamedTuple):
    """A bus of which everything is traced, the gateway of cac, and who speaks for 甲省网信办 there."""

    bus: Bus
    caller: Caller
    collector: Collector

    def records(self, case: str) -> Sequence[Any]:
        """Return the records of a case as they lie on Kafka."""
        part = TopicPartition(TOPIC, partition_of(case.encode(), 12))
        with closing(KafkaConsumer(bootstrap_servers=str(self.bus.running.bootstrap))) as consumer:
            consumer.assign([part])
            consumer.seek_to_beginning(part)
            end = consumer.end_offsets([part])[part]
            found: list[Any] = []
            while consumer.position(part) < end:
                found += [one for some in consumer.poll(timeout_ms=500).values() for one in some]
        return [one for one in found if one.key == case.encode()]

    def entries(self, agency: Agency, case: str) -> list[tuple[object, ...]]:
        """Return what the trail of *agency* says of the records of a case."""
        said = 'SELECT "offset", event_type, verdict, reason FROM entries WHERE docket = %s ORDER BY "offset"'
        with psycopg.connect(self.bus.running.admin_dsn[agency]) as connection:
            return connection.execute(said, (case,)).fetchall()


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    home = Home(tmp_path_factory.mktemp("traced"))
    (home.path / "policy.yaml").write_text(MACHINES_SIGN, encoding="utf-8")
    with collecting() as collector, pytest.MonkeyPatch.context() as patched:
        patched.setenv("YISONG_HOME", str(home.path))
        patched.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
        patched.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        patched.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")  # whoever sets it: the framework tells nothing by itself
        with Bus.start(home) as bus:
            address = bus.start_gateway("cac")
            headers = {"authorization": f"Bearer {token('cac', 'W98')}", "traceparent": ASKED}
            yield Traced(bus, Caller(httpx.Client(base_url=address, headers=headers, timeout=120)), collector)


def clue_of_cac(case: str) -> Stated:
    """Return a clue that 网信 finds, which its machine hands over to 版权; its body is marked."""
    said = clue_found(case, 1, publisher="W98", summary=f"网信巡查 {MARK}")
    body = {**said.body, "source": "monitoring", "targets": [{"kind": "domain", "value": f"{MARK}.example"}]}
    return Stated({**said.header, "variant": "feedback_not_wanted"}, body)


class Handed(NamedTuple):
    """A clue that was handed over by machines, and the spans of its trace, by id."""

    case: str
    spans: dict[str, Told]


@pytest.fixture(scope="module")
def handed(traced: Traced) -> Handed:
    """Publish a clue as an agency system does, and wait until the last span of its trace has come."""
    case, trace = own_case(93_001), ASKED.split("-")[1]
    answer = traced.caller.publish(clue_of_cac(case))
    assert (answer.status_code, answer.json()["verdict"]) == (201, "admitted"), answer.text

    def has_come() -> bool:
        told = traced.collector.of_trace(trace).values()
        handled = [one for one in told if one.name == WAY[0][2] and "ClueHandedOver" in one.attributes.values()]
        ways = [one for one in told if one.name == "process case-events"]
        return bool(handled) and len(ways) == 2 * len(AGENCIES) and any(one.service == "gateway" for one in told)

    until(has_come, "the trace is not whole")
    return Handed(case, traced.collector.of_trace(trace))


def test_one_trace_leads_from_an_agency_system_to_the_desk_of_another_agency(handed: Handed) -> None:
    """Over a machine that hands the clue on, by its own signed event; each span stands below the one that caused it."""
    (last,) = [
        one
        for one in handed.spans.values()
        if (one.service, one.agency, one.name) == WAY[0] and one.attributes["yisong.event_type"] == "ClueHandedOver"
    ]
    way = [last]
    while way[-1].parent in handed.spans:
        way.append(handed.spans[way[-1].parent])

    assert [(one.service, one.agency, one.name) for one in way] == list(WAY)
    assert way[-1].parent == ASKED.split("-")[2]


def test_every_node_folds_the_event_below_the_one_sending_and_in_a_batch_of_its_own(
    traced: Traced, handed: Handed
) -> None:
    (asked,) = [one for one in handed.spans.values() if one.service == "gateway"]
    (sent,) = [one for one in handed.spans.values() if one.parent == asked.id]
    folded = {one.agency: one for one in handed.spans.values() if one.parent == sent.id}

    assert folded.keys() == set(AGENCIES)
    assert {one.attributes["yisong.verdict"] for one in folded.values()} == {"admitted"}
    places = ("yisong.event_id", "yisong.case_id", "messaging.destination.partition.id", "messaging.kafka.offset")
    assert len({tuple(one.attributes[name] for name in places) for one in (sent, *folded.values())}) == 1
    linked = {link: one for one in traced.collector.spans if one.name == "batch case-events" for link in one.links}
    assert {linked[one.id].agency for one in folded.values()} == set(AGENCIES)


def test_the_context_travels_beside_the_value_and_changes_nothing_of_it(traced: Traced, handed: Handed) -> None:
    """Each record has one header more, which names the span that sent it."""
    for record in traced.records(handed.case):
        headers = dict(record.headers)
        _, trace, span, _ = headers["traceparent"].decode().split("-")
        assert trace == ASKED.split("-")[1]
        assert handed.spans[span].name == "send case-events"
        assert handed.spans[span].attributes["yisong.event_id"] == headers["ce_id"].decode()
        assert b"traceparent" not in record.value


_BROKEN: tuple[list[tuple[str, bytes]], ...] = (
    [],
    [("traceparent", b"")],
    [("traceparent", "张三".encode())],
    [("traceparent", b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-01")],
    [("traceparent", ASKED.encode() * 500)],
    [("traceparent", ASKED.encode()), ("traceparent", b"another")],
)


def test_a_header_that_is_missing_or_broken_changes_nothing(traced: Traced, handed: Handed) -> None:
    """The same bytes again, with whatever header: a duplicate on every node, and all go on."""
    clue = traced.records(handed.case)[0]
    before = traced.entries("police", handed.case)
    with closing(KafkaProducer(bootstrap_servers=str(traced.bus.running.bootstrap))) as producer:
        for headers in _BROKEN:
            producer.send(
                TOPIC, clue.value, clue.key, partition=clue.partition, timestamp_ms=clue.timestamp, headers=headers
            )
        producer.flush(60)
    for agency in AGENCIES:
        until(lambda agency=agency: len(traced.entries(agency, handed.case)) == len(before) + len(_BROKEN))  # type: ignore[misc]
        added = traced.entries(agency, handed.case)[len(before) :]
        assert [row[2:] for row in added] == [("duplicate", None)] * len(_BROKEN)
    other = traced.caller.publish(clue_of_cac(own_case(93_002)))
    assert other.json()["verdict"] == "admitted"


def _asked(traced: Traced) -> list[Told]:
    return [one for one in traced.collector.spans if one.service == "gateway"]


def test_nothing_of_a_body_a_path_or_a_query_is_told(traced: Traced, handed: Handed) -> None:
    """Not where all is well, nor where a request is at fault: in no span and in no line of a log."""
    before = len(_asked(traced))
    said = clue_of_cac(own_case(93_003))
    at_fault = Stated({**said.header, "event_type": MARK}, {**said.body, "source": MARK})
    assert traced.caller.publish(at_fault).status_code == 422
    assert traced.caller.http.get(f"/v1/cases/{MARK}", params={"purpose": MARK}).status_code in (404, 422)
    assert traced.caller.http.get(f"/v1/cases/{handed.case}/history", params={"purpose": MARK}).status_code == 200
    until(lambda: len(_asked(traced)) >= before + 3, "the spans of three requests have not come")

    assert {path for path, _ in traced.collector.raw} == {"/v1/traces"}
    for one in traced.collector.spans:
        assert not one.attributes.keys() & {"url.path", "url.query", "exception.message", "server.address"}
    assert not [raw for _, raw in traced.collector.raw if MARK.encode() in raw or "网信巡查".encode() in raw]
    for log in traced.bus.home.logs.iterdir():
        assert MARK.encode() not in log.read_bytes(), log.name


def test_every_line_of_a_service_is_json_that_names_it(traced: Traced, handed: Handed) -> None:
    """Also where they say that something could not be done."""
    del handed
    services = ("node-", "desk-", "gateway-", "clocks")
    for log in traced.bus.home.logs.glob("*.log"):
        if log.name.startswith(services):
            rows: list[Mapping[str, Any]] = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
            for row in rows:
                assert row.keys() >= {"time", "level", "service", "logger", "message"}, log.name
                assert row["level"] not in ("ERROR", "CRITICAL"), row


def test_the_page_names_every_span_that_is_made(traced: Traced, handed: Handed) -> None:
    """By an example, where the name is another for each route, agency or notice."""
    del handed
    page = Path("docs/howto/operators.md").read_text("utf-8").split("| Span | Of | Below |")[1]
    named = set(re.findall(r"^\| `([\w /-]+)`(?: …)? \| `(\w+)`", page, re.MULTILINE))
    seen = {(re.sub(r"inbox-\w+", "inbox-police", one.name), one.service) for one in traced.collector.spans}

    assert {("POST /events", "gateway"), *seen} - {one for one in seen if one[1] == "gateway"} <= named
    assert named - seen == {("say DeadlineBreached", "clocks")}
