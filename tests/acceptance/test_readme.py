"""Whatever README, tutorial and guides show is what the commands say: each block is run, in order, on one bus."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from docsite import reference

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "README.zh.md").read_text("utf-8")
GUIDES = (
    "docs/tutorial.md",
    "docs/howto/agency-systems.md",
    "docs/howto/operators.md",
    "docs/howto/auditors.md",
    "docs/howto/campaigns.md",
    "docs/howto/registers.md",
    "docs/howto/importing.md",
)
#: A command and the lines that the README shows of its output.
_CONSOLE = re.compile(r"```console\n\$ (yisong .*)\n((?:.*\n)*?)```")
_PYTHON = re.compile(r"```python\n((?:.*\n)*?)```")
CONSOLE = _CONSOLE.findall(README)
PYTHON = _PYTHON.findall(README)
#: What lies in the site, but is drawn when it is built.
DRAWN = {ROOT / name for name in reference.NAMES}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """Give an environment whose bus has just shown the demo, and runs again."""
    environment = {
        **os.environ,
        "YISONG_HOME": str(tmp_path_factory.mktemp("readme") / "home"),
        "CI": "true",
        "COLUMNS": "200",
    }
    yield environment
    _run(environment, sys.executable, "-m", "yisong.cli", "down")
    for taken in ("handoff.json", "clue.tlog-proof", "copyright.backup", "figures.svg"):
        (ROOT / taken).unlink(missing_ok=True)


def _run(environment: Mapping[str, str], *command: str) -> CompletedProcess[str]:
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)


def _yisong(environment: Mapping[str, str], command: str) -> CompletedProcess[str]:
    return _run(environment, sys.executable, "-m", "yisong.cli", *command.split()[1:])


def _shape(line: str) -> str:
    """Return *line* without what differs from bus to bus: digests, ids, how wide a table is drawn, what happens now."""
    if line.startswith("· "):
        return re.sub(r"[0-9.]+", "<number>", line)
    line = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "<event>", line)
    return re.sub(r"\s+", " ", re.sub(r"\b[0-9a-f]{10}\b", "<digest>", re.sub(r"[━─]+", "━", line))).strip()


def _missing(shown: str, printed: str) -> list[str]:
    """Return the lines shown that were not printed."""
    lines = {_shape(line) for line in printed.splitlines()}
    return [line for line in shown.splitlines() if _shape(line) not in lines]


@pytest.mark.timeout(1800)
def test_the_readme_shows_what_its_commands_print(home: Mapping[str, str]) -> None:
    """The demo, then on its bus: the history as of noon, the handoffs, a referral passed on, the proof of a handoff."""
    demo, *others = CONSOLE
    done = _yisong(home, demo[0])
    assert (done.returncode, _missing(demo[1], done.stdout)) == (0, []), done.stdout + done.stderr
    assert _yisong(home, "yisong up --detach").returncode == 0

    for command, shown in others:
        done = _yisong(home, command)
        assert (command, done.returncode, _missing(shown, done.stdout)) == (command, 0, []), done.stdout + done.stderr

    (example,) = PYTHON
    done = _run(home, sys.executable, "-c", example)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].endswith(" admitted")
    assert done.stdout.splitlines()[1] == "['ClueFound']"

    for guide in GUIDES:
        for command, shown in _CONSOLE.findall((ROOT / guide).read_text("utf-8")):
            done = _yisong(home, command)
            said, code = done.stdout + done.stderr, 2 if shown.startswith("yisong: ") else 0
            assert (guide, command, done.returncode, _missing(shown, said)) == (guide, command, code, []), said


def test_the_readme_has_something_to_show() -> None:
    assert [command.split()[1] for command, _ in CONSOLE] == [
        "demo", "history", "handoffs", "replay", "handoff", "verify",
    ]  # fmt: skip


@pytest.mark.parametrize("page", sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]), ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))

    paths = [Path(os.path.normpath(page.parent / target)) for target in targets]

    assert [path for path in paths if not path.exists() and path not in DRAWN] == []


def test_both_readmes_show_the_same_commands_and_what_they_print() -> None:
    """Console blocks, the Python example, commands to type and the table of commands: word for word."""
    for shape in (
        _CONSOLE,
        _PYTHON,
        re.compile(r"^    (\S.*)$", re.MULTILINE),
        re.compile(r"^\| (`yisong.*?) \|", re.MULTILINE),
    ):
        assert shape.findall(CHINESE) == shape.findall(README)
    assert "](README.zh.md)" in README
    assert "](README.md)" in CHINESE


def test_the_tutorial_shows_the_event_that_it_publishes() -> None:
    shown = re.findall(r"```json\n((?:.*\n)*?)```", (ROOT / "docs" / "tutorial.md").read_text("utf-8"))

    assert shown == [(ROOT / "examples" / "tutorial" / "clue.json").read_text("utf-8")]


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    pages = "".join(
        page.read_text("utf-8") for page in (ROOT / "README.md", ROOT / "README.zh.md", ROOT / "CONTRIBUTING.md")
    )

    assert set(re.findall(r"(?:`|    )make ([a-z]+)", pages)) <= targets
