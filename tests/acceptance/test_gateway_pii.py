"""Who learns whom a P2 token means? Whoever needs to know, from its owner, for a case and a purpose: on a real bus."""

import re
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition
from starlette.testclient import TestClient
from typer.testing import CliRunner

from services.gateway.app import build
from services.gateway.world import open_world
from tests.clues import Stated, clue_found, evidence_preserved, own_case
from tests.gateways import Gateway, token
from tests.onlookers import admit_person, csrf_in, log_in, person_of
from tests.waiting import until
from yisong.audit.readings import Reader, note_reading
from yisong.cli.main import app as command_line
from yisong.embedded import Bus
from yisong.home import AGENCIES
from yisong.pii.resolving import MOST_AN_HOUR

OWNER, TOLD, POLICE, STRANGER = "V9801", "V97", "P9801", "P9702"
PURPOSE = "核对办案人员身份"
_NUMBERS = count(88_001)
_AGAIN = re.compile(r'href="(/cases/[^"]*\?request=[^"]*)"')


class Police(NamedTuple):
    """The gateway of the police, in this process: the owner's runs in another, as in life."""

    http: Any
    tokens: dict[tuple[str, ...], str]

    def ask(self, case: str, wanted: str, *, organ: str = POLICE, purpose: str = PURPOSE) -> Any:
        """Ask for a token until the owner has answered."""
        path, headers = f"/v1/cases/{case}/tokens/{wanted}:resolve", self.known(organ)
        answer = self.http.post(path, json={"purpose": purpose}, headers=headers)
        if answer.status_code != 202:
            return answer
        location = answer.headers["location"]
        until(lambda: self.http.get(location, headers=headers).status_code != 202, "the owner has not answered")
        return self.http.get(location, headers=headers)

    def known(self, organ: str, *scopes: str) -> dict[str, str]:
        """Return the headers of a system that speaks for *organ*."""
        if (organ, *scopes) not in self.tokens:
            self.tokens[organ, *scopes] = token("police", organ, *scopes)
        return {"authorization": f"Bearer {self.tokens[organ, *scopes]}"}


@pytest.fixture(scope="module")
def police(bus: Bus) -> Iterator[Police]:
    with TestClient(build(open_world(bus.home, "police"))) as http:
        yield Police(http, {})


@pytest.fixture
def somebody() -> str:
    """Name somebody whom nobody has named before."""
    return f"李{uuid4().hex}"


