"""What is made at the first start of a bus? Its name and its keys, once and never again."""

import secrets
from typing import Literal

from yisong.embedded.database import NAME as POSTGRES
from yisong.errors import WiringFault
from yisong.home import Home
from yisong.kafka.declared import CASE_EVENTS, topics_file
from yisong.rulebook.model import BusProfile
from yisong.schemas import genesis
from yisong.signing.genesis import make_genesis_keys

Profile = Literal["demo", "production"]


def ensure_bus(home: Home, *, profile: Profile) -> BusProfile:
    """
    Return what the bus is, making it at the first start.

    :raises WiringFault: the home is of another profile, or has lost a part without which it cannot go on.
    """
    if home.bus_file.exists():
        return _checked(home, profile=profile)
    _refuse_leftovers(home)
    return _new(home, profile=profile)


def _new(home: Home, *, profile: Profile) -> BusProfile:
    # The bus name is signed by every event, so two buses must never share one.
    name = f"{profile}-{secrets.token_hex(4)}"
    partitions = topics_file().topics[CASE_EVENTS].partitions
    unsigned = BusProfile(name=name, profile=profile, partitions=partitions, keys=())
    keys = make_genesis_keys(home.keystore(), genesis(unsigned).directory)
    bus = BusProfile(name=name, profile=profile, partitions=partitions, keys=keys)
    home.save_bus(bus)
    return bus


def _checked(home: Home, *, profile: Profile) -> BusProfile:
    bus = home.bus()
    if bus.profile != profile:
        raise WiringFault(
            f"The bus in {home.path} is a {bus.profile} bus, and a {profile} bus was asked for. "
            "A bus keeps its profile for ever: name another folder in YISONG_HOME."
        )
    lost = [home.keys] if not home.keys.is_dir() else []
    if (home.data / POSTGRES).exists() and not home.passwords.exists():
        lost.append(home.passwords)
    if lost:
        raise WiringFault(
            f"{' and '.join(map(str, lost))}: missing, so this bus can no longer sign or open its databases. "
            "Restore it from a copy; without one, move the whole home away and start a new bus."
        )
    return bus


def _refuse_leftovers(home: Home) -> None:
    if home.keys.exists() or home.data.exists():
        raise WiringFault(
            f"{home.path} holds keys or data of a bus but no bus.yaml, so nobody can say which bus it was. "
            "Restore bus.yaml from a copy; without one, move the folder away and start a new bus."
        )
