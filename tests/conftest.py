"""What do tests of more than one folder need? One whole bus, started when the first of them asks for it."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from yisong.embedded import Bus
from yisong.home import Home

# How long an example takes says something about the machine, nothing about the code.
settings.register_profile("yisong", deadline=None)
settings.load_profile("yisong")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run in two processes, those of a folder that share the bus stay together, as do those of a file."""
    sharing = {item.path for item in items if _shares_the_bus(item)}
    for item in items:
        group = item.path.parent if item.path in sharing else item.path
        item.add_marker(pytest.mark.xdist_group(group.relative_to(item.config.rootpath).as_posix()))


def _shares_the_bus(item: pytest.Item) -> bool:
    definitions = item._fixtureinfo.name2fixturedefs.get("bus") if isinstance(item, pytest.Function) else None
    return definitions is not None and definitions[-1].scope == "session"


@pytest.fixture(scope="session")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    """Give a demo bus with its four nodes. Tests share it: each uses case numbers of its own and leaves it running."""
    with Bus.start(Home(tmp_path_factory.mktemp("bus"))) as bus:
        yield bus
