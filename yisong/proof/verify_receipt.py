"""
Does this receipt prove that an event is on the log, with this verdict? Seven steps, each of which raises NotProven.

Steps 4, 2, 6 and 5 are the four of C2SP tlog-proof; in the place of a log key stands the name of the bus, because the
log is what its cosigners agree on. Steps 3 and 7 are ours.
"""

from collections.abc import Collection, Mapping

from yisong.envelope.header import Header
from yisong.envelope.leaf import Leaf, leaf_hash
from yisong.errors import NotProven
from yisong.proof.author import check_author
from yisong.proof.checkpoint import Origin
from yisong.proof.leaves import check_path, leaf_on
from yisong.proof.policy import Policy
from yisong.proof.receipt import Receipt, parse_receipt
from yisong.proof.receipt_words import receipt_statement
from yisong.proof.statement import Statement
from yisong.proof.steps import check_bus, check_quorum, step
from yisong.rulebook.model import Key


def verify_receipt(
    data: bytes, *, policy: Policy, keys: Mapping[str, Key] | None = None, restatements: Collection[bytes] = ()
) -> Statement:
    """
    Return what the receipt *data* proves under *policy*; Unreadable, NotProven: nothing, and in which step.

    *keys*: rows of the directory by key id, from whom the reader trusts; without them the author is not checked, and
    cosignatures count whenever they were made. *restatements*: what nodes have taken back, as they signed it.
    """
    with step(1, "read the file"):
        receipt = parse_receipt(data)
    with step(2, "is it of the bus whose nodes the policy names"):
        origin = check_bus(receipt.signed, policy)
    with step(3, "does the leaf stand where the receipt says"):
        leaf, header = _leaf(receipt, origin)
    with step(4, "hash the leaf"):
        hashed = leaf_hash(receipt.leaf)
    with step(5, "does the path lead from the leaf to the root"):
        check_path(hashed, receipt.leaf_index, receipt.path, receipt.signed.checkpoint)
    with step(6, "are there enough cosignatures of this checkpoint"):
        found = check_quorum(receipt.signed, policy=policy, keys=keys, restatements=restatements)
    with step(7, "did the author sign"):
        signed_with = _author(leaf, header, bus=origin.bus, keys=keys)
    return receipt_statement(receipt, leaf, header, found=found, signed_with=signed_with)


def _leaf(receipt: Receipt, origin: Origin) -> tuple[Leaf, Header | None]:
    leaf, header = leaf_on(receipt.leaf, origin)
    if leaf.offset != receipt.leaf_index:
        raise NotProven(
            f"The leaf says that it is at offset {leaf.offset}, and the receipt that it is leaf {receipt.leaf_index}."
        )
    return leaf, header


def _author(leaf: Leaf, header: Header | None, *, bus: str, keys: Mapping[str, Key] | None) -> tuple[str, ...]:
    """Return the ids of the keys that signed; none where there are no *keys*, or nothing that must have been signed."""
    if keys is None or header is None or leaf.verdict == "refused":
        return ()
    return check_author(leaf, header, bus=bus, keys=keys)
