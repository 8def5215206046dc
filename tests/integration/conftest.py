from collections.abc import Iterator

import pytest

from tests.production import production_servers
from tests.trails import Servers, servers


@pytest.fixture(scope="module")
def trails(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Servers whose log belongs to one module of tests."""
    with servers(tmp_path_factory.mktemp("bus")) as started:
        yield started


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Servers of a production bus whose law may change at once; they belong to one module of tests."""
    with production_servers(tmp_path_factory.mktemp("bus")) as started:
        yield started
