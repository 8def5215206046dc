"""
What does this file prove? The one door of the verifier: bytes, a policy and keys in, a statement out.

It imports no Kafka, no PostgreSQL, no service and no network, reads no clock, and raises one type: NotProven, whose
`Unreadable` means that there was nothing to judge. Kinds of proof are told apart by how their files begin.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Final, NamedTuple, Protocol

from yisong.errors import Unreadable
from yisong.proof.archive import BEGINS
from yisong.proof.handoff import looks_like_handoff
from yisong.proof.policy import Policy
from yisong.proof.receipt import FORMAT, HEADER
from yisong.proof.statement import Statement
from yisong.proof.verify_checkpoint import looks_like_checkpoint, verify_checkpoint
from yisong.proof.verify_dossier import verify_dossier
from yisong.proof.verify_handoff import verify_handoff
from yisong.proof.verify_receipt import verify_receipt
from yisong.rulebook.model import Key


class Verify(Protocol):
    """Verifies one kind of file."""

    def __call__(
        self,
        data: bytes,
        *,
        policy: Policy,
        keys: Mapping[str, Key] | None,
        rulebooks: Collection[bytes],
        restatements: Collection[bytes],
    ) -> Statement:
        """Return what *data* proves under *policy*; raise Unreadable or NotProven."""
        ...


class VerifyLeaves(Protocol):
    """Verifies a kind of file that no rulebook has to be known for."""

    def __call__(
        self, data: bytes, *, policy: Policy, keys: Mapping[str, Key] | None, restatements: Collection[bytes]
    ) -> Statement:
        """Return what *data* proves under *policy*; raise Unreadable or NotProven."""
        ...


def without_rules(verify: VerifyLeaves) -> Verify:
    """Return *verify* as one that is told of rulebooks and has no use for them."""
    return lambda data, *, policy, keys, rulebooks, restatements: verify(  # noqa: ARG005
        data, policy=policy, keys=keys, restatements=restatements
    )


class Kind(NamedTuple):
    """A kind of proof: whether a file is meant to be one, by how it begins, and what verifies it."""

    name: str
    begins: Callable[[bytes], bool]
    verify: Verify


#: The kinds that are known, in the order in which they are tried. A new kind of proof is a new row.
KINDS: Final[tuple[Kind, ...]] = (
    Kind(
        "receipt",
        lambda data: data.startswith(FORMAT) or HEADER.startswith(data.partition(b"\n")[0]),
        without_rules(verify_receipt),
    ),
    Kind("checkpoint", looks_like_checkpoint, without_rules(verify_checkpoint)),
    Kind("handoff", looks_like_handoff, without_rules(verify_handoff)),
    Kind("dossier", lambda data: data.startswith(BEGINS), verify_dossier),
)


def verify(
    data: bytes,
    *,
    policy: Policy,
    keys: Mapping[str, Key] | None = None,
    rulebooks: Collection[bytes] = (),
    restatements: Collection[bytes] = (),
) -> Statement:
    """
    Return what the file *data* proves to somebody who trusts *policy*.

    *keys*: rows of the directory by key id; without them authors are not checked, and the statement says so.
    *rulebooks*: hashes of versions of the rulebook that the reader knows; a dossier is judged by the version in it.
    *restatements*: what nodes have taken back, as they signed it; a line that is taken back does not count.
    Raises Unreadable: no proof that is known here, another version, another bus, cut short. NotProven: it fails, and in
    which step; also where fewer have cosigned than the policy asks for.
    """
    if not data:
        raise Unreadable("The file is empty.")
    for kind in KINDS:
        if kind.begins(data):
            return kind.verify(data, policy=policy, keys=keys, rulebooks=rulebooks, restatements=restatements)
    raise Unreadable(
        "No proof of a kind that is known here: no receipt, whose first line is c2sp.org/tlog-proof@v1, no "
        "checkpoint, whose first line is <bus>/case-events/<partition>, no dossier, which is a ZIP, "
        "and no proof of a handoff, which is JSON."
    )
