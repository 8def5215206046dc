"""What does one see of an event in an inbox?"""

from typing import Final

from rich.cells import cell_len
from rich.text import Text

from yisong.cli.page import instant, stranger, verdict
from yisong.desk.inbox import InboxRecord, open_body
from yisong.envelope.header import Header
from yisong.home import Agency
from yisong.ledger import Law, loads
from yisong.publishing.instants import to_text

# One line an event, in columns that are known before the first event has come.
_WIDTHS: Final = (19, 26, 9, 52, 7, 15, 9)
_TITLES: Final = ("logged", "case", "position", "event", "by", "for us", "body", "verdict")


def heading(agency: Agency, law: Law) -> Text:
    """Return the title of the page and of its columns."""
    zh = law.rulebook.directory.role_names[agency]
    return Text.assemble((f"Inbox 收件箱 of {agency} {zh}\n", "italic"), (_columns(_TITLES), "bold"))


def line(record: InboxRecord, header: Header, agency: Agency, law: Law) -> Text:
    """Return one event as a line."""
    event = law.events.get(header.event_type)
    zh = f"{event.zh} " if event is not None else ""
    variant = f" ({header.variant})" if header.variant else ""
    position = f"{record.partition}:{record.offset}"
    said = (header.case_id, position, f"{zh}{header.event_type}{variant}", header.publisher)
    cells = (*said, _for_us(header, agency, law), _body(record, header), "")
    return Text(_columns((instant(record.log_time), *map(stranger, cells)))).append(verdict(record.verdict))


def _for_us(header: Header, agency: Agency, law: Law) -> str:
    """Say what an event asks of the organs of *agency*, and of which."""
    for word, organs in (("act", header.to), ("told", header.cc), ("own", (header.publisher, header.speaker))):
        ours = [organ for organ in dict.fromkeys(organs) if organ in law.organs and law.organs[organ].role == agency]
        if ours:
            return f"{word} {' '.join(ours)}"
    return "audience"


def _body(record: InboxRecord, header: Header) -> str:
    """Say whether a body may be read: its values are for programs, which asked for them."""
    _, fault = open_body(header, record.carried)
    return "sealed" if header.sealing != "clear" else fault or "readable"


def _columns(cells: tuple[str, ...]) -> str:
    *padded, last = cells
    return " │ ".join((*(cell + " " * (w - cell_len(cell)) for cell, w in zip(padded, _WIDTHS, strict=True)), last))


def as_json(record: InboxRecord, header: Header) -> dict[str, object]:
    """Return one event for programs, with its body where that may be read; instants in RFC 3339."""
    body, fault = open_body(header, record.carried)
    return {
        "partition": record.partition,
        "offset": record.offset,
        "log_time": to_text(record.log_time),
        "verdict": record.verdict,
        "event_id": header.event_id.hex(),
        "event_type": header.event_type,
        "variant": header.variant,
        "case_id": header.case_id,
        "aggregate": None if header.aggregate is None else header.aggregate._asdict(),
        "publisher": header.publisher,
        "acting_for": header.acting_for,
        "to": header.to,
        "cc": header.cc,
        "occurred_at": to_text(header.occurred_at),
        "sealing": header.sealing,
        "body": body,
        "body_fault": fault,
        "states": _states(record, header),
    }


def _states(record: InboxRecord, header: Header) -> list[dict[str, str]] | None:
    """Return the states after the event; None where the docket was too large to travel."""
    if record.docket is None:
        return None
    states = loads(header.case_id, record.docket).states
    return [{"kind": ref.kind, "id": ref.id, "state": state} for ref, state in states.items()]
