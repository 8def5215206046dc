import pytest
from typer.testing import CliRunner

from tests.acceptance.saying import Said, link
from tests.clues import clue_found, own_case
from tests.gateways import Gateway
from tests.shifted import GIVEN, OURS, read_all
from tests.waiting import PATIENCE
from yisong import Publisher
from yisong.audit.expected_file import Expected, read_expected
from yisong.audit.history_file import History
from yisong.audit.replay import Replay, Stage, replay
from yisong.embedded import Bus


@pytest.fixture
def home(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> Bus:
    """Let commands find the shared bus."""
    monkeypatch.setenv("YISONG_HOME", str(bus.home.path))
    return bus


@pytest.fixture
def command(home: Bus) -> CliRunner:
    """Give the command line, on the shared bus."""
    del home
    return CliRunner()


@pytest.fixture(scope="session")
def address(bus: Bus) -> str:
    """Start the gateway of the copyright line, and return its address."""
    return bus.start_gateway("copyright")


@pytest.fixture
def gateway(home: Bus, address: str) -> Gateway:
    """Give the gateway of the copyright line; callers get their tokens from the command line."""
    del home
    return Gateway(address, "copyright")


@pytest.fixture(scope="session")
def stage(bus: Bus) -> Stage:
    """Find the shared bus, with its law and keys."""
    return Stage.of(bus.home)


@pytest.fixture(scope="session")
def histories() -> dict[str, History]:
    """Read every history and every negative, by name."""
    return dict(read_all())


@pytest.fixture(scope="session")
def expected() -> dict[str, Expected]:
    """Read what must come of each history."""
    files = sorted(file for folder in (GIVEN, OURS) for file in folder.glob("*.expected.yaml"))
    return {one.history: one for one in map(read_expected, files)}


@pytest.fixture(scope="session")
def everything(stage: Stage, histories: dict[str, History], expected: dict[str, Expected]) -> Replay:
    """Play all of them at once, merged by time, each under case numbers of its own."""
    return replay(stage, list(histories.values()), expected=expected, fresh=True)


@pytest.fixture
def said(command: CliRunner, everything: Replay) -> Said:
    """Give what commands say of the histories, as programs read it."""
    return Said(command, everything)


@pytest.fixture(scope="session")
def linked(bus: Bus, everything: Replay) -> tuple[str, str]:
    """Link a case of our own to where it comes from, and H1's and H3's to it as a cluster; return the two of ours."""
    h1, h3 = (next(one.case_ids()[0] for one in everything.played if one.history.name == name) for name in ("H1", "H3"))
    case, source = own_case(79_401), own_case(79_402)
    with Publisher(bus.home) as publisher:
        for each in (case, source):
            publisher.publish_header(*clue_found(each, 1), wait="verdict", timeout=PATIENCE)
        link(publisher, case, "upstream", source)
        link(publisher, case, "cluster", h1, h3, cluster="JQ-2016-7")
        link(publisher, source, "cluster", h3, cluster="JQ-2016-7")
    return case, source
