"""What does ``events.yaml`` say: which event types there are, and what their header and body hold?"""

import re
from typing import Literal

from pydantic import Field

from yisong.rulebook.model import BodyField, Catalogue, EventType, Requirement
from yisong.rulebook.yaml_file import Folder, Shape, read_in

RoleName = Literal["copyright", "cac", "miit", "police", "system"]
PiiLevel = Literal["P0", "P1", "P2", "P3"]

_REQUIREMENT = re.compile(r"(?P<field>[a-z_]+)(?:>=(?P<least>[1-9]))?")


class FieldRow(Shape):
    """One field of a body or nested record."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: str
    pii: PiiLevel
    zh: str
    doc: str


class EventRow(Shape):
    """One event type."""

    name: str = Field(pattern=r"^([A-Z][a-z]+)+$")
    zh: str
    first_release: bool = False
    publishers: list[RoleName] = Field(min_length=1)
    aggregate: str | list[str] | None
    variants: list[str] | None
    header_requires: list[str]
    header_requires_by_variant: dict[str, list[str]] = Field(default_factory=dict)
    audience: list[str] = Field(min_length=1)
    body: list[FieldRow]


class AggregateKind(Shape):
    """One kind of aggregate and the letter that its ids begin with."""

    zh: str
    letter: str | None = Field(pattern=r"^[A-Z]$")


class EventsFile(Shape):
    """The whole file."""

    version: Literal[1]
    header_always: list[str]
    register_case_sequence: str = Field(pattern=r"^\d{6}$")
    aggregate_kinds: dict[str, AggregateKind]
    audience_tokens: dict[str, str]
    events: list[EventRow]
    records: dict[str, list[FieldRow]]
    enums: dict[str, dict[str, str]]
    variant_labels: dict[str, str]


def read_catalogue(folder: Folder) -> EventsFile:
    """Return events.yaml of *folder*; raise ContractFault where its shape is wrong."""
    return read_in(folder, "events.yaml", EventsFile)


def catalogue(file: EventsFile) -> Catalogue:
    """Return the catalogue as a value; *file* is taken to be free of faults."""
    return Catalogue(
        events={row.name: _event(row, always=file.header_always) for row in file.events},
        aggregate_letters={kind: row.letter for kind, row in file.aggregate_kinds.items()},
        records={name: _fields(rows) for name, rows in file.records.items()},
        enums=file.enums,
        variant_labels=file.variant_labels,
        register_sequence=file.register_case_sequence,
    )


def requirement(text: str) -> Requirement | None:
    """Return ``officers>=2`` or ``doc_no`` as a value; ``None`` where *text* is neither."""
    if not (match := _REQUIREMENT.fullmatch(text)):
        return None
    return Requirement(field=match["field"], least=int(match["least"] or 1))


def aggregate_kinds(row: EventRow) -> list[str]:
    """Return the kinds that *row* names; ``any`` names none."""
    named = [row.aggregate] if isinstance(row.aggregate, str) else row.aggregate or []
    return [] if named == ["any"] else named


def _event(row: EventRow, *, always: list[str]) -> EventType:
    kinds = aggregate_kinds(row)
    return EventType(
        name=row.name,
        zh=row.zh,
        publishers=frozenset(row.publishers),
        aggregate=frozenset(kinds) or None,
        any_aggregate=row.aggregate == "any",
        variants=None if row.variants is None else tuple(row.variants),
        requires={
            variant: _requirements(
                [*always, *row.header_requires, *row.header_requires_by_variant.get(variant or "", [])]
            )
            for variant in (None, *row.header_requires_by_variant)
        },
        audience=tuple(row.audience),
        body=_fields(row.body),
        first_release=row.first_release,
    )


def _requirements(texts: list[str]) -> tuple[Requirement, ...]:
    found = (requirement(text) for text in texts)
    return tuple(item for item in found if item is not None)


def _fields(rows: list[FieldRow]) -> tuple[BodyField, ...]:
    return tuple(BodyField(name=row.name, type=row.type, pii=row.pii, zh=row.zh, doc=row.doc) for row in rows)
