"""What do tests of desks need? A case told in memory, as the inbox of one agency delivers it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self
from uuid import NAMESPACE_OID, UUID, uuid5

from tests.unit.ledger.story import Story, history, law, told
from yisong.desk.delivery import Delivery
from yisong.desk.drafting import Author
from yisong.desk.inbox import InboxRecord, deliveries, encode_record
from yisong.desk.outcome import Duty, NextEvent
from yisong.envelope.header import AggregateRef
from yisong.envelope.open import Opened
from yisong.home import Agency
from yisong.ledger import Docket, Entry, dumps
from yisong.publishing.instants import to_text
from yisong.publishing.signer import Signer


class EveryKey:
    """Whatever organ it is, its key is here."""

    def private(self, key_id: str) -> bytes:
        return key_id.encode().ljust(32, b".")


class Delivered(NamedTuple):
    """An inbox record, and what it says."""

    value: bytes
    delivery: Delivery


class Told(Story):
    """A story of which every record is kept, together with the docket after it."""

    def __init__(self, name: str) -> None:
        super().__init__(told(name).case_id)
        self.lines = history(name)
        self.kept: list[tuple[Opened, Entry, Docket]] = []

    def record(self, opened: Opened) -> Entry:
        entry = super().record(opened)
        self.kept.append((opened, entry, self.now))
        return entry

    def until_next(self, event_type: str) -> Self:
        """Tell the history on from where it stands, up to its next event of a type."""
        for line in self.lines[len(self.kept) :]:
            self.line(line)
            if line["header"]["event_type"] == event_type:
                return self
        raise ValueError(f"the history has no further {event_type}")

    def delivered(self, agency: Agency, index: int = -1) -> Delivered:
        """Return the record of this story at *index* as the inbox of *agency* has it."""
        opened, entry, docket = self.kept[index]
        assert opened.header_bytes is not None
        assert opened.carried is not None
        record = InboxRecord(
            partition=opened.partition,
            offset=opened.offset,
            log_time=entry.log_time,
            verdict=entry.verdict,
            header=opened.header_bytes,
            carried=opened.carried,
            signatures=opened.signatures,
            docket=dumps(docket),
        )
        value = encode_record(record)
        return Delivered(value, deliveries(value, agency, law()))

    def all_delivered(self, agency: Agency) -> Sequence[Delivered]:
        """Return every record of this story as the inbox of *agency* has it."""
        return [self.delivered(agency, index) for index in range(len(self.kept))]


def case(name: str, *, until: str) -> Told:
    """Tell history *name* up to its first event of a type."""
    return Told(name).until_next(until)


def author() -> Author:
    """Return who writes down what a machine says."""
    return Author(law(), Signer(law(), EveryKey()), now=lambda: 0)


def receipt_owed(delivery: Delivery, *, name: str = "receipt") -> Duty:
    """Return the duty that a referral gives the police: its receipt, within 24 hours."""
    (clock,) = delivery.clocks("T-REF-03")
    return Duty(
        name=name,
        by=clock.owed_by[0],
        owed=("ReferralReceipted", "ReferralRerouted"),
        about=AggregateRef("referral", clock.aggregate.id),
        article=law().timers["T-REF-03"].source,
        why="移送回执",
        due_strict=clock.due_strict,
        due_rolled=clock.due_rolled,
        clock_id=clock.id,
    )


def machine_receipt(delivery: Delivery, **instead: object) -> NextEvent:
    """Return the receipt that a machine of the police signs; other header fields *instead*."""
    header = delivery.header
    assert header.aggregate is not None
    fields: dict[str, object] = {
        "event_type": "ReferralReceipted",
        "variant": "general",
        "publisher": header.to[0],
        "aggregate": header.aggregate._asdict(),
        "to": [header.publisher],
        "officers": ["U-P-MACHINE"],
        **instead,
    }
    body = {"receipt_no": "R-1", "received_at": to_text(delivery.log_time), "manifest_check": []}
    return NextEvent(name="receipt", fields=fields, body=body)


def referred(case_id: str) -> Sequence[tuple[Mapping[str, Any], Mapping[str, Any], UUID]]:
    """Return header, body and event id of each event of H1 up to the referral, told of another case."""
    stated, ids = [], []
    for number, line in enumerate(history("H1")[:9]):
        said = json.loads(json.dumps(line).replace(history("H1")[0]["header"]["case_id"], case_id))
        ids.append(uuid5(NAMESPACE_OID, f"{case_id} {number}"))
        header = said["header"]
        header["cites"] = [
            {"kind": "event", "id": str(ids[one["line"] - 1])} if "line" in one else one for one in header["cites"]
        ]
        stated.append(({**header, "at": line["at"]}, said["body"], ids[-1]))
    return stated
