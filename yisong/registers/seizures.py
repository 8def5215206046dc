"""What was taken, sorted and registered 分门别类, 登记造册? Items of inspections, by category, unit and catalogue."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from yisong.audit.acts import Act
from yisong.registers.lists import Listing, listings
from yisong.registers.rows import DETAIL, NOT_READABLE, Acts, Counted, Row, coded, doubts, of, sources, unread
from yisong.registers.said import Value, day, records, says, text, whole
from yisong.validators.alike import plain

TAKEN: Final = ("seized", "confiscated")
"""Only these measures count as 收缴 (events.yaml, SeizedItem)."""

Hit = Literal["hit", "hit, another version", "in no catalogue here", "not readable here"]


class Item(NamedTuple):
    """
    A line of an inspection's ledger, with the *case_id* and *event* in which it stands, and its day.

    *catalogue_no*: its number in 违法音像制品查缴目录; *hit*: whether an entry of that list stood on the day, None
    where the item has no such number.
    """

    name: str
    medium: str | None
    batch: str | None
    quantity: int
    catalogue_no: str | None
    hit: Hit | None
    on: str
    case_id: str
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeizureRow(Row):
    """
    All items of one category, measure, unit and version of the catalogue; None where the inspection states none.

    *counts*: the measure counts as 收缴. *quantity*, and *hits*, how much of it stands in the catalogue: with how many
    inspections are not readable here, and may hold more; of hits also the items that can't be looked up here.
    """

    category: str | None = field(metadata=coded("item_category"))
    measure: str | None = field(metadata=coded("item_measure"))
    unit: str | None = field(metadata=coded("quantity_unit"))
    catalogue: str | None
    counts: bool
    quantity: Counted
    hits: Counted
    items: tuple[Item, ...] = field(default=(), metadata=DETAIL)


def seizures(acts: Acts) -> tuple[SeizureRow, ...]:
    """Return the seizure ledger 收缴登记, its groups in the order of their names."""
    entries = listings(acts, "seizure_catalogue")
    closed, more = bool(unread(acts, "ListEntryChanged")), len(unread(acts, "InspectionRecorded"))
    groups: defaultdict[tuple[str, ...], list[tuple[Act, Item]]] = defaultdict(list)
    for act in of(acts, "InspectionRecorded"):
        for said in records(says(act), "items"):
            key = tuple(text(said, name) or "" for name in ("category", "measure", "unit", "catalogue"))
            groups[key].append((act, _item(act, said, entries, closed=closed)))
    return tuple(_row(key, groups[key], more) for key in sorted(groups))


def _item(act: Act, said: Value, entries: Iterable[Listing], *, closed: bool) -> Item:
    on = day(act.header.occurred_at)
    return Item(
        name=text(said, "name") or "",
        medium=text(said, "medium"),
        batch=text(said, "batch"),
        quantity=whole(said, "quantity") or 0,
        catalogue_no=text(said, "catalogue_no"),
        hit=_hit(said, on, entries, closed=closed),
        on=on,
        case_id=act.case_id,
        event=act.id,
    )


def _hit(said: Value, on: str, entries: Iterable[Listing], *, closed: bool) -> Hit | None:
    """Return whether the number of an item stands in the catalogue; the version is the document that entered it."""
    number, version = text(said, "catalogue_no"), text(said, "catalogue")
    if number is None:
        return None
    known = [
        one
        for one in entries
        if plain(text(one.says, "catalogue_no") or "") == plain(number)
        and one.stood_on(on)
        and day(one.since.header.occurred_at) <= on
    ]
    if any(version in (None, act.header.doc_no) for one in known for act in one.acts):
        return "hit"
    if known:
        return "hit, another version"
    return NOT_READABLE if closed else "in no catalogue here"


def _row(key: tuple[str, ...], pairs: Sequence[tuple[Act, Item]], more: int) -> SeizureRow:
    category, measure, unit, catalogue = (one or None for one in key)
    items, acts = tuple(item for _, item in pairs), [act for act, _ in pairs]
    hits = sum(one.quantity for one in items if one.hit in ("hit", "hit, another version"))
    return SeizureRow(
        category=category,
        measure=measure,
        unit=unit,
        catalogue=catalogue,
        counts=measure in TAKEN,
        quantity=Counted(sum(one.quantity for one in items), more),
        hits=Counted(hits, more + sum(one.hit == NOT_READABLE for one in items)),
        items=items,
        doubts=doubts(acts),
        sources=sources(acts),
    )
