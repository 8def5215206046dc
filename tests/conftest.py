"""What do tests of more than one folder need? One whole bus a process, started when the first of them asks for it."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from yisong.embedded import Bus
from yisong.home import Home

# How long an example takes says something about the machine, nothing about the code.
settings.register_profile("yisong", deadline=None)
settings.load_profile("yisong")


@pytest.fixture(scope="session")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    """Give a demo bus with its four nodes. Tests share it: each uses case numbers of its own and leaves it running."""
    with Bus.start(Home(tmp_path_factory.mktemp("bus"))) as bus:
        yield bus
