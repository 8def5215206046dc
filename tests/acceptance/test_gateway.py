"""Do agencies' systems do over HTTP what officers do at the command line? On a real bus, with all its nodes."""

import json
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.clues import clue_found, evidence_preserved, own_case
from tests.commands import run
from tests.gateways import Caller, Gateway
from tests.waiting import until
from yisong.embedded import Bus

OWNER, ABOVE, STRANGER = "V9801", "V98", "V9702"
AT = "2016-07-19T09:00:00+08:00"
Handed = dict[str, str]


def told(owner: Caller, number: int) -> tuple[str, list[str]]:
    """Publish a clue and evidence of a case of its own, and return the case and the ids of the two events."""
    case = own_case(number)
    answers = [owner.publish(clue_found(case, 1)), owner.publish(evidence_preserved(case, 2))]
    assert [one.status_code for one in answers] == [201, 201], [one.text for one in answers]
    return case, [one.json()["event_id"] for one in answers]


def test_the_verdict_of_the_own_trail_comes_back_and_stands_in_the_history(gateway: Gateway) -> None:
    owner = gateway.caller(OWNER)
    case, ids = told(owner, 72_001)
    history = owner.http.get(f"/v1/cases/{case}/history", params={"purpose": "办案"}).json()
    assert [one["header"]["event_id"] for one in history["records"]] == ids
    shown = json.loads(run("history", case, "--node", "copyright", "--json"))
    assert [one["offset"] for one in shown["events"]] == [one["position"]["offset"] for one in history["records"]]
    found = owner.http.get(f"/v1/cases/{case}").json()
    assert (found["state"], found["records"]) == ("clue", 2)
    assert {one["timer"] for one in found["clocks"]} == {one["timer"] for one in shown["clocks"]}
    duties = owner.http.get("/v1/duties").json()["duties"]
    assert {one["clock_id"] for one in duties} >= {one["id"] for one in found["clocks"] if one["outcome"] == "running"}


def test_a_dry_run_says_what_then_happens(gateway: Gateway) -> None:
    owner, case = gateway.caller(OWNER), own_case(72_002)
    said = clue_found(case, 1)
    sent = {"at": AT, "header": said.header, "body": said.body}
    forecast = owner.http.post("/v1/events", params={"dry_run": "true"}, json=sent).json()
    assert owner.http.get(f"/v1/cases/{case}").status_code == 404
    assert owner.publish(said).json()["verdict"] == forecast["verdict"] == "admitted"
    found = owner.http.get(f"/v1/cases/{case}").json()
    assert [one["id"] for one in found["clocks"]] == [one["id"] for one in forecast["starts"]]


def test_a_refused_event_is_answered_with_its_reason_and_stays_on_record(gateway: Gateway) -> None:
    owner, case = gateway.caller(OWNER), own_case(72_003)
    said = clue_found(case, 1)
    header = {**said.header, "event_type": "ClueHandedOver", "variant": "agency", "to": [ABOVE]}
    answer = owner.publish(said._replace(header=header, body={"reason": "管辖", "evidence_count": 0}))
    assert (answer.status_code, answer.json()["reason"]["code"]) == (409, "illegal-transition")
    history = owner.http.get(f"/v1/cases/{case}/history", params={"purpose": "办案"}).json()
    assert [(one["verdict"], one["reason"]) for one in history["records"]] == [("refused", "illegal-transition")]


