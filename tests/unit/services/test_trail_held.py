"""What a trail holds in memory between batches is bounded."""

from services.trail.held import LONG, Held, HeldDockets
from yisong.ledger import Docket, Known

KNOWN = (Known("V9801", "V9801", bytes(32)),)


def put(held: HeldDockets, case_id: str, *, remembers: int = 0) -> Docket:
    docket = Docket(case_id, 0)
    memory: dict[bytes, tuple[Known, ...]] = {number.to_bytes(16, "big"): KNOWN for number in range(remembers)}
    held.put(case_id, Held(docket=None, weight=0, whole=True, memory=memory))
    held.wrote({case_id: (docket, 0, 0)}, {case_id: 100})
    return docket


def test_the_docket_that_was_not_used_for_longest_is_let_go() -> None:
    """Three dockets of weight 100 where 250 may be held: the first one goes, unless it was used meanwhile."""
    held = HeldDockets(most=250)
    put(held, "CRB-980100-2016-000021-5")
    put(held, "CRB-970200-2016-000072-B")
    assert held.get("CRB-980100-2016-000021-5") is not None
    put(held, "CRB-000000-2016-000000-8")

    assert held.get("CRB-970200-2016-000072-B") is None
    assert held.get("CRB-980100-2016-000021-5") is not None


def test_the_memory_of_a_docket_that_grows_for_ever_does_not() -> None:
    """Heartbeats fill one register docket: its events are looked up, not held."""
    held = HeldDockets()
    put(held, "CRB-000000-2016-000000-8", remembers=LONG + 1)

    register = held.get("CRB-000000-2016-000000-8")

    assert register is not None
    assert (register.whole, register.memory) == (False, {})
