"""Who is to look at a draft that waits for a second signature? It becomes a duty of the organ that is to sign."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple, cast
from uuid import UUID

import orjson

from yisong.desk.duties import draft_duty_id
from yisong.desk.outcome import Duty
from yisong.desk.store import Store
from yisong.envelope.header import AggregateRef
from yisong.envelope.partition import partition_of
from yisong.ledger import Docket, Law
from yisong.postgres import queries
from yisong.postgres.binary import shown
from yisong.postgres.connection import Rows, reachable
from yisong.postgres.json_text import to_jsonb
from yisong.publishing.countersigning.checks import header_of
from yisong.publishing.countersigning.messages import LIFETIME_MS

_SQL: Final = queries(Path(__file__).with_name("draft_duties.sql"))
_ARTICLES: Final[Mapping[str, str]] = {"CaseItemsHandedOver": "D310 12; CX 185"}
_CONVENTION: Final = "交换约定 (会签)"


class Waiting(NamedTuple):
    """A draft that no officer has before him yet; instants in ms."""

    header_hash: bytes
    event_id: bytes
    case_id: str
    publisher: str
    organ: str
    event_type: str
    header: bytes
    at: int
    until: int
    received_at: int


def duty_of(draft: Waiting) -> Duty:
    """Return what a draft asks of the organ that it names: to sign it, or to say why not, before it is withdrawn."""
    header = header_of(draft.header)
    return Duty(
        name=f"countersign {UUID(bytes=draft.event_id)}",
        by=draft.organ,
        # No act of ours fulfils it: the sender publishes, with our signature beside its own.
        owed=(draft.event_type,),
        about=header.aggregate or AggregateRef("case", draft.case_id),
        article=_ARTICLES.get(draft.event_type, _CONVENTION),
        why="会签: a draft waits for our signature, or for the reason why it is not signed",
        # In the time of the case, which on a demo bus is another than the wall clock's.
        due_strict=draft.at + LIFETIME_MS,
        due_rolled=draft.at + LIFETIME_MS,
        advice={"draft": str(UUID(bytes=draft.event_id)), "by": draft.publisher},
    )


class DraftDuties:
    """Makes and settles the duties of drafts. For one thread at a time."""

    def __init__(self, connection: Rows, law: Law) -> None:
        """Keep them through *connection*, which is in autocommit mode."""
        self._connection, self._law, self._store = connection, law, Store(connection)

    def look(self, now: int) -> int:
        """Put new drafts before officers, settle what was answered, as of *now* (ms); return how many these were."""
        return sum(map(self._open, self._waiting())) + self._settle(now)

    def _waiting(self) -> Iterator[Waiting]:
        return map(Waiting._make, self._run("without_duty"))

    def _open(self, draft: Waiting) -> bool:
        docket = self._store.dockets([draft.case_id]).get(draft.case_id)
        with self._store.in_turn(draft.case_id):
            row = self._row(draft, docket)
            if self._run("open_duty", **row):
                self._run("note_duty", duty=row["id"], state="open", at=draft.at, officer=None)
            self._run("has_duty", duty=row["id"], header_hash=draft.header_hash)
        return True

    def _settle(self, now: int) -> int:
        rows = cast("list[tuple[str, UUID, str, str | None, int | None]]", self._run("answered"))
        for case_id, duty, state, officer, answered_at in rows:
            ended = "done" if state in ("signed", "declined") else "void"
            who = officer if ended == "done" else None
            with self._store.in_turn(case_id):
                row = {"duty": duty, "state": ended, "at": answered_at or now, "officer": who}
                if self._run("close_duty", **row):
                    self._run("note_duty", **row)
        return len(rows)

    def _row(self, draft: Waiting, docket: Docket | None) -> dict[str, object]:
        duty = duty_of(draft)
        return {
            "id": draft_duty_id(draft.header_hash),
            "partition": partition_of(draft.case_id.encode(), self._law.bus.partitions),
            "event_id": UUID(bytes=draft.event_id),
            "case_id": draft.case_id,
            "name": duty.name,
            "organ": duty.by,
            "owed": list(duty.owed),
            "about_kind": shown(duty.about.kind),
            "about_id": shown(duty.about.id),
            "article": duty.article,
            "why": duty.why,
            "due": duty.due_rolled,
            "advice": to_jsonb(orjson.dumps(duty.advice)).decode(),
            "about_state": "none" if docket is None else docket.states.get(duty.about, "none"),
            "case_state": "none" if docket is None else docket.case.state,
            "opened_at": draft.at,
        }

    def _run(self, statement: str, /, **params: object) -> list[tuple[object, ...]]:
        with reachable():
            cursor = self._connection.execute(_SQL[statement], params)
            return cursor.fetchall() if cursor.description is not None else []
