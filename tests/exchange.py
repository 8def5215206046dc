"""What do tests of drafts need? Nodes whose rounds a test takes by hand, each with the keys of its own organs only."""

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from services.trail.drafts import Exchange, Exchanging, own_topic
from tests.trails import Servers
from yisong.desk.draft_duties import DraftDuties
from yisong.desk.duties import KeptDuty
from yisong.desk.store import Store
from yisong.envelope.codec import SALT_BYTES
from yisong.errors import KeyNotUsable
from yisong.home import Agency
from yisong.kafka.producer import KafkaLog
from yisong.metrics import Metrics
from yisong.postgres import connect
from yisong.publishing.compose import content, digest_of
from yisong.publishing.countersigning.received import Drafts, Received
from yisong.publishing.countersigning.sent import SecondSignatures
from yisong.publishing.countersigning.taking_back import take_back
from yisong.publishing.outbox import Draft, Row
from yisong.publishing.own_trail import PostgresTrail
from yisong.publishing.rounds import Sender
from yisong.publishing.signer import PrivateKeys, Signer
from yisong.publishing.stores import PostgresOutbox

if TYPE_CHECKING:
    from services.trail.follow import Trail


class OwnKeys:
    """The private keys of one line; it has never seen those of another."""

    def __init__(self, servers: Servers, agency: Agency) -> None:
        self._servers, self._agency = servers, agency

    def private(self, key_id: str) -> bytes:
        organ = self._servers.law.organs[key_id.partition("#")[0]]
        if (organ.node or organ.role) != self._agency:
            raise KeyNotUsable(f"{key_id} is none of ours")
        return self._servers.keys.private(key_id)


class Node:
    """One node of an exchange; `restart` is what a kill -9 and a new start do. *ahead*: ms that its clock is ahead."""

    def __init__(self, servers: Servers, agency: Agency, *, dsn: str | None = None) -> None:
        self.servers, self.agency, self.dsn = servers, agency, dsn or servers.database()
        self.keys: PrivateKeys = OwnKeys(servers, agency)
        self.metrics = Metrics(agency)
        self.alarms: list[str] = []
        self.ahead = 0
        self._trail: Trail | None = None
        self._open()

    def _open(self) -> None:
        bootstrap, law = self.servers.bus.running.bootstrap, self.servers.law
        self.connection = connect(self.dsn, autocommit=True)
        self.drafts, self.store = Drafts(self.connection), Store(self.connection)
        self.outbox = PostgresOutbox(connect(self.dsn, autocommit=True))
        self.signer = Signer(law, self.keys)
        self._log = KafkaLog(bootstrap)
        self.sender = Sender(
            outbox=self.outbox,
            trail=PostgresTrail(self.outbox.connection),
            log=self._log,
            signer=self.signer,
            law=law,
            second=SecondSignatures(self.outbox, law=law, signer=self.signer, now=self.now),
            alarm=self.alarms.append,
            now=self.now,
        )
        what = Exchanging(self.agency, self.dsn, bootstrap, self.keys, lambda: law, self.now)
        self.topic = own_topic(what, self.connection)
        self.exchange = Exchange(what, self.connection, self.topic, self.metrics)
        self.duties_of_drafts = DraftDuties(self.connection, law)

    def now(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead

    def restart(self) -> None:
        self.close()
        self._open()

    def close(self) -> None:
        for one in (self.topic, self._log, self.outbox, self.connection):
            with suppress(Exception):
                one.close()
        if self._trail is not None:
            self._trail.close()
            self._trail = None

    def record(self) -> None:
        """Let the trail of this node come to the end of the log."""
        if self._trail is None:
            self._trail = self.servers.trail(self.dsn)
        ends = self.servers.ends()
        while any(self._trail.positions[partition] < end for partition, end in ends.items()):
            self._trail.step(timeout_ms=500)

    def send(self) -> None:
        """Let the sender do what there is to do, its own trail coming along."""
        self.record()
        while self.sender.round():
            self.record()

    def exchanges(self) -> None:
        """Take what lies on our topic to its end, and say what is to be said."""
        self.exchange.round(timeout_ms=100)
        while not self.topic.is_read():
            self.exchange.round(timeout_ms=100)
        self.exchange.round(timeout_ms=1)
        self.duties_of_drafts.look(self.now())

    def submit(self, header: Mapping[str, Any], body: Mapping[str, Any], *, at: int) -> bytes:
        """Put an event into the outbox, and return its id."""
        said = content(header, body, event_id=uuid4().bytes, salt=b"s" * SALT_BYTES)
        self.outbox.submit(Draft(said=said, digest=digest_of(said), at=at))
        return said.event_id

    def row(self, event_id: bytes) -> Row:
        found = self.outbox.row_of(event_id)
        assert found is not None
        return found

    def received(self, event_id: bytes) -> Received:
        """Return the newest draft of an event that has come."""
        return self.drafts.received(closed=True, event_id=event_id)[-1]

    def duty(self, event_id: bytes) -> KeptDuty | None:
        """Return the duty that the draft of an event has made."""
        kept = self.store.duties(organ=None, closed=True)
        return next((one for one in kept if one.draft == str(UUID(bytes=event_id))), None)

    def sign(self, event_id: bytes, *, officer: str = "U-P9801-01") -> bool:
        law = self.servers.law
        draft = self.received(event_id)
        return self.drafts.sign(draft, officer=officer, law=law, signer=self.signer, now=self.now())

    def decline(self, event_id: bytes, *, reason: str, officer: str = "U-P9801-01") -> bool:
        law, draft = self.servers.law, self.received(event_id)
        return self.drafts.decline(draft, officer=officer, reason=reason, law=law, signer=self.signer, now=self.now())

    def take_back(self, event_id: bytes, *, reason: str, officer: str = "U-V9801-01") -> bool:
        law, draft = self.servers.law, self.drafts.sent(closed=True, event_id=event_id)[-1]
        return take_back(self.outbox, draft, officer=officer, reason=reason, law=law, signer=self.signer)

    def counted(self, result: str) -> float:
        """Return how many messages on the drafts topic were that."""
        name, labels = "yisong_draft_messages_total", {"agency": self.agency, "result": result}
        return self.metrics._registry.get_sample_value(name, labels) or 0.0
