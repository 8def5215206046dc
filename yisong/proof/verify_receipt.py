"""
Does this receipt prove that an event is on the log, with this verdict? Seven steps, each of which raises NotProven.

Steps 4, 2, 6 and 5 are the four of C2SP tlog-proof; in the place of a log key stands the name of the bus, because the
log is what its cosigners agree on. Steps 3 and 7 are ours.
"""

from collections.abc import Mapping

from yisong.envelope.header import Header
from yisong.envelope.leaf import Leaf, decode_leaf, leaf_hash
from yisong.errors import NotProven, Undecodable
from yisong.proof.author import check_author, check_leaf
from yisong.proof.checkpoint import Origin
from yisong.proof.exact import shown
from yisong.proof.inclusion import root_from_inclusion
from yisong.proof.policy import Policy
from yisong.proof.receipt import Receipt, parse_receipt
from yisong.proof.receipt_words import receipt_statement
from yisong.proof.statement import Statement
from yisong.proof.steps import check_bus, check_quorum, step
from yisong.rulebook.model import Key


def verify_receipt(data: bytes, *, policy: Policy, keys: Mapping[str, Key] | None = None) -> Statement:
    """
    Return what the receipt *data* proves under *policy*; Unreadable, NotProven: nothing, and in which step.

    *keys*: rows of the directory by key id, from whom the reader trusts; without them the author is not checked, and
    cosignatures count whenever they were made.
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
        _check_path(receipt, hashed)
    with step(6, "are there enough cosignatures of this checkpoint"):
        found = check_quorum(receipt.signed, policy=policy, keys=keys)
    with step(7, "did the author sign"):
        signed_with = _author(leaf, header, bus=origin.bus, keys=keys)
    return receipt_statement(receipt, leaf, header, found=found, signed_with=signed_with)


def _leaf(receipt: Receipt, origin: Origin) -> tuple[Leaf, Header | None]:
    try:
        leaf = decode_leaf(receipt.leaf)
    except Undecodable as fault:
        raise NotProven("The leaf is not canonical, so no node can have made it.") from fault
    stands = (leaf.topic, leaf.partition, leaf.offset)
    if stands != (origin.topic, origin.partition, receipt.leaf_index):
        raise NotProven(
            f"The leaf says that it is {shown(leaf.topic.encode())} {leaf.partition}:{leaf.offset}, "
            f"and the receipt that it is leaf {receipt.leaf_index} of {origin}."
        )
    return leaf, check_leaf(leaf)


def _check_path(receipt: Receipt, hashed: bytes) -> None:
    checkpoint = receipt.signed.checkpoint
    root = root_from_inclusion(hashed, receipt.leaf_index, checkpoint.size, receipt.path)
    if root != checkpoint.root:
        raise NotProven("It leads to another root: the leaf, the path, the size or the root is not the cosigned one.")


def _author(leaf: Leaf, header: Header | None, *, bus: str, keys: Mapping[str, Key] | None) -> tuple[str, ...]:
    """Return the ids of the keys that signed; none where there are no *keys*, or nothing that must have been signed."""
    if keys is None or header is None or leaf.verdict == "refused":
        return ()
    return check_author(leaf, header, bus=bus, keys=keys)
