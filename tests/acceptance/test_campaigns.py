"""Campaigns, the reports that they ask for, and cases that hang together: what the commands say of the histories."""

import time
from collections.abc import Mapping

from typer.testing import CliRunner

from tests.acceptance.saying import Said
from tests.waiting import PATIENCE
from yisong.cli.main import app
from yisong.home import AGENCIES


class TestCampaigns:
    def test_shows_the_campaign_with_its_phases_cases_and_plans(self, said: Said) -> None:
        """剑网2016 as H7 announces it; the events of each history are those of its file, all of which name JW2016."""
        found = said("campaigns", "JW2016")

        assert (found["name"], found["series_no"]) == ("剑网2016", 12)
        assert (found["starts_on"], found["ends_on"]) == ("2016-07-01", "2016-11-30")
        assert [(one["phase"], one["starts_on"], one["ends_on"]) for one in found["phases"]] == [
            ("whole", "2016-07-01", "2016-11-30"), ("enforcement", "2016-08-01", "2016-10-31"),
        ]  # fmt: skip
        assert [(one["stance"], one["work_type"] or one["platform_type"]) for one in found["focus"]] == [
            ("crack_down", "literature"), ("crack_down", "app"), ("regulate", "music"), ("regulate", "news"),
        ]  # fmt: skip
        cases = {one["case_id"]: (one["state"], one["events"]) for one in found["cases"]}
        by_hand = {
            ("H1", "CRB-980100-2016-000021-5"): ("closed", 16),
            ("H3", "CRB-980100-2016-000048-K"): ("criminal", 11),
            ("H4", "CRB-970000-2016-000009-X"): ("closed", 16),
            ("H5", "CRB-980100-2016-000033-Y"): ("closed", 10),
            ("H7", "CRB-980100-2016-000085-A"): ("not_opened", 5),
            ("H7", "CRB-970200-2016-000072-B"): ("closed", 27),
        }
        assert {name: cases[said.id(*name)] for name in by_hand} == by_hand
        plans = {one["timer"]: one for one in found["plans"] if one["organ"] == "V98"}
        assert plans["T-RPT-PLAN"]["filed"]["focus_areas"] == 3
        assert not plans["T-RPT-PLAN"]["filed"]["focus_warning"]
        assert plans["T-RPT-PUB"]["filed"]["logged_at"] == "2016-07-14T16:02:00+08:00"

    def test_says_the_same_on_every_node(self, said: Said) -> None:
        """A phase is for all to read, and to which campaign an event belongs stands in its header."""
        h1 = said.id("H1", "CRB-980100-2016-000021-5")
        found = [said("campaigns", "JW2016", "--agency", agency) for agency in AGENCIES]
        of_h1 = [next(one for one in each["cases"] if one["case_id"] == h1) for each in found]

        assert [each["phases"] for each in found] == [found[0]["phases"]] * 4
        assert of_h1 == [of_h1[0]] * 4
        assert [one["campaign"] for one in said("campaigns")] == ["JW2016"]
        assert "第 12 次" in said.plain("campaigns", "JW2016")

    def test_names_the_cure_where_nobody_announced_it(self, command: CliRunner) -> None:
        for arguments in (["campaigns", "JW2099"], ["reports", "--campaign", "JW2099"]):
            assert "`yisong campaigns` lists" in str(command.invoke(app, arguments).exception)

    def test_lists_every_event_that_belongs_to_it(self, said: Said) -> None:
        """H4 begins with the clue that 乙省网信办 found."""
        found = said("campaigns", "JW2016", "--events")
        h4 = said.id("H4", "CRB-970000-2016-000009-X")
        first = next(one for one in found["listed"] if one["docket"] == h4)

        assert len(found["listed"]) == found["events"]
        assert (first["event_type"], first["organ"]) == ("ClueFound", "W97")
        assert first["log_time"] == "2016-08-03T08:52:00+08:00"


