"""Which fields of a body does the variant in the header, or another field, demand or forbid?"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

Body = Mapping[str, object]
Fault = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A field that must be filled with some variants, or empty with all others; ``said`` is the catalogue's word."""

    event_type: str
    field: str
    said: str
    needed_with: frozenset[str] = frozenset()
    only_with: frozenset[str] | None = None


def _needed(event_type: str, field: str, said: str, *variants: str) -> Condition:
    return Condition(event_type=event_type, field=field, said=said, needed_with=frozenset(variants))


def _only(event_type: str, field: str, said: str, *variants: str) -> Condition:
    return Condition(event_type=event_type, field=field, said=said, only_with=frozenset(variants))


#: Every sentence of the catalogue that ties a body field to the variant; a test reads the catalogue for others.
CONDITIONS: tuple[Condition, ...] = (
    _only("RegulatoryMeasureTaken", "rule_hits", "else empty", "no_referral_memo"),
    _only("RegulatoryMeasureTaken", "meeting_kind", "only for variant meeting", "meeting"),
    _needed(
        "SiteActionDecided", "reason", "mandatory for a refusal", "suspend_refused", "restore_refused", "close_refused"
    ),
    _needed("ReferralProposed", "rule_hits", "at least one when variant is thresholds", "thresholds"),
    _needed("ReferralProposed", "suspicion_note", "mandatory when variant is suspicion", "suspicion"),
    _needed("ReferralDecided", "reason", "mandatory for a rejection", "rejected"),
    _only("ReconsiderationDecided", "charge", "when variant is file", "file"),
    _only("ReconsiderationDecided", "amount_involved_fen", "when variant is file", "file"),
    _needed("JointSupervisionLifted", "waiver", "mandatory when variant is waived", "waived"),
    _needed("PeriodicReportFiled", "recipient_external", "mandatory when variant is local_gov", "local_gov"),
    _needed("CasesLinked", "cluster_id", "mandatory for variant cluster", "cluster"),
)


def condition_faults(event_type: str, body: Body, *, variant: str | None) -> Iterator[Fault]:
    """Yield field and fault of every condition that *body* breaks under *variant*."""
    for condition in CONDITIONS:
        if condition.event_type != event_type:
            continue
        filled = body.get(condition.field) not in (None, "", [], ())
        if variant in condition.needed_with and not filled:
            yield condition.field, f"must be filled with variant {variant}"
        if filled and condition.only_with is not None and variant not in condition.only_with:
            yield condition.field, f"must be empty unless the variant is {', '.join(sorted(condition.only_with))}"
    for check in _CHECKS.get(event_type, ()):
        yield from check(body)


def _no_names_of_persons(body: Body) -> Iterator[Fault]:
    """Refuse the name of a person: persons travel as tokens, whatever the level of the body."""
    parties = body.get("parties")
    for n, party in enumerate(parties if isinstance(parties, list | tuple) else ()):
        if isinstance(party, Mapping) and party.get("kind") == "person" and party.get("name") is not None:
            yield f"parties[{n}].name", "must be empty for a person; use person_token"


_CHECKS: Mapping[str, tuple[Callable[[Body], Iterator[Fault]], ...]] = {"CaseOpened": (_no_names_of_persons,)}
