"""How does a JSON value become what Avro writes, and back? Along the schema, naming every fault and no value."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from yisong.schemas.instants import milliseconds, parse_day, parse_instant, show_day, show_instant

_EPOCH_DAY = 719_163  # date(1970, 1, 1).toordinal()
_BITS = {"int": 31, "long": 63}
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_]{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a schema, its names resolved; *named* holds every named type met so far."""

    raw: object
    named: Mapping[str, object]

    @property
    def shape(self) -> Mapping[str, object]:
        """The type here as a mapping; a primitive's is ``{"type": name}``."""
        match self.raw:
            case dict():
                return self.raw
            case str() if self.raw in self.named:
                return Node(self.named[self.raw], self.named).shape
            case _:
                return {"type": self.raw}

    def at(self, raw: object) -> "Node":
        """Return the node of another place in the same schema."""
        return Node(raw, self.named)

    @property
    def fields(self) -> Iterator[tuple[str, "Node", bool]]:
        """Name, type and optionality of each field of a record."""
        rows = self.shape["fields"]
        for row in rows if isinstance(rows, list) else ():
            match row["type"]:
                case ["null", inner]:
                    yield row["name"], self.at(inner), True
                case inner:
                    yield row["name"], self.at(inner), False


def root(raw: Mapping[str, object]) -> Node:
    """Return the top of a schema, with every named type in it found by its full name."""
    named: dict[str, object] = {}
    _collect(dict(raw), named)
    return Node(dict(raw), named)


def _collect(raw: object, named: dict[str, object]) -> None:
    match raw:
        case dict():
            if raw.get("type") in ("record", "enum", "fixed"):
                named[f"{raw['namespace']}.{raw['name']}"] = raw
            for value in raw.values():
                _collect(value, named)
        case list():
            for item in raw:
                _collect(item, named)


def to_avro(node: Node, value: object, *, path: str, faults: list[str]) -> object:
    """Return *value* as Avro writes it; add to *faults* one sentence per place at which it doesn't fit."""
    shape = node.shape
    match shape["type"], value:
        case "record", dict():
            return _record(node, value, path=path, faults=faults)
        case "array", list() | tuple():
            items = node.at(shape["items"])
            return [to_avro(items, item, path=f"{path}[{n}]", faults=faults) for n, item in enumerate(value)]
        case "enum", str():
            symbols = shape["symbols"]
            if not (isinstance(symbols, list) and value in symbols):
                faults.append(f"{path}: must be one of the values of {shape['name']}")
            return value
        case "int" | "long" as width, _ if "logicalType" in shape:
            return _time(str(shape["logicalType"]), value, width=width, path=path, faults=faults)
        case "int" | "long" as width, int() if not isinstance(value, bool):
            return _whole(value, width=width, path=path, faults=faults)
        case ("string", str()) | ("boolean", bool()):
            return value
    faults.append(f"{path}: must be {_EXPECTED.get(str(shape['type']), 'of another type')}")
    return None


_EXPECTED = {
    "record": "an object",
    "array": "a list",
    "enum": "a text",
    "string": "a text",
    "boolean": "true or false",
    "int": "a whole number",
    "long": "a whole number",
}


def _record(node: Node, value: dict[str, object], *, path: str, faults: list[str]) -> dict[str, object]:
    made: dict[str, object] = {}
    known = list(node.fields)
    for name in sorted(set(value) - {name for name, _, _ in known}, key=str):
        # A name that is none may be a value in the wrong place, and is not repeated.
        shown = name if _PLAIN_NAME.fullmatch(str(name)) else "(a name that is none)"
        faults.append(f"{path}.{shown}: there is no such field")
    for name, inner, optional in known:
        given = value.get(name)
        if given is not None:
            made[name] = to_avro(inner, given, path=f"{path}.{name}", faults=faults)
        elif optional:
            made[name] = None
        else:
            faults.append(f"{path}.{name}: is missing")
    return made


def _time(logical: str, value: object, *, width: str, path: str, faults: list[str]) -> int:
    if not isinstance(value, str):
        faults.append(f"{path}: must be a text that names an instant or a day")
        return 0
    try:
        number = (
            milliseconds(parse_instant(value))
            if logical == "timestamp-millis"
            else parse_day(value).toordinal() - _EPOCH_DAY
        )
    except ValueError as error:
        faults.append(f"{path}: {error}")
        return 0
    return _whole(number, width=width, path=path, faults=faults)


def _whole(value: int, *, width: str, path: str, faults: list[str]) -> int:
    limit = 1 << _BITS[width]
    if not -limit <= value < limit:
        faults.append(f"{path}: is too large for Avro's {width}")
    return value


def to_json(node: Node, value: object) -> object:
    """Return what Avro read as JSON: instants and days as text, fields that are null left out."""
    shape = node.shape
    match shape["type"], value:
        case "record", dict():
            pairs = ((name, inner, value[name]) for name, inner, _ in node.fields)
            return {name: to_json(inner, item) for name, inner, item in pairs if item is not None}
        case "array", list():
            items = node.at(shape["items"])
            return [to_json(items, item) for item in value]
        case _, int() if shape.get("logicalType") == "timestamp-millis":
            return show_instant(value)
        case _, int() if shape.get("logicalType") == "date":
            return show_day(value)
        case _:
            return value
