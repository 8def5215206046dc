"""What has happened, as one node may read it? Admitted events of some types, with their corrections in place."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg import Connection

from yisong.audit.bodies import Why
from yisong.audit.corrections import Body, Correction, corrected, corrections
from yisong.audit.righting import righted
from yisong.desk.inbox import header_in, open_body
from yisong.envelope.header import Header
from yisong.errors import NotOpenable
from yisong.ledger import Entry, Law
from yisong.ledger.audience import above
from yisong.ledger.relearn import TELLING, relearn
from yisong.ledger.sharing import Seen, may_read
from yisong.postgres import queries
from yisong.postgres.connection import reachable
from yisong.publishing.opening import Opener, line_keys
from yisong.publishing.signer import PrivateKeys

CORRECTION: Final = "EventCorrected"
END: Final = 1 << 62
"""Later than any log time (ms)."""

_SQL: Final = queries(Path(__file__).with_name("acts.sql"))
_AT_A_TIME: Final = 2_000
"""Of so many events the dockets are looked at together, to see who may read their bodies: so much is held at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """
    One admitted event. *number*: its place in its docket; *log_time* in ms.

    *body*: what it says, as JSON has it, with its corrections in place; None where this node can't read it, and then
    *masked* says why. *corrected_by*: the ids of its corrections. *doubts*: why the body may not be its publisher's
    last word: a correction that is not readable here, or one that fits no field.
    """

    partition: int
    offset: int
    number: int
    log_time: int
    header: Header
    body: Body | None = None
    masked: Why | None = None
    corrected_by: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The event's id, a UUID in lower case."""
        return str(UUID(bytes=self.header.event_id))

    @property
    def case_id(self) -> str:
        """The docket that it lies in."""
        return self.header.case_id

    @property
    def event_type(self) -> str:
        """Its type."""
        return self.header.event_type


class Found(NamedTuple):
    """An entry of a trail, with what travelled beside its header; None where that is not kept any more."""

    entry: Entry
    header: Header
    carried: bytes | None


def acts(  # noqa: PLR0913 (what is read where, by which law, with which keys, up to when)
    connection: Connection[Any],
    event_types: Iterable[str],
    law: Law,
    *,
    agency: str,
    keys: PrivateKeys,
    at: int | None = None,
    organ: str | None = None,
) -> tuple[Act, ...]:
    """
    Return the admitted events of *event_types* that were logged by *at* (ms; None: all), in the order of log times.

    *connection*: to the database of the node of *agency*, in autocommit mode. A body is readable where its audience
    means an organ of that line, or one below such an organ, or where it was handed on to one (`yisong.ledger.sharing`);
    with *organ* only where it means this very organ, or one below it. Corrections count up to *at*, too. What the trail
    has judged is taken as it stands (`yisong fsck` is who judges again). Raises BusUnreachable.
    """
    wanted = set(event_types)
    asked = {"event_types": sorted({*wanted, CORRECTION}), "at": END if at is None else at}
    with reachable(), connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        every = [one for row in connection.execute(_SQL["acts"], asked) if (one := found_in(row)) is not None]
        dockets = {one.header.case_id for one in every if one.header.event_type in wanted}
        found = [one for one in every if one.header.case_id in dockets]
        ours = _ours(connection, found, law, agency, organ)
        opener = Opener(connection, keys, own=line_keys(law, agency))
        read = [read_as(one, opener if (one.entry.partition, one.entry.offset) in ours else None) for one in found]
    return tuple(one for one in as_corrected(found, read, law) if one.event_type in wanted)


def found_in(row: tuple[Any, ...]) -> Found | None:
    """Return the entry in a *row* with the columns of ``acts`` in acts.sql; None where its leaf holds no header."""
    partition, offset, log_time, docket, number, verdict, leaf, carried = row
    header = header_in(leaf)
    if header is None:
        return None
    entry = Entry(
        partition, offset, 0, log_time, docket, number, None, verdict, None, remembered=True, leaf=b"", leaf_hash=b"",
        header=header, header_hash=None,
    )  # fmt: skip
    return Found(entry, header, carried)


def _ours(
    connection: Connection[Any], found: Sequence[Found], law: Law, agency: str, organ: str | None
) -> Collection[tuple[int, int]]:
    """Return where the events lie whose bodies the line of *agency* may read, or *organ* alone."""
    wanted = {one.header.event_type for one in found}
    ours: set[tuple[int, int]] = set()
    unclear: list[tuple[str, int, int]] = []
    for one in found:
        if names_line(one.header, law, agency) if organ is None else names_organ(one.header, law, organ):
            ours.add((one.entry.partition, one.entry.offset))
        else:
            unclear.append((one.header.case_id, one.entry.partition, one.entry.offset))
    unclear.sort()  # what lies in one docket is looked at once, or twice where it is cut
    for first in range(0, len(unclear), _AT_A_TIME):
        some = unclear[first : first + _AT_A_TIME]
        places = {(partition, offset) for _, partition, offset in some}
        for seen in _as_judged(connection, some, wanted, law):
            if (seen.partition, seen.offset) in places and _is_meant(seen.readers, law, agency, organ):
                ours.add((seen.partition, seen.offset))
    return ours


