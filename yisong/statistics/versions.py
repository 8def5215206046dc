"""
How is a month's figure frozen 固定, and how does the next version say what has changed, and why?

A frozen version is a document in canonical JSON (RFC 8785): its vector, the rulebook version, and the figures. It is
never changed. The next one has a list of differences that names the events: late ones, whose log time lies after the
vector and whose ``occurred_at`` lies in the period, and corrections.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

import orjson

from yisong.errors import NotProven
from yisong.ledger import Law
from yisong.rulebook.identity import canonical
from yisong.statistics import filed
from yisong.statistics.adding import Adding, Changed, Vector
from yisong.statistics.figures import BYS, KEYED, By, Cell, Figure, as_json, figures, from_json
from yisong.statistics.scope import Scope

FORMAT: Final = "yisong-statistics/1"

Document = Mapping[str, Any]
"""What a version says, as JSON has it."""


def document(adding: Adding, scope: Scope, vector: Vector, law: Law) -> dict[str, Any]:
    """
    Return what is frozen of *scope* at *vector*: the same on every node that may read the bodies.

    Raises NotProven where the node has not counted so far, BusUnreachable.
    """
    adding.check(vector)
    cells: dict[str | None, Sequence[Cell]] = {by: adding.cells(scope, vector, by) for by in (None, *KEYED)}
    groups = {by: [as_json(one) for one in figures(cells.get(by, cells[None]), by, law)] for by in BYS}
    n, digest = adding.rulebook(vector)
    return {
        "format": FORMAT,
        "scope": {"period": scope.period, "campaign": scope.campaign},
        "vector": {str(partition): size for partition, size in sorted(vector.items())},
        "rulebook": {"n": n, "hash": digest},
        "figures": {"total": [as_json(one) for one in figures(cells[None], None, law)], **groups},
        "clusters": adding.clusters(scope, vector),
        "filed": [filed.as_json(one) for one in filed.reports(adding.filed(scope, vector), cells, law)],
    }


def freeze(adding: Adding, scope: Scope, vector: Vector, law: Law) -> bytes:
    """
    Freeze *scope* at *vector* as its next version, and return its bytes; to be called in a transaction.

    Raises NotProven where the node has not counted so far, BusUnreachable.
    """
    versions = adding.versions(scope)
    number = max(versions, default=0) + 1
    made = {**document(adding, scope, vector, law), "version": number}
    if versions:
        before: Document = orjson.loads(versions[number - 1])
        made["differences"] = differences(adding, scope, before, made, law)
    written = canonical(cast("Any", made))
    adding.keep(scope, number, written)
    return written


def total(said: Document, by: By | None) -> tuple[Figure, ...]:
    """
    Return the figures of a version, by organ, province and so on.

    Raises NotProven where it was frozen by a release that did not add up by that.
    """
    found = said["figures"].get(by or "total")
    if found is None:
        raise NotProven(
            f"This version was frozen by a release that did not add up by {by}, and a frozen version never changes. "
            "Ask for it without, or for the figures as they are now."
        )
    return tuple(from_json(row) for row in found)


def differences(adding: Adding, scope: Scope, before: Document, after: Document, law: Law) -> list[dict[str, Any]]:
    """
    Return what differs between two versions, column by column, with the events that make each difference.

    What no event makes is said so: a body that could be read at one time and not at the other.
    """
    old = {int(partition): size for partition, size in before["vector"].items()}
    new = {int(partition): size for partition, size in after["vector"].items()}
    changes: defaultdict[tuple[str, str | None], list[dict[str, Any]]] = defaultdict(list)
    for (column, unit), rows in _by_figure(adding.changed(scope, old, new)):
        changes[column, unit] += _events(rows)
    again = {_place(one): as_json(one) for one in figures(adding.cells(scope, old, None), None, law)}
    was, now = ({_place(one): as_json(one) for one in total(said, None)} for said in (before, after))
    found = []
    for column, unit in sorted({*was, *now, *changes}, key=lambda place: (place[0], place[1] or "")):
        place = column, unit
        read = was.get(place) != again.get(place) and (place in was or place in again)
        if was.get(place) == now.get(place) and not changes[place]:
            continue
        found.append(_difference(place, was.get(place), now.get(place), changes[place], read=read))
    return found


def _place(one: Figure) -> tuple[str, str | None]:
    return one.column, one.unit


def _difference(
    place: tuple[str, str | None],
    before: Document | None,
    after: Document | None,
    events: list[dict[str, Any]],
    *,
    read: bool,
) -> dict[str, Any]:
    row: dict[str, Any] = {"column": place[0], "before": _said(before), "after": _said(after), "events": events}
    if place[1] is not None:
        row["unit"] = place[1]
    if read:
        row["reading"] = "bodies that could be read here at one of the two times only"
    return row


def _said(figure: Document | None) -> object:
    """Return a figure as a difference shows it: 0 where there was none."""
    if figure is None:
        return 0
    return {"not_readable_here": figure["not_readable_here"]} if "not_readable_here" in figure else figure["value"]


def _by_figure(rows: Sequence[Changed]) -> Iterator[tuple[tuple[str, str | None], list[Changed]]]:
    found: defaultdict[tuple[str, str | None], list[Changed]] = defaultdict(list)
    for row in rows:
        found[row.stat, row.unit].append(row)
    yield from found.items()


def _events(rows: Sequence[Changed]) -> Iterator[dict[str, Any]]:
    """Yield each event whose part in a figure has changed, in log order: what it was, what it is, and through what."""
    by_event: defaultdict[tuple[int, int, str | None], list[Changed]] = defaultdict(list)
    for row in rows:
        by_event[row.partition, row.offset, row.about].append(row)
    for _, parts in sorted(by_event.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] or "")):
        gone = [row.value for row in parts if not row.now]
        come = [row.value for row in parts if row.now]
        if sorted(map(str, gone)) == sorted(map(str, come)):
            continue
        last = max(parts, key=lambda row: row.cause_offset)
        yield _event(last, gone, come)


def _event(row: Changed, gone: Sequence[int | None], come: Sequence[int | None]) -> dict[str, Any]:
    late = row.new and row.event_id == row.cause
    kind = "late" if late else "corrected" if row.cause_type == "EventCorrected" else "known since"
    said = {
        "kind": kind,
        "event_id": row.event_id,
        "event_type": row.event_type,
        "case_id": row.case_id,
        "position": f"{row.partition}:{row.offset}",
        "organ": row.organ,
        "before": _added(gone),
        "after": _added(come),
    }
    return said if late else {**said, "through": row.cause, "through_type": row.cause_type}


def _added(values: Sequence[int | None]) -> int | None:
    """Return what an event added, 0 where it did not count; None where it has no value, or none that can be read."""
    return None if None in values else sum(value or 0 for value in values)
