"""The broker goes away under a gateway: nothing that it accepted is lost, and it says when it accepts nothing more."""

from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.clues import clue_found, evidence_preserved, own_case
from tests.gateways import Caller, Gateway
from tests.waiting import until
from yisong.embedded import Bus
from yisong.home import Home

CASE = own_case(74_001)
AT = "2016-07-19T09:00:00+08:00"
pytestmark = pytest.mark.timeout(900)


def test_what_was_accepted_before_the_broker_went_away_is_published_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A copyright bureau publishes, the broker is killed, and it goes on publishing for as long as the gateway accepts.

    Then it is told 503 with Retry-After. Once the broker is back, all that was accepted is admitted, once and in order.
    """
    monkeypatch.setenv("YISONG_HOME", str(tmp_path / "bus"))
    with Bus.start(Home(tmp_path / "bus")) as bus:
        owner = Gateway(bus.start_gateway("copyright"), "copyright").caller("V9801")
        assert owner.publish(clue_found(CASE, 1)).status_code == 201
        bus.kill_broker()
        accepted = until_told_no(owner)
        bus.start_broker()
        for event_id in accepted:
            until(lambda: owner.http.get(f"/v1/events/{event_id}").json()["verdict"] is not None)  # noqa: B023
        until(lambda: publish(owner, 99, str(uuid4())).status_code in (201, 202))
        history = owner.http.get(f"/v1/cases/{CASE}/history", params={"purpose": "核对"}).json()["records"]
    assert accepted
    admitted = [one["header"]["event_id"] for one in history if one["verdict"] == "admitted"]
    assert [one for one in admitted if one in accepted] == accepted


def until_told_no(owner: Caller) -> list[str]:
    """Publish one event after the other until the gateway accepts no more, and return the ids of those accepted."""
    accepted: list[str] = []

    def told_no() -> bool:
        event_id = str(uuid4())
        answer = publish(owner, len(accepted) + 2, event_id)
        if answer.status_code == 202:
            accepted.append(event_id)
            return False
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:yisong:problem:broker-away")
        assert int(answer.headers["retry-after"]) > 0
        assert owner.http.get(f"/v1/events/{event_id}").status_code == 404
        return True

    until(told_no, "the gateway has not noticed that the broker is away")
    return accepted


def publish(owner: Caller, number: int, event_id: str) -> httpx.Response:
    """Publish evidence, and do not wait for its verdict."""
    said = evidence_preserved(CASE, number)
    sent = {"event_id": event_id, "at": AT, "header": said.header, "body": said.body}
    return owner.http.post("/v1/events", json=sent, headers={"prefer": "wait=0"})
