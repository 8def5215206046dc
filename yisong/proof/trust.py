"""Whom does a reader trust, and what does a file prove to such a reader?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from yisong.proof.cosigners import cosigners
from yisong.proof.policy import QUORUM, Policy, policy_of
from yisong.proof.statement import Statement
from yisong.proof.verifier import verify
from yisong.rulebook.model import Key, Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """
    Whose cosignatures count, and what is known of the bus: none of it comes from the file that is verified.

    *keys*: rows of the directory by key id; None: not known, so no author is checked. *rulebooks*: hashes of versions
    of the bus's rulebook.
    """

    policy: Policy
    keys: Mapping[str, Key] | None = None
    rulebooks: Collection[bytes] = field(default=())

    def verify(self, data: bytes, *, restatements: Collection[bytes] = ()) -> Statement:
        """
        Return what the file *data* proves, beside which lie *restatements*, as nodes signed them.

        Raises Unreadable, NotProven.
        """
        return verify(data, policy=self.policy, keys=self.keys, rulebooks=self.rulebooks, restatements=restatements)


def trust_in(versions: Sequence[Rulebook], *, quorum: int = QUORUM) -> Trust:
    """
    Return the trust of whoever takes these *versions* of one bus's rulebook, genesis first, to be the true ones.

    The newest names every key that there ever was, each with the times at which it counts.
    """
    newest = versions[-1]
    return Trust(
        policy=policy_of(cosigners(newest), quorum=quorum),
        keys=newest.keys,
        rulebooks=tuple(version.hash for version in versions),
    )
