"""
Ways through the lifecycles: short scripts that lead a docket of 甲省一市 into every state, and how each act is said.

A script is a line of steps: ``CaseOpened``, ``ClueFound:feedback_wanted@P9801`` (said by P9801),
``CriminalCaseFiled/case`` (about the case itself), ``+10d`` (nothing is said for ten days). Each step comes an hour
after the one before it.
"""

from collections.abc import Iterator, Mapping
from copy import copy
from functools import cache
from typing import Any
from uuid import UUID

from tests.unit.ledger.story import _BODIES, Story, law
from yisong.envelope.header import AggregateRef
from yisong.ledger import Docket, Entry
from yisong.publishing.instants import to_ms, to_text

CASE = "CRB-980100-2016-000021-5"
MONDAY = to_ms("2016-07-18T09:00:00+08:00")
HOUR, DAY = 3_600_000, 86_400_000
_ANOTHER_CASE = {"kind": "case", "id": "CRB-980100-2016-000048-K"}

#: Who may be the one to say it: first the organ whose business the case is, then others of its role.
ORGANS: Mapping[str, tuple[str, ...]] = {
    "copyright": ("V9801", "V98", "V9702"),
    "police": ("P9801", "P9702"),
    "miit": ("T97", "T96"),
    "cac": ("W98", "W97"),
}

#: How a docket comes into its states: the way it starts from, and what is said then.
ROUTES: Mapping[str, tuple[str, str]] = {
    "nothing was said": ("", ""),
    "evidence before any clue": ("", "EvidencePreserved"),
    "evidence of the police before any clue": ("", "EvidencePreserved@P9801"),
    "a clue": ("", "ClueFound:feedback_wanted"),
    "a clue of the police": ("", "ClueFound:feedback_wanted@P9801"),
    "a clue of 网信": ("", "ClueFound:feedback_wanted@W98"),
    "a clue of 通信": ("", "ClueFound:feedback_wanted@T97"),
    "a clue without a wish for feedback": ("", "ClueFound:feedback_not_wanted"),
    "handed over": ("a clue", "ClueHandedOver:agency"),
    "handed outside": ("a clue", "ClueHandedOver:external"),
    "handed outside by the police": ("a clue of the police", "ClueHandedOver:external@P9801"),
    "dropped": ("a clue", "CaseClosed:not_opened"),
    "dropped, found by 网信": ("a clue of 网信", "ClueHandedOver:agency@W98 CaseClosed:not_opened"),
    "dropped, found by 通信": ("a clue of 通信", "ClueHandedOver:agency@T97 CaseClosed:not_opened"),
    "open": ("a clue", "CaseOpened"),
    "penalised": ("open", "PenaltyDecided:monetary"),
    "closed": ("penalised", "CaseClosed:penalty_executed"),
    "proposed": ("open", "ReferralProposed:thresholds"),
    "rejected": ("proposed", "ReferralDecided:rejected"),
    "approved": ("proposed", "ReferralDecided:approved"),
    "sent": ("approved", "CriminalReferralSent"),
    "proposed after a penalty": ("penalised", "ReferralProposed:suspicion"),
    "approved after a penalty": ("proposed after a penalty", "ReferralDecided:approved"),
    "sent after a penalty": ("approved after a penalty", "CriminalReferralSent"),
    "received": ("sent", "ReferralReceipted:general"),
    "received, and the police silent": ("received", "+10d"),
    "an inquiry into the silence": (
        "received, and the police silent",
        "ProsecutorSupervisionRecorded:overdue_inquiry@P9801",
    ),
    "received as economic crime": ("sent", "ReferralReceipted:economic"),
    "received as economic crime, and the police silent": ("received as economic crime", "+20d"),
    "supplementing": ("received", "ReferralSupplementRequested"),
    "supplementing economic papers": ("received as economic crime", "ReferralSupplementRequested"),
    "supplementing, and the police silent": ("supplementing", "+10d"),
    "supplementing under an inquiry": (
        "supplementing, and the police silent",
        "ProsecutorSupervisionRecorded:overdue_inquiry@P9801",
    ),
    "re-routed": ("received", "ReferralRerouted:jurisdiction"),
    "received by 乙省二市": ("re-routed", "ReferralReceipted:general@P9702"),
    "returned": ("received", "ReferralRerouted:out_of_scope"),
    "returned under an inquiry": ("an inquiry into the silence", "ReferralRerouted:out_of_scope"),
    "refused": ("received", "CriminalFilingRefused:no_crime_fact"),
    "refused long ago": ("refused", "+10d"),
    "reconsidering": ("refused", "ReconsiderationRequested"),
    "upheld": ("reconsidering", "ReconsiderationDecided:uphold"),
    "upheld long ago": ("upheld", "+10d"),
    "ended unfiled": ("refused long ago", "ReferralClosedUnfiled"),
    "supervised": ("refused", "ProsecutorSupervisionRecorded:suggested"),
    "supervised, explanation required": ("supervised", "ProsecutorSupervisionRecorded:explanation_required@P9801"),
    "supervised, filing ordered": ("supervised", "ProsecutorSupervisionRecorded:filing_ordered@P9801"),
    "supervised, filing ordered unexplained": (
        "supervised, explanation required",
        "ProsecutorSupervisionRecorded:filing_ordered@P9801",
    ),
    "filed": ("received", "CriminalCaseFiled"),
    "filed under supervision": ("supervised, filing ordered", "CriminalCaseFiled"),
    "filed under supervision, items too": ("filed under supervision", "CaseItemsHandedOver"),
    "items handed over": ("filed", "CaseItemsHandedOver"),
    "prosecuted": ("filed", "CriminalOutcomeNotified:prosecuted"),
    "convicted": ("filed", "CriminalOutcomeNotified:judgment"),
    "convicted, the referral left filed": ("filed", "CriminalOutcomeNotified:judgment/case"),
    "withdrawn": ("filed", "CriminalOutcomeNotified:withdrawn"),
    "withdrawn and penalised": ("withdrawn", "PenaltyDecided:monetary"),
    "convicted and closed": ("convicted", "CaseClosed:criminal_concluded"),
    "police-born": ("a clue of the police", "CriminalCaseFiled/case"),
    "police-born, convicted": ("police-born", "CriminalOutcomeNotified:judgment/case"),
}

