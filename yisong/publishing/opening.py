"""With which key does a node open a sealed body? With one of its line for which the content key was wrapped."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple, cast

from yisong.envelope.header import Header
from yisong.errors import KeyNotUsable, NotOpenable
from yisong.ledger import Law
from yisong.postgres.connection import Rows, reachable
from yisong.postgres.queries import queries
from yisong.publishing.signer import PrivateKeys
from yisong.rulebook.model import Key
from yisong.sealing import unwrap

_SQL: Final = queries(Path(__file__).with_name("wraps.sql"))


class Wrapped(NamedTuple):
    """A content key wrapped for the key *key_id*: enc ‖ wrapped key."""

    key_id: str
    wrapped: bytes


def line_keys(law: Law, agency: str) -> frozenset[str]:
    """Return the ids of the keys, valid or not, that open bodies on the node of *agency*: its organs' and its own."""
    return frozenset(key_id for key_id, key in law.rulebook.keys.items() if key.use == "seal" and _in(law, key, agency))


def seal_key(law: Law, organ: str, *, at: int) -> Key | None:
    """Return the key for which a body is sealed to *organ* *at* an instant (ms): its newest valid one, else None."""
    keys = (key for key in law.rulebook.keys.values() if (key.org, key.use) == (organ, "seal") and key.usable(at))
    return max(keys, key=lambda key: int(key.key_id.rpartition("#")[2]), default=None)


class Opener:
    """Finds the content keys that a node was given. Nothing that it opens is kept."""

    def __init__(self, connection: Rows, keys: PrivateKeys, *, own: Collection[str]) -> None:
        """Look through *connection*, into the node's own database; open with those of *keys* whose ids are in *own*."""
        self._connection, self._keys, self._own = connection, keys, sorted(own)

    def given(self, event_ids: Iterable[bytes]) -> Mapping[bytes, tuple[Wrapped, ...]]:
        """Return what was wrapped for keys of this line, by event id, where anything was. Raises BusUnreachable."""
        with reachable():
            asked = {"event_ids": list(event_ids), "key_ids": self._own}
            rows = self._connection.execute(_SQL["wrapped_for_us"], asked).fetchall()
        found: dict[bytes, tuple[Wrapped, ...]] = {}
        for event_id, key_id, wrapped in cast("list[tuple[bytes, str, bytes]]", rows):
            found[event_id] = (*found.get(event_id, ()), Wrapped(key_id, wrapped))
        return found

    def content_key(self, header: Header) -> bytes | None:
        """
        Return the content key of the body of *header*; None where none was wrapped for this line.

        Raises NotOpenable where one was, and does not open; BusUnreachable.
        """
        return self.key_of(header.event_id, header.body_hash)

    def key_of(self, event_id: bytes, body_hash: bytes) -> bytes | None:
        """Return the content key of the body with this hash; otherwise as `content_key`."""
        return self.unwrapped(self.given([event_id]).get(event_id, ()), event_id, body_hash)

    def unwrapped(self, given: Iterable[Wrapped], event_id: bytes, body_hash: bytes) -> bytes | None:
        """Return the same, of what was *given* before; it asks nobody."""
        fault: NotOpenable | None = None
        for one in given:
            try:
                private = self._keys.private(one.key_id)
                return unwrap(one.wrapped, private, event_id=event_id, body_hash=body_hash)
            except NotOpenable as one_fault:
                fault = one_fault
            except KeyNotUsable:
                continue  # a key of our line that lies elsewhere, or is gone
        if fault is not None:
            raise fault
        return None


def _in(law: Law, key: Key, agency: str) -> bool:
    organ = law.organs.get(key.org)
    return organ is not None and agency in (organ.role, organ.node)
