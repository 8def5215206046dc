"""Which clues has nobody taken up, from which source, and for how long?"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from yisong.audit.trails import Trail, present
from yisong.desk.inbox import open_body
from yisong.envelope.header import Header
from yisong.ledger import Clock, Docket, Law, advance, loads, organs_meant
from yisong.legal_time.days import MS_PER_DAY
from yisong.proof.refold import reopened

_CLOCKS: Final = ("P-TRIAGE", "P-CLUE-ACK", "P-EXT-REPLY")

AGES: Final = (3, 15, 30)
"""Ends of the age groups in days, inclusive: a hand-over is taken up within 3, a clue within 15, answered within 30."""


class Clue(NamedTuple):
    """
    A clue that is neither a case nor closed.

    *holders*: who has it now. *found_at*: when it was found, as its finder claims; *as_of*: of when its age is; in ms.
    *source*: None where this node may not read what it says. *clock*: the time in which it is to be taken up, None
    where none runs.
    """

    case_id: str
    state: str
    source: str | None
    finder: str
    holders: tuple[str, ...]
    found_at: int
    as_of: int
    clock: Clock | None

    @property
    def age(self) -> int:
        """How long (ms) it has been waiting."""
        return max(0, self.as_of - self.found_at)

    @property
    def late(self) -> bool:
        """Hold where it should have been taken up by now."""
        return self.clock is not None and self.clock.ran_out

    @property
    def group(self) -> int:
        """The number of its age group, from 0: up to the end of `AGES` there, the last for all older ones."""
        return next((number for number, days in enumerate(AGES) if self.age <= days * MS_PER_DAY), len(AGES))


class Ageing(NamedTuple):
    """The clues of one source (None: not readable here): how many in each age group, and how many are late."""

    source: str | None
    groups: tuple[int, ...]
    late: int


def waiting_clues(trail: Trail, law: Law, *, at: int | None, now: int) -> tuple[Clue, ...]:
    """
    Return the clues that *trail* knows of and nobody has taken up, the oldest first.

    Ages are as of *at* (ms), else *now*, on a demo bus of each docket's own newest log time unless it lives by the wall
    clock; never of an instant before that. What is known is what is known today. Raises BusUnreachable.
    """
    found, live = [], trail.live()
    for case_id, state, leaf, carried in trail.stream("waiting_clues"):
        header = reopened(leaf).header
        if header is not None:
            docket = loads(case_id, state)
            moment = at if at is not None else present(docket, law, live=live, now=now)
            found.append(clue_of(docket, header, carried, law, agency=trail.agency, at=moment))
    return tuple(sorted(found, key=lambda one: (-one.age, one.case_id)))


def clue_of(  # noqa: PLR0913 (a clue, and who looks at it when)
    docket: Docket, header: Header, carried: bytes | None, law: Law, *, agency: str, at: int
) -> Clue:
    """Return the clue that *header* found in *docket*, aged as of *at* (ms), as a node of *agency* may see it."""
    as_of = max(at, docket.log_time)
    advanced = advance(docket, as_of, law)
    clocks = [clock for clock in advanced.clocks if clock.timer in _CLOCKS and clock.stoppable]
    return Clue(
        case_id=docket.case_id,
        state=docket.case.state,
        source=_source(header, carried) if _may_read(header, docket, law, agency) else None,
        finder=header.speaker,
        holders=docket.case.fact("holders"),
        found_at=header.occurred_at,
        as_of=as_of,
        clock=clocks[-1] if clocks else None,
    )


def ageing(clues: Iterable[Clue]) -> Iterator[Ageing]:
    """Count *clues* by source and age group, in the order of the sources' names; what cannot be read comes last."""
    counted: dict[str | None, Counter[int]] = {}
    late: Counter[str | None] = Counter()
    for clue in clues:
        counted.setdefault(clue.source, Counter())[clue.group] += 1
        late[clue.source] += clue.late
    for source in sorted(counted, key=lambda one: (one is None, one or "")):
        groups = tuple(counted[source][number] for number in range(len(AGES) + 1))
        yield Ageing(source, groups, late[source])


def _may_read(header: Header, docket: Docket, law: Law, agency: str) -> bool:
    """Hold where the audience of a clue means an organ of *agency*; who found it always sees its own."""
    audience = law.events[header.event_type].audience
    meant = {header.publisher, *(organ for token in audience for organ in organs_meant(token, header, docket, law))}
    return any(law.organs[organ].role == agency for organ in meant)


def _source(header: Header, carried: bytes | None) -> str | None:
    body = None if carried is None else open_body(header, carried)[0]
    return None if body is None else str(body["source"])
