"""How do drafts, and the answers to them, lie on Kafka? On a topic of the node that is to read them."""

from typing import Final

from yisong.kafka.node_topic import NodeTopic

_NAME: Final = "drafts"


def topic(agency: str) -> str:
    """Return the topic on which the node of *agency* gets drafts and answers."""
    return f"{_NAME}-{agency}"


class DraftsTopic(NodeTopic):
    """The drafts topic of one node, and the way onto all of them. Not for use by several threads."""

    name = _NAME
    meanwhile = "Drafts and answers wait in the database and are sent later; what needs one signature goes on."

    def send(self, agency: str, *, case_id: str, value: bytes) -> None:
        """Append a message to the topic of *agency*; return when every copy in sync has it. Raises BusUnreachable."""
        self._send(agency, key=case_id.encode(), value=value)
