"""Campaigns, the calendar of reports, clusters and supervisions over HTTP: as the commands say, for one organ each."""

from typing import Any

import psycopg
import pytest

from tests.acceptance.saying import Json, Said
from tests.clues import clue_found, own_case
from tests.gateways import Gateway
from tests.waiting import PATIENCE
from yisong import Publisher
from yisong.audit import kept_acts
from yisong.audit.acts import acts
from yisong.audit.kept_acts import KeptActs
from yisong.audit.linked import READ
from yisong.audit.replay import Replay, Stage
from yisong.campaigns import gathering
from yisong.campaigns.overview import belonging
from yisong.embedded import Bus


@pytest.fixture(scope="module")
def police(bus: Bus) -> str:
    """Start the gateway of the police line, and return its address."""
    return bus.start_gateway("police")


def asked(gateway: Gateway, reader: str, path: str, **said: Any) -> Json:
    """Return what *reader* gets from its gateway."""
    answer = gateway.caller(reader).http.get(f"/v1{path}", params=said)
    assert answer.status_code == 200, answer.text
    return answer.json()


def pages(gateway: Gateway, organ: str, path: str, of: str, **said: Any) -> list[Json]:
    """Return what all pages hold under *of*, following their links to the next."""
    http, found = gateway.caller(organ).http, []
    answer = http.get(f"/v1{path}", params=said)
    while True:
        assert answer.status_code == 200, answer.text
        found += answer.json()[of]
        if "next" not in answer.links:
            return found
        answer = http.get(answer.links["next"]["url"])


class TestOverHttp:
    """The same, as an agency system reads it: the same functions, for one organ instead of a whole line."""

    def test_a_campaign_is_the_same_as_at_the_command_line(self, said: Said, gateway: Gateway) -> None:
        by_command, found = said("campaigns", "JW2016"), asked(gateway, "V98", "/campaigns/JW2016", limit=2)
        same = ("name", "series_no", "starts_on", "ends_on", "phases", "focus", "events", "by_type", "plans")
        assert {name: found[name] for name in same} == {name: by_command[name] for name in same}
        assert (found["behind"], found["cases_count"], len(found["cases"])) == (0, len(by_command["cases"]), 2)
        assert pages(gateway, "V98", "/campaigns/JW2016", "cases", limit=2) == by_command["cases"]
        (listed,) = asked(gateway, "V98", "/campaigns")["campaigns"]
        assert {name: listed[name] for name in same[:-1]} == {name: by_command[name] for name in same[:-1]}

    def test_what_is_said_after_it_was_asked_is_counted_in_the_next_time(
        self, bus: Bus, gateway: Gateway, everything: Replay
    ) -> None:
        del everything
        before, case = asked(gateway, "V98", "/campaigns/JW2016"), own_case(79_403)
        header, body = clue_found(case, 1)[:2]
        with Publisher(bus.home) as publisher:
            publisher.publish_header({**header, "campaign_id": "JW2016"}, body, wait="verdict", timeout=PATIENCE)
        after = asked(gateway, "V98", "/campaigns/JW2016")
        assert after["events"] == before["events"] + 1
        assert case in {one["case_id"] for one in pages(gateway, "V98", "/campaigns/JW2016", "cases", limit=5)}

    def test_the_calendar_of_reports_is_the_same_and_can_be_narrowed(self, said: Said, gateway: Gateway) -> None:
        by_command = said("reports", "--campaign", "JW2016")
        found = asked(gateway, "V98", "/reports", campaign="JW2016", limit=500)
        assert (found["reports"], found["unasked"]) == (by_command["reports"], by_command["unasked"])
        assert pages(gateway, "V98", "/reports", "reports", campaign="JW2016", limit=7) == by_command["reports"]
        missing = asked(gateway, "V98", "/reports", organ="V98", campaign="JW2016", status="missing", period="2016-08")
        assert [(one["timer"], one["period"]) for one in missing["reports"]] == [("T-RPT-M", "2016-08")]
        assert (missing["counts"], missing["unasked"]) == ({"missing": 1}, [])
        narrowed = ("--campaign", "JW2016", "--organ", "V98", "--state", "missing", "--period", "2016-08")
        assert said("reports", *narrowed) == {"reports": missing["reports"], "unasked": []}
        then = asked(gateway, "V98", "/reports", campaign="JW2016", organ="V97", as_of="2016-07-13T00:00:00+08:00")
        assert {one["state"] for one in then["reports"]} == {"missing", "not_yet_due"}

    def test_an_organ_that_may_not_read_reports_is_told_so(
        self, gateway: Gateway, police: str, everything: Replay
    ) -> None:
        del everything
        station = Gateway(police, "police")
        found = asked(station, "P98", "/reports", campaign="JW2016", organ="V98")["reports"]
        months = [one for one in found if one["timer"] == "T-RPT-M"]
        assert {one["state"] for one in months} == {"not_readable"}
        plans = asked(station, "P98", "/campaigns/JW2016")["plans"]
        assert {one["filed"]["focus_areas"] for one in plans if one["filed"]} == {None}
        assert next(one["phase"] for one in asked(station, "P98", "/campaigns/JW2016")["phases"]) == "whole"
        unknown = gateway.caller("V98").http.get("/v1/reports", params={"campaign": "JW2099"})
        assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:yisong:problem:not-known")

    def test_clusters_are_the_same_for_who_may_read_all_and_masked_for_others(
        self, said: Said, gateway: Gateway, linked: tuple[str, str]
    ) -> None:
        """V98 stands above whoever linked and whoever owns; 乙省二市 has nothing to do with it, and sees headers."""
        (by_command,) = said("clusters", linked[0])["groups"]
        (ours,) = asked(gateway, "V98", f"/clusters/{linked[0]}")["groups"]
        assert ours == by_command
        assert ours in pages(gateway, "V98", "/clusters", "groups", limit=1)
        assert asked(gateway, "V98", "/clusters/JQ-2016-7")["groups"] == [ours]

        (theirs,) = asked(gateway, "V9702", f"/clusters/{linked[0]}")["groups"]
        assert [one["case_id"] for one in theirs["cases"]] == [one["case_id"] for one in ours["cases"]]
        assert [one["cluster"] for one in theirs["clusters"]] == [None]
        assert {one["readable"] for one in theirs["links"] if one["kind"] == "cluster"} == {False}
        assert (theirs["total"]["amount_fen"], theirs["total"]["not_readable"]) == (0, 2)
        assert gateway.caller("V9702").http.get("/v1/clusters/JQ-2016-7").status_code == 404

    def test_a_supervision_is_the_same_and_its_level_is_for_its_readers(self, said: Said, gateway: Gateway) -> None:
        name = f"D-{said.id('H7', 'CRB-970200-2016-000072-B')}-1"
        (by_command,) = said("clusters", name)["supervisions"]
        assert asked(gateway, "V97", f"/supervisions/{name}") == by_command
        assert by_command in pages(gateway, "V97", "/supervisions", "supervisions", limit=1, status="lifted")
        theirs = asked(gateway, "V98", f"/supervisions/{name}")
        assert (theirs["level"], {one["period"] for one in theirs["reports"]}) == (None, {None})
        assert theirs["members"] == by_command["members"]

    def test_whoever_is_shown_a_body_is_written_down_with_what_was_shown(
        self, bus: Bus, gateway: Gateway, linked: tuple[str, str]
    ) -> None:
        for organ in ("V98", "V9702"):
            (group,) = asked(gateway, organ, f"/clusters/{linked[0]}", purpose="并案审查")["groups"]
        sql = "SELECT organ, events::text[] FROM local_readings WHERE what = 'register' AND purpose = '并案审查'"
        with psycopg.connect(bus.running.dsn["copyright"]) as node:
            noted: dict[str, list[str]] = dict(node.execute(sql).fetchall())
        assert set(noted) == {"V98"}
        assert set(noted["V98"]) >= {one["event_id"] for one in group["links"]}

    def test_a_cursor_that_is_none_and_a_state_that_there_is_not_are_named(self, gateway: Gateway) -> None:
        http = gateway.caller("V98").http
        for said_, parameter in (
            ({"after": "x"}, "after"),
            ({"status": "lost"}, "status 0"),
            ({"period": "7"}, "period"),
        ):
            answer = http.get("/v1/reports", params=said_)
            assert (answer.status_code, [one["parameter"] for one in answer.json()["faults"]]) == (422, [parameter])


