"""A desk of paper: an agency answers what a docket tells it, and keeps its duties, without Kafka or PostgreSQL."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from tests.unit.ledger.story import Story, law
from yisong.desk.delivery import Delivery
from yisong.desk.duties import Closing, KeptDuty, closing, duty_id, superseded
from yisong.desk.outcome import Duty, Emit, Outcome, Owe
from yisong.home import Agency
from yisong.ledger import Entry, advance
from yisong.publishing.instants import to_ms, to_text

Answer = Callable[[Delivery], Outcome]


class PaperDesk:
    """The desk of *agency* over one story: every admitted event is delivered to it, whomever it concerns."""

    def __init__(self, agency: Agency, answer: Answer, story: Story) -> None:
        self.agency, self.answer, self.story = agency, answer, story
        self.outcomes: list[Outcome] = []
        self.open: dict[UUID, KeptDuty] = {}
        self.closed: list[tuple[Duty, Closing]] = []

    def hears(self, at: str, header: Mapping[str, Any], body: Mapping[str, Any]) -> Outcome:
        """Fold an event, and return what the desk answers; its duties are kept, and closed by what comes later."""
        return self._settle(self.story.record(self.story.opened(at, header, body)), body)

    def line(self, line: Mapping[str, Any], **instead: Any) -> Outcome:
        """Do the same with a line of a history."""
        return self.hears(line["at"], {**line["header"], **instead}, line["body"])

    def act(self, event_type: str, *, by: str, at: str, body: Mapping[str, Any], **fields: Any) -> Outcome:
        """Do the same with an act that *by* publishes at *at*."""
        case_id = self.story.case_id
        header = {
            "event_type": event_type, "case_id": case_id, "publisher": by, "occurred_at": at, "pii_level": "P2",
            "region_code": case_id[4:10], "cites": [], "doc_no": "甲一文字〔2016〕1号", **fields,
        }  # fmt: skip
        return self.hears(at, header, body)

    def breach(self, clock_id: str, *, at: str) -> Outcome:
        """Do the same with the notice that a clock has run out."""
        clock = advance(self.story.now, to_ms(at), law()).clock(clock_id)
        assert clock is not None
        return self.act(
            "DeadlineBreached",
            by=f"S-{self.agency}",
            at=at,
            occurred_at=to_text(clock.due_rolled + 1),
            body={"timer_id": clock.timer, "due_strict": to_text(clock.due_strict), "responsible": list(clock.owed_by)},
            aggregate={"kind": clock.aggregate.kind, "id": clock.aggregate.id},
            due_at=to_text(clock.due_rolled),
            to=list(clock.owed_by),
            cites=[{"kind": "clock", "id": clock_id}],
            doc_no=None,
        )

    @property
    def owed(self) -> dict[str, Duty]:
        """The open duties, by name."""
        return {kept.duty.name: kept.duty for kept in self.open.values()}

    def _settle(self, entry: Entry, body: Mapping[str, Any]) -> Outcome:
        assert entry.verdict in ("admitted", "admitted-late"), (entry.reason, entry.header)
        delivery = delivery_of(self.story, entry, self.agency, body)
        outcome = self.answer(delivery)
        duties = outcome.duties if isinstance(outcome, Owe | Emit) else ()
        self._close(delivery, duties)
        for duty in duties:
            self._keep(duty, delivery)
        self.outcomes.append(outcome)
        return outcome

    def _close(self, delivery: Delivery, duties: Sequence[Duty]) -> None:
        for kept in tuple(self.open.values()):
            how = closing(kept, delivery) or superseded(kept, duties, delivery)
            if how is not None:
                self.closed.append((self.open.pop(kept.id).duty, how))

    def _keep(self, duty: Duty, delivery: Delivery) -> None:
        identity = duty_id(delivery.partition, delivery.offset, duty.name)
        self.open[identity] = KeptDuty(
            id=identity, case_id=delivery.header.case_id, duty=duty,
            partition=delivery.partition, offset=delivery.offset, event_id=UUID(bytes=delivery.header.event_id),
            opened_at=delivery.log_time, about_state=delivery.state(duty.about), case_state=delivery.docket.case.state,
        )  # fmt: skip


def delivery_of(story: Story, entry: Entry, agency: Agency, body: Mapping[str, Any] | None) -> Delivery:
    """Return what the inbox of *agency* would deliver of an admitted entry."""
    assert entry.header is not None
    return Delivery(
        agency=agency,
        partition=entry.partition,
        offset=entry.offset,
        log_time=entry.log_time,
        verdict=entry.verdict,
        header=entry.header,
        docket=story.now,
        law=law(),
        body=body,
    )
