"""How are figures and differences written as rows, and whose words do they show? For command line, API and console."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from yisong.audit.readings import Reader, note_reading
from yisong.statistics.figures import NOT_READABLE, Figure
from yisong.statistics.rules import AMOUNTS
from yisong.statistics.versions import Document

FILED_ONLY: Final = "filed only 只有报数"
"""What stands in the place of a figure that no event carries."""

_FIGURES: Final = ("column", "key", "grain", "unit", "value", "not_readable_here", "unknown")
_DIFFERENCES: Final = (
    *("column", "unit", "before", "after", "reading"),
    *("kind", "event_id", "event_type", "case_id", "position", "organ", "event_before", "event_after", "through"),
)  # fmt: skip


def figures_csv(found: Iterable[Figure]) -> str:
    """Return figures as CSV (RFC 4180, with line feeds), a header first."""
    rows: list[Sequence[object]] = [
        (one.column, one.key, one.grain or "", one.unit or "", value_of(one), one.unread or "", one.unknown or "")
        for one in found
    ]
    return _csv(_FIGURES, rows)


def value_of(one: Figure) -> object:
    """Return what stands for a figure: its number, or the words for why there is none."""
    if one.filed_only:
        return FILED_ONLY
    return NOT_READABLE if one.value is None else one.value


def differences_csv(found: Iterable[Mapping[str, Any]]) -> str:
    """Return the differences of a version as CSV: one row for each event that makes one; where none does, one row."""
    rows: list[Sequence[object]] = []
    for one in found:
        head = (
            one["column"], one.get("unit", ""), as_said(one["before"]), as_said(one["after"]), one.get("reading", ""),
        )  # fmt: skip
        rows += [(*head, *_event(event)) for event in one["events"]] or [(*head, *[""] * 9)]
    return _csv(_DIFFERENCES, rows)


def as_said(value: object) -> str:
    """Return a figure of a difference as text: a number, or that it is not readable here."""
    return NOT_READABLE if value is None or isinstance(value, Mapping) else str(value)


def events_shown(document: Document) -> tuple[UUID, ...]:
    """
    Return the events whose own words a document shows: reports that were filed, and amounts in its differences.

    Figures that were added up show no event's words; a count needs none.
    """
    found = [one["event_id"] for one in document["filed"] if one["readable_here"]]
    for one in document.get("differences", ()):
        if one["column"] in AMOUNTS:
            found += [event["event_id"] for event in one["events"]]
    return tuple(UUID(one) for one in dict.fromkeys(found))


def note_shown(connection: Connection[Any], reader: Reader, document: Document, scope: str) -> None:
    """
    Write down that *reader* was shown the words of single events with the statistics of *scope*; nothing of sums.

    Sums are no bodies: whoever sees one has opened none, and it is of level P0 (a test holds every field that is
    counted to that). Raises BusUnreachable.
    """
    events = events_shown(document)
    if events:
        version = f" version {document['version']}" if "version" in document else ""
        purpose = f"statistics {scope}{version}"
        note_reading(connection, reader, what="register", case_id="", purpose=purpose, events=events)


def _event(event: Mapping[str, Any]) -> Iterator[object]:
    yield from (event[name] for name in ("kind", "event_id", "event_type", "case_id", "position", "organ"))
    yield from (as_said(event["before"]), as_said(event["after"]), event.get("through", ""))


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return file.getvalue()
