"""What should lie in an inbox, and what does? Told from the log alone, without any node."""

from collections.abc import Mapping
from typing import NamedTuple

from services.trail.rules import concerns
from yisong.bootstrap import Bootstrap
from yisong.desk.inbox import InboxRecord, decode_record, topic
from yisong.envelope.open import open_record
from yisong.home import Agency
from yisong.kafka.inbox import look_into
from yisong.kafka.log import TOPIC
from yisong.kafka.records import LogRecord
from yisong.ledger import Docket, Known, Law, docket_of, dumps, fold, known_by
from yisong.signing.verify import verify


class Expected(NamedTuple):
    """One event that an inbox should hold: its record on the log, and the state of its docket after it."""

    source: LogRecord
    docket: bytes


Inbox = Mapping[int, list[tuple[LogRecord, InboxRecord]]]
"""By partition: what lies there, in its order."""


def expected(bootstrap: Bootstrap, law: Law, agency: Agency) -> dict[int, list[Expected]]:
    """Fold the whole log, and return by partition what concerns *agency*, in the order of the log."""
    found: dict[int, list[Expected]] = {partition: [] for partition in range(law.bus.partitions)}
    dockets: dict[str, Docket] = {}
    memories: dict[str, dict[bytes, tuple[Known, ...]]] = {}
    for record in look_into(bootstrap, TOPIC, follow=False):
        bare = open_record(record.partition, record.offset, record.timestamp, record.key, record.value)
        (opened,) = verify([bare], bus=law.bus.name, keys=law.rulebook.keys)
        case_id = docket_of(opened, law) or ""
        memory = memories.setdefault(case_id, {})
        docket, entry = fold(dockets.get(case_id), opened, law, memory)
        if docket is None or entry.header is None:
            continue
        dockets[case_id] = docket
        if (known := known_by(entry)) is not None:
            memory[entry.header.event_id] = (*memory.get(entry.header.event_id, ()), known)
        if concerns(entry, docket, agency, law):
            found[record.partition].append(Expected(record, dumps(docket)))
    return found


def lying_in(bootstrap: Bootstrap, agency: Agency) -> Inbox:
    """Return all that lies in the inbox of *agency*."""
    found: dict[int, list[tuple[LogRecord, InboxRecord]]] = {}
    for record in look_into(bootstrap, topic(agency), follow=False):
        found.setdefault(record.partition, []).append((record, decode_record(record.value or b"")))
    return found


def first_standings(inbox: Inbox) -> dict[int, list[int]]:
    """Return by partition the offsets of the events, each where it stands first."""
    return {at: list(dict.fromkeys(said.offset for _, said in records)) for at, records in inbox.items()}


def offsets(wanted: Mapping[int, list[Expected]]) -> dict[int, list[int]]:
    """Return by partition the offsets of what is expected, without the partitions of which nothing is."""
    return {at: [one.source.offset for one in records] for at, records in wanted.items() if records}
