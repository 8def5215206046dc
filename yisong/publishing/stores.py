"""How do the two stores keep an outbox? The same statements, in a node's PostgreSQL or in one SQLite file."""

import fcntl
import os
import re
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from threading import Event
from typing import BinaryIO, cast

import orjson

from yisong.errors import BusUnreachable
from yisong.postgres.connection import Rows, hold, reachable
from yisong.postgres.queries import queries
from yisong.publishing.compose import Content, Place, SealedBody
from yisong.publishing.outbox import ChainKey, Draft, Logged, Position, Row, Sent, Settled, Signed, State, Wrap

_FOLDER = Path(__file__).parent
_SQL = {**queries(_FOLDER / "outbox.sql"), **queries(_FOLDER / "outbox_postgres.sql")}
# One number for all senders: an advisory lock belongs to a database, and every node has a database of its own.
_SENDER_LOCK = 7_140_302
# For so long (s) a sender waits to be told of something; and where nobody would tell it, between two looks.
_LONGEST_WAIT, _MOMENT = 1.0, 0.05

Params = Mapping[str, object]
Record = tuple[object, ...]


class SqlOutbox(ABC):
    """What both stores share: rows in and out, by the statements of ``outbox.sql``."""

    @abstractmethod
    def _transaction(self) -> AbstractContextManager[object]:
        """Open a transaction, committed at its end, rolled back on an error."""

    @abstractmethod
    def _run(self, name: str, params: Params) -> list[Record]:
        """Run the statement *name* and return its rows."""

    def submit(self, draft: Draft) -> Row:
        """Write *draft* down, or return the row that has its event id already, whatever it says."""
        # In no transaction of its own: it belongs to the one that settles the cause.
        self._run("submit", _as_params(draft))
        row = self.row_of(draft.said.event_id)
        assert row is not None, "a row was written or was there"  # noqa: S101 (a row is never deleted)
        return row

    def row_of(self, event_id: bytes) -> Row | None:
        """Return the row of *event_id*, or ``None``."""
        return next(map(_as_row, self._run("row_of", {"event_id": event_id})), None)

    def open_states(self) -> Collection[State]:
        """Return in which states something waits for the sender: ``waiting``, ``drafted``, ``signed``, ``logged``."""
        return {cast("State", state) for (state,) in self._run("open_states", {})}

    def rows_in(self, state: State, *, limit: int) -> Sequence[Row]:
        """Return the oldest *limit* rows in *state* in their order; of those that wait, what no open draft holds up."""
        if state == "waiting":
            return [_as_row(row) for row in self._run("rows_waiting", {"limit": limit})]
        return [_as_row(row) for row in self._run("rows_in", {"state": state, "limit": limit})]

    def sent(self, *, limit: int) -> Sequence[Sent]:
        """Return the oldest *limit* rows that are ``logged``, in their order."""
        rows = cast("list[tuple[int, int, int, str]]", self._run("sent", {"limit": limit}))
        return [Sent(serial, Position(partition, offset), case_id) for serial, partition, offset, case_id in rows]

    def rows(self, serials: Sequence[int]) -> Sequence[Row]:
        """Return the rows of these *serials*, in their order."""
        return [_as_row(row) for serial in sorted(serials) for row in self._run("row", {"serial": serial})]

    def heads(self, chains: Sequence[ChainKey]) -> Mapping[ChainKey, Place]:
        """Return the last number given in each of *chains*, and the hash of that header; only where there is one."""
        found = {chain: self._run("newest_of_chain", chain._asdict()) for chain in chains}
        return {chain: Place(*cast("tuple[int, bytes]", rows[0])) for chain, rows in found.items() if rows}

    def sign(self, signed: Sequence[Signed]) -> None:
        """Give waiting rows their number and their bytes; of a body that was sealed, the clear text goes."""
        self._number("sign", signed)

    def draft(self, one: Signed) -> None:
        """Give a waiting row its number and its header, and no bytes before a second organ has signed it."""
        self._number("draft", [one])

    def countersigned(self, serial: int, value: bytes) -> None:
        """Give the row of a draft its bytes."""
        self._run("countersigned", {"serial": serial, "value": value})

    def _number(self, how: str, signed: Sequence[Signed]) -> None:
        bodies = [{"serial": one.serial, "nothing": b"", **one.sealed._asdict()} for one in signed if one.sealed]
        wraps = [wrap._asdict() for one in signed for wrap in one.wraps]
        rows = [{name: getattr(one, name) for name in ("serial", "seq", "header_hash", "value")} for one in signed]
        with self._transaction():
            for name, params in (("seal", bodies), ("wrap", wraps), (how, rows)):
                if params:
                    self._each(name, params)

    def unsent_wraps(self, event_ids: Sequence[bytes]) -> Sequence[Wrap]:
        """Return the wrapped keys of some events of which it is not known that they lie on ``body-keys``."""
        rows = [row for event_id in event_ids for row in self._run("unsent_wraps", {"event_id": event_id})]
        return [Wrap(*cast("tuple[bytes, str, bytes, bytes]", row)) for row in rows]

    def wraps_sent(self, wraps: Sequence[Wrap]) -> None:
        """Note that wrapped keys lie there."""
        self._each("wrap_sent", [{"event_id": one.event_id, "key_id": one.key_id} for one in wraps])

    def log(self, logged: Sequence[Logged]) -> None:
        """Note where the broker put signed rows."""
        self._each("log", [{**one._asdict(), **one.position._asdict()} for one in logged])

    def settle(self, settled: Sequence[Settled]) -> None:
        """Note verdicts that count in the chain."""
        self._each("settle", [{**one._asdict(), **one.position._asdict()} for one in settled])

    def park(self, row: Row, *, reason: str) -> None:
        """Put *row* aside, and let what has no verdict behind it in its chain wait for a new number."""
        with self._transaction():
            self._run("park", {"serial": row.serial, "reason": reason})
            self._run("renumber", {**row.draft.chain._asdict(), "seq": row.seq})

    def renumber(self, row: Row) -> None:
        """Let *row*, and what has no verdict behind it in its chain, wait for a new number."""
        with self._transaction():
            self._run("renumber", {**row.draft.chain._asdict(), "seq": row.seq})

    def send_again(self) -> None:
        """Take the positions back from rows without a verdict: they, and their keys, are sent again, unchanged."""
        with self._transaction():
            self._run("send_again", {})
            self._run("send_wraps_again", {})

    def _each(self, name: str, params: Sequence[Params]) -> None:
        with self._transaction():
            for one in params:
                self._run(name, one)


