"""Which form does the contract ask for? The fields of an event type, and what was typed read back as JSON."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from services.gateway.console.fields import Typed
from services.gateway.console.names import Names
from yisong.ledger import Law
from yisong.rulebook.model import BodyField, EventType

Kind = Literal["text", "long", "number", "money", "instant", "date", "choice", "choices", "yes-no", "group", "lines"]

_LONG_TEXTS: Final = frozenset(
    {"summary", "reason", "result", "facts", "opinion", "grounds", "content", "note", "detail"}
)
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")
_WHOLE: Final = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_MONEY: Final = re.compile(r"(\d{1,15})(?:\.(\d{1,2}))?", re.ASCII)
_MOST_ROWS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """
    One field of the form: the *name* of its input, which is the JSON pointer of what it states.

    *label*, *code*: what it is called, by people and by the contract. *options*: value and name of each. *rows*: the
    groups of inputs of a nested record, of which *many* may stand; *values*: what was typed. *faults*: what is wrong.
    """

    name: str
    kind: Kind
    label: str
    code: str
    doc: str = ""
    pii: str = ""
    required: bool = False
    options: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple["Input", ...], ...] = ()
    many: bool = False
    values: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        """What was typed, where it is one thing."""
        return self.values[0] if self.values else ""

    @property
    def id(self) -> str:
        """What its label points to."""
        return "f" + self.name.replace("/", "-")


class Filled(NamedTuple):
    """A form that is being filled in: what was *typed*, and the *faults* by JSON pointer."""

    typed: Typed
    faults: Mapping[str, Sequence[str]]

    def values(self, name: str) -> tuple[str, ...]:
        """Return what was typed into *name*, without blanks."""
        return tuple(text for one in self.typed.get(name, ()) if (text := one.strip()))


def body_inputs(event: EventType, filled: Filled, names: Names) -> tuple[Input, ...]:
    """Return the inputs of the body of an event type, in the order of the catalogue."""
    return tuple(_input(one, "/body", event.name, filled, names) for one in event.body)


def _input(field: BodyField, base: str, record: str, filled: Filled, names: Names) -> Input:
    kind, many = _shape(field)
    one = Input(
        name=f"{base}/{field.name}",
        kind="group" if kind.startswith("record:") else _kind(kind, field.name, many=many),
        label=names.field(record, field.name),
        code=field.name,
        # The contract explains its fields in English only.
        doc=field.doc if names.t.language == "en" else "",
        pii=field.pii if field.pii in ("P2", "P3") else "",
        required=not field.type.endswith("?"),
        faults=tuple(filled.faults.get(f"{base}/{field.name}", ())),
    )
    if one.kind != "group":
        return replace(one, options=_options(kind, names), values=filled.values(one.name))
    nested = kind.removeprefix("record:")
    known = names.law.rulebook.catalogue.records.get(nested, ())
    bases = _bases(one.name, filled, least=int(one.required)) if many else [one.name]
    rows = tuple(tuple(_input(part, row, nested, filled, names) for part in known) for row in bases)
    return replace(one, rows=rows, many=many)


def _shape(field: BodyField) -> tuple[str, bool]:
    """Return the type of a field without its mark of being optional, of one of it where many may stand, and whether."""
    kind = field.type.removesuffix("?")
    many = kind.startswith("array<")
    return (kind.removeprefix("array<").removesuffix(">") if many else kind), many


def _bases(name: str, filled: Filled, *, least: int) -> list[str]:
    return [f"{name}/{at}" for at in range(_rows(name, filled, least=least))]


def _rows(name: str, filled: Filled, *, least: int) -> int:
    """Return how many rows of a nested record there are: those that were typed into, and one more where asked for."""
    pattern = re.compile(re.escape(name) + r"/(\d{1,2})(?:/|$)")
    found = [int(match[1]) for one in filled.typed if (match := pattern.match(one)) is not None]
    more = 1 if name in filled.typed.get("more", ()) else 0
    return min(_MOST_ROWS, max(least, max(found, default=-1) + 1 + more))


def _kind(inner: str, name: str, *, many: bool) -> Kind:
    if inner.startswith("enum:"):
        return "choices" if many else "choice"
    if many:
        return "lines"
    match inner:
        case "boolean":
            return "yes-no"
        case "int" | "long":
            return "number"
        case "fen":
            return "money"
        case "timestamp":
            return "instant"
        case "date":
            return "date"
        case _:
            return "long" if name in _LONG_TEXTS else "text"


def _options(inner: str, names: Names) -> tuple[tuple[str, str], ...]:
    if inner == "boolean":
        return ("true", names.t("body.yes")), ("false", names.t("body.no"))
    if not inner.startswith("enum:"):
        return ()
    enum = inner.removeprefix("enum:")
    return tuple((value, names.enum(enum, value)) for value in names.law.rulebook.catalogue.enums.get(enum, {}))


def body_of(event: EventType, typed: Typed, law: Law) -> dict[str, object]:
    """Return the body that was typed, as JSON has it; what cannot be read stays text, and is a fault of its field."""
    return dict(_values(event.body, "/body", Filled(typed, {}), law))


def _values(fields: Sequence[BodyField], base: str, filled: Filled, law: Law) -> Iterator[tuple[str, object]]:
    for field in fields:
        name, (kind, many) = f"{base}/{field.name}", _shape(field)
        said: list[object] = []
        if kind.startswith("record:"):
            known = law.rulebook.catalogue.records.get(kind.removeprefix("record:"), ())
            bases = _bases(name, filled, least=0) if many else [name]
            said += [row for one in bases if (row := dict(_values(known, one, filled, law)))]
        else:
            texts = _lines(filled.values(name)) if many else filled.values(name)[:1]
            said += [scalar(one, kind) for one in texts]
        if many and (said or not field.type.endswith("?")):
            yield field.name, said
        elif said:
            yield field.name, said[0]


def _lines(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(line for text in texts for one in text.splitlines() if (line := one.strip()))


def scalar(text: str, kind: str) -> object:
    """Return what *text* says as a value of a type of the catalogue; itself where it says none."""
    match kind:
        case "boolean" if text in ("true", "false"):
            return text == "true"
        case "int" | "long" if _WHOLE.fullmatch(text):
            return int(text)
        case "fen" if (found := _MONEY.fullmatch(text)) is not None:
            return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
        case "timestamp":
            return instant(text)
        case _:
            return text


def instant(text: str) -> str:
    """Return what an input for date and time holds as RFC 3339 with +08:00; anything else as it is."""
    if _INSTANT.fullmatch(text) is None:
        return text
    return f"{text}+08:00" if text.count(":") > 1 else f"{text}:00+08:00"
