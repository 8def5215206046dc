"""Does a leaf stand in this log, in this docket, in the tree, and without a gap? Steps that every verifier shares."""

from collections.abc import Sequence

from yisong.envelope.header import Header
from yisong.envelope.leaf import Leaf, decode_leaf, leaf_hash
from yisong.errors import NotProven, Undecodable
from yisong.proof.author import check_leaf
from yisong.proof.checkpoint import Checkpoint, Origin
from yisong.proof.exact import shown
from yisong.proof.inclusion import root_from_inclusion


def leaf_on(encoded: bytes, origin: Origin) -> tuple[Leaf, Header | None]:
    """Return the leaf, and the header that it keeps, of a record of the log *origin*. Raises NotProven."""
    try:
        leaf = decode_leaf(encoded)
    except Undecodable as fault:
        raise NotProven("A leaf is not canonical, so no node can have made it.") from fault
    if (leaf.topic, leaf.partition) != (origin.topic, origin.partition):
        raise NotProven(
            f"A leaf says that it is of {shown(leaf.topic.encode())}, partition {leaf.partition}, and the checkpoint "
            f"is of {origin}."
        )
    return leaf, check_leaf(leaf)


def leaf_in(encoded: bytes, case_id: str, origin: Origin) -> tuple[Leaf, Header | None]:
    """Return the leaf, and the header that it keeps, of a record of the docket *case_id* on *origin*. NotProven."""
    leaf, header = leaf_on(encoded, origin)
    if leaf.key != case_id.encode() or not leaf.docket_index:
        raise NotProven(f"The leaf at offset {leaf.offset} is of another docket than {shown(case_id.encode())}.")
    return leaf, header


def check_path(hashed: bytes, offset: int, path: Sequence[bytes], checkpoint: Checkpoint) -> None:
    """See that the leaf *hashed* so stands at *offset* in the tree of *checkpoint*. Raises NotProven."""
    if root_from_inclusion(hashed, offset, checkpoint.size, path) != checkpoint.root:
        raise NotProven(
            f"That of the leaf at offset {offset} leads to another root: the leaf, the path, the size or the root is "
            "not the cosigned one."
        )


def check_chain(leaves: Sequence[Leaf], encoded: Sequence[bytes], *, first: int) -> None:
    """See that *leaves* are the docket's from number *first* on, each chained to the one before. Raises NotProven."""
    previous: bytes | None = None
    for number, (leaf, data) in enumerate(zip(leaves, encoded, strict=True), start=first):
        if leaf.docket_index != number:
            raise NotProven(
                f"Where record {number} should stand, there is record {leaf.docket_index} of the docket: one was "
                "withheld, moved or put in twice."
            )
        if number > first and leaf.docket_prev != previous:
            raise NotProven(f"Record {number} follows another record than the one that stands before it here.")
        previous = leaf_hash(data)
