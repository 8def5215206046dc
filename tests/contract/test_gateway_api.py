"""What does the API answer? Over a real PostgreSQL; what the node's processes do is done by hand."""

import logging
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any
from uuid import uuid4

import pytest

from services.gateway.door import DEEPEST_JSON, LARGEST_BODY
from tests.apis import Api, api, event
from tests.clues import Stated, clue_found, evidence_preserved, own_case

CASE = own_case(73_001)
SECRET = "张三住在某市某路七号"  # noqa: S105 (what may never stand in a log)


@pytest.fixture
def gateway(police_dsn: tuple[str, str], tmp_path: Path) -> Iterator[Api]:
    with api(*police_dsn, tmp_path) as gateway:
        yield gateway


def clue(**header: Any) -> Stated:
    said = clue_found(CASE, 1, publisher="P9801", summary=SECRET)
    return Stated({**said.header, **header}, said.body)


def faults(answer: Any) -> dict[str, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return {one["pointer"]: one["detail"] for one in answer.json()["faults"]}


class TestAnEventIsPublished:
    def test_it_is_accepted_and_can_be_asked_for_until_it_has_a_verdict(self, gateway: Api) -> None:
        answer = gateway.publish(event(clue()))
        assert answer.status_code == 202
        assert (answer.json()["verdict"], answer.json()["position"]) == (None, None)
        assert answer.headers["preference-applied"] == "wait=0"
        where = answer.headers["location"]
        assert gateway.http.get(where).status_code == 202
        gateway.settle(answer.json()["event_id"])
        found = gateway.http.get(where)
        assert (found.status_code, found.json()["verdict"]) == (200, "admitted")
        assert found.json()["position"] == {"partition": 3, "offset": 7}
        assert found.json()["log_time"] == "2016-07-18T09:14:00+08:00"

    def test_whoever_waits_gets_the_verdict_as_soon_as_it_is_there(self, gateway: Api) -> None:
        chosen = str(uuid4())
        Timer(1.0, gateway.settle, [chosen]).start()
        answer = gateway.publish(event(clue(), chosen), wait=30)
        assert (answer.status_code, answer.json()["verdict"]) == (201, "admitted")

    def test_a_refusal_says_why_in_both_languages_and_that_it_is_on_record(self, gateway: Api) -> None:
        chosen = str(uuid4())
        gateway.publish(event(clue(), chosen))
        gateway.settle(chosen, verdict="refused", reason="illegal-transition")
        for answer in (gateway.publish(event(clue(), chosen)), gateway.http.get(f"/v1/events/{chosen}")):
            assert answer.status_code == 409
            problem = answer.json()
            assert (problem["type"], problem["status"], problem["verdict"]) == (
                "urn:yisong:problem:refused", 409, "refused"
            )  # fmt: skip
            assert problem["reason"]["code"] == "illegal-transition"
            assert problem["reason"]["zh"]
            assert problem["reason"]["en"]
            assert problem["position"] == {"partition": 3, "offset": 7}

    def test_what_the_log_does_not_take_is_not_on_record(self, gateway: Api) -> None:
        chosen = str(uuid4())
        gateway.publish(event(clue(), chosen))
        gateway.owner.execute("UPDATE local_outbox SET state = 'parked', verdict = 'refused', reason = 'unknown-key'")
        problem = gateway.http.get(f"/v1/events/{chosen}").json()
        assert (problem["parked"], problem["reason"]["code"]) == (True, "unknown-key")
        assert "not on record" in problem["detail"]

    def test_the_same_again_is_the_same_and_is_published_once(self, gateway: Api) -> None:
        chosen = str(uuid4())
        first, again = (gateway.publish(event(clue(), chosen)) for _ in range(2))
        assert first.json() == again.json()
        gateway.settle(chosen)
        assert gateway.publish(event(clue(), chosen)).status_code == 201
        assert gateway.accepted() == [CASE]

    def test_another_event_under_its_id_is_refused(self, gateway: Api) -> None:
        chosen = str(uuid4())
        gateway.publish(event(clue(), chosen))
        answer = gateway.publish(event(clue(variant="feedback_not_wanted"), chosen))
        assert answer.status_code == 409
        assert faults(answer) == {"/event_id": "was used for another event"}
        assert gateway.accepted() == [CASE]

    def test_another_organs_events_are_not_known(self, gateway: Api) -> None:
        made = gateway.publish(event(clue())).json()["event_id"]
        other = gateway.caller("P9701", "read", "publish")
        assert other.get(f"/v1/events/{made}").status_code == 404
        assert gateway.http.get(f"/v1/events/{uuid4()}").status_code == 404


class TestFaults:
    def test_all_are_named_at_once_with_pointers_and_chinese_names(self, gateway: Api) -> None:
        header = {**clue().header, "occurred_at": "2016-02-30T09:00:00+08:00", "case_id": CASE[:-1] + "x", "nothing": 1}
        body = {**clue().body, "targets": [{"kind": "domain"}], "source": "company_or_association", "moon": SECRET}
        answer = gateway.publish({"header": header, "body": body, "extra": 1, "note": {}})
        assert answer.status_code == 422
        assert faults(answer) == {
            "/extra": "there is no such field",
            "/note": "must be a text",
            "/header/nothing": "no header field that an author states",
            "/header/occurred_at": "must be an instant that exists",
            "/header/case_id": "wrong format or check character",
            "/header/aggregate": "its id must be C-{case_id}-{n}",
            "/body/targets/0/value": "is missing",
            "/body/moon": "there is no such field",
            "/body/company_complaint": "must be true where body.source is company_or_association",
        }
        names = {one["pointer"]: one.get("zh") for one in answer.json()["faults"]}
        assert (names["/header/occurred_at"], names["/body/targets/0/value"]) == ("发生时间", "值")
        assert gateway.accepted() == []

    def test_a_caller_speaks_for_its_own_organ_only(self, gateway: Api) -> None:
        answer = gateway.publish(event(clue(publisher="V9801")))
        assert faults(answer)["/header/publisher"] == "the caller speaks for P9801 only"
        assert gateway.accepted() == []

    @pytest.mark.parametrize(
        ("sent", "pointer"),
        [
            (7, ""),
            ("text", ""),
            ({}, "/header"),
            ({"header": [], "body": {}}, "/header"),
            ({"header": {}, "body": "x"}, "/body"),
            ({"header": {}, "body": {}, "event_id": "x"}, "/event_id"),
            ({"header": {}, "body": {}, "at": "yesterday"}, "/at"),
            ({"header": {"event_type": ["x"]}, "body": {}}, "/header/event_type"),
            ({"header": {"event_type": "MoonLanded"}, "body": {}}, "/header/event_type"),
        ],
    )
    def test_whatever_is_no_event_is_named(self, gateway: Api, sent: object, pointer: str) -> None:
        answer = gateway.publish(sent)
        assert answer.status_code == 422
        assert pointer in faults(answer)
        assert gateway.accepted() == []


class TestSeveral:
    def rows(self) -> list[dict[str, Any]]:
        return [event(clue(), str(uuid4())), event(evidence_preserved(CASE, 2, publisher="P9801"), str(uuid4()))]

    def test_they_are_accepted_in_their_order(self, gateway: Api) -> None:
        rows = self.rows()
        answer = gateway.http.post("/v1/events:batch", json={"events": rows}, headers={"prefer": "wait=0"})
        assert answer.status_code == 202
        assert [one["event_id"] for one in answer.json()["events"]] == [one["event_id"] for one in rows]
        for row in rows:
            gateway.settle(row["event_id"])
        assert gateway.publish(rows).status_code == 200
        assert gateway.accepted() == [CASE, CASE]

    def test_a_fault_of_one_keeps_all_back(self, gateway: Api) -> None:
        rows = self.rows()
        rows[1]["body"]["item_count"] = -1
        answer = gateway.publish(rows)
        assert list(faults(answer)) == ["/1/body/item_count"]
        answer = gateway.http.post("/v1/events:batch", json={"events": rows})
        assert list(faults(answer)) == ["/events/1/body/item_count"]
        assert gateway.accepted() == []

    def test_an_id_that_was_used_keeps_all_back(self, gateway: Api) -> None:
        rows = self.rows()
        gateway.publish(event(clue(), rows[1]["event_id"]))
        answer = gateway.publish(rows)
        assert (answer.status_code, list(faults(answer))) == (409, ["/1/event_id"])
        assert gateway.accepted() == [CASE]

    @pytest.mark.parametrize("count", [0, 101])
    def test_no_less_than_one_and_no_more_than_a_hundred(self, gateway: Api, count: int) -> None:
        assert gateway.publish([event(clue())] * count).status_code == 422
        assert gateway.accepted() == []


class TestADryRun:
    def test_it_says_what_would_happen_and_publishes_nothing(self, gateway: Api) -> None:
        sent = {**event(clue()), "at": "2016-07-18T09:14:00+08:00"}
        answer = gateway.publish(sent, dry_run="true")
        assert answer.status_code == 200
        found = answer.json()
        assert (found["verdict"], found["log_time"]) == ("admitted", "2016-07-18T09:14:00+08:00")
        assert found["moves"] == [{"kind": "case", "id": CASE, "before": "none", "after": "clue"}]
        assert {one["timer"] for one in found["starts"]} >= {"P-FEEDBACK"}
        assert gateway.accepted() == []

    def test_what_would_be_refused_is_said_with_its_reason(self, gateway: Api) -> None:
        handed = clue(event_type="ClueHandedOver", variant="agency", to=["V9801"])
        answer = gateway.publish(event(Stated(handed.header, {"reason": "管辖", "evidence_count": 0})), dry_run="true")
        assert (answer.json()["verdict"], answer.json()["reason"]["code"]) == ("refused", "illegal-transition")
        assert (answer.json()["moves"], answer.json()["starts"]) == ([], [])

    def test_several_are_judged_one_behind_the_other(self, gateway: Api) -> None:
        found, handed = clue(), clue(event_type="ClueHandedOver", variant="agency", to=["V9801"])
        said = [found, Stated(handed.header, {"reason": "管辖", "evidence_count": 0})]
        rows = [{**event(one), "at": "2016-07-18T09:14:00+08:00"} for one in said]
        answer = gateway.publish(rows, dry_run="true")
        assert [one["verdict"] for one in answer.json()["events"]] == ["admitted", "admitted"]


class TestTheNode:
    def test_while_the_broker_is_away_nothing_new_is_accepted_and_nothing_accepted_is_lost(self, gateway: Api) -> None:
        chosen = str(uuid4())
        assert gateway.publish(event(clue(), chosen)).status_code == 202
        gateway.heard(ago=60)
        away = gateway.caller("P9801", "publish")
        answer = away.post("/v1/events", json=event(clue()))
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:yisong:problem:broker-away")
        assert int(answer.headers["retry-after"]) > 0
        assert gateway.accepted() == [CASE]
        again = away.post("/v1/events", json=event(clue(), chosen), headers={"prefer": "wait=0"})
        assert (again.status_code, again.json()["event_id"]) == (202, chosen)

    def test_one_that_has_never_been_heard_of_is_away(self, gateway: Api) -> None:
        gateway.owner.execute("DELETE FROM local_log_ends")
        assert gateway.caller("P9801", "publish").post("/v1/events", json=event(clue())).status_code == 503

    def test_answers_say_how_far_its_trail_is_behind(self, gateway: Api) -> None:
        gateway.heard(end=5)
        reader = gateway.caller("P9801", "read", "publish")
        assert reader.get("/v1/cases").headers["yisong-trail-behind"] == str(12 * 5)
        answer = reader.post("/v1/events", json=event(clue()), headers={"prefer": "wait=0"})
        assert answer.json()["trail_behind"] == 12 * 5


class TestBadInput:
    @pytest.mark.parametrize(
        ("content", "media_type", "status"),
        [
            (b"{", "application/json", 400),
            (b"", "application/json", 400),
            (b'{"header": NaN}', "application/json", 400),
            (b"\xff\xfe", "application/json", 400),
            (b"header=1", "application/x-www-form-urlencoded", 415),
            (b"{}", "text/plain", 415),
            (b"{}", "", 415),
            (b"[" * 100_000, "application/json", 400),
            (b'{"a":' * (DEEPEST_JSON + 1), "application/json", 400),
            (b'"' + b"a" * LARGEST_BODY + b'"', "application/json", 413),
            (b"[" + b"1," * 5_000_000 + b"1]", "application/json", 413),
        ],
    )
    def test_it_is_a_problem_that_names_it(self, gateway: Api, content: bytes, media_type: str, status: int) -> None:
        answer = gateway.http.post("/v1/events", content=content, headers={"content-type": media_type})
        assert answer.status_code == status
        problem = answer.json()
        assert (answer.headers["content-type"], problem["status"]) == ("application/problem+json", status)
        assert problem["request_id"] == answer.headers["x-request-id"]
        assert gateway.accepted() == []

    def test_brackets_inside_a_text_are_no_nesting(self, gateway: Api) -> None:
        said = clue_found(CASE, 1, publisher="P9801", summary='["\\' * 40)
        assert gateway.publish(event(said)).status_code == 202

    def test_nothing_of_its_content_is_logged(self, gateway: Api, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        gateway.publish({"header": {SECRET: SECRET}, "body": {SECRET: SECRET}})
        gateway.publish({"header": {**clue().header, "event_type": SECRET}, "body": clue().body})
        gateway.http.post("/v1/events", content=f'{{"header": {SECRET}'.encode(), headers={"content-type": "text/x"})
        gateway.http.get(f"/v1/cases/{SECRET}")
        assert [
            one for one in caplog.records if SECRET in one.getMessage() and one.name.startswith(("serv", "yis"))
        ] == []

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/v1/cases/CRB-980100-2016-000021-6", 422),
            ("/v1/cases/x", 422),
            ("/v1/cases/CRB-980100-2016-000021-5", 404),
            ("/v1/cases/CRB-980100-2016-000021-5/history", 422),
            ("/v1/cases/CRB-980100-2016-000021-5/history?purpose=%E5%8A%9E%E6%A1%88&as_of=2016-02-30", 422),
            ("/v1/cases?limit=0", 422),
            ("/v1/inbox?after=nonsense", 422),
            ("/v1/inbox?after=0-1.0-2", 422),
            ("/v1/handoffs/R-1/proof", 404),
            ("/v1/filings?domain=a.example&on=2016-01-01", 404),
            ("/v1/nothing", 404),
            ("/v1/events", 405),
        ],
    )
    def test_a_wrong_question_is_told_so(self, gateway: Api, path: str, status: int) -> None:
        answer = gateway.http.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


