"""Do the Merkle trees of the trails have one root, and if not, where do they begin to differ?"""

from collections.abc import Mapping, Sequence

from yisong.audit.played import Position
from yisong.audit.trails import Trail
from yisong.envelope.leaf import decode_leaf
from yisong.errors import TreeDiffers, Undecodable
from yisong.proof.differing import first_differing
from yisong.proof.tree import Node, root


def root_of(trail: Trail, partition: int, size: int) -> bytes | None:
    """Return the root over the first *size* offsets of *trail*; None where its tree lacks a node that it must have."""
    try:
        return root(size, trail.tree(partition))
    except TreeDiffers:
        return None


def first_unlike_node(trails: Sequence[Trail], partition: int, size: int) -> Node | None:
    """Return the first node in which the trees of *trails* over the first *size* offsets differ, if they do."""
    first, *others = trails
    found = [first_differing(size, first.tree(partition), other.tree(partition)) for other in others]
    return min((node for node in found if node is not None), key=lambda node: (node.first, node.level), default=None)


def decoded_leaves(trails: Sequence[Trail], position: Position) -> Mapping[str, Mapping[str, object]]:
    """Return, by agency, what its leaf at *position* says, field by field; nothing where one of them is no leaf."""
    leaves = {}
    for trail in trails:
        for (leaf,) in trail.rows("leaf", partition=position.partition, offset=position.offset):
            try:
                fields = decode_leaf(leaf)._asdict()
            except Undecodable:
                return {}
            leaves[trail.agency] = {f"leaf.{name}": _plain(value) for name, value in fields.items()}
    return leaves


def _plain(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else str(value) if isinstance(value, tuple) else value
