"""How do requests to resolve P2 tokens, and the answers, lie on Kafka? On a topic of the node that is to read them."""

from typing import Final

from yisong.kafka.node_topic import NodeTopic

_NAME: Final = "pii"


class PiiTopic(NodeTopic):
    """The topic ``pii-<agency>`` of one node, and the way onto all of them. Not for use by several threads."""

    name = _NAME
    meanwhile = "Requests and answers wait in the database and are sent later; everything else goes on."

    def send(self, agency: str, *, value: bytes) -> None:
        """Append a letter to the topic of *agency*; return when every copy in sync has it. Raises BusUnreachable."""
        self._send(agency, key=None, value=value)