class TestReports:
    BY_HAND: Mapping[tuple[str, str], tuple[str, str | None, str | None]] = {
        ("T-RPT-PLAN", "2016"): ("filed", "on_time", "2016-06-28T15:02:00+08:00"),
        ("T-RPT-PLAN2", "2016"): ("filed", "on_time", "2016-06-28T15:02:00+08:00"),
        ("T-RPT-PUB", "2016"): ("filed", "on_time", "2016-07-14T16:02:00+08:00"),
        ("T-RPT-SUM2", "2016"): ("late", "late", "2016-12-12T10:02:00+08:00"),
        ("T-RPT-SUM", "2016"): ("filed", "rolled_on_time", "2016-12-12T10:02:00+08:00"),
        **{("T-RPT-M", f"2016-{month:02}"): ("missing", "late", None) for month in range(7, 12)},
    }
    """V98 of H7: lines 2, 3 and 29; no monthly figures on a month in which the campaign ran."""

    def test_of_a_campaign_are_filed_late_or_missing(self, said: Said) -> None:
        found = said("reports", "--campaign", "JW2016", "--organ", "V98")

        assert {
            (one["timer"], one["period"]): (one["state"], one["outcome"], one["filed"] and one["filed"]["logged_at"])
            for one in found["reports"]
        } == self.BY_HAND
        (summary,) = (one for one in found["reports"] if one["timer"] == "T-RPT-SUM")
        assert summary["due_strict"] == "2016-12-09T23:59:59.999+08:00"
        assert summary["due_rolled"] == "2016-12-12T23:59:59.999+08:00"
        assert [(one["variant"], one["period"], one["version"]) for one in found["unasked"]] == [
            ("self_check", "2016-07", 1), ("monthly", "2016-12", 1), ("monthly", "2016-12", 2),
        ]  # fmt: skip

    def test_as_they_were_known_at_an_instant_and_of_provinces_that_said_nothing(self, said: Said) -> None:
        """On 13 July V98 has filed its plan, and nothing else; V97 has not, and its first date is over."""
        found = said("reports", "--campaign", "JW2016", "--at", "2016-07-13T00:00:00+08:00")
        states = {(one["organ"], one["timer"], one["period"]): one["state"] for one in found["reports"]}

        assert states["V98", "T-RPT-PLAN", "2016"] == "filed"
        assert states["V98", "T-RPT-PUB", "2016"] == "not_yet_due"
        assert states["V97", "T-RPT-PLAN", "2016"] == "missing"
        assert states["V97", "T-RPT-PLAN2", "2016"] == "not_yet_due"
        assert len(states) == 3 * len(self.BY_HAND)

    def test_that_cannot_be_read_here_are_not_called_missing(self, said: Said) -> None:
        """The audience of a report is the copyright line: the police know that one was filed, not on which month."""
        found = said("reports", "--campaign", "JW2016", "--organ", "V98", "--agency", "police")

        states = {(one["timer"], one["period"]): one["state"] for one in found["reports"]}
        assert states["T-RPT-SUM2", "2016"] == "late"
        assert {states["T-RPT-M", f"2016-{month:02}"] for month in range(7, 12)} == {"not_readable"}

    def test_are_the_same_for_the_command_and_for_the_desk(self, said: Said) -> None:
        """What is missing, or asked for and not yet due, is an open duty, and nothing else; what is done was filed."""
        until = time.monotonic() + PATIENCE
        while self.of_desk(said, "open") != self.of_command(said, filed=False) and time.monotonic() < until:
            time.sleep(1)

        assert {key[:3] for key in self.of_command(said, filed=False)} >= {
            ("V98", "T-RPT-M", f"2016-{month:02}") for month in range(7, 12)
        }
        assert self.of_desk(said, "open") == self.of_command(said, filed=False)
        assert self.of_desk(said, "done") <= self.of_command(said, filed=True)

    def of_desk(self, said: Said, state: str) -> set[tuple[str, str, str, str, str]]:
        return {
            (one["organ"], one["advice"]["timer"], one["advice"]["period"], one["due_strict"], one["due_rolled"])
            for one in said("duties", "--agency", "copyright", "--all")
            if str(one["advice"].get("timer")).startswith("T-RPT") and one["state"] == state
        }

    def of_command(self, said: Said, *, filed: bool) -> set[tuple[str, str, str, str, str]]:
        return {
            (one["organ"], one["timer"], one["period"], one["due_strict"], one["due_rolled"])
            for one in said("reports")["reports"]
            if one["opens_at"] <= one["as_of"] and (one["filed"] is not None) == filed
        }


