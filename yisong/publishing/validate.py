"""What is wrong with an event, all at once, before anything is sent?"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from yisong.envelope.case_id import is_case_id
from yisong.envelope.header import AggregateRef
from yisong.envelope.open import EARLIEST, TOO_LATE
from yisong.ledger import Law
from yisong.ledger.law import valid_at
from yisong.publishing.across import faults_across
from yisong.publishing.compose import Fields, read_fields
from yisong.publishing.feedback import feedback_faults
from yisong.publishing.identifiers import identifier_refusals
from yisong.publishing.opening import seal_key
from yisong.publishing.sealer import asks_sealing
from yisong.publishing.signer import Signer
from yisong.rulebook.model import EventType, Requirement
from yisong.schemas import body_faults, pii_level

_SECRET = ("secret_mimi", "secret_jimi", "secret_juemi")
_INSTANTS = ("occurred_at", "decided_at", "served_at", "due_at")
_REGION_DIGITS = 6


class _Event(NamedTuple):
    """The event under examination: the values that could be read, the law, who can sign, and the instant *at* (ms)."""

    values: Mapping[str, object]
    law: Law
    signer: Signer
    at: int
    alone: bool

    def text(self, name: str) -> str | None:
        """Return a text field, or ``None`` where it is null or could not be read."""
        value = self.values.get(name)
        return value if isinstance(value, str) else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, empty where it could not be read."""
        value = self.values.get(name)
        return value if isinstance(value, tuple) else ()

    @property
    def event_type(self) -> EventType | None:
        """The row of the catalogue, or ``None`` where there is none."""
        return self.law.events.get(self.text("event_type") or "")


Faults = Iterator[str]


def event_faults(  # noqa: PLR0913 (what is said, by which law, with whose keys, and when)
    fields: Fields,
    body: Mapping[str, object],
    *,
    law: Law,
    signer: Signer,
    at: int,
    alone: bool = False,
) -> tuple[str, ...]:
    """
    Name all that would keep this event from being admitted whatever the state of its case: steps 1 to 4 and 6 to 8.

    *at*: the instant (ms) at which it is to be logged. *alone*: no node sends it, which would ask for the signature of
    a second organ: then that organ's key must be here, too. Each fault begins with the field it is about, and holds no
    value of the body. What depends on the docket (step 5 and 9 to 11) is the log's to say.
    """
    stated = read_fields(fields)
    event = _Event(stated.values, law, signer, at, alone)
    faults = list(stated.faults)
    for check in _CHECKS:
        faults += check(event)
    faults += _body(event, body)
    faults += feedback_faults(event.text("event_type"), event.text("variant"), body)
    faults += faults_across(event.text("event_type"), event.text("variant"), event.texts("cc"), body)
    faults += identifier_refusals(fields, body, law=law)
    unreadable = {fault.partition(":")[0] for fault in stated.faults}
    return tuple(f for i, f in enumerate(faults) if i < len(stated.faults) or f.partition(":")[0] not in unreadable)


def _body(event: _Event, body: Mapping[str, object]) -> Faults:
    kind, stated = event.event_type, event.text("pii_level")
    if kind is None:
        return
    faults = body_faults(kind.name, dict(body), variant=event.text("variant"))
    yield from faults
    if not faults and stated is not None and stated < (held := pii_level(kind.name, body)):
        yield f"pii_level: the body holds fields of level {held}"


def _catalogued(event: _Event) -> Faults:
    name, kind = event.text("event_type"), event.event_type
    if name is not None and kind is None:
        yield f"event_type: {name} is not in the catalogue"
    if kind is None:
        return
    variant = event.text("variant")
    if variant is not None and variant not in (kind.variants or ()):
        yield f"variant: {kind.name} has {'the variants ' + ', '.join(kind.variants) if kind.variants else 'none'}"
    organ = event.law.organs.get(event.text("publisher") or "")
    if organ is not None and organ.role not in kind.publishers:
        yield f"publisher: {organ.id} is {organ.role}; {kind.name} is published by {', '.join(sorted(kind.publishers))}"


def _placed(event: _Event) -> Faults:
    case_id = event.text("case_id")
    if case_id is not None and not is_case_id(case_id):
        yield "case_id: wrong format or check character"
    aggregate, kind = event.values.get("aggregate"), event.event_type
    if not isinstance(aggregate, AggregateRef) or kind is None:
        return
    letters = event.law.rulebook.catalogue.aggregate_letters
    allowed = set(letters) if kind.any_aggregate else kind.aggregate or set()
    if aggregate.kind not in allowed:
        yield f"aggregate: {kind.name} has {'the kind ' + ', '.join(sorted(allowed)) if allowed else 'no aggregate'}"
    elif not _id_fits(aggregate, case_id, letters[aggregate.kind]):
        letter = letters[aggregate.kind]
        yield f"aggregate: its id must be {f'{letter}-{{case_id}}-{{n}}' if letter else 'the case id'}"