#: Side work that any of the ways below may carry along; a way whose state forbids it does without.
BASES = [
    *("nothing was said", "a clue", "handed over", "open", "penalised", "withdrawn", "sent", "sent after a penalty"),
    *("filed", "prosecuted", "convicted"),
]
_SUSPENDED = (
    "SiteActionRequested:suspend FilingLookupRequested FilingInfoProvided:found "
    "SiteActionDecided:suspend_approved SiteSuspended"
)
SIDES: Mapping[str, str] = {
    "to rectify": "RectificationOrdered",
    "to rectify, 网信": "RectificationOrdered@W98",
    "to rectify, 通信": "RectificationOrdered@T97",
    "extended": "RectificationOrdered RectificationVerified:extended",
    "overdue": "RectificationOrdered +20d",
    "just overdue": "RectificationOrdered +12d",
    "overdue, 网信": "RectificationOrdered@W98 +20d",
    "overdue, 通信": "RectificationOrdered@T97 +20d",
    "not rectified": "RectificationOrdered RectificationVerified:failed",
    "not rectified after the day": "RectificationOrdered +20d RectificationVerified:failed",
    "rectified": "RectificationOrdered RectificationVerified:passed",
    "rectified late": "RectificationOrdered +20d RectificationVerified:passed",
    "escalated": "RectificationOrdered RectificationVerified:failed PenaltyDecided:non_monetary",
    "escalated by opening": "RectificationOrdered RectificationVerified:failed CaseOpened",
    "looking up": "FilingLookupRequested",
    "looked up": "FilingLookupRequested FilingInfoProvided:found",
    "assistance asked": "AssistanceRequested",
    "supervision": "JointSupervisionOrdered@V98",
    "supervision reported": "JointSupervisionOrdered@V98 SupervisionProgressReported:progress",
    "supervision reported in full": "JointSupervisionOrdered@V98 SupervisionProgressReported:final",
    "supervision reported in full, and again": "JointSupervisionOrdered@V98 SupervisionProgressReported:final "
    "SupervisionProgressReported:progress",
    "reverse referral": "ReverseReferralSent",
    "suspension asked": "SiteActionRequested:suspend",
    "suspension asked urgently": "SiteActionRequested:suspend_urgent",
    "suspension asked, looked up before": "FilingLookupRequested FilingInfoProvided:found SiteActionRequested:suspend",
    "urgent, looked up before": "FilingLookupRequested FilingInfoProvided:found SiteActionRequested:suspend_urgent",
    "urgent, located": "SiteActionRequested:suspend_urgent FilingLookupRequested FilingInfoProvided:found",
    "suspension asked, another look-up open": "FilingLookupRequested SiteActionRequested:suspend",
    "locating": "SiteActionRequested:suspend FilingLookupRequested",
    "located": "SiteActionRequested:suspend FilingLookupRequested FilingInfoProvided:found",
    "suspension refused": "SiteActionRequested:suspend FilingLookupRequested FilingInfoProvided:found "
    "SiteActionDecided:suspend_refused",
    "suspension decided": _SUSPENDED.removesuffix(" SiteSuspended"),
    "suspended": _SUSPENDED,
    "suspended for the police": _SUSPENDED.replace(":suspend ", ":suspend@P9801 ", 1),
    "restoration asked": f"{_SUSPENDED} SiteActionRequested:restore",
    "restoration decided": f"{_SUSPENDED} SiteActionRequested:restore SiteActionDecided:restore_approved",
    "restored": f"{_SUSPENDED} SiteActionRequested:restore SiteActionDecided:restore_approved SiteRestored",
    "closing asked": f"{_SUSPENDED} SiteActionRequested:close",
    "closed down": f"{_SUSPENDED} SiteActionRequested:close LicenceOrFilingCancelled:filing_cancelled",
}
#: Where one more look-up is open beside the site action, so that its answer can cite it.
LOOKED_UP_AGAIN = [
    *("located", "suspension decided", "suspended", "restoration asked", "restoration decided", "closing asked"),
    *("suspension refused", "restored", "closed down"),
]
_MORE_BODIES: Mapping[str, Mapping[str, Any]] = {
    "ReferralSupplemented": {"supplied": ["appraisal"]},
    "ReconsiderationRequested": {"grounds": ["新证据"], "new_evidence_count": 1},
    "ReconsiderationDecided": {"reason": "复议意见"},
    "CasesLinked": {"reason": "同一当事人"},
}


