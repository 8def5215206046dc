"""What do the entries of a trail say, as far as the statistics ask and this line may read it?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from io import BytesIO
from typing import Any, Final, cast

from fastavro import schemaless_reader

from yisong.envelope.codec import SALT_BYTES
from yisong.errors import NotOpenable, Undecodable
from yisong.ledger import Law
from yisong.publishing.opening import Opener, Wrapped
from yisong.schemas import decode_body, registry
from yisong.sealing import open_sealed
from yisong.statistics.audience import Audience
from yisong.statistics.glance import Brief, Glance, brief, glance
from yisong.statistics.rows import Stated
from yisong.statistics.rules import ADDRESSED, READ, Body, Why

Row = tuple[Any, ...]
"""A row of ``whole`` or ``of_dockets`` in queries.sql."""

_SENT: Final[Mapping[bytes, tuple[Wrapped, ...]]] = {}


class Reading:
    """Reads entries for one line: headers of all, and the bodies that it may read and has the keys of."""

    def __init__(self, law: Law, agency: str, opener: Opener) -> None:
        """Read as *agency* may by *law*; *opener* finds the keys of what is sealed."""
        self._audience, self._opener = Audience(law, agency), opener

    def read(self, rows: Iterable[Row]) -> tuple[Mapping[str, Sequence[Stated]], Sequence[tuple[str, bytes]]]:
        """Return the events in *rows* by docket, in their order; and the sealed ones to which we have no key yet."""
        headers: dict[str, list[tuple[Stated, Glance, bytes | None]]] = {}
        for row in rows:
            seen = self._seen(row)
            headers.setdefault(row[2], []).append((stated(row, seen), seen, row[12]))
        found: dict[str, Sequence[Stated]] = {}
        waiting: list[tuple[str, bytes]] = []
        for case_id, docket in headers.items():
            events = [one for one, _, _ in docket]
            readable = self._audience.readable(events)
            given = self._given(docket, readable)
            # What was corrected is put right as JSON has it, by the schema; of all else the plain values will do.
            read = _as_json if any(one.event_type == "EventCorrected" for one in events) else _datum
            found[case_id] = [
                self._with_body(one, seen, carried, given, read) if one.docket_index in readable else _closed(one)
                for one, seen, carried in docket
            ]
            waiting += [
                (case_id, one.event_id) for one in found[case_id] if one.why == "sealed" and one.event_id not in given
            ]
        return found, waiting

    def _seen(self, row: Row) -> Glance:
        """Look at the header, at whom it addresses only where that matters."""
        event_type, publisher, speaker = row[5], row[7], row[8]
        if event_type in ADDRESSED or (
            event_type in READ and not self._audience.always(event_type, publisher, speaker)
        ):
            return glance(row[11])
        return brief(row[11], Brief(row[2], event_type, row[6], publisher, speaker, row[9], row[10]))

    def _given(
        self, docket: Sequence[tuple[Stated, Glance, bytes | None]], readable: frozenset[int]
    ) -> Mapping[bytes, tuple[Wrapped, ...]]:
        sealed = [one.event_id for one, seen, _ in docket if seen.sealed and one.docket_index in readable]
        return self._opener.given(sealed) if sealed else _SENT

    def _with_body(
        self,
        one: Stated,
        seen: Glance,
        carried: bytes | None,
        given: Mapping[bytes, tuple[Wrapped, ...]],
        read: Callable[[bytes, bytes], Body | None],
    ) -> Stated:
        if one.event_type not in READ:
            return one
        if carried is None:
            return one._replace(why="erased")
        payload, why = self._opened(one.event_id, seen, carried, given)
        body = None if payload is None else read(seen.body_schema, payload)
        return one._replace(body=body, why=why or (None if body is not None else "broken"))

    def _opened(
        self, event_id: bytes, seen: Glance, carried: bytes, given: Mapping[bytes, tuple[Wrapped, ...]]
    ) -> tuple[bytes | None, Why | None]:
        payload = carried
        if seen.sealed:
            try:
                key = self._opener.unwrapped(given.get(event_id, ()), event_id, seen.body_hash)
                if key is None:
                    return None, "sealed"
                payload = open_sealed(carried, key, event_id=event_id, body_hash=seen.body_hash)
            except NotOpenable:
                return None, "broken"
        if sha256(payload).digest() != seen.body_hash:
            return None, "broken"
        return payload, None


def stated(row: Row, seen: Glance) -> Stated:
    """Return the event in *row*, with what was *seen* of its header and without its body."""
    partition, offset, _, docket_index, event_id, event_type, variant, publisher, speaker, kind, aggregate_id = row[:11]
    return Stated(
        partition, offset, docket_index, event_id, event_type, variant, publisher, speaker, aggregate_id,
        kind == "case",
        seen.occurred_at, seen.campaign_id, seen.to, seen.cc, seen.cites,
    )  # fmt: skip


def _closed(one: Stated) -> Stated:
    return one._replace(why="not-in-audience") if one.event_type in READ else one


def _as_json(fingerprint: bytes, payload: bytes) -> Body | None:
    """Return the body as JSON has it; None where it is none."""
    try:
        return decode_body(fingerprint, payload[SALT_BYTES:])
    except Undecodable:
        return None


def _datum(fingerprint: bytes, payload: bytes) -> Body | None:
    """
    Return the body as Avro reads it, without making JSON of it; None where it is none, or bytes are left over.

    That it is what its publisher committed to, the hash has shown.
    """
    schema = registry().by_fingerprint.get(fingerprint)
    if schema is None or schema.kind != "body":
        return None
    data = BytesIO(payload)
    data.seek(SALT_BYTES)
    try:
        body = schemaless_reader(data, schema.plain, None)
    except Exception:  # noqa: BLE001 (whatever foreign bytes make the decoder raise)
        return None
    return cast("Body", body) if data.tell() == len(payload) else None
