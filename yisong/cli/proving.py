"""How does a command get a proof behind which a quorum stands, and see that it verifies before anybody has it?"""

import time
from collections.abc import Callable, Collection
from typing import Final, TypeVar

from yisong.audit.trails import Trail
from yisong.errors import TimedOut
from yisong.home import AGENCIES
from yisong.ledger import Law
from yisong.proof.cosigners import cosigners
from yisong.proof.policy import QUORUM, policy_of
from yisong.proof.statement import Statement
from yisong.proof.verifier import verify

_LOOK_SECONDS: Final = 0.2
_Proof = TypeVar("_Proof")


def when_cosigned(  # noqa: PLR0913 (of what, where, by which law, how long)
    make: Callable[[], _Proof | None], trail: Trail, law: Law, *, what: str, partition: int, offset: int, timeout: float
) -> _Proof:
    """
    Return what *make* makes as soon as it can: when a quorum has cosigned a checkpoint over *offset* of *partition*.

    *what* stands there, in words. Raises TimedOut after *timeout* seconds, saying how many have; BusUnreachable.
    """
    deadline = time.monotonic() + timeout
    while (made := make()) is None:
        if time.monotonic() > deadline:
            have = trail.cosignatures(law).cosigners_over(partition, offset)
            raise TimedOut(
                f"{what} is recorded by {have} of {len(AGENCIES)} nodes, and a proof needs {QUORUM}. Nothing was "
                "written. Ask again later; `yisong status` shows which node lags behind."
            )
        time.sleep(_LOOK_SECONDS)
    return made


def verified(data: bytes, law: Law, *, rulebooks: Collection[bytes] = ()) -> Statement:
    """
    Return what the file *data* proves to whoever trusts this bus; *rulebooks* as `verify` takes them.

    Nobody gets a file that does not verify: raises NotProven before it is written, handed over or filed as evidence.
    """
    keys = law.rulebook.keys
    return verify(data, policy=policy_of(cosigners(law.rulebook)), keys=keys, rulebooks=rulebooks)
