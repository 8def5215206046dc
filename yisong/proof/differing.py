"""Where do two trees begin to differ? Found by descending from their roots: O(log n) hashes of each are read."""

from yisong.proof.tree import Node, Reader, nodes_of


def first_differing(size: int, one: Reader, other: Reader) -> Node | None:
    """
    Return the first node in which two trees of *size* leaves differ; None where their roots are made of the same.

    Of level 0: the first differing leaf, since whatever lies before it is below nodes that are the same. Above: there
    the hash alone differs, and what it stands over does not, so it was altered in one of the two. A hash that is
    missing in one of them differs.
    """
    peaks = nodes_of(0, size)
    node = _first(peaks, one, other)
    while node is not None and node.level:
        below = _first(_children(node), one, other)
        if below is None:
            return node
        node = below
    return node


def _first(nodes: tuple[Node, ...], one: Reader, other: Reader) -> Node | None:
    if not nodes:
        return None
    mine, theirs = one(nodes), other(nodes)
    return next((node for node in nodes if node not in mine or mine[node] != theirs.get(node)), None)


def _children(node: Node) -> tuple[Node, ...]:
    return Node(node.level - 1, 2 * node.index), Node(node.level - 1, 2 * node.index + 1)
