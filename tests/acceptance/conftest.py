import pytest

from tests.shifted import GIVEN, OURS, read_all
from yisong.audit.expected_file import Expected, read_expected
from yisong.audit.history_file import History
from yisong.audit.replay import Replay, Stage, replay
from yisong.embedded import Bus


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