def _id_fits(aggregate: AggregateRef, case_id: str | None, letter: str | None) -> bool:
    if letter is None or case_id is None:
        return case_id is None or aggregate.id == case_id
    prefix = f"{letter}-{case_id}-"
    number = aggregate.id.removeprefix(prefix)
    return aggregate.id.startswith(prefix) and number.isascii() and number.isdigit() and number[0] != "0"


def _complete(event: _Event) -> Faults:
    kind = event.event_type
    if kind is None:
        return
    requires = kind.requires.get(event.text("variant"), kind.requires[None])
    for requirement in requires:
        if _lacks(event.values.get(requirement.field), requirement):
            count = f" (at least {requirement.least})" if requirement.least > 1 else ""
            yield f"{requirement.field}: required for {kind.name}{count}"


def _lacks(value: object, requirement: Requirement) -> bool:
    if isinstance(value, tuple) and not isinstance(value, AggregateRef):
        return len(value) < requirement.least
    return value is None or value == ""


def _known_organs(event: _Event) -> Faults:
    publisher = event.text("publisher")
    if publisher is not None:
        organ = event.law.organs.get(publisher)
        if organ is None:
            yield f"publisher: {publisher} is not in the directory"
        elif not valid_at(organ.valid_from, organ.valid_to, event.at):
            yield f"publisher: {publisher} is not in the directory at this time"
    named = [(name, one) for name in ("to", "cc") for one in event.texts(name)]
    named += [(name, one) for name in ("acting_for", "countersignature") if (one := event.text(name)) is not None]
    for name, organ_id in named:
        addressee = event.law.organs.get(organ_id)
        if addressee is None:
            yield f"{name}: {organ_id} is not in the directory"
        elif addressee.role == "system":
            yield f"{name}: {organ_id} is a system organ, which is no addressee"


def _authorised(event: _Event) -> Faults:
    publisher, principal, name = event.text("publisher") or "", event.text("acting_for") or "", event.text("event_type")
    known = event.law.organs.keys()
    if (
        {publisher, principal} <= known
        and name is not None
        and not event.law.may_act(publisher, principal, name, event.at)
    ):
        yield f"acting_for: {publisher} is neither the superior of {principal} nor holds its delegation for {name}"


def _signable(event: _Event) -> Faults:
    for name in ("publisher", "countersignature") if event.alone else ("publisher",):
        organ = event.text(name)
        if organ in event.law.organs and organ is not None and not event.signer.may_sign(organ, at=event.at):
            yield f"key: no key of {organ} in this key store is registered and valid at this time ({name})"
    second = event.text("countersignature")
    if second is not None and second == event.text("publisher"):
        yield "countersignature: must be another organ than the publisher"
    elif second in event.law.organs and second and not (event.alone or event.signer.has_key(second, at=event.at)):
        yield f"key: no key of {second} is registered and valid at this time (countersignature)"


def _admissible(event: _Event) -> Faults:
    if event.text("classification") in _SECRET:
        yield "classification: 国家秘密 never travels on this bus"
    if event.text("sealing") == "clear" and asks_sealing(event.law, event.text("pii_level"), at=event.at):
        yield "sealing: a body with personal data of this level must be sealed"
    publisher = event.text("publisher")
    if event.text("sealing") == "sealed" and publisher and seal_key(event.law, publisher, at=event.at) is None:
        yield f"sealing: {publisher} has no key to seal to, so nobody could open the body again (yisong keys new)"
    region = event.text("region_code")
    if region is not None and not (region.isascii() and region.isdigit() and len(region) == _REGION_DIGITS):
        yield "region_code: must have six digits (GB/T 2260)"


def _timely(event: _Event) -> Faults:
    for name in _INSTANTS:
        instant = event.values.get(name)
        if not isinstance(instant, int):
            continue
        tolerance = event.law.reasons.future_tolerance.get(name)
        if not EARLIEST <= instant < TOO_LATE:
            yield f"{name}: must lie from 2000-01-01 to 2099-12-31"
        elif tolerance is not None and instant > event.at + tolerance:
            yield f"{name}: lies further ahead of the present than is tolerated"


_CHECKS: tuple[Callable[[_Event], Faults], ...] = (
    _catalogued,
    _placed,
    _complete,
    _known_organs,
    _authorised,
    _signable,
    _admissible,
    _timely,
)