def _as_judged(
    connection: Connection[Any], unclear: Iterable[tuple[str, int, int]], wanted: Iterable[str], law: Law
) -> Iterator[Seen]:
    """Yield the telling events of these dockets, with their readers, as the trail has judged them."""
    asked = {"dockets": sorted({docket for docket, _, _ in unclear}), "event_types": sorted({*wanted, *TELLING})}
    rows = connection.execute(_SQL["telling"], asked)
    for case_id, some in groupby(rows, key=itemgetter(3)):
        found = (one.entry for row in some if (one := found_in(row)) is not None)
        yield from may_read(relearn(case_id, found, law), law)


def _is_meant(readers: Collection[str], law: Law, agency: str, organ: str | None) -> bool:
    if organ is not None:
        return organ in readers
    return any(one in law.organs and law.organs[one].role == agency for one in readers)


def names_line(header: Header, law: Law, agency: str) -> bool:
    """
    Hold where the header of an admitted event alone says that an organ of *agency* may read its body.

    Where it does not, the docket still may: its owner, holders and requesters, and to whom the body was handed on.
    """
    meant = _named_by(header, law)
    return agency in _audience(header, law) or any(
        one in law.organs and law.organs[one].role == agency for one in meant
    )


def names_organ(header: Header, law: Law, organ: str) -> bool:
    """Hold where the header of an admitted event alone says that *organ* may read its body; otherwise as above."""
    known = law.organs.get(organ)
    return (known is not None and known.role in _audience(header, law)) or organ in _named_by(header, law)


def _audience(header: Header, law: Law) -> Collection[str]:
    event = law.events.get(header.event_type)
    return () if event is None else event.audience


def _named_by(header: Header, law: Law) -> Collection[str]:
    """Return the organs that a header names as readers, and those above them."""
    audience = _audience(header, law)
    meant: set[str] = set()
    if "addressee" in audience:
        meant.update(header.to)
    if "cc" in audience:
        meant.update(header.cc)
    if "superiors" in audience:
        meant.update(above(header.publisher, law))
    # Who publishes reads its own, and nobody above it for that; who is meant is read by those above, too.
    return {header.publisher, header.speaker, *meant, *(one for organ in meant for one in above(organ, law))}


def read_as(one: Found, opener: Opener | None) -> Act:
    """Return *one* as an act, its body opened by *opener*; None: its reader may not know what it says."""
    return act_of(one, *((None, "not-in-audience") if opener is None else _opened(one, opener)))


def act_of(one: Found, body: Body | None, masked: Why | None = None) -> Act:
    """Return *one* as an act with its *body*, which has no correction in it yet."""
    entry = one.entry
    return Act(
        partition=entry.partition,
        offset=entry.offset,
        number=entry.docket_index,
        log_time=entry.log_time,
        header=one.header,
        body=body,
        masked=masked,
    )


def _opened(one: Found, opener: Opener) -> tuple[Body | None, Why | None]:
    if one.carried is None:
        return None, "erased"
    try:
        key = opener.content_key(one.header) if one.header.sealing == "sealed" else None
    except NotOpenable:
        return None, "broken"
    body, fault = open_body(one.header, one.carried, key)
    if body is not None:
        return body, None
    return None, "sealed" if fault is None else "broken"


def as_corrected(found: Sequence[Found], read: Sequence[Act], law: Law) -> Iterator[Act]:
    """Yield each act of *read* (of *found*, in the same order) with its corrections in place. Values only."""
    by_docket: defaultdict[str, list[int]] = defaultdict(list)
    for n, one in enumerate(found):
        by_docket[one.header.case_id].append(n)
    changed: dict[int, Act] = {}
    for numbers in by_docket.values():
        if any(found[n].header.event_type == CORRECTION for n in numbers):
            changed |= _corrected_docket(numbers, found, read, law)
    for n, act in enumerate(read):
        yield changed.get(n, act)


def _corrected_docket(
    numbers: Sequence[int], found: Sequence[Found], read: Sequence[Act], law: Law
) -> Mapping[int, Act]:
    numbers = sorted(numbers, key=lambda n: read[n].number)
    at = {read[n].number: n for n in numbers}
    bodies = {number: read[n].body for number, n in at.items()}
    said: defaultdict[int, list[Correction]] = defaultdict(list)
    for one in corrections(corrected([found[n].entry for n in numbers]), bodies):
        said[one.of].append(one)
    return {
        at[of]: _put_right(read[at[of]], some, law, by={s.by: read[at[s.by]].id for s in some})
        for of, some in said.items()
    }


def _put_right(act: Act, said: Sequence[Correction], law: Law, *, by: Mapping[int, str]) -> Act:
    ids = tuple(by[one.by] for one in said)
    doubts = tuple("a correction of it is not readable here" for one in said if one.fields is None)[:1]
    if act.body is None:
        return replace(act, corrected_by=ids, doubts=doubts)
    texts = [
        (field.field, field.corrected) for one in said for field in one.fields or () if field.superseded_by is None
    ]
    new = righted(act.body, act.event_type, texts, law.rulebook.catalogue)
    unfit = tuple(f"the correction of {field} fits no such field" for field in new.unfit)
    return replace(act, body=new.body, corrected_by=ids, doubts=(*doubts, *unfit))
