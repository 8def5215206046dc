"""How is a receipt written? C2SP tlog-proof, version 1: the leaf, its index, its path to the root, the checkpoint."""

from typing import NamedTuple

from yisong.errors import Unreadable
from yisong.proof.checkpoint import Signed, read_signed
from yisong.proof.exact import base64_text, from_base64, from_decimal
from yisong.proof.tree import HASH_BYTES

#: What every version begins with, and the first line of the one that is read here.
FORMAT = b"c2sp.org/tlog-proof@"
HEADER = FORMAT + b"v1"

# A tree of 2^63 leaves is 63 high.
_HIGHEST = 63


class Receipt(NamedTuple):
    """
    What shows that *leaf* stands at *leaf_index* of a log.

    *leaf*: the bytes of the leaf, which C2SP calls extra. *path*: hashes from its sibling up to the root's child.
    """

    leaf: bytes
    leaf_index: int
    path: tuple[bytes, ...]
    signed: Signed


def receipt_bytes(receipt: Receipt) -> bytes:
    """Return the file of *receipt*, without signature lines that were damaged. Inverse of `parse_receipt`."""
    head = (HEADER, b"extra " + base64_text(receipt.leaf), b"index %d" % receipt.leaf_index)
    return b"\n".join((*head, *map(base64_text, receipt.path), b"", receipt.signed.note))


def parse_receipt(data: bytes) -> Receipt:
    """Return the receipt that *data* is. Raises Unreadable: no receipt, another version, cut short, or changed."""
    first, newline, _ = data.partition(b"\n")
    if first != HEADER:
        raise _other(first, cut=not newline)
    head, blank, note = data.partition(b"\n\n")
    if not blank:
        raise Unreadable("Cut short: the receipt ends before its checkpoint.")
    _, *lines = head.split(b"\n")
    leaf = _after(b"extra ", lines, what="the leaf")
    index = _after(b"index ", lines, what="the index of the leaf")
    return Receipt(
        from_base64(leaf, what="The leaf"),
        from_decimal(index, what="The index of the leaf"),
        _path(lines),
        read_signed(note),
    )


def _other(first: bytes, *, cut: bool) -> Unreadable:
    if cut and HEADER.startswith(first):
        return Unreadable("Cut short: the file ends in its first line.")
    if first.startswith(FORMAT):
        return Unreadable("A receipt of another version: only c2sp.org/tlog-proof@v1 is known here.")
    return Unreadable("No receipt: its first line would be c2sp.org/tlog-proof@v1.")


def _after(word: bytes, lines: list[bytes], *, what: str) -> bytes:
    """Take the first line away, which begins with *word*, and return the rest of it."""
    if not lines or not lines[0].startswith(word):
        raise Unreadable(f"The receipt does not say {what}: a line '{word.decode()}…' is missing in its place.")
    return lines.pop(0).removeprefix(word)


def _path(lines: list[bytes]) -> tuple[bytes, ...]:
    if len(lines) > _HIGHEST:
        raise Unreadable(f"The path has {len(lines)} hashes, and no tree is higher than {_HIGHEST}.")
    path = tuple(from_base64(line, what="A hash of the path") for line in lines)
    if any(len(one) != HASH_BYTES for one in path):
        raise Unreadable(f"A hash of the path has another length than {HASH_BYTES} bytes.")
    return path