class PostgresOutbox(SqlOutbox):
    """
    The outbox in a node's database.

    Whoever settles a cause calls `submit` on the connection, and inside the transaction, of that cause. The sender
    needs a connection of its own in autocommit mode: with it, it loses the lock and the right to write together.
    """

    def __init__(self, connection: Rows) -> None:
        """Keep the outbox through *connection*."""
        self.connection = connection

    def _transaction(self) -> AbstractContextManager[object]:
        return self.connection.transaction()

    def _run(self, name: str, params: Params) -> list[Record]:
        with reachable(), self.connection.cursor() as cursor:
            cursor.execute(_SQL[name], params)
            return cursor.fetchall() if cursor.description else []

    def _each(self, name: str, params: Sequence[Params]) -> None:
        if f"{name}_all" in _SQL:
            if params:
                self._run(f"{name}_all", {column: [one[column] for one in params] for column in params[0]})
            return
        with reachable(), self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.executemany(_SQL[name], params)

    def rows(self, serials: Sequence[int]) -> Sequence[Row]:
        """Return the rows of these *serials*, in their order."""
        return [_as_row(row) for row in self._run("rows", {"serials": list(serials)})]

    def submit_all(self, drafts: Sequence[Draft]) -> Mapping[bytes, Row]:
        """Do as `submit` for each of *drafts*, in their order, and return the rows by event id."""
        self._each("submit", [_as_params(draft) for draft in drafts])
        return self.rows_of([draft.said.event_id for draft in drafts])

    def rows_of(self, event_ids: Sequence[bytes]) -> Mapping[bytes, Row]:
        """Return the rows that there are of *event_ids*, by event id."""
        rows = map(_as_row, self._run("rows_of", {"event_ids": list(event_ids)}))
        return {row.draft.said.event_id: row for row in rows}

    def settled_of(self, event_ids: Sequence[bytes]) -> Sequence[Row]:
        """Return the rows of those *event_ids* that are settled or parked."""
        return [_as_row(row) for row in self._run("settled_of", {"event_ids": list(event_ids)})]

    def heads(self, chains: Sequence[ChainKey]) -> Mapping[ChainKey, Place]:
        """Return the last number given in each of *chains*, and the hash of that header; only where there is one."""
        asked = {"case_ids": [one.case_id for one in chains], "publishers": [one.publisher for one in chains]}
        rows = cast("list[tuple[str, str, int, bytes]]", self._run("newest_of_chains", asked))
        return {ChainKey(*key): Place(seq, header_hash) for *key, seq, header_hash in rows}

    def hold(self) -> bool:
        """Take the advisory lock of the database's one sender; return whether nobody else has it."""
        with reachable():
            self.connection.execute("LISTEN yisong_sender")
        return hold(self.connection, _SENDER_LOCK)

    def wait(self, stop: Event) -> None:  # noqa: ARG002 (what waits here is not woken by an event of a thread)
        """Return when somebody has put something into the outbox or the trail, or after a second."""
        with reachable():
            for _ in self.connection.notifies(timeout=_LONGEST_WAIT, stop_after=1):
                pass

    def close(self) -> None:
        """Close the connection, and with it let go of the lock."""
        self.connection.close()


