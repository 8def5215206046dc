"""How does an agency system publish an event and get its receipt?"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from secrets import token_bytes
from threading import Event, Thread
from typing import Self
from uuid import UUID

from yisong.envelope.codec import SALT_BYTES
from yisong.errors import NotPublishable
from yisong.home import Home
from yisong.postgres.connection import connect
from yisong.publishing.access import Access, access_of, find_home, no_node, node_dsn
from yisong.publishing.compose import content, digest_of
from yisong.publishing.identifiers import identifier_warnings
from yisong.publishing.ids import new_event_id
from yisong.publishing.outbox import Draft, Outbox
from yisong.publishing.published import Published, Wait, published, wait_for
from yisong.publishing.recorded import Recorded, node_of, recorded_at
from yisong.publishing.rounds import wall_clock
from yisong.publishing.sealer import with_sealing
from yisong.publishing.sender import run_store_sender
from yisong.publishing.signer import Signer
from yisong.publishing.stores import PostgresOutbox, SqliteOutbox
from yisong.publishing.validate import event_faults


class Publisher:
    """
    Publishes for the organs whose keys are at hand; safe to kill at any line, and to call again with the same event id.

    With a node the event goes into the outbox of the node that hosts its publisher, which sends it. Without one the
    outbox is a local SQLite file, a thread of this process sends it, and verdicts come from the log itself, judged here
    by the same rules. One object is for one thread.
    """

    def __init__(self, bus: Home | Path | str | Access | None = None, *, store: Path | str | None = None) -> None:
        """
        Publish on *bus*: a home from which it runs (default: ``YISONG_HOME``, or ``.yisong/``), or an `Access` to it.

        *store*: publish without a node, from this SQLite file, made where it is missing; needed with an `Access`.
        What an earlier process left there is sent first. Raises ``BusNotFound`` where no bus runs.
        """
        self._outboxes: dict[str, Outbox] = {}
        self._stack = ExitStack()
        access, node_of = _resolve(bus)
        self._law, self._signer, self._alone = access.law, Signer(access.law, access.keys), store is not None
        if store is None:
            self._open_outbox: Callable[[str], Outbox] = lambda publisher: _outbox_of(node_of(publisher))
        else:
            file = Path(store)
            self._open_outbox = lambda _: SqliteOutbox(file)
            self._start_sender(file, access)

    def publish(  # noqa: PLR0913 (the fields that every event has, and how long to wait)
        self,
        event_type: str,
        *,
        case_id: str,
        publisher: str,
        occurred_at: str,
        region_code: str,
        pii_level: str,
        body: Mapping[str, object],
        event_id: UUID | None = None,
        at: int | None = None,
        wait: Wait = "logged",
        timeout: float = 30.0,
        **fields: object,
    ) -> Published:
        """
        Publish one event, and return what is known of it.

        *fields*: the further header fields, as in the history format (``variant``, ``aggregate``, ``to``,
        ``officers`` …); instants are RFC 3339 text. *event_id*: make one before the first try and keep it, then a
        second call publishes nothing new. *at*: on a demo bus, the record's timestamp in ms. *timeout* in seconds.

        Raises ``NotPublishable`` naming every fault, before anything is sent; ``BusNotFound`` where a receipt is asked
        for without a node, and nothing is sent; ``TimedOut`` where what *wait* asks for did not happen in time (the
        event stays in the outbox and is sent all the same).
        """
        stated = {
            "event_type": event_type,
            "case_id": case_id,
            "publisher": publisher,
            "occurred_at": occurred_at,
            "region_code": region_code,
            "pii_level": pii_level,
            **fields,
        }
        return self.publish_header(stated, body, event_id=event_id, at=at, wait=wait, timeout=timeout)

    def publish_header(  # noqa: PLR0913 (as `publish`)
        self,
        header: Mapping[str, object],
        body: Mapping[str, object],
        *,
        event_id: UUID | None = None,
        at: int | None = None,
        wait: Wait = "logged",
        timeout: float = 30.0,
    ) -> Published:
        """Publish one event whose *header* is stated as in the history format; otherwise as `publish`."""
        header = self._stated(header, at)
        if faults := self.faults(header, body, at=at):
            raise NotPublishable("The event is not publishable; nothing was sent.", faults)
        chosen = event_id.bytes if event_id is not None else new_event_id(wall_clock(), token_bytes(10))
        known = self._law.registered(wall_clock() if at is None else at)
        said = content(header, body, event_id=chosen, salt=token_bytes(SALT_BYTES), registered=known)
        outbox = self._outbox(str(header["publisher"]))
        if wait == "receipt":
            node_of(outbox)
        row = outbox.submit(Draft(said=said, digest=digest_of(said), at=at))
        if row.draft.digest != digest_of(said):
            raise NotPublishable(
                f"The event id {UUID(bytes=chosen)} has been used for another event; nothing was sent.",
                ["event_id: stands in the outbox with other content. A new event needs a new id"],
            )
        published = wait_for(outbox, chosen, self._law, wait=wait, timeout=timeout)
        return replace(published, warnings=self.warnings(header, body))

    def warnings(self, header: Mapping[str, object], body: Mapping[str, object]) -> tuple[str, ...]:
        """
        Name every identifier in an event that breaks its own rule, in words that hold no value.

        Issued codes exist that do, so such an event is published all the same; `publish` returns the same sentences.
        """
        return identifier_warnings(header, body, law=self._law)

    def faults(
        self, header: Mapping[str, object], body: Mapping[str, object], *, at: int | None = None
    ) -> tuple[str, ...]:
        """Name everything that keeps an event from being published, the body included; nothing where it is sound."""
        when = wall_clock() if at is None else at
        stated = self._stated(header, at)
        faults = event_faults(stated, body, law=self._law, signer=self._signer, at=when, alone=self._alone)
        if at is None or self._law.bus.timestamp_type == "CreateTime":
            return faults
        return (*faults, "at: only a demo bus lets a publisher choose the log time")

    def _stated(self, header: Mapping[str, object], at: int | None) -> Mapping[str, object]:
        """Return what *header* states, sealed where it does not say and the law asks for it."""
        said = {name: value for name, value in header.items() if value is not None}
        return with_sealing(said, self._law, at=wall_clock() if at is None else at)

    def look(self, event_id: UUID, *, publisher: str) -> Published | None:
        """Return what is known of the event *event_id* of *publisher* by now; ``None`` if it is not in the outbox."""
        row = self._outbox(publisher).row_of(event_id.bytes)
        return None if row is None else published(row)

    def recorded(self, event_id: UUID, *, publisher: str) -> Recorded | None:
        """
        Return by how many nodes the event is recorded by now, and its receipt where there is one yet.

        None before it has a verdict, and where it is parked. Raises ``BusNotFound`` without a node.
        """
        outbox = self._outbox(publisher)
        connection, row = node_of(outbox), outbox.row_of(event_id.bytes)
        if row is None or row.state != "settled" or row.position is None:
            return None
        return recorded_at(connection, row.position, self._law)

    def receipt(self, event_id: UUID, *, publisher: str, timeout: float = 60.0) -> Published:
        """
        Wait for the receipt of an event that was published before, and return what is known of it.

        Raises ``BusNotFound`` without a node; ``TimedOut``, which says by how many nodes it is recorded.
        """
        outbox = self._outbox(publisher)
        node_of(outbox)
        return wait_for(outbox, event_id.bytes, self._law, wait="receipt", timeout=timeout)

    def close(self) -> None:
        """Let go of everything. What is not sent yet stays in the outbox and is sent next time, or by the node."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _outbox(self, publisher: str) -> Outbox:
        organ = self._law.organs.get(publisher)
        line = publisher if organ is None else organ.role
        if line not in self._outboxes:
            opened = self._outboxes[line] = self._open_outbox(publisher)
            self._stack.callback(opened.close)
        return self._outboxes[line]

    def _start_sender(self, file: Path, access: Access) -> None:
        stop = Event()
        thread = Thread(
            target=run_store_sender,
            kwargs={"file": file, "bootstrap": access.bootstrap, "law": access.law, "keys": access.keys, "stop": stop},
            name="yisong-sender",
            daemon=True,
        )
        thread.start()
        self._stack.callback(thread.join, 5.0)
        self._stack.callback(stop.set)


def _resolve(bus: Home | Path | str | Access | None) -> tuple[Access, Callable[[str], str]]:
    """Return the access to *bus*, and how to find the database of the node that hosts a publisher."""
    if isinstance(bus, Access):
        return bus, no_node
    home = find_home(bus)
    running = home.need_running()
    access = access_of(home, running)
    return access, lambda publisher: node_dsn(running, access.law, publisher)


def _outbox_of(dsn: str) -> Outbox:
    return PostgresOutbox(connect(dsn, autocommit=True, name="yisong-publisher"))
