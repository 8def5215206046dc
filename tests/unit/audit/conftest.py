import pytest

from tests.unit.audit.on_paper import Desk
from yisong.ledger import Law
from yisong.rulebook.model import BusProfile
from yisong.schemas import genesis
from yisong.signing import Keystore, make_genesis_keys


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Make a demo bus of paper, with the genesis keys of all organs."""
    keystore = Keystore(tmp_path_factory.mktemp("keys"))
    without_keys = BusProfile(name="paper", profile="demo", partitions=12, keys=())
    keys = make_genesis_keys(keystore, genesis(without_keys).directory)
    bus = BusProfile(name="paper", profile="demo", partitions=12, keys=keys)
    return Desk(law=Law(genesis(bus)), keystore=keystore)