class SqliteOutbox(SqlOutbox):
    """
    The outbox of an agency system without a node: one file, made where it is missing.

    One object is for one thread; any number of objects and processes may share the file.
    """

    def __init__(self, file: Path) -> None:
        """Open the store *file*. Raises ``BusUnreachable`` where that is not possible."""
        self.file = file
        self._lock: BinaryIO | None = None
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            # Whoever meets another one at the change to WAL is refused at once, without the time-out: one at a time.
            with _alone_in(file.parent):
                self._connection = sqlite3.connect(file, timeout=30, isolation_level=None)
                self._connection.execute("PRAGMA journal_mode = WAL")
                # What is confirmed to the caller must outlive a power cut.
                self._connection.execute("PRAGMA synchronous = FULL")
                # What was sealed must not be read out of free pages.
                self._connection.execute("PRAGMA secure_delete = ON")
                self._connection.executescript((_FOLDER / "outbox_sqlite.sql").read_text(encoding="utf-8"))
                self._add_columns(carried="BLOB", body_hash="BLOB", trace="TEXT")
        except (OSError, sqlite3.Error) as fault:
            raise BusUnreachable(
                f"The store {file} cannot be opened ({type(fault).__name__}). Nothing was published. "
                "Name a file in a folder that this user may write."
            ) from fault

    def _add_columns(self, **columns: str) -> None:
        """Give a file of an earlier release the columns that it lacks; they are ours, never of any input."""
        present = {row[1] for row in self._connection.execute("PRAGMA table_info(local_outbox)")}
        for name, kind in columns.items():
            if name not in present:
                self._connection.execute(f"ALTER TABLE local_outbox ADD COLUMN {name} {kind}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _run(self, name: str, params: Params) -> list[Record]:
        with closing(self._connection.execute(_in_sqlite(_SQL[name]), params)) as cursor:
            return cursor.fetchall()

    def hold(self) -> bool:
        """Lock the file beside the store; return whether no other object or process has it."""
        lock = self._lock or self.file.with_name(self.file.name + ".sender").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self._lock = lock
        return True

    def wait(self, stop: Event) -> None:
        """Return after a moment: a file tells nobody."""
        stop.wait(_MOMENT)

    def close(self) -> None:
        """Close the store, and let go of the lock."""
        self._connection.close()
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _in_sqlite(statement: str) -> str:
    return re.sub(r"%\((\w+)\)s", r":\1", statement)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep every other thread and process that asks the same out of *folder* for a moment."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _as_params(draft: Draft) -> Params:
    said = draft.said
    return {
        **draft.chain._asdict(),
        "event_id": said.event_id,
        "fields": orjson.dumps(said.fields).decode(),
        "body_schema": said.body_schema,
        "payload": said.payload,
        "digest": draft.digest,
        "at": draft.at,
        "trace": draft.trace,
    }


def _as_row(row: Record) -> Row:
    serial, event_id, _, _, fields, body_schema, payload, digest, at, state, attempts, *rest = row
    seq, header_hash, value, partition, offset, log_time, verdict, reason, carried, body_hash, trace = rest
    said = Content(
        cast("bytes", event_id), orjson.loads(cast("str", fields)), cast("bytes", body_schema), cast("bytes", payload)
    )
    return Row(
        serial=cast("int", serial),
        draft=Draft(
            said=said, digest=cast("bytes", digest), at=cast("int | None", at), trace=cast("str | None", trace)
        ),
        state=cast("State", state),
        attempts=cast("int", attempts),
        seq=cast("int | None", seq),
        header_hash=cast("bytes | None", header_hash),
        value=cast("bytes | None", value),
        position=None if partition is None else Position(cast("int", partition), cast("int", offset)),
        log_time=cast("int | None", log_time),
        verdict=cast("str | None", verdict),
        reason=cast("str | None", reason),
        sealed=None if carried is None else SealedBody(cast("bytes", carried), cast("bytes", body_hash)),
    )
