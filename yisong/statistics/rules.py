"""
What does one event count for in the statistics? One rule for each event type, by domain catalogue 1.4.

Values in, values out. A count needs the header only; an amount needs the body, and where that can't be read here it has
no value, and says why: it is never 0.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Literal, NamedTuple

Body = Mapping[str, object]

Why = Literal["not-in-audience", "sealed", "erased", "broken", "correction", "unknown"]
"""
Why an amount has no value: as in `yisong.audit.bodies`; ``correction`` it was corrected, and the correction can't be
read here; ``unknown`` it can be read, and says that it is not known.
"""

FILED_ONLY: Final = ("training_sessions", "persons_trained", "publicity_items", "officer_hours")
"""Columns that no event carries: they are filed, and nothing derives them."""

STOCKS: Final = ("supervised_open", "supervised_overdue")
"""Columns that say how many cases there are at the end of a period; all others say what happened within it."""

OF_CLUE: Final = ("clues_received", "clues_handed_over", "clues_fed_back")
"""Columns whose work and platform types are those of the clue; those of all others are of the case opened."""

OF_SITES: Final = (
    "sites_suspended", "sites_restored", "sites_closed", "filings_cancelled", "licences_revoked",
)  # fmt: skip
"""Columns counted by the province that decided and, apart, by the province that gives access."""

AMOUNTS: Final = (
    "sites_patrolled", "works_checked", "problems_found", "items_seized", "fine_fen", "confiscated_fen",
    "amount_involved_fen", "sites_suspended", "sites_closed", "links_removed", "apps_delisted",
)  # fmt: skip
"""Columns whose value stands in bodies; all others count events by their headers."""

UNKNOWN: Final = "unknown"


_LARGEST: Final = 10**13


class Amount(NamedTuple):
    """
    What an event adds to the column *stat*; *value* None: see *why*.

    *detail*: the unit of what was seized, or the cluster of a criminal case. *about*: the case that it concerns where
    that is not the docket's own.
    """

    stat: str
    value: int | None = 1
    why: Why | None = None
    detail: str | None = None
    about: str | None = None


def amounts(event_type: str, variant: str | None, body: Body | None, why: Why | None) -> Iterator[Amount]:
    """
    Yield what an admitted event counts for, whoever said it.

    *body* is None where it is not needed (see `READ`), or cannot be read because of *why*.
    """
    for stat in COUNTED.get((event_type, variant), COUNTED.get((event_type, None), ())):
        yield Amount(stat)
    rule = _SUMMED.get(event_type)
    if rule is None:
        return
    for stat, detail, value in rule(variant, body):
        if body is None:
            yield Amount(stat, None, why or "broken", detail)
        else:
            number = whole(value)
            yield Amount(stat, number, None if number is not None else UNKNOWN, detail)


def whole(value: object) -> int | None:
    """
    Return a whole number; None where there is none.

    What is beyond `_LARGEST` says nothing, so that no single event can make a sum that JSON does not hold.
    """
    return value if isinstance(value, int) and abs(value) <= _LARGEST else None


COUNTED: Final[Mapping[tuple[str, str | None], tuple[str, ...]]] = {
    ("ClueFound", None): ("clues_received",),
    ("ClueHandedOver", None): ("clues_handed_over",),
    ("ClueFeedbackSent", None): ("clues_fed_back",),
    ("CaseOpened", None): ("cases_opened",),
    ("CaseClosed", None): ("cases_closed",),
    ("PenaltyDecided", None): ("cases_penalised",),
    ("CriminalReferralSent", None): ("referrals_sent",),
    ("ReferralReceipted", None): ("referrals_receipted",),
    ("CriminalFilingRefused", None): ("referrals_refused",),
    ("ReconsiderationDecided", "file"): ("referrals_overturned", "criminal_cases"),
    ("SiteRestored", None): ("sites_restored",),
    ("LicenceOrFilingCancelled", "filing_cancelled"): ("filings_cancelled",),
    ("LicenceOrFilingCancelled", "licence_revoked"): ("licences_revoked",),
    ("RectificationOrdered", None): ("rectifications_ordered",),
    ("RectificationVerified", "passed"): ("rectifications_passed",),
    ("RegulatoryMeasureTaken", "interview"): ("interviews",),
    ("RegulatoryMeasureTaken", "warning"): ("warnings",),
    ("RegulatoryMeasureTaken", "notice"): ("notices",),
    ("ListEntryChanged", "add"): ("list_entries",),
    ("RewardGranted", None): ("rewards",),
    ("PeriodicReportFiled", "self_check"): ("self_checks",),
}
"""What an event counts for by its header alone, by type and variant; None: of every variant that is not named."""

Summand = tuple[str, str | None, object]
_NOTHING: Final[Body] = {}


def _inspected(_: str | None, body: Body | None) -> Iterator[Summand]:
    said = body or _NOTHING
    yield "sites_patrolled", None, said.get("sites_checked")
    yield "works_checked", None, said.get("works_checked")
    yield "problems_found", None, said.get("problems_found")
    if body is None:
        yield "items_seized", None, None
    seized: Counter[str] = Counter()
    for item in records(said, "items"):
        # Items only listed, preserved or sealed are not seized yet, and those handed over were counted when they were.
        quantity = whole(item["quantity"]) if item.get("measure") in ("seized", "confiscated") else 0
        if quantity is None:
            yield "items_seized", str(item["unit"]), None
        else:
            seized[str(item["unit"])] += quantity
    yield from (("items_seized", unit, quantity) for unit, quantity in sorted(seized.items()) if quantity)


def _penalised(variant: str | None, body: Body | None) -> Iterator[Summand]:
    if variant == "non_monetary":  # neither a fine nor a confiscation, whatever else it says
        return
    for stat, kind in (("fine_fen", "fine"), ("confiscated_fen", "confiscate_gains")):
        if body is None:
            yield stat, None, None
        else:
            imposed = [one.get("amount_fen") for one in records(body, "penalties") if one.get("kind") == kind]
            yield from ((stat, None, amount) for amount in imposed)


def _filed(_: str | None, body: Body | None) -> Iterator[Summand]:
    yield "amount_involved_fen", None, (body or _NOTHING).get("amount_involved_fen")


def _reconsidered(variant: str | None, body: Body | None) -> Iterator[Summand]:
    if variant == "file":
        yield from _filed(variant, body)


def _sites(stat: str) -> Callable[[str | None, Body | None], Iterator[Summand]]:
    def rule(_: str | None, body: Body | None) -> Iterator[Summand]:
        said = (body or _NOTHING).get("sites_count")
        yield stat, None, 1 if said is None else said

    return rule


def _taken_down(variant: str | None, body: Body | None) -> Iterator[Summand]:
    links = (body or _NOTHING).get("links")
    if variant != "no_action":
        yield "links_removed", None, links
    if variant == "delist":
        yield "apps_delisted", None, links


_SUMMED: Final[Mapping[str, Callable[[str | None, Body | None], Iterable[Summand]]]] = {
    "InspectionRecorded": _inspected,
    "PenaltyDecided": _penalised,
    "CriminalCaseFiled": _filed,
    "ReconsiderationDecided": _reconsidered,
    "SiteSuspended": _sites("sites_suspended"),
    "LicenceOrFilingCancelled": _sites("sites_closed"),
    "TakedownRecorded": _taken_down,
}

READ: Final = frozenset({*_SUMMED, "ClueFound", "CaseOpened", "PeriodicReportFiled", "CasesLinked", "EventCorrected"})
"""The event types whose bodies are read: for an amount, a kind, what was filed, a cluster, or a correction."""

ADDRESSED: Final = frozenset(
    {"ClueHandedOver", "SiteActionDecided", "JointSupervisionOrdered", "CasesLinked", "EventCorrected"}
    | {"CriminalReferralSent", "ReferralRerouted"}
)
"""The event types of which it matters, to the statistics, whom they address or what they cite."""

WANTED: Final = frozenset(
    {event_type for event_type, _ in COUNTED}
    | READ
    | {"JointSupervisionOrdered", "JointSupervisionLifted"}
    # What follows counts for nothing itself: it says whose a decision was, and who may read what.
    | {"SiteActionRequested", "SiteActionDecided", "ReferralRerouted", "BodyErased"}
)
"""The event types that the statistics look at; all others are passed over."""


def records(body: Body, name: str) -> Iterator[Mapping[str, object]]:
    """Yield the nested records in the field *name* of a body; none where it has none."""
    found = body.get(name)
    if isinstance(found, list | tuple):
        yield from (one for one in found if isinstance(one, Mapping))
