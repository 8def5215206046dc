"""Nobody has to remember what is owed: a referral is the police's duty, with its deadline and its article."""

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.clues import evidence_preserved, own_case
from tests.desks import referred
from tests.waiting import PATIENCE
from yisong import Publisher
from yisong.embedded import Bus
from yisong.envelope.case_id import register_case_id
from yisong.publishing.instants import to_ms

CASE = own_case(70_001)
Row = dict[str, Any]


def yisong(bus: Bus, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on *bus* and wait for its end."""
    return subprocess.run(
        [sys.executable, "-m", "yisong.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "YISONG_HOME": str(bus.home.path)},
    )


def receipt(bus: Bus, *more: str) -> Row | None:
    """Return the duty of 甲省一市公安局 to give the receipt in this case, once its desk has it."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        shown = yisong(bus, "duties", "--agency", "police", "--organ", "P9801", "--json", *more)
        assert shown.returncode == 0, shown.stderr
        rows: list[Row] = json.loads(shown.stdout)
        if found := [row for row in rows if row["case_id"] == CASE and "ReferralReceipted" in row["owed"]]:
            return found[0]
    return None


@pytest.fixture(scope="module")
def referral(bus: Bus) -> None:
    """Refer a case to 甲省一市公安局 on 3 August 2016 at 10:17."""
    with Publisher(bus.home) as publisher:
        for header, body, event_id in referred(CASE):
            at = to_ms(header["at"])
            stated = {name: value for name, value in header.items() if name != "at"}
            publisher.publish_header(stated, body, event_id=event_id, at=at, timeout=PATIENCE)


@pytest.mark.usefixtures("referral")
def test_a_referral_is_the_duty_of_the_police_with_its_deadline_and_article(bus: Bus) -> None:
    """24 hours from 10:15, of which two minutes have gone by the case's own time."""
    found = receipt(bus)

    assert found is not None
    assert found["due_strict"] == found["due_rolled"] == "2016-08-04T10:15:00+08:00"
    assert (found["as_of"], found["left_ms"]) == ("2016-08-03T10:17:00+08:00", (24 * 60 - 2) * 60_000)
    assert (found["state"], found["late"]) == ("open", False)
    assert found["about"] == {"kind": "referral", "id": f"R-{CASE}-1"}
    assert found["article"]
    assert found["because_of"]["event_id"] == str(referred(CASE)[-1][2])


@pytest.mark.usefixtures("referral")
def test_a_duty_that_is_late_by_the_time_of_its_case_says_so_and_is_still_owed(bus: Bus) -> None:
    """Two days later the copyright line records something else; the receipt is 22 hours late."""
    stated, body = evidence_preserved(CASE, 2)
    with Publisher(bus.home) as publisher:
        publisher.publish_header(stated, body, at=to_ms("2016-08-05T08:15:00+08:00"), wait="verdict", timeout=PATIENCE)

    late = receipt(bus)
    page = yisong(bus, "duties", "--organ", "P9801")

    assert late is not None
    assert (late["state"], late["late"], late["left_ms"]) == ("open", True, -22 * 60 * 60_000)
    assert "late by 22 h 0 min" in page.stdout


@pytest.mark.usefixtures("referral")
def test_a_duty_that_an_event_fulfils_is_not_done_by_saying_so(bus: Bus) -> None:
    found = receipt(bus)
    assert found is not None

    said = yisong(bus, "duties", "--agency", "police", "--done", found["id"], "--officer", "U-P9801-01")

    assert said.returncode == 1
    assert "publishing ReferralReceipted" in said.stderr


def test_a_report_is_owed_although_no_event_asks_for_it(bus: Bus) -> None:
    """The register of 乙省 has come to 2 July 2015: its report on the second quarter is due on the 5th, a Sunday."""
    stated = {
        "event_type": "PeriodicReportFiled", "variant": "adhoc", "publisher": "V97", "to": ["V00"],
        "case_id": register_case_id("970000", 2015), "occurred_at": "2015-07-02T10:00:00+08:00",
        "region_code": "970000", "pii_level": "P0",
    }  # fmt: skip
    body: Row = {
        "period": "2015", "template": "X", "report_version": 1, "figures": [], "derived_diff": [], "focus": [],
        "duties": [],
    }  # fmt: skip
    with Publisher(bus.home) as publisher:
        publisher.publish_header(stated, body, at=to_ms("2015-07-02T10:02:00+08:00"), wait="verdict", timeout=PATIENCE)

    until, found = time.monotonic() + PATIENCE, None
    while found is None and time.monotonic() < until:
        rows: list[Row] = json.loads(yisong(bus, "duties", "--organ", "V97", "--json").stdout)
        found = next((row for row in rows if row["advice"].get("timer") == "T-RPT-Q"), None)

    assert found is not None
    assert (found["owed"], found["advice"]["period"]) == (["PeriodicReportFiled:quarterly"], "2015-Q2")
    assert (found["due_strict"], found["urgency"]) == ("2015-07-05T23:59:59.999+08:00", "running")
    assert found["because_of"] == {"event_id": None, "position": None}


def test_where_nothing_waits_dead_letters_say_so(bus: Bus) -> None:
    shown = yisong(bus, "dead-letters", "list", "--agency", "cac")

    assert (shown.returncode, shown.stdout) == (0, "Nothing waits.\n")
