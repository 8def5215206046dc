"""What does the credit system 信用体系 get? What is public of each organisation, by credit code, and nothing else."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from yisong.audit.acts import Act
from yisong.registers.exports import (
    MAYBE_REMOVED,
    Export,
    closed,
    decisions,
    held_back,
    maybe_removed,
    name_of,
    publication,
    published,
    shown_of,
)
from yisong.registers.lists import Listing
from yisong.registers.penalties import Imposed, Organisation, Sanction, imposed, openings
from yisong.registers.rows import Acts, Row, source
from yisong.registers.said import credit_code, day, text
from yisong.rulebook.model import Rulebook
from yisong.validators.uscc import Check, uscc_check


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditRow(Row):
    """
    What is public of one organisation: a penalty (*kind* ``penalty``), or a published entry of a list.

    *check*: what the check characters say of the credit code; codes that fail it have been issued, so none is left out.
    """

    uscc: str
    organisation: str | None
    check: Check
    kind: str
    list_: str | None = None
    organ: str
    organ_name: str
    doc_no: str | None
    on: str
    sanctions: tuple[Sanction, ...] = ()


def credit(acts: Acts, rulebook: Rulebook) -> Export:
    """Return the credit export: public penalties with their party, and published entries, by credit code."""
    opened, withheld = openings(acts), list(closed(acts))
    rows: list[CreditRow] = []
    for act in decisions(acts):
        found = list(imposed(act, opened, rulebook.catalogue))
        rows += _penalties(act, found, rulebook)
        withheld += [held_back(act, one.why_not) for one in found if one.why_not is not None]
    for listing in published(acts):
        row = MAYBE_REMOVED if maybe_removed(listing, acts) else _listed(listing, rulebook)
        if isinstance(row, str):
            withheld.append(held_back(publication(listing), row))
        else:
            rows.append(row)
    rows.sort(key=lambda row: (row.uscc, row.on, row.doc_no or ""))
    return Export(row_type=CreditRow, rows=tuple(rows), withheld=tuple(dict.fromkeys(withheld)))


def _penalties(act: Act, found: list[Imposed], rulebook: Rulebook) -> Iterator[CreditRow]:
    by_party: defaultdict[Organisation, list[Sanction]] = defaultdict(list)
    for one in found:
        if one.organisation is not None:
            by_party[one.organisation].append(one.sanction)
    for organisation, sanctions in by_party.items():
        yield CreditRow(
            uscc=organisation.uscc,
            check=uscc_check(organisation.uscc),
            organisation=organisation.name,
            kind="penalty",
            organ=act.header.speaker,
            organ_name=name_of(act.header.speaker, rulebook),
            doc_no=act.header.doc_no,
            on=day(act.header.decided_at or act.header.occurred_at),
            sanctions=tuple(sanctions),
            sources=(source(act),),
        )


def _listed(listing: Listing, rulebook: Rulebook) -> CreditRow | str:
    """Return what goes out of a published entry, or why nothing does."""
    act, shown = publication(listing), shown_of(listing, rulebook)
    code = credit_code(text(shown, "entry_uscc"))
    if code is None:
        return "the entry has no credit code"
    return CreditRow(
        uscc=code,
        check=uscc_check(code),
        organisation=text(shown, "entry"),
        kind="list entry",
        list_=text(shown, "list"),
        organ=act.header.speaker,
        organ_name=name_of(act.header.speaker, rulebook),
        doc_no=act.header.doc_no,
        on=day(act.header.occurred_at),
        sources=(source(act),),
    )
