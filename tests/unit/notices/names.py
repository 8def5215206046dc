"""Is there what a name of docs/notices.md names? In the rulebook, the schemas, registers, commands and tests."""

import ast
import json
from collections.abc import Callable, Collection, Container, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final, cast

from typer import Context
from typer.core import TyperGroup
from typer.main import get_command

from tests.unit.ledger.story import law
from yisong.cli.main import app
from yisong.contract import folder
from yisong.registers.catalogue import KINDS
from yisong.rulebook.directory import DirectoryFile, OrganShape
from yisong.rulebook.field_types import FieldType, field_type
from yisong.schemas.registry import registry
from yisong.statistics.figures import BYS

ROOT: Final = Path(__file__).parents[3]


def fault(name: str) -> str | None:
    """Return what is wrong with a name such as ``event:ClueFound:feedback_wanted``; None where it is there."""
    kind, _, rest = name.partition(":")
    if kind not in _KINDS:
        return f"{name}: there is no kind {kind!r}"
    if not rest.strip():
        return f"{name}: names nothing"
    wrong = list(_KINDS[kind](rest))
    return f"{name}: {'; '.join(wrong)}" if wrong else None


def fault_of_test(name: str) -> str | None:
    """Return what is wrong with the name of a test, ``file::Class::function``; None where it is there."""
    path, *inside = name.split("::")
    if not path.startswith("tests/") or not (ROOT / path).is_file():
        return f"{name}: there is no file {path}"
    return None if tuple(inside) in _tests(path) else f"{name}: no test of that name in {path}"


@cache
def _tests(path: str) -> frozenset[tuple[str, ...]]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    groups = [((), tree.body), *(((one.name,), one.body) for one in tree.body if isinstance(one, ast.ClassDef))]
    return frozenset(
        (*above, one.name)
        for above, body in groups
        for one in body
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.name.startswith("test_")
    )


def _event(rest: str) -> Iterator[str]:
    name, _, variants = rest.partition(":")
    event = law().events.get(name)
    if event is None:
        yield f"there is no event type {name!r}"
    elif variants:
        yield from _missing("variant", variants, event.variants or ())


def _publisher(rest: str) -> Iterator[str]:
    name, _, roles = rest.partition("=")
    yield from _event(name) if name not in law().events else _missing("publisher", roles, law().events[name].publishers)


def _field(rest: str) -> Iterator[str]:
    path, _, values = rest.partition("=")
    name, _, field = path.partition(".")
    catalogue = law().rulebook.catalogue
    body = catalogue.events[name].body if name in catalogue.events else catalogue.records.get(name, ())
    found = next((field_type(one.type) for one in body if one.name == field), None)
    if found is None:
        yield f"{name} has no field {field!r}"
    else:
        yield from _missing("value", values, _values(found))
    if field not in _avro(name):
        yield f"the schema of {name} has no field {field!r}"
    elif found is not None and found.kind == "enum":
        yield from _missing("symbol of the schema", values, _avro(name)[field])


def _values(found: FieldType) -> Collection[str]:
    if found.kind == "enum":
        return law().rulebook.catalogue.enums[found.name]
    return ("true", "false") if found.name == "boolean" else ()


def _header(rest: str) -> Iterator[str]:
    name, _, values = rest.partition("=")
    fields = _symbols(registry().header.json)
    if name not in fields:
        yield f"a header has no field {name!r}"
    else:
        yield from _missing("value", values, fields[name])


def _enum(rest: str) -> Iterator[str]:
    name, _, values = rest.partition("=")
    known = law().rulebook.catalogue.enums.get(name)
    yield from [f"there is no enumeration {name!r}"] if known is None else _missing("value", values, known)


def _state(rest: str) -> Iterator[str]:
    name, _, states = rest.partition("=")
    machine = next((one for one in law().rulebook.lifecycles.machines if one.kind == name), None)
    yield from [f"there is no lifecycle {name!r}"] if machine is None else _missing("state", states, machine.states)


def _directory(rest: str) -> Iterator[str]:
    table, _, field = rest.partition(".")
    yield from _missing("table", table, DirectoryFile.model_fields)
    if field:
        yield from _missing("field of an organ", field, OrganShape.model_fields if table == "orgs" else ())


def _command(rest: str) -> Iterator[str]:
    words = rest.split()
    if words[:1] != ["yisong"]:
        yield "a command begins with yisong"
        return
    if len(words) == 1:
        yield "it names no command"
    group = cast("TyperGroup", get_command(app))
    found: object = group
    for word in words[1:]:
        if word.startswith("--"):
            options = {one for param in getattr(found, "params", ()) for one in (*param.opts, *param.secondary_opts)}
            yield from _missing("option", word, options)
            continue
        found = found.get_command(Context(group), word) if isinstance(found, TyperGroup) else None
        if found is None:
            yield f"there is no command {word!r}"
            return


def _among(what: str, known: Callable[[], Iterator[str]]) -> Callable[[str], Iterator[str]]:
    return lambda rest: _missing(what, rest, set(known()))


_KINDS: Final[Mapping[str, Callable[[str], Iterator[str]]]] = {
    "event": _event,
    "publisher": _publisher,
    "field": _field,
    "header": _header,
    "enum": _enum,
    "state": _state,
    "directory": _directory,
    "command": _command,
    "timer": _among("timer", lambda: iter(law().timers)),
    "guard": _among("guard", lambda: iter(law().rulebook.lifecycles.guards)),
    "reason": _among("reason", lambda: iter(law().rulebook.reasons.codes)),
    "register": _among("register", lambda: iter(KINDS)),
    "stat": _among("column", lambda: iter(law().rulebook.catalogue.enums["stat_column"])),
    "by": _among("grouping", lambda: iter(BYS)),
}


def kinds() -> frozenset[str]:
    """Return the kinds of names that there are."""
    return frozenset(_KINDS)


def _missing(what: str, wanted: str, known: Container[str]) -> Iterator[str]:
    for one in wanted.split(",") if wanted else ():
        if one not in known:
            yield f"there is no {what} {one!r}"


@cache
def _avro(name: str) -> Mapping[str, frozenset[str]]:
    """Return the fields of a body or a nested record as its schema has them, each with the symbols that it takes."""
    files = sorted((folder() / "schemas" / "records").glob("*.avsc"))
    records = {raw["name"]: raw for raw in (json.loads(file.read_text("utf-8")) for file in files)}
    return _symbols(registry().body(name).json if name in law().events else records.get(name, {}))


def _symbols(record: object) -> Mapping[str, frozenset[str]]:
    fields = record.get("fields", []) if isinstance(record, Mapping) else []
    return {one["name"]: frozenset(_inside(one["type"])) for one in fields}


def _inside(node: object) -> Iterator[str]:
    if isinstance(node, list | tuple):
        for one in node:
            yield from _inside(one)
    elif isinstance(node, Mapping):
        yield from node.get("symbols", ())
        yield from _inside(node.get("type"))
        yield from _inside(node.get("items"))
