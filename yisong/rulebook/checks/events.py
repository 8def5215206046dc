"""Does events.yaml use only names that exist, and is every name in it used?"""

from collections.abc import Iterator

from yisong.rulebook.catalogue import EventRow, FieldRow, aggregate_kinds, requirement
from yisong.rulebook.checks.names import repeated, unknown, unused
from yisong.rulebook.field_types import field_type
from yisong.rulebook.files import Files

FILE = "events.yaml"
HEADER_ENUMS = frozenset({"severity", "pii_level", "classification"})
ANY_ROLE = "role name"


def event_faults(files: Files, *, header_fields: frozenset[str]) -> list[str]:
    """Return what is wrong with the catalogue; *header_fields*: the names of the header's fields."""
    faults = repeated(FILE, "event type", (row.name for row in files.events.events))
    faults += unknown(f"{FILE}: header_always", "header field", files.events.header_always, header_fields)
    for row in files.events.events:
        faults += _row_faults(row, files, header_fields=header_fields)
    return [*faults, *_field_faults(files), *_use_faults(files)]


def _row_faults(row: EventRow, files: Files, *, header_fields: frozenset[str]) -> Iterator[str]:
    where, variants = f"{FILE}: {row.name}", row.variants or []
    yield from unknown(where, "kind of aggregate", aggregate_kinds(row), files.events.aggregate_kinds)
    yield from repeated(where, "variant", variants)
    yield from unknown(where, "label of variant", variants, files.events.variant_labels)
    yield from unknown(where, "variant", row.header_requires_by_variant, variants)
    yield from unknown(where, "audience", row.audience, {*files.events.audience_tokens, *files.directory.roles})
    if row.variants == []:
        yield f"{where}: an empty list of variants; null means that there are none"
    if "system" in row.publishers and len(row.publishers) > 1:
        yield f"{where}: what the system says, nobody else may say"
    yield from _requirement_faults(row, where, header_fields=header_fields)


def _requirement_faults(row: EventRow, where: str, *, header_fields: frozenset[str]) -> Iterator[str]:
    texts = [*row.header_requires, *(text for texts in row.header_requires_by_variant.values() for text in texts)]
    for text in texts:
        found = requirement(text)
        if found is None:
            yield f"{where}: {text!r} is no required header field"
        elif found.field not in header_fields:
            yield f"{where}: there is no header field {found.field}"
    if ("variant" in row.header_requires) != (row.variants is not None):
        yield f"{where}: the header field variant is required if and only if the type has variants"
    if ("aggregate" in row.header_requires) != (row.aggregate is not None):
        yield f"{where}: the header field aggregate is required if and only if the type has one"


def _every_field(files: Files) -> Iterator[tuple[str, list[FieldRow]]]:
    for row in files.events.events:
        yield f"{FILE}: {row.name}", row.body
    for name, rows in files.events.records.items():
        yield f"{FILE}: record {name}", rows


def _field_faults(files: Files) -> Iterator[str]:
    known = {"enum": set(files.events.enums), "record": set(files.events.records)}
    for where, rows in _every_field(files):
        yield from repeated(where, "field", (row.name for row in rows))
        for row in rows:
            meant = field_type(row.type)
            if meant is None:
                yield f"{where}: {row.name}: {row.type!r} is no type"
            elif meant.kind != "primitive" and meant.name not in known[meant.kind]:
                yield f"{where}: {row.name}: there is no {meant.kind} {meant.name}"


def _use_faults(files: Files) -> Iterator[str]:
    events = files.events
    types = [field_type(row.type) for _, rows in _every_field(files) for row in rows]
    enums = {meant.name for meant in types if meant and meant.kind == "enum"} | HEADER_ENUMS
    yield from unused(FILE, "enumeration", events.enums, enums)
    yield from unused(FILE, "record", events.records, {t.name for t in types if t and t.kind == "record"})
    yield from unused(
        FILE, "label of variant", events.variant_labels, {v for row in events.events for v in row.variants or ()}
    )
    yield from unused(
        FILE, "kind of aggregate", events.aggregate_kinds, {k for row in events.events for k in aggregate_kinds(row)}
    )
    audience = {token for row in events.events for token in row.audience}
    used = audience | ({ANY_ROLE} if audience & set(files.directory.roles) else set())
    yield from unused(FILE, "audience", events.audience_tokens, used)
    letters = [kind.letter for kind in events.aggregate_kinds.values() if kind.letter]
    yield from repeated(FILE, "letter of aggregate", letters)
    for enum, values in events.enums.items():
        if not values:
            yield f"{FILE}: the enumeration {enum} has no value"
