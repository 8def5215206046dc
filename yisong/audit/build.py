"""Which bytes does each line of a replay become? Every line is signed before any is sent."""

import secrets
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from yisong.audit.forecast import Forecast
from yisong.audit.history_file import Line
from yisong.audit.signers import Signers, flipped
from yisong.envelope.codec import SALT_BYTES, encode_envelope, encode_header, payload
from yisong.envelope.header import Header
from yisong.envelope.open import Envelope
from yisong.envelope.partition import partition_of
from yisong.errors import KeyNotUsable, NotPublishable
from yisong.kafka.body_keys import KeyRecord
from yisong.kafka.producer import Outgoing
from yisong.ledger import Entry, Law, own_readers, sealed_to
from yisong.publishing.compose import Composed, Content, Place, compose, content, must_seal
from yisong.publishing.ids import new_event_id
from yisong.publishing.sealer import Fresh, sealed_now, wraps_for
from yisong.schemas import registry

_ID_NOISE = 10
_FINGERPRINT = 8
_HASH = 32
_Where = tuple[str, int]


class _Sealed(NamedTuple):
    header: Header
    fresh: Fresh


class Builder:
    """Makes the records of a replay, in the order in which they are to be sent."""

    def __init__(self, law: Law, signers: Signers, forecast: Forecast) -> None:
        """Build for the bus of *law*; *forecast* knows the dockets that are on it already."""
        self._law = law
        self._signers = signers
        self._forecast = forecast
        self._lines: dict[_Where, Line] = {}
        self._event_ids: dict[_Where, bytes] = {}
        self._parts: dict[_Where, Envelope] = {}
        self._sealed: dict[_Where, _Sealed] = {}
        #: Keys of the bodies that were sealed, for those who may read them: to be sent before the records.
        self.body_keys: list[KeyRecord] = []

    def build(self, lines: Sequence[Line]) -> tuple[Outgoing, ...]:
        """
        Return one record a line.

        Raises NotPublishable, naming every line whose header or body no bytes can hold.
        """
        self._lines |= {_where(line): line for line in lines}
        self._event_ids |= {_where(line): new_event_id(line.at, secrets.token_bytes(_ID_NOISE)) for line in lines}
        records: dict[_Where, Outgoing] = {}
        faults: list[str] = []
        for line in lines:
            try:
                record = self._record(line, self._value(line))
            except NotPublishable as fault:
                faults += (f"{line.name}: {one}" for one in fault.faults)
                continue
            except KeyNotUsable as fault:
                faults.append(f"{line.name}: {fault}")
                continue
            # Until its original is made, a copy stands in for itself as noise: it moves the log time of its docket,
            # and counts in no chain, because a copy of what comes later is out of its place there or forged.
            entry = self._forecast.append(record)
            self._give_keys(line, entry)
            records[_where(line)] = record
        if faults:
            raise NotPublishable("These lines cannot be played; nothing was sent.", faults)
        return tuple(self._finished(line, records[_where(line)]) for line in lines)

    def event_id(self, line: Line) -> bytes:
        """Return the event id of *line*: its own, or that of the line whose id it bears."""
        while line.tamper is not None and (same := line.tamper.same_id_as) is not None:
            line = self._lines[(line.file, same)]
        return self._event_ids[_where(line)]

    def _give_keys(self, line: Line, entry: Entry) -> None:
        """Wrap the key of the body of *line* for whom it is meant, where it was sealed."""
        if _where(line) not in self._sealed:
            return
        header, fresh = self._sealed[_where(line)]
        docket = self._forecast.docket(header.case_id)
        admitted = docket is not None and entry.verdict in ("admitted", "admitted-late")
        organs = sealed_to(header, docket, self._law) if admitted and docket is not None else own_readers(header)
        wraps = wraps_for(organs, fresh, header, self._law, at=entry.log_time)
        self.body_keys += (KeyRecord(one.event_id, one.key_id, one.wrapped) for one in wraps)

    def _finished(self, line: Line, record: Outgoing) -> Outgoing:
        return record._replace(value=self._value(line)) if _is_copy(line) else record

    def _value(self, line: Line) -> bytes:
        """Return the value of the record of *line*; nothing for a copy whose original is not made yet."""
        if _is_copy(line):
            return self._copied(line)
        composed = self._composed(line)
        parts = Envelope(composed.header_bytes, composed.carried, self._signers.signatures(line, composed.header_bytes))
        if line.tamper is not None and line.tamper.kind == "change_carried":
            parts = parts._replace(carried=parts.carried[:-1] + bytes([parts.carried[-1] ^ 1]))
        self._parts[_where(line)] = parts
        return _encoded(line, parts)

    def _copied(self, line: Line) -> bytes:
        """Return the bytes of the line that *line* copies, perhaps over other copies; each forgery flips one bit."""
        forged = 0
        while line.tamper is not None and (of := line.tamper.copies) is not None:
            forged += line.tamper.kind == "forged_copy"
            line = self._lines[(line.file, of)]
        parts = self._parts.get(_where(line))
        if parts is None:
            return b""
        first, *others = parts.signatures
        return _encoded(line, parts._replace(signatures=(flipped(first, bits=forged), *others)))

    def _composed(self, line: Line) -> Composed:
        place = _misplaced(self._forecast.place(line.case_id, line.publisher), line)
        fields = self._fields(line)
        test_data = fields.pop("test_data") is True
        said = self._content(line, fields)
        fresh = sealed_now(said) if must_seal(said) else None
        composed = compose(said, place, test_data=test_data, sealed=None if fresh is None else fresh.body)
        header = composed.header._replace(body_schema=_stated_schema(line, composed.header.body_schema))
        if fresh is not None:
            self._sealed[_where(line)] = _Sealed(header, fresh)
        return Composed(header, encode_header(header), composed.carried)

    def _fields(self, line: Line) -> dict[str, object]:
        """Fill in what a replay fills in: cited lines become events, and what is absent gets its default."""
        rows = line.fields.get("cites") or ()
        cites = [self._cite(line, row) for row in rows] if isinstance(rows, Iterable) else rows
        filled_in = {"classification": "internal", "sealing": self._sealing(line), "test_data": True}
        return {**filled_in, **line.fields, "cites": cites}

    def _cite(self, line: Line, row: object) -> object:
        match row:
            case {"kind": "event", "line": int(number)}:
                return {"kind": "event", "id": str(UUID(bytes=self.event_id(self._lines[(line.file, number)])))}
            case _:
                return row

    def _sealing(self, line: Line) -> str:
        reasons = self._law.reasons
        log_time = self._forecast.log_time(line.case_id, line.at)
        asked = line.fields.get("pii_level") in reasons.sealed_levels and log_time >= reasons.sealed_from
        return "sealed" if asked else "clear"

    def _content(self, line: Line, fields: dict[str, object]) -> Content:
        salt, event_id = secrets.token_bytes(SALT_BYTES), self.event_id(line)
        if fields["event_type"] in self._law.events:
            registered = self._law.registered(line.at)
            return content(fields, line.body, event_id=event_id, salt=salt, registered=registered)
        # A type of no catalogue has no schema. To be refused for that, and not at step 1, it states another type's:
        # no rule decodes the body.
        fallback = registry().body(next(iter(self._law.events))).fingerprint
        return Content(event_id, fields, fallback, payload(salt, b""))

    def _record(self, line: Line, value: bytes) -> Outgoing:
        key = line.case_id
        if line.tamper is not None and line.tamper.kind == "record_key":
            key = line.tamper.name or ""
        partition = partition_of(key.encode(), self._law.bus.partitions)
        if line.tamper is not None and line.tamper.kind == "wrong_partition":
            partition = (partition + 1) % self._law.bus.partitions
        return Outgoing(partition, key.encode(), value, line.at)


def _where(line: Line) -> _Where:
    return (line.file, line.number)


def _encoded(line: Line, parts: Envelope) -> bytes:
    """Return *parts* as the value of a record, cut short where *line* is."""
    value = encode_envelope(*parts)
    return value[: len(value) // 2] if line.tamper is not None and line.tamper.kind == "truncate" else value


def _is_copy(line: Line) -> bool:
    return line.tamper is not None and line.tamper.copies is not None


def _misplaced(place: Place, line: Line) -> Place:
    match line.tamper.kind if line.tamper is not None else None:
        case "skip_seq":
            return place._replace(seq=place.seq + ((line.tamper and line.tamper.number) or 0))
        case "break_prev":
            return place._replace(prev=secrets.token_bytes(_HASH))
        case _:
            return place


def _stated_schema(line: Line, fingerprint: bytes) -> bytes:
    """Return the body fingerprint that *line* states; as a rule that of the schema its body was written with."""
    match line.tamper.kind if line.tamper is not None else None:
        case "unregistered_schema":
            return secrets.token_bytes(_FINGERPRINT)
        case "schema_of_type":
            return registry().body(str(line.tamper and line.tamper.name)).fingerprint
        case _:
            return fingerprint