def token_of(gateway: Gateway, value: str, **more: str) -> str:
    answer = gateway.caller(OWNER).http.post("/v1/pii-tokens", json={"value": value, "kind": "officer", **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


def told(gateway: Gateway, officer: str, *, body: dict[str, object] | None = None) -> tuple[str, str]:
    """Publish an act of *officer* of which V97 and the police are told; return its case and its id."""
    case, event_id, owner = own_case(next(_NUMBERS)), str(uuid4()), gateway.caller(OWNER)
    clue = clue_found(case, 1)
    found = owner.publish(Stated({**clue.header, "pii_level": "P2"}, {**clue.body, **(body or {})}))
    assert found.status_code == 201, found.text
    said = evidence_preserved(case, 2)
    header = {**said.header, "officers": [officer, "U-V9801-02"], "cc": [TOLD, POLICE]}
    answer = owner.publish(Stated(header, said.body), event_id=event_id)
    assert answer.status_code == 201, answer.text
    return case, event_id


def noted(bus: Bus, agency: str, wanted: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(bus.running.dsn[agency]) as node:
        return node.execute(
            "SELECT account, organ, case_id, events, purpose, refused FROM local_readings WHERE token = %s"
            " ORDER BY serial",
            [wanted],
        ).fetchall()


def kept_on_disk(bus: Bus, value: str) -> list[str]:
    """Say where *value* stands in clear: in a table of a node, or in a log file."""
    found = []
    for agency in AGENCIES:
        with psycopg.connect(bus.running.admin_dsn[agency]) as node:
            tables = node.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )
            for (table,) in tables.fetchall():
                query = f'SELECT count(*) FROM "{table}" AS one WHERE one::text LIKE %s OR one::text LIKE %s'  # noqa: S608
                row = node.execute(query, [f"%{value}%", f"%{value.encode().hex()}%"]).fetchone()
                found += [f"{agency}.{table}"] if row is not None and row[0] else []
    return found + [
        file.name for file in bus.home.logs.rglob("*") if file.is_file() and value.encode() in file.read_bytes()
    ]


def letters(bus: Bus) -> bytes:
    """Return all that was ever said on the topics of P2 tokens."""
    with closing(KafkaConsumer(bootstrap_servers=bus.running.bootstrap, enable_auto_commit=False)) as consumer:
        parts = [TopicPartition(f"pii-{agency}", 0) for agency in AGENCIES]
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        ends, said = consumer.end_offsets(parts), b""
        while any(consumer.position(part) < end for part, end in ends.items()):
            said += b"\n".join(one.value for some in consumer.poll(timeout_ms=500).values() for one in some)
        return said


def test_another_line_learns_who_an_officer_is_and_the_owner_sees_who_asked_and_why(
    gateway: Gateway, bus: Bus, police: Police, somebody: str
) -> None:
    officer = token_of(gateway, somebody)
    case, event = told(gateway, officer)
    answer = police.ask(case, officer)
    assert (answer.status_code, answer.json()) == (200, {"token": officer, "value": somebody})
    line = ("case-system", POLICE, case, [UUID(event)], PURPOSE, None)
    assert noted(bus, "copyright", officer) == [line]
    # Where it was asked, the opening of the answer is on record, too.
    assert (*line[:3], [], *line[4:]) in noted(bus, "police", officer)
    seen = gateway.caller(OWNER).http.get("/v1/readings", params={"case_id": case}).json()["lines"]
    assert [(one["organ"], one["token"], one["purpose"]) for one in seen if one["what"] == "token"] == [
        (POLICE, officer, PURPOSE)
    ]
    assert not [one for one in gateway.caller("V9702").http.get("/v1/readings").json()["lines"] if one["token"]]


def test_who_it_is_stands_in_clear_nowhere(gateway: Gateway, bus: Bus, police: Police, somebody: str) -> None:
    case, _ = told(gateway, officer := token_of(gateway, somebody))
    assert police.ask(case, officer, purpose="无处明文").status_code == 200
    assert kept_on_disk(bus, somebody) == []
    said = letters(bus)
    assert said
    assert not any(one.encode() in said for one in (somebody, officer, case, "无处明文"))


def test_the_same_value_has_one_token_and_a_token_one_value(gateway: Gateway, somebody: str) -> None:
    owner = gateway.caller(OWNER).http
    first = owner.post("/v1/pii-tokens", json={"value": somebody, "kind": "person"})
    again = owner.post("/v1/pii-tokens", json={"value": f" {somebody} ", "kind": "person"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    chosen = f"U-{OWNER}-{uuid4().hex}"
    assert owner.post("/v1/pii-tokens", json={"value": somebody + "2", "kind": "officer", "token": chosen}).json() == {
        "token": chosen
    }
    for wrong in ({"value": somebody + "3", "token": chosen}, {"value": somebody, "token": f"U-{OWNER}-{uuid4().hex}"}):
        assert owner.post("/v1/pii-tokens", json={"kind": "officer", **wrong}).status_code == 422
    foreign = {"value": somebody + "4", "kind": "officer", "token": f"U-{POLICE}-77"}
    refused = owner.post("/v1/pii-tokens", json=foreign)
    assert refused.status_code == 422
    assert somebody not in refused.text


def test_within_a_line_the_answer_is_there_at_once(gateway: Gateway, bus: Bus, somebody: str) -> None:
    case, event = told(gateway, officer := token_of(gateway, somebody))
    path = f"/v1/cases/{case}/tokens/{officer}:resolve"
    answer = gateway.caller(TOLD).http.post(path, json={"purpose": PURPOSE})
    assert (answer.status_code, answer.json()["value"]) == (200, somebody)
    assert gateway.caller("V9702").http.post(path, json={"purpose": PURPOSE}).status_code == 403
    assert [line[1:] for line in noted(bus, "copyright", officer)] == [
        (TOLD, case, [UUID(event)], PURPOSE, None),
        ("V9702", case, [], PURPOSE, "no-need-to-know"),
    ]


def test_who_may_read_no_act_that_carries_the_token_learns_nothing_and_is_on_record(
    gateway: Gateway, bus: Bus, police: Police, somebody: str
) -> None:
    case, _ = told(gateway, officer := token_of(gateway, somebody))
    refused = police.ask(case, officer, organ=STRANGER)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:yisong:problem:no-need-to-know")
    # The right reader, and a case in which the token does not stand.
    other, _ = told(gateway, "U-V9801-03")
    assert police.ask(other, officer).status_code == 403
    assert [(line[1], line[2], line[5]) for line in noted(bus, "copyright", officer)] == [
        (STRANGER, case, "no-need-to-know"),
        (POLICE, other, "no-need-to-know"),
    ]


def test_nobody_cites_a_token_to_himself(gateway: Gateway, police: Police, somebody: str) -> None:
    officer, case = token_of(gateway, somebody), own_case(next(_NUMBERS))
    clue = clue_found(case, 1, publisher=POLICE)
    event = {
        "at": "2016-07-19T09:00:00+08:00",
        "header": {**clue.header, "officers": [officer]},
        "body": {**clue.body, "source": "monitoring"},
    }
    headers = {**police.known(POLICE), "prefer": "wait=30"}
    said = police.http.post("/v1/events", json=event, headers=headers)
    assert said.status_code == 201, said.text
    assert police.ask(case, officer).json()["type"] == "urn:yisong:problem:no-need-to-know"


def test_who_has_reported_is_told_to_nobody(gateway: Gateway, police: Police, somebody: str) -> None:
    reporter = token_of(gateway, somebody)
    case, _ = told(gateway, reporter, body={"reporter_token": reporter})
    refused = police.ask(case, reporter)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:yisong:problem:reporter")


def test_a_token_whose_person_is_unknown_or_erased_says_so(
    gateway: Gateway, bus: Bus, police: Police, command: CliRunner, somebody: str
) -> None:
    case, _ = told(gateway, officer := token_of(gateway, somebody))
    assert police.ask(case, "U-V9801-02").json()["type"] == "urn:yisong:problem:unknown"
    assert police.ask(case, officer).status_code == 200
    erased = command.invoke(command_line, ["pii", "erase", "copyright", officer, "--reason", "保存期限届满"])
    assert erased.exit_code == 0, erased.output
    gone = police.ask(case, officer)
    assert (gone.status_code, gone.json()["type"]) == (410, "urn:yisong:problem:erased")
    assert [line[5] for line in noted(bus, "copyright", officer)] == [None, "erased"]
    made = command.invoke(
        command_line, ["pii", "new", "copyright", "--organ", OWNER, "--kind", "officer"], input=f"{somebody}\n"
    )
    assert made.exit_code == 0, made.output
    assert made.output.strip() not in ("", officer)


def test_an_organ_that_asks_too_often_waits(gateway: Gateway, bus: Bus, police: Police, somebody: str) -> None:
    case, _ = told(gateway, officer := token_of(gateway, somebody))
    with psycopg.connect(bus.running.dsn["copyright"]) as node:
        for _ in range(MOST_AN_HOUR):
            note_reading(
                node, Reader("x1", "P97"), what="token", case_id=case, purpose="试", token=officer, refused="unknown"
            )
    waits = police.ask(case, officer, organ="P97")
    assert (waits.status_code, waits.headers["retry-after"]) == (429, "3600")
    assert police.ask(case, officer).status_code == 200


def test_what_is_no_request_is_not_sent(home: Bus, police: Police) -> None:
    case, headers = own_case(next(_NUMBERS)), police.known(POLICE)
    path = f"/v1/cases/{case}/tokens/U-V9801-01:resolve"
    for said in ({}, {"purpose": ""}, {"purpose": "  "}, {"purpose": "a\nb"}, {"purpose": "办案", "more": 1}):
        assert police.http.post(path, json=said, headers=headers).status_code == 422, said
    assert police.http.post(path, json={"purpose": "办案"}).status_code == 401
    nobody = path.replace("V9801", "X9801")
    assert police.http.post(nobody, json={"purpose": "办案"}, headers=headers).status_code == 404
    other = police.http.post(path, json={"purpose": "办案"}, headers=police.known(POLICE, "publish"))
    assert other.status_code == 403
    with psycopg.connect(home.running.dsn["police"]) as node:
        assert node.execute("SELECT count(*) FROM local_pii_asked WHERE case_id = %s", [case]).fetchone() == (0,)


def test_an_answer_is_for_whoever_asked(gateway: Gateway, police: Police, bus: Bus, somebody: str) -> None:
    case, _ = told(gateway, officer := token_of(gateway, somebody))
    assert police.ask(case, officer).status_code == 200
    with psycopg.connect(bus.running.dsn["police"]) as node:
        ((request_id,),) = node.execute("SELECT request_id FROM local_pii_asked WHERE case_id = %s", [case]).fetchall()
    path = f"/v1/token-requests/{request_id}"
    mine = police.http.get(path, headers=police.known(POLICE))
    assert (mine.json()["value"], mine.headers["cache-control"]) == (somebody, "no-store")
    assert police.http.get(path, headers=police.known(STRANGER)).status_code == 404
    assert police.http.get(f"/v1/token-requests/{uuid4()}", headers=police.known(POLICE)).status_code == 404


def answered(officer: Any, page: str, form: str) -> str:
    """Send the form of *page*, and look again until the owner has answered; return the page that says so."""
    shown: list[str] = [officer.post(page, data={"csrf": form, "purpose": "handling"}).text]

    def is_there() -> bool:
        again = _AGAIN.search(shown[-1])
        if again is not None:
            shown.append(officer.get(again[1]).text)
        return again is None

    until(is_there, "the owner has not answered")
    return shown[-1]


class TestAtTheConsole:
    """An officer of the police, without scripts, as far as his gateway lets him."""

    @pytest.fixture
    def officer(self, bus: Bus) -> Iterator[Any]:
        with psycopg.connect(bus.running.admin_dsn["police"], autocommit=True) as owner:
            admit_person(owner, POLICE)
        with TestClient(build(open_world(bus.home, "police")), headers={"accept": "text/html"}) as browser:
            log_in(browser, person_of(POLICE))
            yield browser

    def test_an_officer_finds_the_token_in_an_act_says_what_for_and_learns_who_it_is(
        self, gateway: Gateway, bus: Bus, officer: Any, somebody: str
    ) -> None:
        case, _ = told(gateway, token := token_of(gateway, somebody))
        page = f"/cases/{case}/tokens/{token}"
        until(lambda: page in officer.get(f"/cases/{case}?event=2").text, "the act has not come to the police")
        form = officer.get(page).text
        assert somebody not in form
        assert somebody in answered(officer, page, csrf_in(form))
        ((account, organ, *_, purpose, refused),) = noted(bus, "copyright", token)
        assert (account, organ, purpose, refused) == (person_of(POLICE), POLICE, "办理本案", None)

    def test_what_the_owner_refuses_is_said_in_words(self, gateway: Gateway, officer: Any, somebody: str) -> None:
        told(gateway, token := token_of(gateway, somebody))
        other, _ = told(gateway, "U-V9801-03")
        page = f"/cases/{other}/tokens/{token}"
        said = answered(officer, page, csrf_in(officer.get(page).text))
        assert "没有另一条线的" in said
        assert somebody not in said

    def test_a_form_of_another_session_a_purpose_of_ones_own_and_what_is_no_token_are_refused(
        self, gateway: Gateway, officer: Any, somebody: str
    ) -> None:
        case, _ = told(gateway, token := token_of(gateway, somebody))
        page = f"/cases/{case}/tokens/{token}"
        form = csrf_in(officer.get(page).text)
        assert officer.post(page, data={"csrf": "0" * 64, "purpose": "handling"}).status_code == 403
        assert officer.post(page, data={"csrf": form, "purpose": "because"}).status_code == 400
        assert officer.get(f"/cases/{case}/tokens/nobody").status_code == 404
        assert officer.get(f"{page}?request={uuid4()}").text.count("答复只保存一天") == 1