class TestScopes:
    def test_a_token_is_good_for_what_it_says(self, gateway: Api) -> None:
        reader, publisher = gateway.caller("P9801", "read"), gateway.caller("P9801", "publish")
        assert reader.post("/v1/events", json=event(clue())).status_code == 403
        assert publisher.get("/v1/cases").status_code == 403
        assert publisher.get("/v1/inbox").status_code == 403
        assert reader.post("/v1/case-numbers", json={"region": "980100", "year": 2016}).status_code == 403
        assert gateway.accepted() == []

    def test_a_stranger_learns_nothing_of_what_he_sent(self, gateway: Api) -> None:
        del gateway.http.headers["authorization"]
        for sent in ({}, event(clue())):
            assert gateway.http.post("/v1/events", json=sent).status_code == 401


class TestCaseNumbers:
    def test_each_is_given_once_in_the_range_of_the_line(self, gateway: Api) -> None:
        wanted = {"region": "980100", "year": 2016}
        given = [gateway.http.post("/v1/case-numbers", json=wanted).json()["case_id"] for _ in range(3)]
        assert [one[:22] for one in given] == [f"CRB-980100-2016-70000{n}" for n in range(3)]
        other = gateway.http.post("/v1/case-numbers", json={**wanted, "year": 2017}).json()["case_id"]
        assert other.startswith("CRB-980100-2017-700000-")

    def test_a_used_up_range_gives_nothing(self, gateway: Api) -> None:
        gateway.owner.execute("INSERT INTO local_case_numbers VALUES ('980100', 2016, 899999)")
        wanted = {"region": "980100", "year": 2016}
        assert gateway.http.post("/v1/case-numbers", json=wanted).status_code == 201
        refused = gateway.http.post("/v1/case-numbers", json=wanted)
        assert (refused.status_code, "given away" in refused.json()["detail"]) == (422, True)

    def test_a_region_that_is_none_gets_none(self, gateway: Api) -> None:
        answer = gateway.http.post("/v1/case-numbers", json={"region": "123456", "year": 2016})
        assert faults(answer) == {"/region": "is no region of the directory"}


