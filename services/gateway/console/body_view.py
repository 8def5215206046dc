"""How is what an event says laid out for reading? Field by field, with the names that the contract gives them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from services.gateway.console.names import Names
from yisong.rulebook.model import BodyField

_MARKED: Final = ("P2", "P3")
_FEN: Final = 100


class Field(NamedTuple):
    """One field: its name, its level where it is personal data, and its *text* or, where it holds more, *parts*."""

    name: str
    pii: str
    text: str
    parts: tuple[tuple["Field", ...], ...] = ()


def body_fields(event_type: str, body: Mapping[str, object], names: Names) -> tuple[Field, ...]:
    """Return the fields of *body* that say something, in the order of the catalogue."""
    event = names.law.events.get(event_type)
    return tuple(_fields(() if event is None else event.body, body, names))


def _fields(known: Sequence[BodyField], values: Mapping[str, object], names: Names) -> Iterator[Field]:
    shapes = {one.name: one for one in known}
    ordered = [*(name for name in shapes if name in values), *(name for name in values if name not in shapes)]
    for name in ordered:
        value, shape = values[name], shapes.get(name)
        if value is not None and value != []:
            yield _field(name, value, shape, names)


def _field(name: str, value: object, shape: BodyField | None, names: Names) -> Field:
    label = name.replace("_", " ")
    if shape is None:
        return Field(label, "", str(value))
    label = shape.zh if names.t.language == "zh" else label
    pii = shape.pii if shape.pii in _MARKED else ""
    kind = shape.type.removesuffix("?")
    inner = kind.removeprefix("array<").removesuffix(">") if kind.startswith("array<") else kind
    values = value if isinstance(value, list) else [value]
    if inner.startswith("record:"):
        records = names.law.rulebook.catalogue.records.get(inner.removeprefix("record:"), ())
        parts = tuple(tuple(_fields(records, one, names)) for one in values if isinstance(one, dict))
        return Field(label, pii, "", parts)
    return Field(label, pii, names.t("case.and").join(_text(one, inner, names) for one in values))


def _text(value: object, kind: str, names: Names) -> str:
    if isinstance(value, bool):
        return names.t("body.yes" if value else "body.no")
    if kind.startswith("enum:"):
        return names.enum(kind.removeprefix("enum:"), str(value))
    if kind == "fen" and isinstance(value, int):
        return names.t("body.yuan", yuan=f"{value // _FEN:,}.{value % _FEN:02}")
    if isinstance(value, dict):
        return " · ".join(f"{name}: {one}" for name, one in value.items())
    return str(value).replace("T", " ").removesuffix("+08:00") if kind == "timestamp" else str(value)
