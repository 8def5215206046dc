"""How do entries, trees, dockets, what is to be relayed and the position get into PostgreSQL, all of them or none?"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import cast
from uuid import UUID

from psycopg.errors import DeadlockDetected

from services.trail import rows
from services.trail.held import LONG, Held, HeldDockets
from services.trail.rules import Judged, Memories, Run
from services.trail.trees import Trees, write_trees
from yisong.envelope.leaf import decode_leaf
from yisong.errors import PositionTaken
from yisong.ledger import Docket, Known, dumps, loads
from yisong.postgres import connect, queries
from yisong.postgres.binary import copy_rows
from yisong.postgres.connection import reachable
from yisong.postgres.json_text import from_jsonb, to_jsonb

_SQL = queries(Path(__file__).with_name("queries.sql"))


class Store:
    """The database of one trail, for some partitions. Not for use by several threads."""

    def __init__(self, dsn: str, *, partitions: Sequence[int]) -> None:
        """Connect, and learn the positions. Raises BusUnreachable."""
        self._connection = connect(dsn, autocommit=True, name="yisong-trail")
        self._held, self._trees = HeldDockets(), Trees()
        ours = {"partitions": list(partitions)}
        with reachable():
            self._connection.execute(_SQL["stage_dockets"])
            self._connection.execute(_SQL["start_positions"], ours)
            self.positions = dict(cast("Iterable[tuple[int, int]]", self._connection.execute(_SQL["positions"], ours)))

    def newest(self, *, most: int) -> dict[tuple[int, int], bytes | None]:
        """Return, by position, the record hashes that the trail keeps of each partition's *most* newest offsets."""
        kept: dict[tuple[int, int], bytes | None] = {}
        with reachable():
            for partition, next_offset in self.positions.items():
                span = {"partition": partition, "next_offset": next_offset, "newest": most}
                for at, offset, leaf in self._connection.execute(_SQL["newest_entries"], span):
                    kept[at, offset] = decode_leaf(leaf).record_hash
        return kept

    def build_trees(self) -> bool:
        """
        Build a piece of a tree that stored entries lack, and return whether there was one.

        Call it until there is none, before anything is recorded. Raises TreeDiffers, BusUnreachable.
        """
        return self._trees.build(self._connection, self.positions)

    def load(self, case_ids: Iterable[str], ids: Iterable[tuple[str, bytes]]) -> tuple[dict[str, Docket], Memories]:
        """
        Return the dockets that exist of *case_ids*, and for each of them its memory.

        *ids*: docket and event id of what will be asked; the memory answers at least these. Raises BusUnreachable.
        """
        held = {case_id: self._held.get(case_id) for case_id in case_ids}
        missing = [case_id for case_id, one in held.items() if one is None]
        with reachable():
            held.update(self._read(missing))
            all_held = cast("dict[str, Held]", held)
            self._complete(all_held, ids)
        dockets = {case_id: one.docket for case_id, one in all_held.items() if one.docket is not None}
        return dockets, {case_id: one.memory for case_id, one in all_held.items()}

    def _read(self, case_ids: Sequence[str]) -> dict[str, Held]:
        """Read dockets, with the whole memory of those that are short."""
        if not case_ids:
            return {}
        read = {case_id: Held(docket=None, weight=0, whole=True) for case_id in case_ids}
        for case_id, state in self._connection.execute(_SQL["dockets"], {"case_ids": case_ids}, binary=True):
            docket = loads(case_id, from_jsonb(state))
            read[case_id] = Held(docket=docket, weight=len(state), whole=docket.size <= LONG)
        short = [case_id for case_id, one in read.items() if one.whole and one.docket is not None]
        if short:
            self._remember(
                read, self._connection.execute(_SQL["remembered_of_dockets"], {"case_ids": short}, binary=True)
            )
        for case_id, held in read.items():
            self._held.put(case_id, held)
        return read

    def _complete(self, held: Mapping[str, Held], ids: Iterable[tuple[str, bytes]]) -> None:
        """Read what is asked of dockets whose memory is not whole."""
        asked = [(case_id, event_id) for case_id, event_id in ids if not held[case_id].whole]
        asked = [(case_id, event_id) for case_id, event_id in asked if event_id not in held[case_id].memory]
        if asked:
            columns = {"case_ids": [one[0] for one in asked], "ids": [UUID(bytes=one[1]) for one in asked]}
            self._remember(held, self._connection.execute(_SQL["remembered_by_id"], columns, binary=True))

    @staticmethod
    def _remember(held: Mapping[str, Held], found: Iterable[tuple[object, ...]]) -> None:
        for row in found:
            case_id, event_id, publisher, organ, header_hash = cast("tuple[str, UUID, str, str, bytes]", row)
            memory = held[case_id].memory
            memory[event_id.bytes] = (*memory.get(event_id.bytes, ()), Known(publisher, organ, header_hash))

    def record(self, runs: Sequence[Run], judged: Judged, *, received_at: int) -> None:
        """
        Write a batch and move the positions, in one transaction.

        Raises PositionTaken where another process has moved one of them on, and TreeDiffers where one has written into
        a tree: nothing is written then. Whatever is raised, this store must not be used any more, since what it holds
        may not be what is stored.
        """
        grown = self._trees.grown(runs, judged.entries)
        states = {case_id: dumps(docket) for case_id, (docket, _, _) in judged.dockets.items()}
        moves = {
            "partitions": [run.partition for run in runs],
            "expected": [run.first for run in runs],
            "next_offsets": [run.next_offset for run in runs],
        }
        with reachable(), self._connection.transaction(), self._connection.cursor() as cursor:
            # First of all: a second process on one of our partitions finds out here, before it has written anything.
            try:
                moved = cursor.execute(_SQL["move_positions"], moves).rowcount
            except DeadlockDetected as fault:
                raise _taken() from fault
            if moved != len(runs):
                raise _taken()
            copy_rows(cursor, rows.COPY_ENTRIES, map(rows.entry, judged.entries))
            copy_rows(cursor, rows.COPY_BODIES, map(rows.body, judged.bodies))
            write_trees(cursor, grown)
            if states:
                staged = (rows.docket(*at, to_jsonb(states[case_id])) for case_id, at in judged.dockets.items())
                copy_rows(cursor, rows.COPY_DOCKETS, staged)
                cursor.execute(_SQL["write_dockets"])
            if judged.relayed:
                copy_rows(cursor, rows.COPY_RELAYED, map(rows.relayed, judged.relayed))
                copy_rows(cursor, rows.COPY_INBOX, map(rows.inbox, judged.relayed))
            cursor.execute(_SQL["note_batch"], {**moves, "received_at": received_at})
        self.positions.update((run.partition, run.next_offset) for run in runs)
        self._trees.wrote(grown)
        self._held.wrote(judged.dockets, {case_id: len(state) for case_id, state in states.items()})

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()


def _taken() -> PositionTaken:
    return PositionTaken(
        "Another process has moved one of this trail's partitions on. Nothing was written here. "
        "Two trails of one agency share a partition: stop one of them, or share the partitions out with --partitions."
    )