class TestClusters:
    TOTAL: Mapping[str, int] = {
        "cases": 4, "criminal": 2, "amount_fen": 18_640_000, "unknown": 1, "not_readable": 0,
    }  # fmt: skip
    """H1, line 11, and H3, line 10, which states no amount."""

    def test_count_each_case_once_and_the_cluster_apart(self, said: Said, linked: tuple[str, str]) -> None:
        """Three links, four cases; of H1's and H3's, which the police filed, one is named twice."""
        case, source = linked
        h1, h3 = said.id("H1", "CRB-980100-2016-000021-5"), said.id("H3", "CRB-980100-2016-000048-K")

        (group,) = said("clusters", case)["groups"]

        assert {one["case_id"] for one in group["cases"]} == {case, source, h1, h3}
        assert {one["case_id"]: one["state"] for one in group["cases"]}[h3] == "criminal"
        assert group["sources"] == [source]
        (cluster,) = group["clusters"]
        assert (cluster["cluster"], cluster["lead"]) == ("JQ-2016-7", source)
        assert set(cluster["cases"]) == {case, source, h1, h3}
        assert cluster["total"] == self.TOTAL
        assert said("clusters", "JQ-2016-7")["groups"] == [group]

    def test_say_what_cannot_be_read_here(self, said: Said, linked: tuple[str, str]) -> None:
        """Who links, and what, stands in the header; the cluster's name and the amounts are not for 网信."""
        (group,) = said("clusters", linked[0], "--agency", "cac")["groups"]

        assert len(group["cases"]) == 4
        assert [one["cluster"] for one in group["clusters"]] == [None]
        assert group["total"] == {**self.TOTAL, "amount_fen": 0, "unknown": 0, "not_readable": 2}

    def test_show_a_supervision_with_its_members_reports_and_end(self, said: Said) -> None:
        """H7, lines 27, 28, 35 and 36: ordered by V97 without co-signers, late by a provisional date, and lifted."""
        case = said.id("H7", "CRB-970200-2016-000072-B")

        (found,) = said("clusters", f"D-{case}-1")["supervisions"]

        assert (found["orderer"], found["leads"], found["level"], found["state"]) == (
            "V97", ["V9702"], "single_ministry", "lifted",
        )  # fmt: skip
        assert found["members"] == [{"case_id": case, "state": "closed", "owner": "V9702", "dealt_with": True}]
        assert [(one["variant"], one["period"], one["log_time"]) for one in found["reports"]] == [
            ("progress", "2016-11", "2016-12-05T16:02:00+08:00"), ("final", "2016-12", "2017-01-03T09:32:00+08:00"),
        ]  # fmt: skip
        assert (found["due"]["due_rolled"], found["due"]["outcome"]) == ("2017-01-02T23:59:59.999+08:00", "late")
        assert (found["report_due"], found["co_signers"]) == (None, {})
        assert found["lifted"] == {"variant": "waived", "log_time": "2017-01-03T15:02:00+08:00"}

    def test_name_the_cure_where_nothing_has_that_id(self, command: CliRunner) -> None:
        done = command.invoke(app, ["clusters", "JQ-none"])

        assert "`yisong clusters` lists" in str(done.exception)