def test_a_case_is_seen_as_it_was_known_and_bodies_by_those_who_need_to_know(gateway: Gateway, bus: Bus) -> None:
    case, _ = told(gateway.caller(OWNER), 72_004)
    asked = {"purpose": "复核", "bodies": "true"}
    seen = {
        organ: gateway.caller(organ).http.get(f"/v1/cases/{case}/history", params=asked).json()["records"]
        for organ in (OWNER, ABOVE, STRANGER)
    }
    assert [one["body"]["summary"] for one in (seen[OWNER][0], seen[ABOVE][0])] == ["12318 举报", "12318 举报"]
    assert [(one["body"], one["masked"]) for one in seen[STRANGER]] == [(None, "not-in-audience")] * 2
    earlier = {**asked, "as_of": "2016-07-19T08:00:00+08:00"}
    assert gateway.caller(OWNER).http.get(f"/v1/cases/{case}/history", params=earlier).status_code == 404
    with psycopg.connect(bus.running.dsn["copyright"]) as node:
        noted = node.execute(
            "SELECT organ, what FROM local_readings WHERE case_id = %s AND purpose = '复核' ORDER BY serial", [case]
        ).fetchall()
    assert noted == [
        (OWNER, "history"), (OWNER, "body"), (ABOVE, "history"), (ABOVE, "body"), (STRANGER, "history")
    ]  # fmt: skip