class TestEveryAnswer:
    def test_has_a_request_id_and_strict_headers(self, gateway: Api) -> None:
        for path in ("/healthz", "/v1/cases", "/v1/nothing", "/openapi.json"):
            answer = gateway.http.get(path, headers={"x-request-id": "case-7.a_b"})
            assert answer.headers["x-request-id"] == "case-7.a_b"
            assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
            assert answer.headers["x-content-type-options"] == "nosniff"
        for bad in ("a b", "x" * 65, "a;b"):
            assert gateway.http.get("/healthz", headers={"x-request-id": bad}).headers["x-request-id"] != bad

    def test_has_an_etag_by_which_it_need_not_come_again(self, gateway: Api) -> None:
        first = gateway.http.get("/v1/cases")
        again = gateway.http.get("/v1/cases", headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert gateway.http.get("/v1/cases", headers={"if-none-match": '"other"'}).status_code == 200

    def test_of_a_fault_of_ours_says_nothing_of_what_was_sent(
        self, gateway: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(*_: object) -> None:
            raise RuntimeError(SECRET)

        monkeypatch.setattr("services.gateway.api.intake.submit", broken)
        answer = gateway.publish(event(clue()))
        assert (answer.status_code, answer.json()["type"]) == (500, "urn:yisong:problem:internal")
        assert SECRET not in answer.text + caplog.text
        assert "RuntimeError" in caplog.text
