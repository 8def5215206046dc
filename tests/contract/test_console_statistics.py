"""What does the page of statistics show before there is anything to show?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.gateway.api.counting import Counting, Progress
from tests.doors import Browser, Doors, doors

PAGE = "/statistics"


@pytest.fixture
def gateway(police_dsn: tuple[str, str], tmp_path: Path) -> Iterator[Doors]:
    with doors(*police_dsn, tmp_path) as gateway:
        gateway.account("li")
        gateway.account("wang", "operator")
        yield gateway


@pytest.fixture
def browser(gateway: Doors) -> Browser:
    return gateway.logged_in("li")


def _come(monkeypatch: pytest.MonkeyPatch, progress: Progress) -> None:
    monkeypatch.setattr(Counting, "come", lambda _: progress)


def test_while_it_is_counted_it_says_how_far_and_asks_again_without_a_script(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    _come(monkeypatch, Progress(1_200, 48_000, ready=False))

    for path in (PAGE, f"{PAGE}?period=2016-08"):
        page = browser.get(path)
        assert (page.status_code, page.headers["refresh"]) == (202, "3")
        assert "已计入 1,200 条, 共 48,000 条" in page.text


def test_the_api_says_the_same_and_when_to_ask_again(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    _come(monkeypatch, Progress(1_200, 48_000, ready=False))

    said = browser.client.get("/v1/statistics?month=2016-08")

    assert (said.status_code, said.headers["retry-after"]) == (202, "2")
    assert said.json() == {"counted": 1_200, "records": 48_000}


def test_where_nothing_counts_it_says_so(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    _come(monkeypatch, Progress(0, 0, ready=True))

    page = browser.get(PAGE)

    assert page.status_code == 200
    assert "还没有可统计的事件" in page.text


def test_of_a_month_of_which_there_is_nothing_every_count_is_0(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    _come(monkeypatch, Progress(0, 0, ready=True))

    page = browser.get(f"{PAGE}?period=2016-08")

    assert page.status_code == 200
    assert "此处不可读" not in page.text
    assert "只有报数" in page.text


def test_whoever_may_not_read_cases_is_told_that_he_has_no_right_to_see_this(gateway: Doors) -> None:
    assert gateway.logged_in("wang").get(PAGE).status_code == 403
