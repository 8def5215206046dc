"""What is the genesis version of the rulebook: the contract that comes with this installation, and one bus?"""

from yisong.contract import folder
from yisong.rulebook.load import load
from yisong.rulebook.model import BusProfile, Rulebook
from yisong.schemas.registry import registry


def genesis(bus: BusProfile) -> Rulebook:
    """Return the genesis version for *bus*; raise ContractFault where the contract contradicts itself."""
    return load(folder(), bus=bus, schema_event_types=registry().event_types)
