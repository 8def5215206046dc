"""What may leave the agencies at all, and what is held back? Common to the credit export and the public docket."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from yisong.audit.acts import Act
from yisong.registers.lists import Listing, listings
from yisong.registers.penalties import is_public
from yisong.registers.public import public_part
from yisong.registers.rows import NOT_READABLE, Acts, Row
from yisong.registers.said import Value
from yisong.rulebook.model import Rulebook

EVENT_TYPES: Final = ("PenaltyDecided", "CaseOpened", "RegulatoryMeasureTaken", "ListEntryChanged")
_LISTS: Final = (
    *("black", "white", "protected_works", "model_enterprise", "site_registry", "key_sites", "platform_contacts"),
    *("seizure_catalogue", "major_cases"),
)


MAYBE_REMOVED: Final = f"its organ has taken something off a list since, and what is {NOT_READABLE}"


class Withheld(NamedTuple):
    """What did not go out, and why: for those who export, and no part of the export."""

    event: str
    case_id: str
    event_type: str
    doc_no: str | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What goes out (*rows*, all of *row_type*), and what does not."""

    row_type: type[Row]
    rows: tuple[Row, ...]
    withheld: tuple[Withheld, ...]


def decisions(acts: Acts) -> Iterator[Act]:
    """Yield the public decisions of which nothing is doubtful."""
    yield from (act for act in acts if is_public(act) and not act.doubts)


def is_exposure(act: Act) -> bool:
    """Hold for a public exposure 曝光."""
    return (act.event_type, act.header.variant) == ("RegulatoryMeasureTaken", "exposure")


def published(acts: Acts) -> Iterator[Listing]:
    """Yield the entries that are published and stand, and of whose publication nothing is doubtful."""
    for one in listings(acts, *_LISTS):
        if one.published is not None and one.removed is None and not any(act.doubts for act in one.acts):
            yield one


def maybe_removed(listing: Listing, acts: Acts) -> bool:
    """Hold where its organ has taken something off a list since, and this node cannot read what."""
    return any(
        (act.event_type, act.header.variant, act.body) == ("ListEntryChanged", "remove", None)
        and act.header.speaker == listing.organ
        and act.log_time >= publication(listing).log_time
        for act in acts
    )


def closed(acts: Acts) -> Iterator[Withheld]:
    """Yield what may be public, for all this node knows: it can't read it, or not the last word on it."""
    for act in acts:
        if act.event_type == "CaseOpened" or (act.event_type == "RegulatoryMeasureTaken" and not is_exposure(act)):
            continue
        if act.body is None:
            yield held_back(act, f"{NOT_READABLE} ({act.masked})")
        elif act.doubts and (act.event_type != "PenaltyDecided" or is_public(act)):
            yield held_back(act, "; ".join(act.doubts))
        elif act.event_type == "PenaltyDecided" and not is_public(act):
            yield held_back(act, "the decision is not public")


def held_back(act: Act, why: str) -> Withheld:
    """Return *act* as one that does not go out, or not whole."""
    return Withheld(act.id, act.case_id, act.event_type, act.header.doc_no, why)


def shown_of(listing: Listing, rulebook: Rulebook) -> Value:
    """Return what everybody may see of an entry, as of its publication."""
    return public_part("ListEntryChanged", listing.published_says or {}, rulebook.catalogue)


def publication(listing: Listing) -> Act:
    """Return the event that published an entry."""
    return listing.published or listing.since


def name_of(organ: str, rulebook: Rulebook) -> str:
    """Return what an organ is called in the directory."""
    known = rulebook.directory.organs.get(organ)
    return "" if known is None else known.name
