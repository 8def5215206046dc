"""What would become of these events if they were published now? The fold on the stored dockets, and nothing written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from yisong.audit.trails import Trail
from yisong.envelope.header import AggregateRef
from yisong.envelope.open import Opened, open_record
from yisong.envelope.partition import partition_of
from yisong.ledger import Clock, Docket, Entry, Known, Law, advance, fold, remember
from yisong.publishing.compose import Composed, Content, Place, compose, must_seal
from yisong.publishing.countersigning.checks import header_of
from yisong.publishing.sealer import sealed_now
from yisong.publishing.signer import Signer
from yisong.signing.verify import verify

# Far beyond every real offset, so that no clock of the docket seems to have been started by a record of ours.
_FIRST_OFFSET = 1 << 48


class Moved(NamedTuple):
    """An aggregate whose state an event would move, from one to another; *before* None = there is no such one yet."""

    aggregate: AggregateRef
    before: str | None
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """
    What one event would come to: *verdict* and *reason* as in a trail, at *log_time* (ms) on the docket *case_id*.

    *started*: the clocks that it would start; *stopped*: those that it would stop or void, as they stood after it.
    """

    case_id: str
    log_time: int
    verdict: str
    reason: str | None
    moved: tuple[Moved, ...]
    started: tuple[Clock, ...]
    stopped: tuple[Clock, ...]


class _Standing(NamedTuple):
    """A docket as it stands (None: it has no record yet), and what it remembers."""

    docket: Docket | None
    memory: dict[bytes, tuple[Known, ...]]


def rehearse(trail: Trail, events: Sequence[tuple[Content, int]], law: Law, signer: Signer) -> tuple[Rehearsed, ...]:
    """
    Judge *events*, each with the instant (ms) at which it would be logged, one behind the other, as *trail* would.

    What waits in an outbox is not counted: it has not happened. An act with two signatures is judged as if the other
    organ had signed. Raises NotPublishable where one cannot be composed or signed, BusUnreachable.
    """
    standing: dict[str, _Standing] = {}
    offsets = count(_FIRST_OFFSET)
    found = []
    for said, at in events:
        case_id = str(said.fields["case_id"])
        before = standing.get(case_id) or _standing(trail, case_id)
        docket, entry = _judged(said, at, before, law=law, signer=signer, offset=next(offsets))
        standing[case_id] = _Standing(docket, before.memory)
        remember(before.memory, entry)
        found.append(_rehearsed(before.docket, docket, entry, case_id, law))
    return tuple(found)


def rehearse_draft(  # noqa: PLR0913 (what was drafted, where it would lie, and by which law)
    trail: Trail, header_bytes: bytes, carried: bytes, law: Law, signer: Signer, *, at: int
) -> Rehearsed:
    """
    Judge a draft, whoever has sent it, as if both organs had signed it and it were logged *at* an instant (ms).

    Raises NotPublishable where one of them has no valid key, BusUnreachable.
    """
    composed = Composed(header_of(header_bytes), header_bytes, carried)
    before = _standing(trail, composed.header.case_id)
    opened = _opened(composed, signer.blank_draft(composed, at=at), law, offset=_FIRST_OFFSET, at=at)
    docket, entry = fold(before.docket, opened._replace(valid=(True, True)), law, before.memory)
    return _rehearsed(before.docket, docket, entry, composed.header.case_id, law)


def _standing(trail: Trail, case_id: str) -> _Standing:
    memory: dict[bytes, tuple[Known, ...]] = {}
    for event_id, publisher, organ, header_hash in trail.rows("remembered_of_docket", case_id=case_id):
        memory[event_id.bytes] = (*memory.get(event_id.bytes, ()), Known(publisher, organ, header_hash))
    return _Standing(trail.docket(case_id), memory)


def _judged(  # noqa: PLR0913 (an event, when and where it would be judged, by which law)
    said: Content, at: int, standing: _Standing, *, law: Law, signer: Signer, offset: int
) -> tuple[Docket | None, Entry]:
    chain = None if standing.docket is None else standing.docket.chains.get(str(said.fields["publisher"]))
    place = Place(1, None) if chain is None else Place(chain.length + 1, chain.last)
    sealed = sealed_now(said).body if must_seal(said) else None
    composed = compose(said, place, test_data=law.bus.test_data, sealed=sealed)
    if composed.header.countersignature:
        # The other organ signs at its own node, with a key that is not here.
        opened = _opened(composed, signer.blank(composed, at=at), law, offset=offset, at=at)
        return fold(standing.docket, opened._replace(valid=(True, True)), law, standing.memory)
    bare = _opened(composed, signer.envelope(composed, at=at), law, offset=offset, at=at)
    (opened,) = verify([bare], bus=law.bus.name, keys=law.rulebook.keys)
    return fold(standing.docket, opened, law, standing.memory)


def _opened(composed: Composed, value: bytes, law: Law, *, offset: int, at: int) -> Opened:
    key = composed.header.case_id.encode()
    return open_record(partition_of(key, law.bus.partitions), offset, at, key, value)


def _rehearsed(before: Docket | None, after: Docket | None, entry: Entry, case_id: str, law: Law) -> Rehearsed:
    # As it would stand at that instant without the event: what runs out by then is not the event's doing.
    without = advance(before or Docket(case_id, entry.log_time), entry.log_time, law)
    earlier = {clock.id: clock for clock in without.clocks}
    clocks = () if after is None else after.clocks
    return Rehearsed(
        case_id=case_id,
        log_time=entry.log_time,
        verdict=entry.verdict,
        reason=entry.reason,
        moved=_moved(without.states, {} if after is None else after.states),
        started=tuple(clock for clock in clocks if clock.id not in earlier),
        stopped=tuple(clock for clock in clocks if _ended(earlier.get(clock.id), clock)),
    )


def _moved(before: Mapping[AggregateRef, str], after: Mapping[AggregateRef, str]) -> tuple[Moved, ...]:
    return tuple(Moved(ref, before.get(ref), state) for ref, state in after.items() if before.get(ref) != state)


def _ended(before: Clock | None, after: Clock) -> bool:
    return before is not None and before.stopped_by is None and after.stopped_by is not None
