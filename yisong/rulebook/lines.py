"""On which line of its file does a fault stand? A fault names its file and its place in words; this finds the line."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

try:
    from yaml import CSafeLoader as SafeLoader  # libyaml reads ten times as fast
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]  # the same in Python

_FAULT: Final = re.compile(r"(?P<file>[\w./-]+\.yaml): (?P<said>.*)", re.DOTALL)
_MARK: Final = re.compile(r"line (\d+), column \d+")
_WORD: Final = re.compile(r"[\w-]+")
_IDENTITY: Final = ("id", "name", "from", "event")
# Words of our own sentences that are names of something in a file, too.
_OURS: Final = frozenset(
    {
        "and",
        "no",
        "at",
        "stands",
        "is",
        "one",
        "only",
        "so",
        "this",
        "which",
        "state",
        "without",
        "to",
        "event",
        "of",
        "must",
        "then",
        "timer",
        "has",
        "but",
        "events",
        "from",
        "be",
        "than",
        "with",
        "an",
        "not",
        "row",
        "field",
        "or",
        "that",
        "there",
        "on",
        "record",
        "in",
        "by",
        "the",
        "a",
        "it",
        "needs",
        "for",
        "kind",
        "twice",
        "are",
        "here",
        "two",
        "type",
        "guard",
        "as",
        "nor",
    }
)


def with_lines(faults: Iterable[str], text_of: Callable[[str], str | None]) -> list[str]:
    """Return *faults* as ``file:line: what`` wherever *text_of* gives the text of the file that one begins with."""
    return [_with_line(fault, text_of) for fault in faults]


def _with_line(fault: str, text_of: Callable[[str], str | None]) -> str:
    found = _FAULT.fullmatch(fault)
    text = None if found is None else text_of(found["file"])
    if found is None or text is None:
        return fault
    mark = _MARK.findall(found["said"])
    line = int(mark[-1]) if mark else line_of(text, found["said"])
    return f"{found['file']}:{line}: {found['said']}"


def line_of(text: str, said: str) -> int:
    """
    Return the line of *text* of which a sentence speaks: as deep as its words lead, from the left to the right.

    Of what is missing, the line of what should hold it.
    """
    try:
        node = yaml.compose(text, Loader=SafeLoader)
    except yaml.YAMLError:
        return 1
    line, place = 1, said.partition(": ")[0]
    for number, word in enumerate(_WORD.findall(place) + _WORD.findall(said[len(place) :])):
        if node is None or (number and word in _OURS):
            continue
        found = _step(node, word) or _step(node, f"{word}s") or _search(node, word, twice="stands twice" in said)
        if found is not None:
            line, node = found[0].start_mark.line + 1, found[1]
    return line


def _step(node: Node, word: str) -> tuple[Node, Node] | None:
    """Go to what *word* names right here: a key, or an index."""
    if isinstance(node, MappingNode):
        return next(((key, value) for key, value in node.value if key.value == word), None)
    if isinstance(node, SequenceNode) and word.isdigit() and int(word) < len(node.value):
        one = node.value[int(word)]
        return one, one
    return None


def _search(node: Node, word: str, *, twice: bool) -> tuple[Node, Node] | None:
    """Go to the place deeper down that *word* names: what it identifies, else where alone, or *twice*, it stands."""
    known: list[tuple[Node, Node]] = []
    others: list[tuple[Node, Node]] = []
    for holder, key, value in _pairs(node):
        if isinstance(value, ScalarNode) and value.value == word:
            (known if key is not None and key.value in _IDENTITY else others).append((value, holder))
        elif key is not None and key.value == word:
            others.append((key, value))
    if known:
        return known[-1]  # of two that have one name, the second is the one too many
    return others[-1] if len(others) == 1 or (others and twice) else None


def _pairs(node: Node) -> Iterator[tuple[Node, ScalarNode | None, Node]]:
    """Yield all that lies below *node*: what holds it, under which key, and what it is."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield node, key, value
            yield from _pairs(value)
    elif isinstance(node, SequenceNode):
        for value in node.value:
            yield value if isinstance(value, MappingNode) else node, None, value
            yield from _pairs(value)
