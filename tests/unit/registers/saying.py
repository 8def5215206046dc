"""How does a test say what has happened? Admitted events with their bodies, without a log, in the order told."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

from yisong.audit.acts import Act
from yisong.audit.bodies import Why
from yisong.envelope.header import AggregateRef, Cite, Header
from yisong.publishing.instants import to_ms
from yisong.rulebook.model import BusProfile, Rulebook
from yisong.schemas import genesis

NUMBERS = count(1)
REGISTER = "CRB-980000-2016-000000-U"


@cache
def rulebook() -> Rulebook:
    """Return the genesis rulebook of a demo bus."""
    return genesis(BusProfile(name="paper", profile="demo", partitions=12, keys=()))


def at(day: str) -> int:
    """Return ten o'clock of a day, in ms."""
    return to_ms(f"{day}T10:00:00+08:00")


def said(
    event_type: str,
    body: Mapping[str, Any] | None,
    *,
    on: str = "2016-08-01",
    by: str = "V98",
    variant: str | None = None,
    case: str = REGISTER,
    aggregate: tuple[str, str] | None = None,
    cases: Sequence[str] = (),
    masked: Why | None = None,
    doubts: Sequence[str] = (),
    **header: Any,
) -> Act:
    """Return one admitted event of *by*, logged two minutes after it was done; without *body* it can't be read here."""
    number, when = next(NUMBERS), at(on)
    stated = Header(
        event_id=UUID(int=number).bytes, event_type=event_type, variant=variant, body_schema=bytes(8),
        body_hash=bytes(32), carried_hash=bytes(32), case_id=case,
        aggregate=None if aggregate is None else AggregateRef(*aggregate), publisher=by, acting_for=None,
        publisher_seq=number, publisher_prev=None, basis=None, causation_id=None, correlation_id=None,
        occurred_at=when, decided_at=None, served_at=None, due_at=None, to=(), cc=(), officers=(), approver=None,
        cites=tuple(Cite("case", one) for one in cases), doc_no=None, attachments=(), severity=None, pii_level="P1",
        classification="internal", sealing="clear", campaign_id="JW2016", region_code="980000",
        countersignature=None, test_data=True,
    )  # fmt: skip
    return Act(
        partition=0,
        offset=number,
        number=number,
        log_time=when + 120_000,
        header=stated._replace(**header),
        body=body,
        masked=masked or (None if body is not None else "not-in-audience"),
        doubts=tuple(doubts),
    )


def listed(
    list_: str, entry: str, *, variant: str = "add", on: str = "2016-08-01", by: str = "V98", **more: Any
) -> Act:
    """Return a change of a list; what *more* says stands in the body."""
    body = {"list": list_, "entry": entry, **more}
    return said("ListEntryChanged", body, variant=variant, on=on, by=by, doc_no=f"甲版名〔2016〕{next(NUMBERS)}号")
