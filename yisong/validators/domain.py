"""
Is this the name of a host, as an A-label, and what does it look like to people?

On the bus a domain is written as A-label, in lower case and without the dot at the end: 示例小说.example is
xn--fsqy81a8xw7tq.example. Another form of the same name would be another site to whoever compares texts.
Source: RFC 5890 (IDNA 2008) with the mapping of UTS 46; lengths: RFC 1035.
"""

import re
import unicodedata
from collections.abc import Iterator

import idna

from yisong.validators.remark import Remark, refuse, warn

#: Names that nobody can register (RFC 2606, RFC 6761): all that test data may carry, and nothing that real data should.
RESERVED = ("example", "test")
_LONGEST = 253
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
#: Scripts with letters that are easily taken for Latin ones.
_CONFUSABLE = frozenset({"ARMENIAN", "CHEROKEE", "COPTIC", "CYRILLIC", "GREEK"})


def to_ascii(name: str) -> str:
    """Return *name* as A-labels, lower case, no dot at the end; ValueError where IDNA has no such name."""
    try:
        return idna.encode(name.strip(), uts46=True).decode("ascii").removesuffix(".").lower()
    except idna.IDNAError as fault:
        raise ValueError("this is no domain by IDNA 2008") from fault


def to_unicode(name: str) -> str:
    """Return *name* as people read it; ValueError where an A-label in it is none."""
    try:
        return idna.decode(name)
    except idna.IDNAError as fault:
        raise ValueError("this is no domain by IDNA 2008") from fault


def domain(name: str, *, synthetic: bool) -> Iterator[Remark]:
    """Yield what is wrong with *name*; *synthetic*: test data."""
    plain = name.lower().removesuffix(".")
    labels = plain.split(".")
    if not name.isascii():
        yield refuse("must be written as A-label (xn--…), in the form that IDNA 2008 gives")
        return
    if len(plain) > _LONGEST or not all(_LABEL.fullmatch(label.replace("_", "x")) for label in labels):
        yield refuse("is no domain; an address, a path or a port has a kind of its own")
        return
    if plain != name:
        yield warn("a domain is written in lower case, without the dot at the end")
    if "_" in plain:
        yield warn("a host has no underscore in its name")
    if len(labels) == 1:
        yield warn("a domain has at least two labels")
    yield from _labels(plain)
    yield from reserved(plain, synthetic=synthetic)


def reserved(name: str, *, synthetic: bool) -> Iterator[Remark]:
    """Yield whether *name* is one for tests in real data, or a real one in test data."""
    for_tests = name.rpartition(".")[2] in RESERVED
    if synthetic and not for_tests:
        yield warn("test data name hosts under .example and .test only")
    if for_tests and not synthetic:
        yield warn("is a name for tests and documents, which nobody can register")


def _labels(name: str) -> Iterator[Remark]:
    for label in name.split("."):
        if not label.startswith("xn--"):
            continue
        try:
            shown = idna.ulabel(label)
        except idna.IDNAError:
            yield warn("has an A-label that is none by IDNA 2008")
            continue
        if _CONFUSABLE & {unicodedata.name(letter, "").split(" ")[0] for letter in shown}:
            yield warn("has letters that are easily taken for Latin ones")
