"""
What does a node say on the topic `checkpoints`? Statements, each signed as a whole by the node's cosigning key.

A cosignature line holds by itself. What stands around it (which rulebook, how far, why not) decides whether the others
go on signing, so nobody else may be able to say it in the node's name.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from yisong.errors import Unreadable
from yisong.proof.checkpoint import After, origin_of, parse_origin
from yisong.proof.exact import BEYOND, base64_text, from_base64, shown
from yisong.proof.note import SignatureLine, parse_line
from yisong.proof.tree import HASH_BYTES
from yisong.rulebook.identity import canonical

#: How much an operator may say about a restatement, in characters.
LONGEST_WHY: Final = 500
_CONTEXT: Final = b"yisong-checkpoints-v1\n"
_MOST: Final = 1 << 53  # beyond, not every JSON reader sees the same number


class Announced(NamedTuple):
    """
    A node has cosigned, by *line*, that the first *size* leaves of *partition* have the Merkle root *root*.

    *second*: its line of another algorithm on the same, where it signs one; whoever does not know it passes over it.
    *after*: which origin of the partition it is of, None: the first.
    """

    partition: int
    size: int
    root: bytes
    line: SignatureLine
    second: SignatureLine | None = None
    after: After | None = None


class Halt(NamedTuple):
    """A node does not sign (None: at all; else in this partition), and *why*, as one word."""

    partition: int | None
    why: str


class Checkpoints(NamedTuple):
    """
    What a node cosigned in one interval.

    *counter* grows by one with each statement of the node. *rulebook*: hash of the version in force at *covered*, the
    newest log time (ms) of all that the node has ever signed.
    """

    node: str
    counter: int
    rulebook: bytes
    covered: int
    announced: tuple[Announced, ...]
    halts: tuple[Halt, ...] = ()


class Restatement(NamedTuple):
    """
    A node was wrong in *partition*: what it signed of sizes above *sound* up to *size* is withdrawn.

    *sound* is also the first offset that may differ: before it, the old tree and the new one are the same. *old_root*:
    the root that it signed for *size*; *new_root*: of its tree of that size now. *sizes*: those withdrawn, ascending.
    *after*: under which origin of the partition they were signed, None: the first.
    """

    node: str
    counter: int
    partition: int
    sound: int
    size: int
    old_root: bytes
    new_root: bytes
    why: str
    sizes: tuple[int, ...]
    after: After | None = None


Statement = Checkpoints | Restatement


def encode(statement: Statement, *, bus: str, key_id: str, sign: Callable[[bytes], bytes]) -> bytes:
    """Return the record's value for *statement*, which *sign* signs with the key *key_id* of the node."""
    said = _plain(statement, bus)
    signature = base64_text(sign(_message(bus, said))).decode()
    return canonical({"v": 1, "statement": said, "key_id": key_id, "signature": signature})


def canonical_form(value: bytes) -> bytes:
    """Return a statement that was decoded, with its signature, in the one form that travels: RFC 8785, one line."""
    return canonical(json.loads(value))


class Claimed(NamedTuple):
    """A statement as it came: nothing of it may be believed before *signature* under *key_id* holds of *message*."""

    statement: Statement
    key_id: str
    message: bytes
    signature: bytes


def decode(value: bytes | None, *, bus: str) -> Claimed:
    """Return the statement in a record's *value*. Raises Unreadable: none of this version, or without sense."""
    try:
        row = json.loads(value or b"")
        if not isinstance(row, dict) or row.get("v") != 1:
            raise Unreadable("The record is no statement of version 1.")
        said = row["statement"]
        statement = _restatement(said, bus) if said["kind"] == "restatement" else _checkpoints(said, bus)
        signature = from_base64(_text(row["signature"]).encode(), what="The signature of the statement")
        return Claimed(statement, _text(row["key_id"]), _message(bus, said), signature)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise Unreadable(f"The record is no statement: {type(fault).__name__}.") from fault


def _message(bus: str, said: Mapping[str, Any]) -> bytes:
    return _CONTEXT + bus.encode() + b"\n" + canonical(dict(said))


