"""Do people see campaigns, the calendar of reports, clusters and supervisions, in every form of the console?"""

from pathlib import Path
from typing import Any, Literal

import pytest

from tests.acceptance.saying import link
from tests.browser.conftest import Browsers
from tests.browser.test_accessible import POLICY, SCREENS, violations
from tests.clues import clue_found, own_case
from tests.shifted import GIVEN
from tests.waiting import PATIENCE
from yisong import Publisher
from yisong.audit.history_file import read_history
from yisong.audit.replay import Stage, replay
from yisong.embedded import Bus

PAGES = {
    "campaigns": "/campaigns",
    "campaign": "/campaigns/JW2016",
    "calendar": "/reports?campaign=JW2016",
    "calendar of an organ": "/reports?campaign=JW2016&organ=V98&state=missing",
    "nothing is asked for": "/reports?campaign=JW2016&period=2015",
    "clusters": "/clusters",
    "one cluster": "/clusters/JQ-2016-8",
    "no such campaign": "/campaigns/JW2099",
}


@pytest.fixture(scope="module")
def told(bus: Bus, case_id: str, offices: Publisher) -> dict[str, str]:
    """Play H7, which is the campaign, and link H1 and two cases of our own to a cluster; return ids by name."""
    played = replay(Stage.of(bus.home), [read_history(GIVEN / "H7.jsonl")], fresh=True)
    case, source = own_case(79_404), own_case(79_405)
    for each in (case, source):
        offices.publish_header(*clue_found(each, 1), wait="verdict", timeout=PATIENCE)
    link(offices, case, "upstream", source)
    link(offices, case, "cluster", case_id, cluster="JQ-2016-8")
    supervised = played.played[0].table.text("CRB-970200-2016-000072-B")
    return {"case": case, "source": source, "h1": case_id, "supervised": supervised}


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_no_page_has_a_serious_violation(
    browsers: Browsers, told: dict[str, str], tmp_path: Path, screen: str, scheme: Literal["light", "dark"]
) -> None:
    del told
    only = ["color-contrast"] if scheme == "dark" else None
    found: dict[str, Any] = {}
    complaints: list[str] = []
    console = browsers.enter("copyright", viewport=SCREENS[screen], color_scheme=scheme)
    console.page.on("pageerror", lambda fault: complaints.append(str(fault)))
    console.page.on("console", lambda said: complaints.append(said.text) if POLICY in said.text else None)
    for name, path in PAGES.items():
        page = console.open(path)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=tmp_path / f"{name}-{screen}-{scheme}.png", full_page=True)
        found |= violations(page, name, only)
    assert found == {}
    assert complaints == []


def test_a_campaign_is_found_from_the_navigation_and_leads_to_its_cases(
    browsers: Browsers, told: dict[str, str]
) -> None:
    page = browsers.enter("copyright", java_script_enabled=False).open("/")
    page.click("nav.nav a[href='/campaigns']")
    page.click("a[href='/campaigns/JW2016']")
    assert page.locator("h1").inner_text() == "剑网2016"
    assert page.locator("svg.axis .ax-phase").count() == 1  # 集中整治; the campaign itself is an outline
    assert "2016-08-01 至 2016-10-31" in page.locator("main").inner_text()
    assert "未经许可" not in page.content()  # a text of a body is on no list
    page.click(f"a[href='/cases/{told['supervised']}']")
    assert told["supervised"] in page.locator("main").inner_text()


def test_the_calendar_says_in_words_what_was_filed_late_or_is_missing(browsers: Browsers, told: dict[str, str]) -> None:
    del told
    page = browsers.enter("copyright").open("/reports?campaign=JW2016&organ=V98")
    cells = page.locator("table.calendar tbody td .chip")
    assert sorted(one.strip() for one in cells.all_inner_texts()) == sorted(
        ["已报", "已报", "已报", "逾期报", "顺延内已报", *["缺报"] * 5]
    )
    assert page.locator("table.calendar thead th[scope=col]").count() == 11
    assert page.locator("table.calendar tbody th[scope=row]").count() == 1
    page.click("table.calendar tbody td a >> nth=0")
    assert "报表报送" in page.locator("main").inner_text()
    page.goto(page.url.partition("/cases")[0] + "/language/en?back=/campaigns/JW2016")
    said = page.locator("main").inner_text()
    assert {"Phases", "Focus", "Plans received"} <= set(page.locator("main h2").all_inner_texts())
    assert "2016-08-01 to 2016-10-31" in said


def test_a_cluster_counts_each_case_once_and_says_what_is_not_readable(
    browsers: Browsers, told: dict[str, str]
) -> None:
    page = browsers.enter("copyright").open(f"/clusters/{told['case']}")
    (group,) = page.locator("section[aria-labelledby=gr-t] article").all()
    assert "3 案" in group.inner_text()
    assert "JQ-2016-8" in group.inner_text()
    assert {one.get_attribute("href") for one in group.locator("tbody th a.mono").all()} == {
        f"/cases/{told[one]}" for one in ("case", "source", "h1")
    }
    other = browsers.enter("police").open(f"/clusters/{told['case']}").locator("section[aria-labelledby=gr-t]")
    assert "此处不可读" in other.inner_text()
    assert "JQ-2016-8" not in other.inner_text()


def test_a_supervision_shows_its_members_dates_and_end(browsers: Browsers, told: dict[str, str]) -> None:
    page = browsers.enter("copyright").open(f"/clusters/D-{told['supervised']}-1")
    said = page.locator("section[aria-labelledby=su-t]").inner_text()
    assert "已解除" in said
    assert "2017-01-01 24:00 (顺延至 2017-01-02 24:00)" in said
    page.click(f"a[href='/cases/{told['supervised']}']")
    assert page.url.endswith(told["supervised"])


def test_whoever_has_no_right_to_cases_is_told_so(browsers: Browsers, told: dict[str, str]) -> None:
    del told
    page = browsers.enter("copyright", "secadmin").open("/campaigns")
    assert page.locator("h1").inner_text().strip() == "无权查看"
    assert page.locator("nav.nav a[href='/campaigns']").count() == 0
