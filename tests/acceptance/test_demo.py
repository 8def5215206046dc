"""What does a newcomer see? Every history through four desks, a case of today, and four equal trails."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

HISTORIES = sorted(file.stem for file in (Path(__file__).parents[2] / "examples" / "histories").glob("*.jsonl"))
WITH_REGISTER = "H7"
"""It reports for a province and a year, and the register docket of these has one number only."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "home"


def demo(home: Path) -> str:
    """Run the demo from *home* as a pipe sees it, and return what it says once all is as expected."""
    done = subprocess.run(
        [sys.executable, "-m", "yisong.cli", "demo"],
        env={**os.environ, "YISONG_HOME": str(home), "CI": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def first(home: Path) -> str:
    return demo(home)


@pytest.fixture(scope="module")
def second(home: Path, first: str) -> str:
    assert first
    return demo(home)


@contextmanager
def on_a_terminal(home: Path) -> Iterator[Callable[[str], str]]:
    """Run the demo in a terminal; yields what waits for words and returns the page up to them. Ctrl-C at the end."""
    ours, its = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    process = subprocess.Popen(
        [sys.executable, "-m", "yisong.cli", "demo"],
        env={**environment, "YISONG_HOME": str(home), "TERM": "dumb", "NO_COLOR": "1"},
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    )
    os.close(its)
    try:
        yield lambda words: _shown(ours, words)
        process.send_signal(signal.SIGINT)
        assert "nothing is left running" in _shown(ours, "nothing is left running")
        assert process.wait(60) == 0
    finally:
        process.terminate()
        process.wait(60)
        os.close(ours)


def _shown(terminal: int, words: str) -> str:
    """Read the *terminal* until *words* stand there, or it closes; the test's own time limit ends a longer wait."""
    page = b""
    with suppress(OSError):  # EIO: nobody writes there any more
        while words.encode() not in page and (read := os.read(terminal, 65536)):
            page += read
    text = page.decode(errors="replace").replace("\r\n", "\n")
    assert words in text, text
    return text


def log_in(browser: httpx.Client, account: str, password: str) -> None:
    hidden = dict(re.findall(r'name="(csrf|next)" value="([^"]*)"', browser.get("/login").text))
    browser.post("/login", data={**hidden, "account": account, "password": password}).raise_for_status()


def replayed(page: str) -> list[str]:
    """Return the files in the table of the replay."""
    return re.findall(r"^│ (H\d+) ", page, re.MULTILINE)


def dead_letters(page: str) -> Mapping[str, int]:
    """Return, by agency, how many dead letters its desk has."""
    rows = re.findall(r"^(copyright|cac|miit|police) +│ +\d+ +│ .*│ +(\d+) *$", page, re.MULTILINE)
    return {agency: int(number) for agency, number in rows}


@pytest.mark.timeout(600)
class TestDemo:
    def test_plays_every_history_and_ends_with_four_equal_trails(self, first: str) -> None:
        assert replayed(first) == HISTORIES
        assert "As expected on all four trails." in first
        assert "案件移送 CriminalReferralSent" in first
        assert "\n4 of 4 trails agree\n" in first

    def test_shows_what_the_four_desks_made_of_them_once_nothing_moves_any_more(self, first: str) -> None:
        """A receipt within 24 hours, a decision by a Saturday that becomes a Monday; and nothing lies dead."""
        receipt = "P9801 │ 回执: 案件移送 CriminalReferralSent"
        decision = "P9801 │ 决定是否立案: 移送回执 ReferralReceipted"

        assert re.search(f"{receipt} +│ 2016-08-04 10:15:00 │ +│ done 2016-08-03 11:04:00 │ D310 7", first)
        assert re.search(
            f"{decision} +│ 2016-08-06 24:00 +│ 2016-08-08 24:00 │ done 2016-08-05 16:32:00 │ D310 8", first
        )
        assert dead_letters(first) == {"copyright": 0, "cac": 0, "miit": 0, "police": 0}

    def test_refers_a_case_today_and_lets_a_clock_of_it_run_out(self, first: str) -> None:
        """The referral is a duty of the police; the telecoms authority does not act, and that is on the log once."""
        assert re.search(r"\d s later it is a duty of P9801: ReferralReceipted until 20", first)
        assert "S-copyright says so: 超期 DeadlineBreached stands once on each trail" in first
        assert re.search(r"T98 +│ late by ", first)
        assert re.search(r"P9801 +│ 23 h 59 min ", first)

    def test_works_on_a_bus_that_has_the_cases_already(self, second: str) -> None:
        """Under other numbers; what writes into a register docket is left out, and said to be."""
        assert replayed(second) == [name for name in HISTORIES if name != WITH_REGISTER]
        assert f"{WITH_REGISTER} is left out" in second
        assert "H1: CRB-980100-2016-000021-5 is played as CRB-980100-2016-9" in second
        assert "stands once on each trail" in second
        assert "\n4 of 4 trails agree\n" in second

    @pytest.mark.usefixtures("second")
    def test_on_a_terminal_it_opens_the_consoles_with_accounts_until_somebody_presses_ctrl_c(self, home: Path) -> None:
        with on_a_terminal(home) as shown:
            page = shown("Ctrl-C stops it")

            console, name, password = re.findall(
                r"^  (http://\S+)  police\n    (officer) +(\S+) +P9801 ", page, re.MULTILINE
            )[0]
            case_id = re.findall(r"/cases/(CRB-\S+-2016-\S+)", page)[0]
            with httpx.Client(base_url=console, headers={"accept": "text/html"}, follow_redirects=True) as browser:
                assert 'name="password"' in browser.get(f"/cases/{case_id}").text, "nobody has logged in yet"
                log_in(browser, name, password)
                assert "按当时所知" in browser.get(f"/cases/{case_id}").text

    @pytest.mark.usefixtures("second")
    def test_leaves_nothing_running(self, home: Path) -> None:
        assert _processes_of(home) == []


def _processes_of(folder: Path) -> list[str]:
    """Return the command lines that speak of *folder*."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(folder) in words and file.parent.name != str(os.getpid()):
            found.append(words)
    return found
