"""How does a command get a proof behind which a quorum stands, and see that it verifies before anybody has it?"""

import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final, TypeVar

from yisong.audit.trails import Trail
from yisong.errors import TimedOut
from yisong.home import AGENCIES
from yisong.ledger import Law
from yisong.proof.policy import QUORUM
from yisong.proof.restatements import restatement_lines, restatements_beside
from yisong.proof.statement import Statement
from yisong.proof.trust import trust_in

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


def taken_back(trail: Trail, law: Law, partition: int) -> tuple[bytes, ...]:
    """Return what nodes have taken back of *partition*, as they signed it. Raises BusUnreachable."""
    return tuple(kept.value for kept in trail.cosignatures(law).restatements(partition))


def write_proof(output: Path, data: bytes, restatements: Collection[bytes]) -> None:
    """Write a proof, and beside it what nodes have taken back of its log, where there is any."""
    beside = restatements_beside(output)
    beside.unlink(missing_ok=True)
    if restatements:
        beside.write_bytes(restatement_lines(restatements))
    output.write_bytes(data)


def verified(data: bytes, law: Law, *, restatements: Collection[bytes] = ()) -> Statement:
    """
    Return what the file *data* proves to whoever trusts this bus, beside which *restatements* lie.

    Nobody gets a file that does not verify: raises NotProven before it is written, handed over or filed as evidence.
    """
    return trust_in(law.versions).verify(data, restatements=restatements)
