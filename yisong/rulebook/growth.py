"""
What may a later version of the rulebook say otherwise? It appends rows, or ends them by date; nothing else.

Read from the tables as they stand in YAML, not from what this release makes of them: two releases must never differ in
whether a version is void. What a row is, and which of its fields end it, stands in tables.py, file by file.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import zip_longest
from typing import Any, Final, Literal, NamedTuple

from yisong.errors import ContractFault
from yisong.rulebook.identity import BUS
from yisong.rulebook.tables import GROWTH, Row, Rule, Table
from yisong.rulebook.yaml_file import parse

_CHANGED: Final = "is changed; a row is never changed, but ended by date and followed by another"
_MISSING: Final = "is missing, or not in its place; a row is never taken away, but ended by date"
_NOTHING: Final = object()
_Fields = dict[Any, Any]
_NAMES: Final = ("id", "key_id", "rule_id", "name", "channel", "event", "breach", "from", "known_from")


class Change(NamedTuple):
    """One row *added* or *ended* (or brought *forward*) in a file; *row* names it, *what* says the fields."""

    file: str
    kind: Literal["added", "ended", "forward"]
    row: str
    what: str


class Altered(NamedTuple):
    """A place at which a version says otherwise what an earlier one said; so it is void."""

    file: str
    row: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.row}: {self.what}"


def growth(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """
    Return what the files *after* add to or end of those *before*, and every place where they say something otherwise.

    The second is empty iff the version only appends rows or ends them by date. A schema is one row: it stays, byte for
    byte. Of a table only what it says counts, not how it is laid out or commented.
    """
    faults = [f"{path}: is missing" for path in sorted(before.keys() - after.keys())]
    changes: list[Change] = []
    for path in sorted(after.keys() - before.keys()):
        if _is_schema(path):
            changes.append(Change(path, "added", path.rpartition("/")[2], "a schema"))
        else:
            faults.append(f"{path}: is no file of a rulebook version")
    for path in sorted(before.keys() & after.keys()):
        if before[path] == after[path]:
            continue
        if path not in GROWTH:
            faults.append(f"{path}: a schema is never changed, only followed by a new version of it")
            continue
        found, altered = _grown(path, before[path], after[path])
        changes += found
        faults += altered
    return tuple(changes), tuple(faults)


def _is_schema(path: str) -> bool:
    plain = all(part not in ("", ".", "..") for part in path.split("/"))
    return plain and path.startswith("schemas/") and path.endswith(".avsc") and not path.startswith("schemas/delivery.")


def _grown(path: str, before: str, after: str) -> tuple[list[Change], list[str]]:
    try:
        new = parse(after, file=path)
    except (ContractFault, RecursionError) as error:
        return [], list(error.faults) if isinstance(error, ContractFault) else [f"{path}: is nested too deep"]
    if path == BUS:
        new = _by_key_id(new)
    old = parse(before, file=path)
    found = list(_Comparison(path).compare("", GROWTH[path], _by_key_id(old) if path == BUS else old, new))
    return [one for one in found if isinstance(one, Change)], [str(one) for one in found if isinstance(one, Altered)]


def _by_key_id(bus: Any) -> Any:  # noqa: ANN401 (whatever the file holds)
    """Return a bus profile with its keys as a mapping; their order in the file, by id, says nothing."""
    keys = bus.get("keys") if isinstance(bus, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        return bus
    named = {str(key.get("key_id")): key for key in keys}
    return bus if len(named) < len(keys) else {**bus, "keys": named}


class _Comparison:
    """Compares one file of two versions, place by place."""

    def __init__(self, file: str) -> None:
        self._file = file

    def compare(self, at: str, rule: Rule, old: Any, new: Any) -> Iterator[Change | Altered]:  # noqa: ANN401 (as it stands)
        match rule:
            case Row() if isinstance(old, dict) and isinstance(new, dict):
                yield from self._row(at, rule, old, new)
            case Table(row=row) if isinstance(old, dict) and isinstance(new, dict):
                yield from self._mapping(at, row, old, new)
            case Table(row=row) if isinstance(old, list) and isinstance(new, list):
                yield from self._list(at, row, old, new)
            case Table() if old is None and isinstance(new, list | dict):
                yield from self.compare(at, rule, type(new)(), new)
            case _ if not same(old, new):
                yield self._altered(at or "the file", _CHANGED)

    def _row(self, at: str, rule: Row, old: _Fields, new: _Fields) -> Iterator[Change | Altered]:
        ended = _set(rule.ends, old, new)
        if any(new.get(name) is not None for name in rule.ends):
            ended |= _set(rule.beside, old, new)
        if ended:
            yield Change(self._file, "ended", at, ", ".join(f"{name} {value}" for name, value in sorted(ended.items())))
        for name in dict.fromkeys((*old, *new)):
            where = f"{at} {name}".strip()
            if name in ended:
                continue
            if name in rule.forward and _earlier(new.get(name), old.get(name)):
                yield Change(self._file, "forward", where, f"from {old[name]} to {new[name]}")
            elif name in rule.parts:
                yield from self.compare(where, rule.parts[name], old.get(name), new.get(name))
            elif not same(old.get(name), new.get(name)):
                yield self._altered(where, _CHANGED)

    def _mapping(self, at: str, row: Rule, old: _Fields, new: _Fields) -> Iterator[Change | Altered]:
        kept = [name for name in old if name in new]
        yield from (self._altered(f"{at} {name}", _MISSING) for name in old if name not in new)
        # The keys of a bus stand in the order of their ids, which says nothing.
        if self._file != BUS and kept != list(new)[: len(kept)]:
            yield self._altered(at, "a row is appended at the end, and no other changes its place")
        for name in kept:
            yield from self.compare(f"{at} {name}", row, old[name], new[name])
        for name, value in new.items():
            if name not in old:
                yield Change(self._file, "added", f"{at} {name}", _said(value))

    def _list(self, at: str, row: Rule, old: list[Any], new: list[Any]) -> Iterator[Change | Altered]:
        for number, (one, other) in enumerate(zip_longest(old, new, fillvalue=_NOTHING), start=1):
            if one is _NOTHING:
                yield Change(self._file, "added", f"{at} {_name(other, number)}", _said(other))
            elif other is _NOTHING or _name(one, number) != _name(other, number):
                yield self._altered(f"{at} {_name(one, number)}", _MISSING)
                return
            else:
                yield from self.compare(f"{at} {_name(one, number)}", row, one, other)

    def _altered(self, at: str, what: str) -> Altered:
        return Altered(self._file, at, what)


def _set(fields: frozenset[str], old: _Fields, new: _Fields) -> _Fields:
    return {name: new[name] for name in fields & new.keys() if old.get(name) is None and new[name] is not None}


def same(old: object, new: object) -> bool:
    """Hold where two values say the same; 1, 1.0 and true are three values."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(same(old[name], new[name]) for name in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(same(one, other) for one, other in zip(old, new, strict=True))
    return type(old) is type(new) and old == new


def _earlier(new: object, old: object) -> bool:
    return type(new) is date and type(old) is date and new < old


def _name(row: object, number: int) -> str:
    name = next((row[key] for key in _NAMES if key in row), None) if isinstance(row, dict) else row
    return str(name) if isinstance(name, str | int | date) else f"row {number}"


def _said(row: object) -> str:
    if not isinstance(row, dict):
        return "" if isinstance(row, list) else str(row)
    return ", ".join(f"{name}: {value}" for name, value in row.items() if name not in _NAMES[:3] and value is not None)
