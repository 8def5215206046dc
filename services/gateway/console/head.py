"""What does a header say, of an event or of a draft, laid out for reading?"""

from collections.abc import Iterator
from typing import NamedTuple

from services.gateway.console import times
from services.gateway.console.names import Names
from yisong.envelope.header import Header


class Organ(NamedTuple):
    """An organ as named: its plate's line, its name and its id."""

    role: str
    name: str
    id: str


class Attached(NamedTuple):
    """One line of the manifest."""

    kind: str
    sha256: str
    size: int
    media_type: str


class Head(NamedTuple):
    """A header as shown; *fields*: what else it says, as label and text. *occurred_at* in ms."""

    by: Organ
    to: tuple[Organ, ...]
    cc: tuple[Organ, ...]
    occurred_at: int
    fields: tuple[tuple[str, str], ...]
    officers: tuple[str, ...]
    approver: str
    attachments: tuple[Attached, ...]


def head(header: Header, names: Names) -> Head:
    """Lay out *header*."""
    return Head(
        by=_organ(header.speaker, names),
        to=tuple(_organ(one, names) for one in header.to),
        cc=tuple(_organ(one, names) for one in header.cc),
        occurred_at=header.occurred_at,
        fields=tuple(_fields(header, names)),
        officers=header.officers,
        approver=header.approver or "",
        attachments=tuple(
            Attached(names.enum("attachment_kind", one.kind), one.sha256.hex(), one.size, one.media_type)
            for one in header.attachments
        ),
    )


def _organ(organ: str, names: Names) -> Organ:
    return Organ(names.role_of(organ), names.organ(organ), organ)


def _fields(header: Header, names: Names) -> Iterator[tuple[str, str]]:
    for name in ("decided_at", "served_at"):
        if (instant := getattr(header, name)) is not None:
            yield names.header_field(name), times.minute(instant)
    if header.due_at is not None:
        yield names.header_field("due_at"), times.due(header.due_at)
    if header.acting_for is not None:
        yield names.header_field("acting_for"), names.speaker(header)
    second = "" if header.countersignature is None else names.organ(header.countersignature)
    texts = (("doc_no", header.doc_no), ("campaign_id", header.campaign_id), ("countersignature", second))
    yield from ((names.header_field(name), text) for name, text in texts if text)
    if header.severity == "serious":
        yield names.header_field("severity"), names.enum("severity", header.severity)
    if header.aggregate is not None and header.aggregate.kind != "case":
        yield names.t("header.aggregate"), f"{names.kind(header.aggregate.kind)} {header.aggregate.id}"
    if header.cites:
        yield names.t("header.cites"), " · ".join(one.id for one in header.cites)
