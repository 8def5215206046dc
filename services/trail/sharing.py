"""Who is to be given the key of which body, and which bodies are erased? As the entries of the own trail say."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, cast

from yisong.desk.inbox import header_in
from yisong.errors import NotOpenable
from yisong.home import Agency
from yisong.ledger import Docket, Entry, Law
from yisong.ledger.cites import cited_events
from yisong.ledger.sharing import Seen, may_read
from yisong.postgres import queries
from yisong.postgres.connection import Rows, reachable
from yisong.proof.refold import judged_again
from yisong.publishing.opening import Opener, seal_key
from yisong.sealing import wrap

_SQL: Final = queries(Path(__file__).with_name("sharing.sql"))
_ERASED: Final = "BodyErased"


class Owed(NamedTuple):
    """The body of an event is to be opened by a key that it may not have been wrapped for yet."""

    event_id: bytes
    key_id: str
    body_hash: bytes


class Erasure(NamedTuple):
    """A body that its publisher has erased, with the admitted `BodyErased` that says so (its offset)."""

    seen: Seen
    by_offset: int


def owed_by(agency: Agency, seen: Iterable[Seen], law: Law, *, at: int) -> Iterator[Owed]:
    """
    Yield what the node of *agency* owes to the readers of a docket *at* an instant (ms).

    Whoever published a body gives its key to all that its audience means; whoever hands it on gives it to those to whom
    it is handed on. Whether they have it already is not looked at here.
    """
    for one in seen:
        if one.header.sealing != "sealed" or not one.admitted:
            continue
        later = dict(one.granted)
        organs = {organ for organ, giver in one.granted if _is_of(agency, giver, law)}
        if _is_of(agency, one.header.publisher, law):
            organs |= one.sealed_to - later.keys()
        for key in (seal_key(law, organ, at=at) for organ in sorted(organs)):
            if key is not None:
                yield Owed(one.header.event_id, key.key_id, one.header.body_hash)


def erased_in(seen: Iterable[Seen]) -> Iterator[Erasure]:
    """Yield the bodies of a docket that were erased; the rules have seen to it that each is its publisher's own."""
    events = list(seen)
    for by in events:
        if by.admitted and by.header.event_type == _ERASED:
            cited = set(cited_events(by.header))
            for one in events:
                if one.header.event_id in cited and by.header.speaks_for(one.header.speaker) and one is not by:
                    yield Erasure(one, by.offset)


def _matters(leaf: bytes) -> bool:
    """Hold where an event makes its docket worth folding: its body is sealed, or it erases others."""
    header = header_in(leaf)
    return header is not None and (header.sealing == "sealed" or header.event_type == _ERASED)


def _is_of(agency: Agency, organ: str, law: Law) -> bool:
    found = law.organs.get(organ)
    return found is not None and agency in (found.role, found.node)


class Sharing:
    """What the node of one agency gives, and what it deletes, in its own PostgreSQL."""

    def __init__(self, connection: Rows, agency: Agency) -> None:
        """Work through *connection*, which is in autocommit mode."""
        self._connection, self._agency = connection, agency

    def look(self, law: Law) -> bool:
        """Look at the entries that are new, and return whether there were any. Raises BusUnreachable."""
        with reachable():
            unlooked = cast("list[tuple[int, int, int]]", self._rows("unlooked"))
            if unlooked:
                partitions, firsts, ends = zip(*unlooked, strict=True)
                spans = {"partitions": list(partitions), "firsts": list(firsts), "next_offsets": list(ends)}
                with self._connection.transaction():
                    for case_id, next_offset in cast("list[tuple[str, int]]", self._rows("dockets_to_share", **spans)):
                        self._share(case_id, next_offset, law)
                    self._run("looked", **spans)
        return bool(unlooked)

    def _share(self, case_id: str, next_offset: int, law: Law) -> None:
        rows = cast("list[tuple[bytes]]", self._rows("docket_leaves", case_id=case_id, next_offset=next_offset))
        leaves = [leaf for (leaf,) in rows]
        if not any(_matters(leaf) for leaf in leaves):
            return
        folded = [one for one in judged_again(leaves, law) if one[0] is not None]
        seen = may_read(((entry, docket) for docket, entry in cast("list[tuple[Docket, Entry]]", folded)), law)
        gone = list(erased_in(seen))
        for erasure in gone:
            self._erase(erasure, law)
        lost = {erasure.seen.header.event_id for erasure in gone}
        left = [one for one in seen if one.header.event_id not in lost]
        log_time = cast("Docket", folded[-1][0]).log_time
        for owed in owed_by(self._agency, left, law, at=log_time):
            self._run("owe", **owed._asdict())

    def _erase(self, erasure: Erasure, law: Law) -> None:
        """Delete every copy of a body that this node has, and the keys to it that it has or gave."""
        seen, header = erasure.seen, erasure.seen.header
        at = {"partition": seen.partition, "offset": seen.offset}
        self._run("erased", **at, event_id=header.event_id, by_offset=erasure.by_offset)
        self._run("erase_body", **at)
        self._run("erase_keys", event_id=header.event_id)
        self._run("erase_sent", event_id=header.event_id)
        self._run("withdraw_given", event_id=header.event_id)
        if header.event_type == "ClueFound":
            self._run("erase_targets", case_id=header.case_id)
            self._run("erase_works", case_id=header.case_id)
        if header.event_type == "ListEntryChanged":
            self._run("erase_protected", **at)
        if header.sealing == "sealed" and _is_of(self._agency, header.publisher, law):
            # Whoever gave it, a key to it may stand on the topic for anybody who was ever among the readers.
            for key in law.rulebook.keys.values():
                if key.use == "seal" and key.org in seen.sealed_to:
                    self._run("withdraw", event_id=header.event_id, key_id=key.key_id, body_hash=header.body_hash)

    def make(self, law: Law, opener: Opener) -> int:
        """Wrap what is owed and can be, and return how many keys that were. Raises BusUnreachable."""
        made = 0
        with reachable():
            for row in self._rows("owed"):
                owed = Owed(*cast("tuple[bytes, str, bytes]", row))
                key = law.rulebook.keys.get(owed.key_id)
                try:
                    content_key = opener.key_of(owed.event_id, owed.body_hash)
                except NotOpenable:
                    continue  # what was given to us does not open: who publishes it hears of it by a dispute
                if key is None or content_key is None:
                    continue
                wrapped = wrap(content_key, key.public, event_id=owed.event_id, body_hash=owed.body_hash)
                self._run("made", event_id=owed.event_id, key_id=owed.key_id, wrapped=wrapped)
                made += 1
        return made

    def _rows(self, name: str, **arguments: object) -> Sequence[tuple[object, ...]]:
        return self._connection.execute(_SQL[name], arguments).fetchall()

    def _run(self, name: str, **arguments: object) -> None:
        self._connection.execute(_SQL[name], arguments)