def _plain(statement: Statement, bus: str) -> dict[str, object]:
    if isinstance(statement, Restatement):
        roots = {name: base64_text(getattr(statement, name)).decode() for name in ("old_root", "new_root")}
        said = {"kind": "restatement", **statement._asdict(), "sizes": list(statement.sizes), **roots}
        del said["after"]
        return said | _origin(statement, bus)
    return {
        "kind": "checkpoints",
        "node": statement.node,
        "counter": statement.counter,
        "rulebook": statement.rulebook.hex(),
        "covered": statement.covered,
        "partitions": [_plain_announced(one, bus) for one in statement.announced],
        "halts": [one._asdict() for one in statement.halts],
    }


def _origin(one: Announced | Restatement, bus: str) -> dict[str, object]:
    """Return the field that names another origin than the first; there is none of the first."""
    return {} if one.after is None else {"origin": origin_of(bus, one.partition, one.after)}


def _plain_announced(one: Announced, bus: str) -> dict[str, object]:
    said = {"partition": one.partition, "size": one.size, "root": base64_text(one.root).decode()}
    lines = {"line": one.line, **({} if one.second is None else {"second": one.second})}
    texts = {name: line.line.decode().removesuffix("\n") for name, line in lines.items()}
    return said | texts | _origin(one, bus)


def _checkpoints(said: dict[str, Any], bus: str) -> Checkpoints:
    announced = tuple(_announced(row, bus) for row in said["partitions"])
    if said["kind"] != "checkpoints" or len({one.partition for one in announced}) < len(announced):
        raise Unreadable("The statement is of no known kind, or speaks of a partition twice.")
    halts = tuple(
        Halt(None if one["partition"] is None else _number(one["partition"]), _word(one["why"]))
        for one in said["halts"]
    )
    return Checkpoints(
        _word(said["node"]),
        _number(said["counter"]),
        _hash(bytes.fromhex(said["rulebook"])),
        _number(said["covered"]),
        announced,
        halts,
    )


def _announced(row: dict[str, Any], bus: str) -> Announced:
    size, root = _number(row["size"]), from_base64(_text(row["root"]).encode(), what="A root")
    if size == 0:
        raise Unreadable("The statement signs a log without entries.")
    line, second = (parse_line(_text(row[name]).encode()) if name in row else None for name in ("line", "second"))
    if line is None:
        raise Unreadable("The statement signs something without a line.")
    return Announced(_number(row["partition"]), size, _hash(root), line, second, _after(row, bus))


def _after(row: dict[str, Any], bus: str) -> After | None:
    """Return which origin *row* names, None for the first, which is never named."""
    if "origin" not in row:
        return None
    origin = parse_origin(_text(row["origin"]))
    if origin.bus != bus or origin.partition != row["partition"] or origin.after is None:
        raise Unreadable("The statement names an origin that is none of its partition's, or the first.")
    return origin.after


def _restatement(said: dict[str, Any], bus: str) -> Restatement:
    old, new = (_hash(from_base64(_text(said[name]).encode(), what="A root")) for name in ("old_root", "new_root"))
    sizes = tuple(map(_number, said["sizes"]))
    sound, size, why = _number(said["sound"]), _number(said["size"]), _text(said["why"])
    if not sizes or list(sizes) != sorted(set(sizes)) or not sound < sizes[0] or sizes[-1] != size:
        raise Unreadable("The restatement does not withdraw sizes above the sound one, in their order.")
    if len(why) > LONGEST_WHY:
        raise Unreadable("The restatement says why at too great a length.")
    return Restatement(
        _word(said["node"]),
        _number(said["counter"]),
        _number(said["partition"]),
        sound,
        size,
        old,
        new,
        shown(why.encode(), longest=LONGEST_WHY),
        sizes,
        _after(said, bus),
    )


def _number(value: object) -> int:
    if type(value) is not int or not 0 <= value < min(_MOST, BEYOND):
        raise Unreadable("The statement has no number where one must stand.")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unreadable("The statement has no text where one must stand.")
    return value


def _word(value: object) -> str:
    text = _text(value)
    if not 0 < len(text) <= 40 or not text.isascii() or not text.replace("-", "").isalnum():  # noqa: PLR2004 (a word)
        raise Unreadable("The statement has no word where one must stand.")
    return text


def _hash(value: bytes) -> bytes:
    if len(value) != HASH_BYTES:
        raise Unreadable(f"The statement has a hash that has not {HASH_BYTES} bytes.")
    return value
