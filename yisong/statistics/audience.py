"""
Which bodies of a docket may a node read, without folding the docket again?

The rule is that of `yisong.ledger.audience`, in the states that the docket has been in since the event; what a referral
hands on is read as in `yisong.ledger.sharing`. Here it is asked of a whole agency line, and every answer is remembered:
of a hundred thousand dockets few differ in what the rule looks at.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from yisong.envelope.header import AggregateRef, Header
from yisong.ledger import Aggregate, Docket, Law
from yisong.ledger.audience import above, readers
from yisong.ledger.cites import named_events
from yisong.statistics.rows import Stated
from yisong.statistics.rules import READ

_SENT: Final = "CriminalReferralSent"
_HANDS_ON: Final = frozenset({_SENT, "ReferralRerouted"})
_SITE: Final = AggregateRef("site_action", "")
_CASE: Final = AggregateRef("case", "")


class Whose(NamedTuple):
    """Who found the clue of a docket, who holds it, and who owns the case, at some point of it."""

    finder: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()


class _Asked(NamedTuple):
    event_type: str
    organ: str
    speaker: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    requester: tuple[str, ...]
    whose: Whose


class Audience:
    """Who may read bodies, as *law* says, asked for the line of *agency*."""

    def __init__(self, law: Law, agency: str) -> None:
        """Remember what was asked, for as long as this lives."""
        self._law, self._agency = law, agency
        self._always: dict[tuple[str, str, str], bool] = {}
        self._known: dict[_Asked, tuple[frozenset[str], bool]] = {}

    def always(self, event_type: str, organ: str, speaker: str) -> bool:
        """Hold where this line may read what an organ says whatever comes after: its own, and what its role may."""
        key = event_type, organ, speaker
        found = self._always.get(key)
        if found is None:
            event = self._law.events.get(event_type)
            named = event is not None and self._agency in event.audience
            found = self._always[key] = named or self._is_ours(organ) or self._is_ours(speaker)
        return found

    def readable(self, events: Sequence[Stated]) -> frozenset[int]:
        """Return which of *events*, of one docket in its order, this line may read, by their numbers in it."""
        asked = [one for one in events if one.event_type in READ]
        if all(self.always(one.event_type, one.organ, one.speaker) for one in asked):
            return frozenset(one.docket_index for one in asked)
        states = list(_states(events))
        requesters: dict[str | None, tuple[str, ...]] = {}
        found: set[int] = set()
        closed: list[tuple[int, Stated, frozenset[str]]] = []
        for at, one in enumerate(events):
            if one.event_type == "SiteActionRequested" and one.variant in ("suspend", "suspend_urgent"):
                requesters[one.aggregate_id] = (one.speaker,)
            if one.event_type not in READ and one.event_type != _SENT:
                continue
            may: frozenset[str] = frozenset()
            for whose in dict.fromkeys(states[at:]):
                organs, ours = self._readers(one, requesters.get(one.aggregate_id, ()), whose)
                if ours:
                    found.add(one.docket_index)
                    break
                may |= organs
            else:
                closed.append((at, one, may))
        return frozenset(found | set(self._handed_on(events, closed)) if closed else found)

    def organs(self, events: Sequence[Stated]) -> Mapping[int, frozenset[str]]:
        """
        Return, by its number, who may read each of *events*, of one docket in its order, that are read at all.

        What every organ of this line may read, because its audience names the line, is left out. As `may_read` of
        `yisong.ledger.sharing`, of the events that the statistics look at.
        """
        found: dict[int, frozenset[str]] = {}
        asked: dict[int, tuple[Stated, tuple[str, ...]]] = {}
        requesters: dict[str | None, tuple[str, ...]] = {}
        before = Whose()
        for one, whose in zip(events, _states(events), strict=True):
            if one.event_type == "SiteActionRequested" and one.variant in ("suspend", "suspend_urgent"):
                requesters[one.aggregate_id] = (one.speaker,)
            if whose != before:
                found = {number: may | self._readers(*asked[number], whose)[0] for number, may in found.items()}
                before = whose
            if one.event_type in _HANDS_ON:
                found |= self._granted(one, [earlier for earlier, _ in asked.values()], found)
            if one.event_type == _SENT or (one.event_type in READ and not self._names(one.event_type)):
                asked[one.docket_index] = one, requesters.get(one.aggregate_id, ())
                found[one.docket_index] = self._readers(*asked[one.docket_index], whose)[0]
        return {number: may for number, may in found.items() if asked[number][0].event_type in READ}

    def _granted(
        self, by: Stated, before: Sequence[Stated], found: Mapping[int, frozenset[str]]
    ) -> Mapping[int, frozenset[str]]:
        """Return who may read what a referral or re-route *by* hands on, those that it addresses now among them."""
        sendings = [one for one in before if one.event_type == _SENT and one.aggregate_id == by.aggregate_id]
        sent = [by, *sendings] if by.event_type == _SENT else sendings
        handed = {event_id for one in sent for event_id in named_events(one.cites)}
        if by.event_type != _SENT:
            handed |= {one.event_id for one in sendings}
        givers = {organ for one in sent for organ in (one.organ, one.speaker)}
        to = [organ for organ in by.to if organ in self._law.addressees]
        new = {higher for organ in to for higher in (organ, *above(organ, self._law))}
        return {
            one.docket_index: found[one.docket_index] | new
            for one in before
            if one.event_id in handed and givers & found[one.docket_index]
        }

    def _names(self, event_type: str) -> bool:
        event = self._law.events.get(event_type)
        return event is not None and self._agency in event.audience

    def _readers(self, one: Stated, requester: tuple[str, ...], whose: Whose) -> tuple[frozenset[str], bool]:
        asked = _Asked(one.event_type, one.organ, one.speaker, one.to, one.cc, requester, whose)
        found = self._known.get(asked)
        if found is None:
            organs = readers(_header(asked), _docket(asked), self._law)
            found = self._known[asked] = organs, any(self._is_ours(organ) for organ in organs)
        return found

    def _is_ours(self, organ: str) -> bool:
        known = self._law.organs.get(organ)
        return known is not None and known.role == self._agency

    def _handed_on(self, events: Sequence[Stated], closed: list[tuple[int, Stated, frozenset[str]]]) -> Iterator[int]:
        """Yield what a referral, or its re-routing, hands on to an organ of this line."""
        sendings: list[Stated] = []
        for at, by in enumerate(events):
            if by.event_type == _SENT:
                sendings.append(by)
            elif by.event_type != "ReferralRerouted":
                continue
            sent = [one for one in sendings if one.aggregate_id == by.aggregate_id]
            if not any(self._is_ours(higher) for organ in by.to for higher in (organ, *above(organ, self._law))):
                continue
            handed = {event_id for one in sent for event_id in named_events(one.cites)}
            givers = {organ for one in sent for organ in (one.organ, one.speaker)}
            for place, one, may in closed:
                if place < at and one.event_id in handed and givers & may:
                    yield one.docket_index


def _states(events: Sequence[Stated]) -> Iterator[Whose]:
    """Yield whose the docket is after each event, as the fold would remember it (`yisong.ledger.facts`)."""
    now = Whose()
    for one in events:
        match one.event_type:
            case "ClueFound":
                now = now._replace(finder=(one.speaker,), holders=(one.speaker,))
            case "ClueHandedOver":
                now = now._replace(holders=(*one.to, one.speaker) if one.variant == "external" else one.to)
            case "CaseOpened":
                now = now._replace(owner=(one.speaker,))
            case "CriminalCaseFiled" if one.of_case:
                now = now._replace(owner=(one.speaker,))
            case _:
                pass
        yield now


def _docket(asked: _Asked) -> Docket:
    whose = asked.whose
    case = Aggregate(_CASE, "open", None, {"finder": whose.finder, "holders": whose.holders, "owner": whose.owner})
    site = Aggregate(_SITE, "requested", None, {"requester": asked.requester})
    return Docket(case_id="", log_time=0, aggregates={_CASE: case, _SITE: site})


def _header(asked: _Asked) -> Header:
    """Return a header with what an audience looks at, and nothing else."""
    return Header(
        event_id=b"", event_type=asked.event_type, variant=None, body_schema=b"", body_hash=b"", carried_hash=b"",
        case_id="", aggregate=_SITE, publisher=asked.organ,
        acting_for=None if asked.speaker == asked.organ else asked.speaker,
        publisher_seq=0, publisher_prev=None, basis=None, causation_id=None, correlation_id=None, occurred_at=0,
        decided_at=None, served_at=None, due_at=None, to=asked.to, cc=asked.cc, officers=(), approver=None, cites=(),
        doc_no=None, attachments=(), severity=None, pii_level="P0", classification="internal", sealing="clear",
        campaign_id=None, region_code="", countersignature=None, test_data=False,
    )  # fmt: skip