class TestInPieces:
    """What is kept between two requests grows piece by piece, and comes to what is found in one go."""

    def test_what_belongs_to_a_campaign(self, bus: Bus, everything: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
        del everything
        monkeypatch.setattr(gathering, "_RECORDS", 7)
        kept = gathering.Gathering()
        with psycopg.connect(bus.running.dsn["copyright"], autocommit=True) as node:
            all_of_it = kept.go_on(node, ["JW2016"], seconds=0)
            assert (all_of_it > 0, kept.of("JW2016").events <= 7) == (True, True)
            # A campaign that is announced late is looked for from the beginning.
            assert kept.go_on(node, ["XX2016"], seconds=PATIENCE) == 0
            while left := kept.go_on(node, ["XX2016", "JW2016"], seconds=0.05):
                assert left <= all_of_it
            found, sums = belonging(node, ["JW2016"])["JW2016"], kept.of("JW2016")
            assert dict(sums.by_type) == dict(found.by_type)
            assert gathering.cases_of(node, sums, most=500) == found.cases
            assert kept.of("XX2016").events == 0

    def test_acts_are_those_that_are_read_at_once_for_the_same_organ(
        self, bus: Bus, linked: tuple[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        del linked
        monkeypatch.setattr(kept_acts, "_RECORDS", 7)
        stage = Stage.of(bus.home)
        law, keys = stage.law, bus.home.keystore()
        kept = KeptActs((*READ, "DocumentServed"), law, agency="copyright", keys=keys)
        with psycopg.connect(bus.running.dsn["copyright"], autocommit=True) as node:
            assert kept.go_on(node, seconds=0) > 0
            while kept.go_on(node, seconds=0.05):
                pass
            for organ in ("V98", "V9702", "V00", "P98"):
                at_once = acts(node, READ, law, agency="copyright", keys=keys, organ=organ)
                assert kept.acts(node, READ, organ=organ) == at_once
            # A trail that was built anew is looked at from its beginning.
            monkeypatch.setattr(kept, "_next", {partition: at + 1 for partition, at in kept._next.items()})
            assert kept.go_on(node, seconds=PATIENCE) == 0
            assert kept.acts(node, READ, organ="V98") == acts(
                node, READ, law, agency="copyright", keys=keys, organ="V98"
            )
