"""What does a gateway show of reports to organs of one line of which some may read more? Over a real PostgreSQL."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.apis import Api, api
from tests.contract.test_copyright_reports import YEAR, Desk, desk

__all__ = ["desk"]  # a fixture


@pytest.fixture
def police(police_dsn: tuple[str, str], desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Serve the API of the police, of whom 甲省公安厅 got a report that is for nobody else of its line."""
    body = {
        "period": "2016-07", "template": "JW2016-1", "report_version": 1, "figures": [], "derived_diff": [],
        "focus": [], "duties": [],
    }  # fmt: skip
    desk.announces("2016-07-01", "2016-11-30")
    at = "2016-08-04T10:00:00+08:00"
    desk.case(YEAR).says("PeriodicReportFiled", by="V98", at=at, variant="adhoc", to=["P98"], body=body)
    with api(*police_dsn, tmp_path_factory.mktemp("gateway")) as made:
        yield made


def unasked(police: Api, organ: str) -> list[dict[str, Any]]:
    asked = {"organ": "V98", "period": "2016", "purpose": f"核对 {organ}"}
    answer = police.caller(organ, "read").get("/v1/reports", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["unasked"]
    return found


def test_a_report_is_for_the_organ_that_it_is_sent_to_and_those_above_it(police: Api) -> None:
    seen = {
        organ: [(one["period"], one["version"]) for one in unasked(police, organ)] for organ in ("P98", "P00", "P97")
    }

    assert seen == {"P98": [("2016-07", 1)], "P00": [("2016-07", 1)], "P97": [(None, None)]}
    rows = police.owner.execute("SELECT organ FROM local_readings WHERE purpose LIKE '核对 %'").fetchall()
    assert sorted(str(row[0]) for row in rows) == ["P00", "P98"]


def test_the_phases_of_a_campaign_are_for_every_organ(police: Api) -> None:
    for organ in ("P98", "P97"):
        (found,) = police.caller(organ, "read").get("/v1/campaigns").json()["campaigns"]
        assert (found["name"], found["starts_on"], found["ends_on"]) == ("剑网2016", "2016-07-01", "2016-11-30")
