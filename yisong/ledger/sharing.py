"""Who may read the body of each event of a case, counting those whom its audience means, or is handed on to, later?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from yisong.envelope.header import AggregateRef, Header
from yisong.ledger.audience import above, own_readers, readers, sealed_to
from yisong.ledger.cites import cited_events
from yisong.ledger.docket import Docket
from yisong.ledger.law import Law
from yisong.ledger.verdict import Entry

_ADMITTED: Final = ("admitted", "admitted-late")
_SENT: Final = "CriminalReferralSent"
_HANDS_ON: Final = frozenset({_SENT, "ReferralRerouted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """
    One event of a docket, and who may see its body.

    *readers*: the organs that may read it. *sealed_to*: those whose keys must open it where it is sealed. *granted*:
    which of them it was handed on to by a referral, each with the organ that handed it on and so gives the key.
    """

    partition: int
    offset: int
    header: Header
    admitted: bool
    readers: frozenset[str]
    sealed_to: frozenset[str]
    granted: tuple[tuple[str, str], ...] = ()


def may_read(folded: Iterable[tuple[Entry, Docket]], law: Law) -> tuple[Seen, ...]:
    """
    Return every event of one docket whose header can be read, with its readers, in log order.

    *folded*: the whole docket from its first record on, each entry with the docket after it. An audience is that of the
    state after the event and of every later one: a clue is its present holders' to read, a case its owner's, and whom a
    body was sealed to has its key for good. An admitted referral hands on to the addressed police organs the bodies it
    cites, and a re-route those and the referral to the new ones (events.yaml, under `audience_tokens`), as far as
    whoever sends the referral may read them.
    """
    seen: list[Seen] = []
    whose: tuple[tuple[str, ...], ...] = ()
    for entry, docket in folded:
        header = entry.header
        if (now := _whose(docket)) != whose:
            seen, whose = [_widened(one, docket, law) for one in seen], now
        if (
            header is None
            or entry.verdict in ("duplicate", "absent")
            or (entry.verdict == "refused" and not entry.remembered)
        ):
            continue
        one = _of(entry, header, docket, law)
        if one.admitted and header.event_type in _HANDS_ON:
            seen = list(_handed_on(seen, one, law))
        seen.append(one)
    return tuple(seen)


def _whose(docket: Docket) -> tuple[tuple[str, ...], ...]:
    """Return what later events can change in whom an audience means."""
    case = docket.case
    return (case.fact("owner"), case.fact("finder"), case.fact("holders"))


def _widened(one: Seen, docket: Docket, law: Law) -> Seen:
    if not one.admitted:
        return one
    return replace(
        one,
        readers=one.readers | readers(one.header, docket, law),
        sealed_to=one.sealed_to | sealed_to(one.header, docket, law),
    )


def _of(entry: Entry, header: Header, docket: Docket, law: Law) -> Seen:
    admitted = entry.verdict in _ADMITTED
    own = own_readers(header)
    return Seen(
        partition=entry.partition,
        offset=entry.offset,
        header=header,
        admitted=admitted,
        readers=readers(header, docket, law) if admitted else own,
        sealed_to=sealed_to(header, docket, law) if admitted else own,
    )


def _handed_on(seen: Iterable[Seen], by: Seen, law: Law) -> Iterator[Seen]:
    """Yield what was *seen* before *by*, with its addressees among the readers of what it hands on."""
    before = list(seen)
    referral = by.header.aggregate
    sendings = [one for one in before if one.admitted and _is_of(one.header, referral)]
    sent = [by, *sendings] if by.header.event_type == _SENT else sendings
    handed = {event_id for one in sent for event_id in cited_events(one.header) if event_id is not None}
    if by.header.event_type != _SENT:
        handed |= {one.header.event_id for one in sendings}
    givers = {one.header.speaker for one in sent} | {one.header.publisher for one in sent}
    for one in before:
        giver = next(iter(sorted(givers & one.readers)), None)
        yield one if giver is None or one.header.event_id not in handed else _granted(one, by.header.to, giver, law)


def _is_of(header: Header, referral: AggregateRef | None) -> bool:
    return header.event_type == _SENT and header.aggregate == referral


def _granted(one: Seen, to: Iterable[str], giver: str, law: Law) -> Seen:
    new = [organ for organ in to if organ in law.addressees and organ not in one.sealed_to]
    return replace(
        one,
        readers=one.readers | {higher for organ in new for higher in (organ, *above(organ, law))},
        sealed_to=one.sealed_to | set(new),
        granted=(*one.granted, *((organ, giver) for organ in new)),
    )
