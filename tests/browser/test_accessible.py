"""Can everybody use the console? axe-core on every page: light and dark, on a screen and on a telephone."""

from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Browsers

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RUN = """only => axe.run(document, {
  resultTypes: ['violations'], ...(only ? {runOnly: {type: 'rule', values: only}} : {})
})"""
PAGES = {
    "today": "/",
    "case": "/cases/{case_id}?event=2",
    "as known then": "/cases/{case_id}?event=1&as_of=2016-07-20T00:00:00%2B08:00",
    "handoffs": "/handoffs",
    "agreement": "/agreement",
    "statistics": "/statistics?period=2016-Q3&column=amount_involved_fen",
    "statistics by organ": "/statistics?campaign=JW2016&by=organ",
    "search": "/search",
    "nothing found": "/search?q=CRB-999999",
    "choose": "/publish",
    "form": "/publish?type=ClueFound",
    "not there": "/nothing/here",
    "registers": "/registers",
    "a register": "/registers/seizures?as_of=2017-03-01",
    "nothing on it": "/registers/white-list",
    "public docket": "/public/docket",
    "drafts": "/drafts",
    "a draft": "/drafts/{offered}?open=1",
}
OTHERS = {
    "secadmin": {"accounts": "/accounts", "tokens": "/tokens", "no right to see this": "/drafts"},
    "auditadmin": {"logs": "/logs"},
}
"""What others see than officers."""
EVERYBODY = {"officer": PAGES, **OTHERS}
POLICY = "Content Security"
SCREENS = {"screen": {"width": 1440, "height": 900}, "telephone": {"width": 390, "height": 844}}


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_no_page_has_a_serious_violation(
    browsers: Browsers, named: dict[str, str], tmp_path: Path, screen: str, scheme: Literal["light", "dark"]
) -> None:
    # In the dark nothing is otherwise but colour.
    only = ["color-contrast"] if scheme == "dark" else None
    found: dict[str, Any] = {}
    complaints: list[str] = []
    for account, pages in EVERYBODY.items():
        console = browsers.enter("copyright", account, viewport=SCREENS[screen], color_scheme=scheme)
        console.page.on("pageerror", lambda fault: complaints.append(str(fault)))
        console.page.on("console", lambda said: complaints.append(said.text) if POLICY in said.text else None)
        for name, path in pages.items():
            page = console.open(path.format(**named))
            page.wait_for_load_state("networkidle")
            page.screenshot(path=tmp_path / f"{name}-{screen}-{scheme}.png", full_page=True)
            found |= violations(page, name, only)
    assert found == {}
    assert complaints == []


@pytest.fixture
def named(case_id: str, offered: str) -> dict[str, str]:
    """Name the case and the draft that the addresses speak of."""
    return {"case_id": case_id, "offered": offered}


def violations(page: Page, name: str, only: list[str] | None) -> dict[str, Any]:
    """Return what is gravely wrong with a page, by its name and the rule."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than its screen"
    # evaluate is not bound by the page's policy, which has no place for a script of others
    page.evaluate(AXE)
    said = page.evaluate(RUN, only)
    grave = [one for one in said["violations"] if one["impact"] in ("serious", "critical")]
    return {f"{name}: {one['id']}": [node["html"][:120] for node in one["nodes"][:3]] for one in grave}
