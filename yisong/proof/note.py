"""
What is a signed note, byte for byte? A text, an empty line, and a line for each signature.

Source: C2SP signed-note. `parse_note` takes exactly what the specification takes. `read_note` is for proofs that are
kept for long: a signature line that was damaged is lost and named, and takes neither the text nor the other lines with
it. That is safe because nothing but a signature that verifies over the text ever counts.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from yisong.errors import Unreadable
from yisong.proof.exact import base64_text, from_base64

#: What stands before the name in a signature line: an em dash and a space.
DASH = "— ".encode()
#: A note of more signature lines is not read; the specification asks for at least 16.
MOST_LINES = 100

_ID_BYTES = 4
_BEFORE_A_DASH = re.compile(rb"(?<=.)(?=" + DASH + rb")", re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f]")
# How long a whole cosignature is: its time, and Ed25519 or ML-DSA-44.
_WHOLE = frozenset({8 + 64, 8 + 2420})


class SignatureLine(NamedTuple):
    """Who signed, as the line says: the key's name, the four bytes of its id, and the signature behind them."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> bytes:
        """The line, with its newline."""
        return DASH + self.name.encode() + b" " + base64_text(self.key_id + self.signature) + b"\n"


class Note(NamedTuple):
    """
    A text that ends in a newline, and its signature lines in the order of the file, known or not.

    *damaged*: lines, without newline, that stand where signatures do and are none; empty after `parse_note`.
    """

    text: bytes
    signatures: tuple[SignatureLine, ...]
    damaged: tuple[bytes, ...] = ()


def note_bytes(note: Note) -> bytes:
    """Return the bytes of *note*, without lines that were damaged. Inverse of `parse_note`."""
    return b"".join((note.text, b"\n", *(signature.line for signature in note.signatures)))


def parse_note(data: bytes) -> Note:
    """Return the note that *data* is, by the letter of the specification. Raises Unreadable."""
    check_text(data)
    text, blank, block = data.rpartition(b"\n\n")
    if not blank or not block.endswith(b"\n"):
        raise Unreadable("No note: an empty line and signature lines, each with its newline, must end it.")
    lines = block.removesuffix(b"\n").split(b"\n")
    _check_count(lines)
    return Note(text + b"\n", tuple(map(parse_line, lines)))


def read_note(data: bytes) -> Note:
    """
    Return the note that *data* is, and the lines that are damaged. Raises Unreadable where its text is, or it is cut.

    The text ends at the first empty line: what has no empty line inside, as a checkpoint, is read here.
    """
    text, blank, block = data.partition(b"\n\n")
    check_text(text)
    if not blank or not block:
        raise Unreadable("Cut short: the checkpoint has no signature lines.")
    pieces = tuple(_pieces(block))
    _check_count(pieces)
    if any(not (_like_a_line(piece) or _like_a_line(before)) for before, piece in pairwise((b"", *pieces))):
        raise Unreadable("Something stands before or among the signature lines that was never one of them.")
    read = [(piece, _line_or_none(piece)) for piece in pieces]
    return Note(
        text + b"\n",
        tuple(line for _, line in read if line is not None),
        tuple(piece for piece, line in read if line is None),
    )


def parse_line(line: bytes) -> SignatureLine:
    """Return what a signature *line*, without its newline, says. Raises Unreadable where it is none."""
    name, space, encoded = line.removeprefix(DASH).partition(b" ")
    if not line.startswith(DASH) or not space:
        raise Unreadable("A signature line begins with an em dash, a key name and a space, and this one does not.")
    signed = from_base64(encoded, what="A signature")
    if len(signed) <= _ID_BYTES:
        raise Unreadable("A signature line has four bytes of key id and a signature, and this one has less.")
    return SignatureLine(key_name(name), signed[:_ID_BYTES], signed[_ID_BYTES:])


def key_name(name: bytes) -> str:
    """Return *name* as text: not empty, UTF-8, without Unicode spaces, controls and plus. Raises Unreadable."""
    try:
        text = name.decode()
    except UnicodeDecodeError as fault:
        raise Unreadable("A key name is no UTF-8.") from fault
    if not text or "+" in text or _CONTROL.search(name) or any(one.isspace() for one in text):
        raise Unreadable("A key name is not empty and has no space, control character or plus in it.")
    return text


def check_text(data: bytes) -> None:
    """See that *data* is UTF-8 without control characters but newline. Raises Unreadable."""
    if _CONTROL.search(data):
        raise Unreadable("A note has no control characters but newlines, and this one has.")
    try:
        data.decode()
    except UnicodeDecodeError as fault:
        raise Unreadable("A note is UTF-8, and this one is not.") from fault


def _check_count(lines: tuple[bytes, ...] | list[bytes]) -> None:
    if len(lines) > MOST_LINES:
        raise Unreadable(f"More than {MOST_LINES} signature lines: nobody needs so many, and they are not read.")


def _pieces(block: bytes) -> Iterator[bytes]:
    """Yield the lines of *block*; one whose newline is damaged does not take the next one along."""
    *lines, rest = block.split(b"\n")
    if rest and not _is_whole(rest[:-1]):
        raise Unreadable("Cut short, or more was appended: the last line has no newline.")
    if not rest and not lines[-1]:
        raise Unreadable("An empty line was appended.")
    for line in (*lines, *([rest] if rest else [])):
        yield from [line] if _line_or_none(line) is not None else _BEFORE_A_DASH.split(line)


def _like_a_line(piece: bytes) -> bool:
    """Hold where *piece* begins as a signature line does, but for one byte; what a newline cut off from it does not."""
    return sum(one == other for one, other in zip(piece, DASH, strict=False)) >= len(DASH) - 1


def _is_whole(line: bytes) -> bool:
    """Hold where nothing is missing of a cosignature, so that it was only its newline that was damaged."""
    read = _line_or_none(line)
    return read is not None and len(read.signature) in _WHOLE


def _line_or_none(line: bytes) -> SignatureLine | None:
    try:
        return parse_line(line)
    except Unreadable:
        return None
