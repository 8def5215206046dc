from pathlib import Path

import pytest

from yisong.audit.expected_file import Expected, read_expected
from yisong.audit.history_file import History, read_history
from yisong.audit.replay import Replay, Stage, replay
from yisong.embedded import Bus

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def stage(bus: Bus) -> Stage:
    """Find the shared bus, with its law and keys."""
    return Stage.of(bus.home)


@pytest.fixture(scope="session")
def histories() -> dict[str, History]:
    """Read every history and every negative, by name."""
    folders = (ROOT / "examples" / "histories", ROOT / "tests" / "data" / "negatives")
    return {file.stem: read_history(file) for folder in folders for file in sorted(folder.glob("*.jsonl"))}


@pytest.fixture(scope="session")
def expected() -> dict[str, Expected]:
    """Read what must come of each history."""
    files = sorted((ROOT / "examples" / "histories").glob("*.expected.yaml"))
    return {one.history: one for one in map(read_expected, files)}


@pytest.fixture(scope="session")
def everything(stage: Stage, histories: dict[str, History], expected: dict[str, Expected]) -> Replay:
    """Play all of them at once, merged by time, each under case numbers of its own."""
    return replay(stage, list(histories.values()), expected=expected, fresh=True)
