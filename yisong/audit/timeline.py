"""What was known of a case at an instant: who did what, was it admitted, and which clocks were running?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from yisong.audit.corrections import Correction, corrected, corrections, readable
from yisong.audit.played import Position
from yisong.audit.trails import Trail, present
from yisong.envelope.header import AggregateRef, Header
from yisong.errors import ProofFault
from yisong.ledger import Breach, Clock, Docket, Entry, Law, advance, breaches
from yisong.proof.refold import judged_again


class Stored(NamedTuple):
    """One record of a docket as a trail keeps it; *broker_time* in ms."""

    partition: int
    offset: int
    broker_time: int
    verdict: str
    reason: str | None
    leaf: bytes
    leaf_hash: bytes


class Moment(NamedTuple):
    """One record of the docket: its number there, its position, when it was logged (ms), what it says, its verdict."""

    number: int
    position: Position
    log_time: int
    header: Header | None
    verdict: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """
    A docket as it was known at *as_of* (ms), on the trail of *agency*.

    *clocks* in start order, advanced to *as_of*; *derived* are the breaches up to then. *corrections*: what publishers
    have put right by then, each beside what it corrects.
    """

    case_id: str
    agency: str
    as_of: int
    moments: tuple[Moment, ...]
    states: tuple[tuple[AggregateRef, str], ...]
    clocks: tuple[Clock, ...]
    derived: tuple[Breach, ...]
    corrections: tuple[Correction, ...] = ()

    def number_of(self, cause: int | str | None) -> int | str | None:
        """Return the number of the record that lies at the offset *cause*; the id of a clock stands for its breach."""
        if not isinstance(cause, int):
            return cause
        return next((moment.number for moment in self.moments if moment.position.offset == cause), None)


def timeline(trail: Trail, case_id: str, law: Law, *, at: int | None, now: int) -> Timeline | None:
    """
    Return what *trail* knew of a docket at the instant *at* (ms), or knows now; None where it knew nothing.

    Today means *now* (ms); on a demo bus, whose time is that of its records, the docket's own newest log time, unless
    it lives by the wall clock.
    The entries are folded again from the first, so a state that was never stored can be shown, and a trail whose rows
    were changed gives itself away: raises ProofFault where an entry is not what its record gives.
    """
    # The newest log time there can be: everything.
    stored = [Stored(*row) for row in trail.rows("docket_entries", case_id=case_id, at=(1 << 62) if at is None else at)]
    if not stored:
        return None
    docket, entries = refolded(stored, law, agency=trail.agency)
    as_of = at if at is not None else present(docket, law, live=trail.live(), now=now)
    docket = advance(docket, as_of, law)
    return Timeline(
        case_id=case_id,
        agency=trail.agency,
        as_of=as_of,
        moments=tuple(_moment(entry) for entry in entries),
        states=tuple(docket.states.items()),
        clocks=docket.clocks,
        derived=breaches(docket),
        corrections=_corrections(trail, entries, docket, law),
    )


def _corrections(trail: Trail, entries: Sequence[Entry], docket: Docket, law: Law) -> tuple[Correction, ...]:
    pairs = corrected(entries)
    needed = {one.docket_index: one for pair in pairs for one in pair}
    at = {"partitions": [one.partition for one in needed.values()], "offsets": [one.offset for one in needed.values()]}
    carried = {Position(*row[:2]): row[2] for row in trail.rows("bodies", **at)} if pairs else {}
    bodies = {
        number: readable(one, carried.get(Position(one.partition, one.offset)), docket, trail.agency, law)
        for number, one in needed.items()
    }
    return corrections(pairs, bodies)


def refolded(stored: Sequence[Stored], law: Law, *, agency: str) -> tuple[Docket, list[Entry]]:
    """
    Fold the records of one docket again, from what its leaves hold. *stored* is not empty, and begins with the first.

    Raises ProofFault where the trail of *agency* says of a record what the rules do not.
    """
    docket: Docket | None = None
    entries: list[Entry] = []
    again = judged_again([one.leaf for one in stored], law)
    for one, (docket, entry) in zip(stored, again, strict=True):
        if docket is None or entry.leaf_hash != one.leaf_hash:
            raise _differs(one, entry, agency)
        entries.append(entry)
    if docket is None:
        raise ValueError("a docket has at least one record")
    return docket, entries


def _moment(entry: Entry) -> Moment:
    position = Position(entry.partition, entry.offset)
    return Moment(entry.docket_index, position, entry.log_time, entry.header, entry.verdict, entry.reason)


def _said(verdict: str, reason: str | None) -> str:
    return verdict if reason is None else f"{verdict} ({reason})"


def _differs(stored: Stored, entry: Entry, agency: str) -> ProofFault:
    return ProofFault(
        f"The trail of {agency} is not what its records give: at {stored.partition}:{stored.offset} it keeps "
        f"{_said(stored.verdict, stored.reason)} with leaf {stored.leaf_hash.hex()[:16]}…, and folding gives "
        f"{_said(entry.verdict, entry.reason)} with leaf {entry.leaf_hash.hex()[:16]}…. Its rows or its rules were "
        "changed. Run `yisong compare`, and read the case from another node (--node) until that is explained."
    )
