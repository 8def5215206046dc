"""What do tests in a browser need? A bus with gateways, people who log in, a case worth looking at, and Chromium."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.cases import Case
from tests.clues import own_case
from tests.shifted import GIVEN
from tests.waiting import PATIENCE, until
from yisong import Publisher
from yisong.accounts.demo import DemoAccount, demo_accounts
from yisong.audit.history_file import read_history
from yisong.audit.replay import Stage, replay
from yisong.audit.trails import open_trail
from yisong.embedded import Bus
from yisong.home import Agency
from yisong.publishing.instants import to_ms

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE_MS = PATIENCE * 1000


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Give Debian's own Chromium; nothing is downloaded."""
    if not CHROMIUM.exists():
        said = f"These tests look at pages in {CHROMIUM}: apt-get install chromium fonts-wqy-microhei"
        pytest.fail(said, pytrace=False)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        # Without a sandbox of its own: tests may run as root, and look at nothing but this very gateway.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def home(bus: Bus) -> Iterator[Bus]:
    """Let commands find the shared bus."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YISONG_HOME", str(bus.home.path))
        yield bus


@pytest.fixture(scope="session")
def doors(bus: Bus) -> Mapping[Agency, str]:
    """Start two gateways, and return their addresses."""
    return {"copyright": bus.start_gateway("copyright", public_docket=True), "police": bus.start_gateway("police")}


@pytest.fixture(scope="session")
def people(bus: Bus) -> Mapping[tuple[str, str], DemoAccount]:
    """Make the demo accounts, by agency and name."""
    return {(one.agency, one.account): one for one in demo_accounts(bus.home)}


@pytest.fixture(scope="session")
def case_id(bus: Bus) -> str:
    """Play a whole case, with a handoff between three lines, and wait until all four nodes vouch for it."""
    stage = Stage.of(bus.home)
    played = replay(stage, [read_history(GIVEN / "H1.jsonl")], fresh=True)
    found = next(iter(played.found[0].dockets))
    until(lambda: _is_proven(bus, stage, found), "the nodes have not cosigned the case in time")
    return found


def _is_proven(bus: Bus, stage: Stage, case_id: str) -> bool:
    with open_trail(bus.running, "copyright") as trail:
        docket = trail.docket(case_id)
        if docket is None:
            return False
        rows = trail.rows("docket_leaves", case_id=case_id)
        partition, offset, _ = rows[-1]
        return trail.cosignatures(stage.law).smallest_over(partition, offset, least=4) is not None


@pytest.fixture(scope="session")
def offices(bus: Bus) -> Iterator[Publisher]:
    """Let agencies publish that have a system of their own."""
    with Publisher(bus.home) as publisher:
        yield publisher


@pytest.fixture(scope="session")
def offered(offices: Publisher, people: Mapping[tuple[str, str], DemoAccount]) -> str:
    """Offer items to the police, who are to sign for them, and return the event id of the draft."""
    del people  # whoever makes the accounts anew ends the sessions of all others
    case = Case(offices, own_case(75_003))
    case.lines(*range(1, 12))
    header, body, at = case.stated(12)
    return str(offices.publish_header(header, body, at=to_ms(at), wait=None).event_id)


class Console(NamedTuple):
    """The console of an agency in a browser, with somebody logged in."""

    page: Page
    address: str

    def open(self, path: str) -> Page:
        """Open a page of it."""
        self.page.goto(self.address + path, timeout=PATIENCE_MS)
        return self.page


class Browsers:
    """Makes contexts, each a person of his own before a screen."""

    def __init__(
        self, browser: Browser, doors: Mapping[Agency, str], people: Mapping[tuple[str, str], DemoAccount]
    ) -> None:
        self._browser, self._doors, self._people = browser, doors, people
        self._sessions: dict[tuple[str, str], Any] = {}
        self._open: list[BrowserContext] = []

    def enter(self, agency: Agency, account: str = "officer", **screen: Any) -> Console:
        """Log *account* in at *agency*, once; *screen*: what its browser is like."""
        context = self._browser.new_context(storage_state=self._session(agency, account), locale="zh-CN", **screen)
        self._open.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        return Console(page, self._doors[agency])

    def _session(self, agency: Agency, account: str) -> Any:
        if (agency, account) not in self._sessions:
            context = self._browser.new_context()
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.goto(self._doors[agency] + "/search")
            page.fill("#account", account)
            page.fill("#password", self._people[agency, account].password)
            page.click("button[type=submit]")
            page.wait_for_selector("header.bar")
            self._sessions[agency, account] = context.storage_state()
            context.close()
        return self._sessions[agency, account]

    def stranger(self, agency: Agency, **screen: Any) -> Console:
        """Open the login page of *agency* in a browser that knows nothing yet."""
        context = self._browser.new_context(locale="zh-CN", **screen)
        self._open.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        return Console(page, self._doors[agency])

    def forget(self, agency: Agency, account: str) -> None:
        """Log in anew the next time."""
        self._sessions.pop((agency, account), None)

    def close(self) -> None:
        """Close every context."""
        for context in self._open:
            context.close()


@pytest.fixture(scope="session")
def browsers(
    chromium: Browser, doors: Mapping[Agency, str], people: Mapping[tuple[str, str], DemoAccount], home: Bus
) -> Iterator[Browsers]:
    """Give browsers before the gateways."""
    del home
    found = Browsers(chromium, doors, people)
    yield found
    found.close()
