from collections.abc import Iterator

import pytest

from tests.trails import Servers, servers


@pytest.fixture(scope="module")
def trails(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Servers whose log belongs to one module of tests."""
    with servers(tmp_path_factory.mktemp("bus")) as started:
        yield started
