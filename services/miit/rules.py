"""What does the telecoms line 通信 answer, and what must it know before it decides? Values in, values out."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple
from uuid import UUID

from yisong.desk.filings import Filing
from yisong.envelope.header import AggregateRef, Header
from yisong.ledger import Docket, Law
from yisong.ledger.site_guards import FRESH_FILING_INFO
from yisong.legal_time.days import day_of
from yisong.publishing.instants import to_text

Found = Literal["found", "not_found", "filed_elsewhere"]


class LookedUp(NamedTuple):
    """What the register said: whether there is a filing, and which of the organs asked may answer, None for none."""

    found: Found
    by: str | None
    filing: Filing | None


def looked_up(filing: Filing | None, asked: Sequence[str], law: Law) -> LookedUp:
    """
    Return who of the organs *asked* may answer from the register that holds *filing*.

    The filing province answers, or an organ above it: who answers locates the site, and decides on it afterwards.
    What is filed with another province is not "not filed", which would be a violation of its own (未备案).
    """
    if filing is None:
        return LookedUp("not_found", asked[0], None)
    competent = (one for one in asked if one == filing.authority or law.is_superior(one, of=filing.authority))
    by = next(competent, None)
    return LookedUp("found" if by else "filed_elsewhere", by, filing)


def filing_info(filing: Filing | None, *, as_of: int) -> dict[str, object]:
    """
    Return the body of `FilingInfoProvided` as of the instant *as_of* (ms).

    Where the contact is kept is not said: P3 travels sealed or not at all, and whoever needs it asks the authority.
    """
    body: dict[str, object] = {"as_of": to_text(as_of)}
    if filing is None:
        return body
    said: dict[str, object] = {
        "icp_no": filing.icp_no,
        "licence_no": filing.licence_no,
        "sponsor_kind": filing.sponsor_kind,
        "sponsor_name": filing.sponsor_name,
        "sponsor_uscc": filing.sponsor_uscc,
        "access_provider": filing.access_provider,
        "access_region": filing.access_region,
    }
    return body | {name: value for name, value in said.items() if value is not None}


def day(instant: int) -> date:
    """Return the +08:00 day of an *instant* (ms)."""
    return date.fromordinal(day_of(instant))


def cited_sites(header: Header) -> list[Mapping[str, str]]:
    """Return the site actions that a look-up was made for: its answer cites them too, and so locates them."""
    return [{"kind": cite.kind, "id": cite.id} for cite in header.cites if cite.kind == "site_action"]


def decision_advice(docket: Docket, site: AggregateRef, *, organ: str) -> dict[str, object]:
    """
    Return what a decision on *site* by *organ* rests on.

    *filing_info*: ``located``, ``fresh`` (an answer of at most 30 days, which the decision has to cite) or ``missing``.
    *filing_authority*: who it is, where that is another organ, whose decision alone would be admitted.
    """
    aggregate = docket.aggregates.get(site)
    authority = () if aggregate is None else aggregate.fact("filing_authority")
    fresh = [
        str(UUID(hex=info.event_id))
        for info in docket.filing_infos
        if info.organ == organ and docket.log_time - info.occurred_at <= FRESH_FILING_INFO
    ]
    located = bool(aggregate is not None and aggregate.state != "requested" and authority)
    advice: dict[str, object] = {"filing_info": "located" if located else "fresh" if fresh else "missing"}
    if fresh and not located:
        advice["cite"] = fresh
    if authority and organ not in authority:
        advice["filing_authority"] = list(authority)
    return advice


def closing_advice(docket: Docket, header: Header) -> dict[str, object]:
    """
    Return whether a site may be closed at all: only after 版权 or 公安 have dealt with it, and only in serious cases.

    Where not, a refusal is what remains. A revocation carries the right to a hearing (CF 63). Source: JW2016.
    """
    disposed = bool(docket.case.fact("disposed"))
    may_cancel = disposed and header.severity == "serious"
    return {"disposed": disposed, "severity": header.severity, "may_cancel": may_cancel, "hearing": "CF 63"}
