"""How does what a rule wants said become an event for the outbox, checked whole before its cause is settled?"""

from collections.abc import Callable, Sequence
from secrets import token_bytes
from uuid import UUID, uuid5

from yisong.desk.delivery import Delivery
from yisong.desk.outcome import NextEvent
from yisong.envelope.codec import SALT_BYTES
from yisong.errors import NotPublishable
from yisong.ledger import Law
from yisong.publishing.compose import Fields, content, digest_of
from yisong.publishing.instants import to_text
from yisong.publishing.outbox import Draft
from yisong.publishing.sealer import with_sealing
from yisong.publishing.signer import Signer
from yisong.publishing.validate import event_faults
from yisong.schemas import pii_level
from yisong.telemetry import tracing


def derived_id(cause: bytes, name: str) -> UUID:
    """Return the id of the event *name* that follows from the event *cause*: the same at every try (uuid5)."""
    return uuid5(UUID(bytes=cause), name)


class Author:
    """
    Writes down what a machine of this node says.

    A rule need not state what follows from the cause: ``case_id``, ``region_code`` (of the case id), ``causation_id``,
    ``correlation_id``, ``basis``, ``occurred_at`` and ``pii_level`` (of the body).
    """

    def __init__(self, law: Law, signer: Signer, *, now: Callable[[], int]) -> None:
        """Write under *law*; *signer* says for whom this node has keys, *now* (ms) when an act is done."""
        self._law, self._signer, self._now = law, signer, now

    def drafts(self, cause: Delivery, events: Sequence[NextEvent]) -> tuple[Draft, ...]:
        """Return *events* as drafts for the outbox. Raises NotPublishable: every fault of the first bad one."""
        return tuple(self._draft(cause, one) for one in events)

    def _draft(self, cause: Delivery, event: NextEvent) -> Draft:
        # On a demo bus time is per docket: its log time is its now, and what a machine adds does not move it.
        at = cause.docket.log_time if self._law.bus.profile == "demo" else None
        done = max(self._now(), cause.docket.log_time) if at is None else at
        fields = with_sealing(self._fields(cause, event, occurred_at=done), self._law, at=done)
        if faults := event_faults(fields, event.body, law=self._law, signer=self._signer, at=done):
            raise NotPublishable(f"What should answer {cause.partition}:{cause.offset} is not publishable.", faults)
        event_id = derived_id(cause.header.event_id, event.name).bytes
        salt, registered = token_bytes(SALT_BYTES), self._law.registered(done)
        said = content(fields, event.body, event_id=event_id, salt=salt, registered=registered)
        return Draft(said=said, digest=digest_of(said), at=at, trace=tracing.current())

    def _fields(self, cause: Delivery, event: NextEvent, *, occurred_at: int) -> Fields:
        header = cause.header
        follows: dict[str, object] = {
            "case_id": header.case_id,
            "region_code": header.case_id[4:10],
            "causation_id": str(UUID(bytes=header.event_id)),
            "correlation_id": str(UUID(bytes=header.correlation_id or header.event_id)),
            "basis": cause.offset,
            "occurred_at": to_text(occurred_at),
        }
        if str(event.fields.get("event_type")) in self._law.events:
            follows["pii_level"] = pii_level(str(event.fields["event_type"]), event.body)
        return {name: value for name, value in {**follows, **event.fields}.items() if value is not None}
