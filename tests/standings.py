"""
Who may read each event of a case, and how does each organ stand to it? Told from its headers and verdicts alone.

By the words of events.yaml (``audience_tokens``) and of decision 0009: an audience is that of the case after the event
and of every later change of finder, holders or owner; a referral hands on what it cites. Nothing of the product's own
reading of these words is used.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from tests import audiences
from tests.audiences import Said, Standing

_ADMITTED: Final = ("admitted", "admitted-late")
#: Steps up to which nobody knows who said it, or whether it was said before (reasons.yaml, envelope.md).
_AUTHENTIC_FROM: Final = 6
_REQUESTS: Final = ("FilingLookupRequested", "AssistanceRequested", "SiteActionRequested")

Record = Mapping[str, Any]
"""One record of a history as the API gives it: ``header``, ``verdict``, ``reason``, ``position``, ``number``."""


class Event(NamedTuple):
    """
    One event of a case as the law has it.

    *readers*: organs that may read its body. *concerned*: organs in whose inbox it lies. *relations*: organs by how
    they stood to it when it was said, none where it was not admitted. *erased*: its publisher has taken its body back.
    """

    event_id: str
    case_id: str
    number: int
    position: tuple[int, int]
    event_type: str
    sealed: bool
    admitted: bool
    readers: frozenset[str]
    concerned: frozenset[str]
    relations: Mapping[str, frozenset[str]]
    erased: bool

    def related(self, organ: str) -> tuple[str, ...]:
        """Return how *organ* stands to it."""
        return tuple(relation for relation, organs in self.relations.items() if organ in organs)

    def lawful(self, organ: str) -> str:
        """Return what *organ* must be shown of its body: ``shown``, or why it is masked."""
        if organ not in self.readers:
            return "not-in-audience"
        return "erased" if self.erased else "shown"

    def reads(self, organ: str) -> bool:
        """Hold where *organ* must be shown its body."""
        return self.lawful(organ) == "shown"


class Look(NamedTuple):
    """*organ* has looked at an event, and *found* its body ``shown``, or why it is masked."""

    event: Event
    organ: str
    found: str

    def __str__(self) -> str:
        how = ", ".join(self.event.related(self.organ)) or "not admitted"
        where = f"{self.event.case_id} {self.event.number}"
        lawful = self.event.lawful(self.organ)
        return f"{self.event.event_type:32}{how:28}{self.organ:8}{where:30}{lawful:18}{self.found}"


def differing(looks: Iterable[Look]) -> str:
    """Return a table of the cells in which an organ was shown something else than the law says; empty where none."""
    rows = [str(one) for one in looks if one.found != one.event.lawful(one.organ)]
    head = f"{'type':32}{'relation':28}{'organ':8}{'event':30}{'the law says':18}found"
    return "\n".join([f"{len(rows)} cells differ:", head, *rows[:60]]) if rows else ""


def told(records: Sequence[Record]) -> tuple[Event, ...]:
    """Return every event of a case, told from all its *records* in their order."""
    case = _Case()
    for record in records:
        case.tell(record)
    return case.events()


class _One:
    """An event as it stands so far: who may read it grows with what is said later."""

    def __init__(self, record: Record, said: Said, standing: Standing) -> None:
        self.record, self.header, self.said, self.standing = record, record["header"], said, standing
        self.admitted = record["verdict"] in _ADMITTED
        self.readers = self._first_readers()
        self.erased = False

    def _first_readers(self) -> frozenset[str]:
        if self.admitted:
            return audiences.readers(self.said, self.standing)
        known = self.record["verdict"] == "refused" and _step(self.record["reason"]) >= _AUTHENTIC_FROM
        return frozenset((self.said.publisher, self.said.speaker)) if known else frozenset()

    @property
    def cited(self) -> frozenset[str]:
        """The events that it cites, by id."""
        return frozenset(one["id"] for one in self.header["cites"] if one["kind"] == "event")

    def widen(self, owners: frozenset[str]) -> None:
        """Let whom its audience means now read it, too."""
        if self.admitted:
            self.readers |= audiences.readers(self.said, self.standing._replace(owners=owners))


class _Case:
    """A case while it is told."""

    def __init__(self) -> None:
        self._told: list[_One] = []
        self._owner: frozenset[str] = frozenset()
        self._finder: frozenset[str] = frozenset()
        self._holders: frozenset[str] = frozenset()
        self._requesters: dict[str, frozenset[str]] = {}
        self._co_signers: dict[str, frozenset[str]] = {}

    @property
    def _owners(self) -> frozenset[str]:
        return self._owner or self._finder | self._holders

    def tell(self, record: Record) -> None:
        """Take up the next record; one whose header nobody can read is nobody's."""
        header = record["header"]
        if header is None or header["event_type"] not in audiences.events():
            return
        said = _said(header)
        if record["verdict"] in _ADMITTED:
            self._learn(header, said)
        about = "" if header["aggregate"] is None else header["aggregate"]["id"]
        none: frozenset[str] = frozenset()
        standing = Standing(self._owners, self._requesters.get(about, none), self._co_signers.get(about, none))
        one = _One(record, said, standing)
        if one.admitted:
            self._hand_on(one)
            self._erase(one)
        self._told.append(one)

    def _learn(self, header: Mapping[str, Any], said: Said) -> None:
        """Note who owns, found, holds, asked or signs beside, as of this admitted event."""
        before, speaker = self._owners, frozenset((said.speaker,))
        about = header["aggregate"] or {"kind": "", "id": ""}
        match said.event_type:
            case "ClueFound":
                self._finder = self._holders = speaker
            case "ClueHandedOver":  # who hands it outside the bus still holds it
                self._holders = frozenset(said.to) | (speaker if header["variant"] == "external" else frozenset())
            case "CaseOpened":
                self._owner = speaker
            case "CriminalCaseFiled" if about["kind"] == "case":
                self._owner = speaker
            case "JointSupervisionOrdered":
                self._co_signers[about["id"]] = frozenset(said.cc)
            case _ if said.event_type in _REQUESTS:
                self._requesters[about["id"]] = speaker
        if self._owners != before:
            for one in self._told:
                one.widen(self._owners)

    def _hand_on(self, by: _One) -> None:
        """Let the police that a referral names read what it cites, as far as its sender may read that."""
        kind = by.said.event_type
        if kind not in ("CriminalReferralSent", "ReferralRerouted"):
            return
        sendings = [one for one in self._told if one.admitted and one.said.event_type == "CriminalReferralSent"]
        sendings = [one for one in sendings if one.header["aggregate"] == by.header["aggregate"]]
        sent = [by] if kind == "CriminalReferralSent" else sendings
        handed = {event_id for one in sent for event_id in one.cited}
        if kind == "ReferralRerouted":
            handed |= {one.header["event_id"] for one in sendings}
        givers = {giver for one in sent for giver in (one.said.publisher, one.said.speaker)}
        taker = frozenset(organ for to in by.said.to for organ in audiences.chain(to))
        for one in self._told:
            if one.header["event_id"] in handed and givers & one.readers:
                one.readers |= taker

    def _erase(self, by: _One) -> None:
        if by.said.event_type == "BodyErased":
            for one in self._told:
                mine = {by.said.publisher, by.said.speaker} & {one.said.publisher, one.said.speaker}
                one.erased |= one.header["event_id"] in by.cited and bool(mine)

    def events(self) -> tuple[Event, ...]:
        """Return what has become of each."""
        return tuple(map(_event, self._told))


def _event(one: _One) -> Event:
    header, said = one.header, one.said
    known = frozenset(audiences.organs())
    parties = frozenset((said.publisher, said.speaker, *said.to, *said.cc)) & known
    relayed = one.admitted and said.event_type != "Heartbeat"  # envelope.md: relayed to no inbox
    return Event(
        event_id=header["event_id"],
        case_id=header["case_id"],
        number=one.record["number"],
        position=(one.record["position"]["partition"], one.record["position"]["offset"]),
        event_type=said.event_type,
        sealed=header["sealing"] == "sealed",
        admitted=one.admitted,
        readers=one.readers & known,
        concerned=parties | audiences.named(said, one.standing) if relayed else frozenset(),
        relations=audiences.relations(said, one.standing) if one.admitted else {},
        erased=one.erased,
    )


def _said(header: Mapping[str, Any]) -> Said:
    publisher = header["publisher"]
    speaker = header["acting_for"] or publisher
    return Said(header["event_type"], publisher, speaker, tuple(header["to"]), tuple(header["cc"]))


def _step(reason: str) -> int:
    """Return the step of the checks that gives a reason (reasons.yaml)."""
    return int(audiences.book("reasons")["reasons"][reason]["step"])
