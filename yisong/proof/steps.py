"""The steps that every verifier has in common, numbered as a failure names them."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from yisong.errors import NotProven, Unreadable
from yisong.proof.checkpoint import Origin, Signed, parse_origin
from yisong.proof.policy import Policy
from yisong.proof.restatements import restated
from yisong.proof.tally import Tally, tally
from yisong.rulebook.model import Key


@contextmanager
def step(number: int, title: str) -> Iterator[None]:
    """Do one numbered step; what it raises says in which step the proof failed."""
    try:
        yield
    except Unreadable as fault:
        raise Unreadable(f"Step {number}, {title}: {fault}") from fault
    except NotProven as fault:
        raise NotProven(f"Step {number}, {title}: {fault}") from fault


def check_bus(signed: Signed, policy: Policy) -> Origin:
    """Return the log that *signed* is a checkpoint of. Raises Unreadable where it is none of the policy's bus."""
    origin = parse_origin(signed.checkpoint.origin)
    if origin.bus != policy.bus:
        raise Unreadable(
            f"It is of another bus: of {origin.bus}, and the policy names the nodes of {policy.bus}. "
            f"Ask for the policy of {origin.bus}, if you trust that bus."
        )
    return origin


def check_quorum(
    signed: Signed, *, policy: Policy, keys: Mapping[str, Key] | None, restatements: Collection[bytes] = ()
) -> Tally:
    """
    Return who has cosigned *signed* and not taken it back by one of the *restatements*, as they were signed.

    Raises NotProven, naming the lines that are lost, below the policy's quorum; also where a restatement is forged.
    """
    taken_back = restated(restatements, origin=parse_origin(signed.checkpoint.origin), policy=policy)
    found = tally(signed, policy=policy, keys=keys, taken_back=taken_back)
    if not found.quorum.reached:
        lost = "".join(f"\n  - lost: {one}" for one in found.lost)
        raise NotProven(f"{found.words}, and the policy asks for {found.quorum.need}.{lost}")
    return found
