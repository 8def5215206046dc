"""Which pydantic model does a body of the catalogue have, limits of its documentation included?"""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping

from yisong.errors import ContractFault
from yisong.rulebook.field_types import FieldType, field_type
from yisong.rulebook.model import BodyField, Catalogue, EventType
from yisong.schemas.from_catalogue import pascal, snake

_PRIMITIVES = {
    "string": "str",
    "int": "Int",
    "long": "Long",
    "boolean": "bool",
    "fen": "Fen",
    "timestamp": "Instant",
    "date": "Day",
}
_COUNTED = {("int", "number of"): "Count", ("long", "1, 2, 3"): "Ordinal"}
_BASE_NAMES = ("Count", "Day", "Fen", "Instant", "Int", "Long", "Model", "Ordinal")

#: What a sentence of the catalogue demands, as arguments of pydantic's Field.
_LIMITS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"at most (\d+) characters"), r"max_length=\1"),
    (re.compile(r"64 hexadecimal digits"), r'pattern="^[0-9a-f]{64}$"'),
    (re.compile(r"GB/T 2260 code"), r'pattern="^[0-9]{6}$"'),
    (re.compile(r"ISO 3166-1 alpha-2"), r'pattern="^[A-Z]{2}$"'),
    (re.compile(r"^yyyy-mm$"), r'pattern="^[0-9]{4}-(0[1-9]|1[0-2])$"'),
    (re.compile(r"^yyyy, yyyy-mm or yyyy-Qn$"), r'pattern="^[0-9]{4}(-(0[1-9]|1[0-2]|Q[1-4]))?$"'),
    (re.compile(r"^mandatory$"), "min_length=1"),
)


def model_files(catalogue: Catalogue) -> Mapping[str, str]:
    """Return file name in ``yisong/schemas/models/`` and text of every generated module, as ruff formats it."""
    files = {
        "enums.py": _enums(catalogue),
        "records.py": _records(catalogue),
        "bodies.py": _index(catalogue),
        **{f"{snake(name)}.py": _body(event) for name, event in catalogue.events.items()},
    }
    return {name: formatted(text) for name, text in files.items()}


def formatted(text: str) -> str:
    """Return *text* as ``ruff format`` writes it; ruff comes with the development requirements."""
    command = [sys.executable, "-m", "ruff", "format", "--line-length", "120", "--stdin-filename", "model.py", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def limits(field: BodyField) -> list[str]:
    """Return what the documentation of *field* limits, as arguments of pydantic's Field."""
    found = ((pattern.search(field.doc), argument) for pattern, argument in _LIMITS)
    return [match.expand(argument) for match, argument in found if match] if _type(field).name == "string" else []


def _primitive(field: BodyField) -> str:
    """Return the name in base.py of a primitive's type; a count is narrower than its number."""
    meant = _type(field)
    for (name, words), counted in _COUNTED.items():
        if meant.name == name and field.doc.startswith(words):
            return counted
    return _PRIMITIVES[meant.name]


def _type(field: BodyField) -> FieldType:
    meant = field_type(field.type)
    if meant is None:
        raise ContractFault("events.yaml has a field without a known type", [f"{field.name}: {field.type}"])
    return meant


def _enums(catalogue: Catalogue) -> str:
    lines = [
        '"""The enumerations of the catalogue. Generated: see yisong.schemas.generate."""',
        "",
        _imports({"Literal"}),
        "",
    ]
    for name, values in catalogue.enums.items():
        lines.append(f"{pascal(name)} = Literal[{', '.join(map(_quoted, values))}]")
    return "\n".join(lines)


def _records(catalogue: Catalogue) -> str:
    records = catalogue.records
    classes = [_class(name, "A nested record of several bodies.", fields) for name, fields in records.items()]
    every = [field for fields in records.values() for field in fields]
    head = _head("The nested records of the catalogue.", every, with_records=False)
    return "\n\n\n".join([head, *classes]) + "\n"


def _body(event: EventType) -> str:
    head = _head(f"The body of {event.name} {event.zh}.", event.body, with_records=True)
    about = f"{event.zh}. For: {', '.join(event.audience)}."
    return "\n\n\n".join([head, _class(event.name, about, event.body)]) + "\n"


def _index(catalogue: Catalogue) -> str:
    names = sorted(catalogue.events)
    modules = {snake(name): name for name in names} | {"base": "Model"}
    imports = "\n".join(f"from yisong.schemas.models.{module} import {modules[module]}" for module in sorted(modules))
    rows = "".join(f"    {_quoted(name)}: {name},\n" for name in names)
    return (
        '"""The model of each event type\'s body. Generated: see yisong.schemas.generate."""\n\n'
        "from collections.abc import Mapping\n\n"
        f"{imports}\n\n"
        f"BODY_MODELS: Mapping[str, type[Model]] = {{\n{rows}}}\n"
    )


def _head(about: str, fields: Iterable[BodyField], *, with_records: bool) -> str:
    rows = list(fields)
    types = [_type(row) for row in rows]
    typing = {"Annotated"} if any(t.array for t in types) else set()
    pydantic = {"Field"} if any(map(limits, rows)) else set()
    pydantic |= {"Strict"} if typing else set()
    base = {"Model"} | {_primitive(row) for row, t in zip(rows, types, strict=True) if t.kind == "primitive"}
    parts = [
        _imports(typing) + ("\n" if typing and pydantic else ""),
        f"from pydantic import {', '.join(sorted(pydantic))}" if pydantic else "",
        f"from yisong.schemas.models.base import {', '.join(sorted(base & set(_BASE_NAMES)))}",
        _from("enums", {pascal(t.name) for t in types if t.kind == "enum"}),
        _from("records", {t.name for t in types if t.kind == "record"}) if with_records else "",
    ]
    text = f'"""{about} Generated: see yisong.schemas.generate."""\n\n'
    outside, inside = [part for part in parts[:2] if part], [part for part in parts[2:] if part]
    return text + "\n".join([*outside, "", *inside] if outside else inside)


def _imports(typing: set[str]) -> str:
    return f"from typing import {', '.join(sorted(typing))}" if typing else ""


def _from(module: str, names: set[str]) -> str:
    return f"from yisong.schemas.models.{module} import {', '.join(sorted(names))}" if names else ""


def _class(name: str, about: str, fields: Iterable[BodyField]) -> str:
    # Python wants fields with a default last; order means nothing to a model.
    rows = sorted(fields, key=lambda field: field.type.endswith("?"))
    return "\n".join(
        [f"class {name}(Model):", f'    """{about}"""', "", *(line for row in rows for line in _attribute(row))]
    )


def _attribute(field: BodyField) -> Iterator[str]:
    meant, arguments = _type(field), limits(field)
    match meant.kind:
        case "primitive":
            named = _primitive(field)
        case "enum":
            named = pascal(meant.name)
        case "record":
            named = meant.name
    if meant.array:
        named = f"Annotated[tuple[{named}, ...], Strict(strict=False)]"
    if meant.optional:
        named, arguments = f"{named} | None", [*(["default=None"] if arguments else []), *arguments]
    default = f" = Field({', '.join(arguments)})" if arguments else " = None" if meant.optional else ""
    yield f"    #: {field.zh} ({field.pii}): {field.doc}"
    yield f"    {field.name}: {named}{default}"


def _quoted(text: str) -> str:
    return f'"{text}"'
