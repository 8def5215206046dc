"""Which fields does a record repeat for generic tools? The CloudEvents binding; unsigned, and no rule reads it."""

from uuid import UUID

from yisong.kafka.producer import Tags
from yisong.publishing.compose import Content


def cloud_event(said: Content) -> Tags:
    """Return the Kafka record headers of an event. Source: CloudEvents 1.0, Kafka protocol binding, binary mode."""
    fields = {
        "ce_specversion": "1.0",
        "ce_id": str(UUID(bytes=said.event_id)),
        "ce_type": said.fields["event_type"],
        "ce_source": said.fields["publisher"],
        "ce_subject": said.fields["case_id"],
        "ce_time": said.fields["occurred_at"],
        "content-type": "application/avro",
    }
    return tuple((name, str(value).encode()) for name, value in fields.items())