class Way(Story):
    """A docket on its way: acts are said an hour apart, and state by themselves what their headers must hold."""

    def __init__(self, start: int = MONDAY) -> None:
        super().__init__(CASE)
        self.time = start

    def fork(self) -> "Way":
        """Return a way that goes on from here, and leaves this one as it is."""
        other = copy(self)
        other.memory, other.entries, other.ids = dict(self.memory), list(self.entries), list(self.ids)
        return other

    @property
    def docket_now(self) -> Docket:
        """The docket as it stands; an empty one where nothing was said."""
        return self.docket or Docket(self.case_id, self.time)

    def newest(self, kind: str) -> int:
        """Return how many aggregates of *kind* there are."""
        return sum(ref.kind == kind for ref in self.docket_now.aggregates)

    def ref(self, kind: str, number: int) -> AggregateRef:
        """Return the *number*-th aggregate of *kind*."""
        letter = law().rulebook.catalogue.aggregate_letters[kind]
        return AggregateRef(kind, f"{letter}-{self.case_id}-{number}" if letter else self.case_id)

    def walk(self, script: str) -> "Way":
        """Say the steps of *script*; each of them must be admitted."""
        for step in script.split():
            if step.startswith("+"):
                self.time += int(step[1:-1]) * DAY
                continue
            said, _, by = step.partition("@")
            said, _, kind = said.partition("/")
            event, _, variant = said.partition(":")
            entry = self.act(event, variant or None, by=by or speaker(event), kind=kind or None)
            if not entry.verdict.startswith("admitted"):
                raise Refused(f"{step}: {entry.reason}")
        return self

    def act(  # the fields that a header must hold are stated for every act
        self, event: str, variant: str | None, *, by: str, kind: str | None = None, number: int = 0, **instead: Any
    ) -> Entry:
        """Say *event*, an hour after the last one; *number* 0: the newest aggregate, or the one that it begins."""
        kind = kind or kind_of(event)
        at = to_text(self.time)
        header: dict[str, Any] = {
            "event_type": event, "variant": variant, "case_id": self.case_id, "publisher": by, "pii_level": "P0",
            "occurred_at": at, "decided_at": at, "served_at": at, "due_at": to_text(self.time + 10 * DAY),
            "to": self._to(event, variant, by), "cc": ["V9801", "P9801"], "officers": [f"U-{by}-01", f"U-{by}-02"],
            "approver": f"U-{by}-90", "doc_no": "号", "severity": "serious", "region_code": self.case_id[4:10],
            "attachments": [_attached("evidence_package"), _attached("determination")], "campaign_id": "JW2016",
            "countersignature": "P9801" if event == "CaseItemsHandedOver" else None,
            "cites": [_ANOTHER_CASE, *self._own(by), *self.cited()], **instead,
        }  # fmt: skip
        if kind is not None:
            number = number or max(1, self.newest(kind) + begins(event, variant, kind))
            header["aggregate"] = self.ref(kind, number)._asdict()
        body = _MORE_BODIES.get(event) or _BODIES[event]
        self.time += HOUR
        return self.record(self.opened(at, header, body))

    def _own(self, by: str) -> Iterator[dict[str, str]]:
        """Cite all that *by* said before: among it is the decision, or the answer, that an act rests on."""
        for entry in self.entries:
            if entry.header is not None and entry.remembered and entry.header.publisher == by:
                yield {"kind": "event", "id": str(UUID(bytes=entry.header.event_id))}

    def all_said(self) -> Iterator[dict[str, str]]:
        """Cite all that anybody said before."""
        for entry in self.entries:
            if entry.header is not None and entry.remembered:
                yield {"kind": "event", "id": str(UUID(bytes=entry.header.event_id))}

    def cited(self) -> Iterator[dict[str, str]]:
        """Cite every site action and rectification that there is."""
        for ref in self.docket_now.aggregates:
            if ref.kind in ("site_action", "rectification"):
                yield ref._asdict()

    def _to(self, event: str, variant: str | None, by: str) -> list[str]:
        match event, variant:
            case "ClueHandedOver", _:
                return ["W97"] if by == "W98" else ["W98"]
            case ("CriminalReferralSent" | "ReconsiderationRequested", _) | ("ReferralRerouted", "jurisdiction"):
                return ["P9702"] if by == "P9801" else ["P9801"]
            case "SiteActionDecided", _:
                return ["T96"]
            case "JointSupervisionOrdered", _:
                return ["V9801", "P9801"]
            case "FilingLookupRequested" | "AssistanceRequested", _:
                return ["V98", "T97", "P9801"]
            case _:
                return ["V9801"]


