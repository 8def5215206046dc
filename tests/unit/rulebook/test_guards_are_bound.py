"""Every guard that lifecycles.yaml names is a function, and every such function is named there."""

from yisong.ledger.guards import GUARDS
from yisong.rulebook.model import BusProfile
from yisong.schemas import genesis


def test_names_and_functions_are_the_same_set() -> None:
    law = genesis(BusProfile(name="demo.example", profile="demo", partitions=12, keys=()))
    assert set(GUARDS) == set(law.lifecycles.guards)
