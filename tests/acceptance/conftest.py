import pytest
from typer.testing import CliRunner

from tests.gateways import Gateway
from tests.shifted import GIVEN, OURS, read_all
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
