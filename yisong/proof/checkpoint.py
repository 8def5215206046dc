"""
What does a checkpoint say? C2SP tlog-checkpoint: exactly three lines, and a line of each node that has cosigned it.

There is no log key and no extension line: the log is what its four cosigners agree on.
"""

import re
from typing import NamedTuple

from yisong.errors import Unreadable
from yisong.proof.exact import base64_text, from_base64, from_decimal, shown
from yisong.proof.note import Note, SignatureLine, note_bytes, parse_note, read_note
from yisong.proof.tree import HASH_BYTES

_ORIGIN = re.compile(
    r"(?P<bus>[a-z0-9][a-z0-9.-]{0,62})/(?P<topic>case-events)/(?P<partition>0|[1-9][0-9]{0,8})"
    r"(?:/(?P<number>[2-9]|[1-9][0-9]{1,8})/after/(?P<size>[1-9][0-9]{0,17})/(?P<root>[0-9a-f]{64}))?"
)
_LINES = 3


class After(NamedTuple):
    """
    The last of the origin before: of *size* leaves and *root*, the largest checkpoint that was taken back of it.

    *number*: the how-manieth origin of its partition comes after it. The first has nothing before it.
    """

    number: int
    size: int
    root: bytes


class Origin(NamedTuple):
    """Which log: a partition of a topic of a bus; and *after* what, where all nodes have restated it (`origins`)."""

    bus: str
    topic: str
    partition: int
    after: After | None = None

    def __str__(self) -> str:
        log = f"{self.bus}/{self.topic}/{self.partition}"
        if self.after is None:
            return log
        return f"{log}/{self.after.number}/after/{self.after.size}/{self.after.root.hex()}"


class Checkpoint(NamedTuple):
    """The first *size* leaves of the log *origin* have the Merkle root *root*."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> bytes:
        """The three lines, each with its newline: what is signed."""
        return b"%b\n%d\n%b\n" % (self.origin.encode(), self.size, base64_text(self.root))


class Signed(NamedTuple):
    """A checkpoint with its signature lines, known or not; *damaged* lines, which stood among them, say nothing."""

    checkpoint: Checkpoint
    signatures: tuple[SignatureLine, ...]
    damaged: tuple[bytes, ...] = ()

    @property
    def note(self) -> bytes:
        """The signed note, without lines that were damaged."""
        return note_bytes(Note(self.checkpoint.text, self.signatures))


def origin_of(bus: str, partition: int, after: After | None = None) -> str:
    """Return an origin of a partition of ``case-events`` of the bus of that name: the first, or one *after* another."""
    return str(Origin(bus, "case-events", partition, after))


def number_of(after: After | None) -> int:
    """Return the how-manieth origin of its partition that is which comes *after* another; 1 for the first."""
    return 1 if after is None else after.number


def parse_origin(origin: str) -> Origin:
    """Return which log *origin* names. Raises Unreadable where it is none of such a bus."""
    found = _ORIGIN.fullmatch(origin)
    if found is None:
        raise Unreadable(
            f"The checkpoint is of the log {shown(origin.encode())}, and that is no partition of case-events of a bus."
        )
    last = found["number"] and After(int(found["number"]), int(found["size"]), bytes.fromhex(found["root"]))
    return Origin(found["bus"], found["topic"], int(found["partition"]), last or None)


def parse_checkpoint(text: bytes) -> Checkpoint:
    """Return what *text*, the text of a note, says. Raises Unreadable: not exactly these three lines."""
    lines = text.split(b"\n")
    if len(lines) != _LINES + 1 or lines[-1]:
        raise Unreadable(f"A checkpoint has exactly three lines, and this one has {len(lines) - 1}.")
    origin, size, root = lines[:_LINES]
    if not origin:
        raise Unreadable("The first line of a checkpoint is its origin, and here it is empty.")
    hashed = from_base64(root, what="The root of the checkpoint")
    if len(hashed) != HASH_BYTES:
        raise Unreadable(f"The root of the checkpoint has {len(hashed)} bytes; SHA-256 has {HASH_BYTES}.")
    return Checkpoint(_utf8(origin), from_decimal(size, what="The size of the checkpoint"), hashed)


def parse_signed(data: bytes) -> Signed:
    """Return the signed checkpoint that *data* is, by the letter of the specifications. Raises Unreadable."""
    note = parse_note(data)
    return Signed(parse_checkpoint(note.text), note.signatures)


def read_signed(data: bytes) -> Signed:
    """Return the signed checkpoint that *data* is, with the lines that are damaged. Raises Unreadable."""
    note = read_note(data)
    return Signed(parse_checkpoint(note.text), note.signatures, note.damaged)


def _utf8(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError as fault:
        raise Unreadable("The origin of the checkpoint is no UTF-8.") from fault