class TestAnInbox:
    def test_holds_what_concerns_the_organ_once_a_cursor_and_again_until_it_is_acknowledged(
        self, gateway: Gateway
    ) -> None:
        case, ids = told(gateway.caller(OWNER), 72_010)
        other = gateway.caller(OWNER)
        found, cursor = self.all_of(other, case)
        assert found == ids
        assert self.all_of(other, case)[0] == ids
        assert other.http.post("/v1/inbox/ack", json={"cursor": cursor}).json()["cursor"] == cursor
        assert self.all_of(other, case)[0] == []
        # It never goes back.
        assert other.http.post("/v1/inbox/ack", json={"cursor": "0-0"}).json()["cursor"] == cursor
        assert self.all_of(gateway.caller(STRANGER), case)[0] == []

    def test_can_be_waited_for(self, gateway: Gateway) -> None:
        owner = gateway.caller(OWNER)
        _, cursor = self.all_of(owner, "")
        made = owner.http.post(
            "/v1/events",
            json={"at": AT, "header": clue_found(own_case(72_011), 1).header, "body": clue_found("", 1).body},
            headers={"prefer": "wait=0"},
        )
        found = owner.http.get("/v1/inbox", params={"after": cursor, "wait": 30}).json()["events"]
        assert made.json()["event_id"] in [one["header"]["event_id"] for one in found]

    def test_can_be_followed_and_gone_on_with(self, gateway: Gateway) -> None:
        owner = gateway.caller(OWNER)
        _, cursor = self.all_of(owner, "")
        case, ids = told(owner, 72_012)
        first = self.one_of(owner, case, {"last-event-id": cursor})
        second = self.one_of(owner, case, {"last-event-id": first["id"]})
        assert [json.loads(one["data"])["header"]["event_id"] for one in (first, second)] == ids

    @staticmethod
    def all_of(caller: Caller, case: str) -> tuple[list[str], str]:
        """Return the ids of the events of *case* that lie behind what was acknowledged, and the cursor behind all."""
        ids, cursor = [], None
        while True:
            params = {"limit": "50", **({} if cursor is None else {"after": cursor})}
            page = caller.http.get("/v1/inbox", params=params).json()
            ids += [one["header"]["event_id"] for one in page["events"] if one["header"]["case_id"] == case]
            cursor = page["cursor"]
            if not page["events"]:
                return ids, cursor

    @staticmethod
    def one_of(caller: Caller, case: str, headers: Handed) -> Handed:
        """Return the next event of *case* that a stream sends, with its id."""
        with caller.http.stream("GET", "/v1/inbox/stream", headers=headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            event: Handed = {}
            for line in answer.iter_lines():
                if line == "" and case in event.get("data", ""):
                    return event
                name, _, value = line.partition(": ")
                event = {} if line == "" else {**event, name: value}
        raise AssertionError("the stream ended")


def test_a_receipt_and_a_dossier_are_taken_home_and_verify(gateway: Gateway, tmp_path: Path) -> None:
    owner = gateway.caller(OWNER)
    case, ids = told(owner, 72_020)
    until(lambda: owner.http.get(f"/v1/events/{ids[0]}/receipt").status_code == 200)
    receipt = tmp_path / "receipt.txt"
    receipt.write_bytes(owner.http.get(f"/v1/events/{ids[0]}/receipt").content)
    assert "proven" in run("verify", str(receipt)).lower()
    asked = owner.http.post(f"/v1/cases/{case}/dossiers", json={"purpose": "存档"})
    assert asked.status_code == 202
    until(lambda: owner.http.get(asked.headers["location"]).status_code == 200)
    dossier = tmp_path / "dossier.zip"
    dossier.write_bytes(owner.http.get(asked.headers["location"]).content)
    assert case in run("verify", str(dossier))
    assert gateway.caller(STRANGER).http.get(asked.headers["location"]).status_code == 404
    agreement = owner.http.get("/v1/agreement").json()
    assert max(one["cosigned"] for one in agreement["partitions"]) > 0


def test_whether_a_query_says_so_or_not_an_event_is_published_by_the_same_rules(gateway: Gateway) -> None:
    owner, other, nobody = gateway.caller(OWNER), gateway.caller(STRANGER), gateway.caller(None)
    said = clue_found(own_case(72_050), 1)
    good = {"event_id": str(uuid4()), "at": AT, "header": said.header, "body": said.body}
    late = {**good, "event_id": str(uuid4())}
    faulty = {"header": {**said.header, "region_code": "9801"}, "body": {}}
    for caller, path, sent in [
        (owner, "/v1/events", good),
        (owner, "/v1/events", late),
        (owner, "/v1/events", [late, good]),
        (owner, "/v1/events:batch", {"events": [good, late]}),
        (owner, "/v1/events", faulty),
        (owner, "/v1/events:batch", {"events": [faulty, good]}),
        (owner, "/v1/events", "text"),
        (other, "/v1/events", good),
        (nobody, "/v1/events", good),
    ]:
        plain, asked = caller.http.post(path, json=sent), caller.http.post(path, json=sent, params={"dry_run": "false"})
        assert (plain.status_code, _without_request(plain.json())) == (
            asked.status_code,
            _without_request(asked.json()),
        )
        assert {*plain.headers} == {*asked.headers}
    assert owner.http.post("/v1/events", json=good, params={"dry_run": "perhaps"}).status_code == 422


def _without_request(answer: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in answer.items() if name not in {"instance", "request_id", "trail_behind"}}


def test_search_goes_page_by_page_and_finds_what_concerns_the_organ(gateway: Gateway) -> None:
    owner = gateway.caller(OWNER)
    cases = [told(owner, 72_030 + n)[0] for n in range(3)]
    found, path = [], "/v1/cases?limit=2&mine=true&year=2016"
    while path:
        answer = owner.http.get(path)
        found += [one["case_id"] for one in answer.json()["cases"]]
        path = answer.links.get("next", {}).get("url", "")
    assert set(cases) <= set(found)
    assert found == sorted(set(found))
    mine = gateway.caller(STRANGER).http.get("/v1/cases", params={"mine": "true", "limit": 500}).json()["cases"]
    assert set(cases).isdisjoint(one["case_id"] for one in mine)


def test_nobody_without_a_token_reads_anything(gateway: Gateway) -> None:
    case, ids = told(gateway.caller(OWNER), 72_040)
    stranger = gateway.caller(None)
    for path in (
        f"/v1/cases/{case}",
        f"/v1/events/{ids[0]}",
        f"/v1/events/{ids[0]}/receipt",
        "/v1/inbox",
        "/v1/duties",
    ):
        assert stranger.http.get(path).status_code == 401
    assert stranger.http.post("/v1/events", json={}).status_code == 401


@pytest.mark.parametrize("path", ["/v1/cases/{}", "/v1/events/{}"])
def test_what_is_not_there_is_not_there(gateway: Gateway, path: str) -> None:
    name = own_case(72_999) if "cases" in path else str(uuid4())
    assert gateway.caller(OWNER).http.get(path.format(name)).status_code == 404