class Refused(Exception):
    """A step of a way that should be admitted was refused."""


def _attached(kind: str) -> dict[str, Any]:
    return {"kind": kind, "sha256": "00" * 32, "size": 1, "media_type": "application/zip"}


def kind_of(event: str) -> str | None:
    """Return the kind of aggregate that *event* is about; a referral where it may be about the case too."""
    kinds = law().events[event].aggregate
    return max(kinds) if kinds else None


def speaker(event: str) -> str:
    """Return the organ of 甲省一市 (for sites: of the filing or access province) that says *event* by default."""
    if event in ("SiteSuspended", "SiteRestored"):
        return "T96"
    publishers = law().events[event].publishers
    return next(ORGANS[role][0] for role in ORGANS if role in publishers)


def begins(event: str, variant: str | None, kind: str) -> bool:
    """Hold where *event* begins a new aggregate of *kind*."""
    machine = law().machines.get(kind)
    rows = law().rows(event, variant, kind) if machine else ()
    return any("none" in one.by_state and not one.by_state["none"].refuse for one in rows if one.machine is machine)


@cache
def way(name: str, start: int = MONDAY) -> Way:
    """Return the way *name* told from *start* (ms), to be forked: a route, or ``base + side work``."""
    before, _, side = name.rpartition(" + ")
    parent, script = (before, SIDES[side]) if before else ROUTES[name]
    return (way(parent, start).fork() if parent else Way(start)).walk(script)


@cache
def names() -> tuple[str, ...]:
    """Return every way that can be told: the routes, and each of the bases with each side work that it allows."""
    sides = [f"{base} + {side}" for base in BASES for side in SIDES]
    sides += [f"penalised + {side} + looking up" for side in LOOKED_UP_AGAIN]
    found = [name for name in (*ROUTES, *sides) if _can_be_told(name)]
    return tuple(found)


def _can_be_told(name: str) -> bool:
    try:
        way(name)
    except Refused:
        if name in ROUTES:
            raise
        return False
    return True
