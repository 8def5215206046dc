"""
What does an admitted correction 更正 put in the place of what was published?

Nothing is deleted: what was published stays as it is, and is shown beside what its publisher says is right. A
correction can be corrected in its turn. Whom an event's audience does not mean sees that there was one, and no value.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from yisong.desk.inbox import open_body
from yisong.envelope.header import Header
from yisong.ledger import Docket, Entry, Law, organs_meant
from yisong.ledger.cites import cited_events

Body = Mapping[str, object]

_ADMITTED = ("admitted", "admitted-late")
_STEP = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)|\[?([0-9]+)\]?")


class Numbered(Protocol):
    """Anything that says which record of its docket it is: an `Entry`, a row."""

    @property
    def docket_index(self) -> int:
        """Its number in the docket, from 1."""


class Righted(NamedTuple):
    """
    One field that a correction puts right.

    *published*: what the event said, None where it said nothing or its body can't be read here. *corrected*: the right
    value as text. *superseded_by*: the number of the later correction that puts yet another value there.
    """

    field: str
    published: object
    corrected: str
    superseded_by: int | None


class Correction(NamedTuple):
    """
    The record *by* corrects the record *of* (their numbers in the docket).

    *fields* and *reason*: None where the body of the correction can't be read here.
    """

    by: int
    of: int
    reason: str | None
    fields: tuple[Righted, ...] | None


def corrected(entries: Sequence[Entry]) -> tuple[tuple[Entry, Entry], ...]:
    """Return each admitted correction with what it corrects, in log order. *entries*: a docket from its first on."""
    pairs: list[tuple[Entry, Entry]] = []
    for entry in entries:
        if entry.verdict in _ADMITTED and entry.header is not None and entry.header.event_type == "EventCorrected":
            cited = set(cited_events(entry.header))
            pairs += [(entry, one) for one in entries if _is_cited(one, cited, entry.header)]
    return tuple(pairs)


def _is_cited(entry: Entry, cited: set[bytes | None], by: Header) -> bool:
    """Hold where *entry* is what the publisher of *by* means: other publishers may have used the same id."""
    header = entry.header
    return header is not None and entry.remembered and header.event_id in cited and by.speaks_for(header.speaker)


def readable(entry: Entry, carried: bytes | None, docket: Docket, agency: str, law: Law) -> Body | None:
    """Return the body of *entry*, *carried* in clear, where its audience means *agency*, else None."""
    header = entry.header
    if header is None or carried is None or not _may_read(header, docket, agency, law):
        return None
    return open_body(header, carried)[0]


def _may_read(header: Header, docket: Docket, agency: str, law: Law) -> bool:
    event = law.events.get(header.event_type)
    audience = event.audience if event is not None else ()
    organs = {header.publisher, header.speaker}
    organs.update(organ for token in audience for organ in organs_meant(token, header, docket, law))
    return any(organ in law.organs and law.organs[organ].role == agency for organ in organs)


def corrections(
    pairs: Sequence[tuple[Numbered, Numbered]], bodies: Mapping[int, Body | None]
) -> tuple[Correction, ...]:
    """
    Return what the *pairs* of `corrected` put right, in log order.

    *bodies*: by number in the docket, of corrections and of what they correct; None where it can't be read here.
    """
    # From the newest on, so that a correction has been corrected itself before what it says is taken over.
    as_corrected = {number: body for number, body in bodies.items() if body is not None}
    last: dict[tuple[int, str], int] = {}
    found: list[Correction] = []
    for by, of in ((by.docket_index, of.docket_index) for by, of in reversed(pairs)):
        said = as_corrected.get(by)
        if said is None:
            found.append(Correction(by, of, None, None))
            continue
        fields = tuple(_righted(said, bodies.get(of), last, by=by, of=of))
        for one in fields:
            if of in as_corrected and one.superseded_by is None:
                as_corrected[of] = _replaced(as_corrected[of], steps(one.field), one.corrected)
        found.append(Correction(by, of, str(said.get("reason")), fields))
    return tuple(reversed(found))


def _righted(
    said: Body, published: Body | None, last: dict[tuple[int, str], int], *, by: int, of: int
) -> Iterator[Righted]:
    """Yield the fields of one correction; *last* notes by number and field which correction is the newest."""
    rows = said.get("corrected_fields")
    for row in rows if isinstance(rows, list | tuple) else ():
        field = str(row["field"])
        newest = last.setdefault((of, field.removeprefix("body.")), by)
        yield Righted(field, _value_at(published, steps(field)), str(row["value"]), newest if newest != by else None)


def steps(field: str) -> tuple[str | int, ...]:
    """Return the way to a field: ``penalties[0].amount_fen`` has three steps."""
    matches = _STEP.finditer(field.removeprefix("body."))
    return tuple(match[1] if match[1] is not None else int(match[2]) for match in matches)


def _value_at(value: object, way: Sequence[str | int]) -> object:
    for step in way:
        match value, step:
            case Mapping(), str():
                value = value.get(step)
            case list(), int() if step < len(value):
                value = value[step]
            case _:
                return None
    return value


def _replaced(body: Body, way: Sequence[str | int], text: str) -> Body:
    """Return *body* with *text* where the *way* leads; as it is where it leads nowhere."""
    new = _with(body, way, text)
    return new if isinstance(new, Mapping) else body


def _with(value: object, way: Sequence[str | int], text: str) -> object:
    if not way:
        return text
    match value, way[0]:
        case Mapping(), str() as name:
            return {**value, name: _with(value.get(name), way[1:], text)}
        case list(), int() as n if n < len(value):
            return [*value[:n], _with(value[n], way[1:], text), *value[n + 1 :]]
        case _:
            return value
