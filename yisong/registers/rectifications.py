"""What became of each order to rectify 责令限期整改: passed, failed, late? By orders and their verifications."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from yisong.audit.acts import Act
from yisong.legal_time.days import day_of, end_of_day
from yisong.registers.looking_up import Index
from yisong.registers.rows import Acts, of
from yisong.registers.said import credit_code, day, says, text

State = Literal["running", "overdue", "passed", "failed"]


class Rectification(NamedTuple):
    """
    One order: its *due* day, as extended, and what was found.

    *late*: verified after that day, or not at all by now. The date in the order does not roll (timers.yaml, T-RECT); a
    stop counts by log time.
    """

    id: str
    state: State
    late: bool
    ordered: str
    due: str
    verified: str | None
    case_id: str
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A rectification, whom it was ordered of, and the events that speak of it, the order first."""

    said: Rectification
    subject: str | None
    uscc: str | None
    acts: tuple[Act, ...]


def rectifications(acts: Acts, as_of: int) -> Iterator[Known]:
    """Yield every order whose body is readable here, in log order, as of *as_of* (ms)."""
    verified = Index(
        (act for act in acts if act.event_type == "RectificationVerified"), lambda act: [act.header.aggregate]
    )
    for order in of(acts, "RectificationOrdered"):
        later = verified.find([order.header.aggregate])
        yield Known(
            said=_said(order, later, as_of),
            subject=text(says(order), "subject"),
            uscc=credit_code(text(says(order), "subject_uscc")),
            acts=(order, *later),
        )


def _said(order: Act, later: list[Act], as_of: int) -> Rectification:
    dates = [one.header.due_at for one in (order, *later) if one.header.due_at is not None]
    due = dates[-1] if dates else order.header.occurred_at
    last = end_of_day(day_of(due))
    found = next((one for one in later if one.header.variant in ("passed", "failed")), None)
    state: State = "overdue" if as_of > last else "running"
    if found is not None:
        state = "passed" if found.header.variant == "passed" else "failed"
    return Rectification(
        id=order.header.aggregate.id if order.header.aggregate is not None else order.id,
        state=state,
        late=(as_of if found is None else found.log_time) > last,
        ordered=day(order.header.occurred_at),
        due=day(due),
        verified=None if found is None else day(found.header.occurred_at),
        case_id=order.case_id,
        event=order.id,
    )
