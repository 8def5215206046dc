"""What may everybody see? The public docket 案件信息公开: public penalties, exposures, published entries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypedDict

from yisong.audit.acts import Act
from yisong.registers.exports import (
    MAYBE_REMOVED,
    Export,
    closed,
    decisions,
    held_back,
    is_exposure,
    maybe_removed,
    name_of,
    publication,
    published,
    shown_of,
)
from yisong.registers.lists import Listing
from yisong.registers.penalties import Organisation, Sanction, imposed, openings
from yisong.registers.public import SITES, public_part
from yisong.registers.rows import Acts, Row, Source, source
from yisong.registers.said import credit_code, day, record, says, text, whole
from yisong.rulebook.model import Rulebook

_OF_WORKS: Final = ("protected_works", "seizure_catalogue")
"""Lists whose entries are titles, not names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRow(Row):
    """
    One line of the public docket: a *kind* ``penalty``, ``exposure`` or ``list entry``; days as YYYY-MM-DD.

    Amounts in fen. *organisations*: whom it concerns, each with a credit code; a person is never named.
    """

    kind: str
    on: str
    organ: str
    organ_name: str
    doc_no: str | None
    campaign: str | None
    organisations: tuple[Organisation, ...] = ()
    sanctions: tuple[Sanction, ...] = ()
    illegal_gains_fen: int | None = None
    business_amount_fen: int | None = None
    hearing_held: bool | None = None
    executed_at: str | None = None
    list_: str | None = None
    sector: str | None = None
    title: str | None = None
    work_type: str | None = None
    identifier: str | None = None
    rightsholder: str | None = None
    site: str | None = None
    catalogue_no: str | None = None
    contact: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    review_on: str | None = None


class _Head(TypedDict):
    """What every line of the public docket takes from a header."""

    kind: str
    organ: str
    organ_name: str
    doc_no: str | None
    campaign: str | None
    sources: tuple[Source, ...]


def docket(acts: Acts, rulebook: Rulebook) -> Export:
    """Return the public docket: public penalties, exposures and published entries, by day."""
    opened, withheld = openings(acts), list(closed(acts))
    rows = [_decision(act, opened, rulebook) for act in decisions(acts)]
    rows += [_exposure(act, rulebook) for act in acts if is_exposure(act) and act.body is not None and not act.doubts]
    for listing in published(acts):
        row = MAYBE_REMOVED if maybe_removed(listing, acts) else _entry(listing, rulebook)
        if isinstance(row, str):
            withheld.append(held_back(publication(listing), row))
        else:
            rows.append(row)
    rows.sort(key=lambda row: (row.on, row.doc_no or "", row.sources))
    return Export(row_type=PublicRow, rows=tuple(rows), withheld=tuple(dict.fromkeys(withheld)))


def _decision(act: Act, opened: Mapping[str, Act], rulebook: Rulebook) -> PublicRow:
    shown, found = public_part(act.event_type, says(act), rulebook.catalogue), imposed(act, opened, rulebook.catalogue)
    pairs = list(found)
    concerned = (one.organisation for one in pairs if one.organisation is not None)
    return PublicRow(
        **_head(act, "penalty", rulebook),
        on=day(act.header.decided_at or act.header.occurred_at),
        organisations=tuple(dict.fromkeys(concerned)),
        sanctions=tuple(one.sanction for one in pairs),
        illegal_gains_fen=whole(shown, "illegal_gains_fen"),
        business_amount_fen=whole(shown, "business_amount_fen"),
        hearing_held=shown.get("hearing_held") is True,
    )


def _exposure(act: Act, rulebook: Rulebook) -> PublicRow:
    shown = public_part(act.event_type, says(act), rulebook.catalogue)
    code = credit_code(text(shown, "subject_uscc"))
    return PublicRow(
        **_head(act, "exposure", rulebook),
        on=day(act.header.occurred_at),
        organisations=() if code is None else (Organisation(code, text(shown, "subject")),),
        executed_at=text(shown, "executed_at"),
    )


def _entry(listing: Listing, rulebook: Rulebook) -> PublicRow | str:
    """Return a published entry, or that nothing shows that what is named is no person."""
    act, shown = publication(listing), shown_of(listing, rulebook)
    code, work, target = credit_code(text(shown, "entry_uscc")), record(shown, "work"), record(shown, "target")
    site = text(target, "value") if text(target, "kind") in SITES else None
    of_works = listing.name in _OF_WORKS
    if code is None and site is None and not of_works:
        return "without a credit code it may be the name of a person"
    return PublicRow(
        **_head(act, "list entry", rulebook),
        on=day(act.header.occurred_at),
        organisations=() if code is None else (Organisation(code, text(shown, "entry")),),
        list_=text(shown, "list"),
        sector=text(shown, "sector"),
        title=text(work, "title") or text(shown, "entry") if of_works else None,
        work_type=text(work, "work_type") if of_works else None,
        identifier=text(work, "identifier") if of_works else None,
        rightsholder=text(work, "rightsholder") if of_works else None,
        site=site,
        catalogue_no=text(shown, "catalogue_no"),
        contact=text(shown, "contact") if listing.name == "platform_contacts" else None,
        valid_from=text(shown, "valid_from"),
        valid_to=text(shown, "valid_to"),
        review_on=text(shown, "review_on"),
    )


def _head(act: Act, kind: str, rulebook: Rulebook) -> _Head:
    header = act.header
    return {
        "kind": kind,
        "organ": header.speaker,
        "organ_name": name_of(header.speaker, rulebook),
        "doc_no": header.doc_no,
        "campaign": header.campaign_id,
        "sources": (source(act),),
    }
