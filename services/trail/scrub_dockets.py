"""
Does each docket stand as its records make it? Its row is derived again from its leaves, one docket after the other.

So a state, a clock or a verdict that somebody has rewritten with all that hangs on it is found by the node itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson
from psycopg import Connection

from yisong.errors import Undecodable
from yisong.ledger import Docket, Law, dumps
from yisong.postgres.connection import reachable
from yisong.postgres.json_text import from_jsonb
from yisong.postgres.kept import Unlike
from yisong.postgres.queries import queries
from yisong.proof.refold import judged_again

_SQL = queries(Path(__file__).with_name("scrub.sql"))
# Of a docket with more records only the row is compared with its newest record; folding all of it is for `yisong fsck`.
_MOST: Final = 20_000
_COLUMNS: Final = ("log_time", "index", "prev_leaf", "next_due")


class Dockets:
    """The dockets of one *partition*; *walked*: the offset of each one's newest record before the offset *end*."""

    def __init__(
        self, connection: Connection, partition: int, *, walked: Mapping[str, int], end: int, law: Callable[[], Law]
    ) -> None:
        """Read through *connection*, in autocommit mode; *law* gives all that the trail knows when it is called."""
        self._connection, self._partition = connection, partition
        self._walked, self._end, self._law = walked, end, law

    def faults(self) -> Iterator[Unlike | None]:
        """Yield for each docket what is wrong with it, None for nothing; at last any that there should not be."""
        for case_id, newest in sorted(self._walked.items(), key=lambda one: one[1]):
            yield self._fault(case_id, newest)
        asked = {"partition": self._partition, "end": self._end, "known": list(self._walked)}
        for _, last_offset in self._rows("stray_docket", **asked):
            yield Unlike("docket", self._partition, last_offset, "a docket", None)

    def _fault(self, case_id: str, newest: int) -> Unlike | None:
        rows = self._rows("docket", case_id=case_id)
        if not rows or rows[0][0] != self._partition or rows[0][1] < newest:
            return Unlike("docket", self._partition, newest, None, "a docket as of this record")
        _, last_offset, log_time, index, prev_leaf, next_due, state = rows[0]
        found = (log_time, index, prev_leaf, next_due)
        if index > _MOST:
            record = self._rows("newest", partition=self._partition, offset=last_offset)
            return self._compared(last_offset, found[:3], record[0] if record else (None, None, None))
        asked = {"case_id": case_id, "partition": self._partition, "last": last_offset}
        docket = self._folded([row[0] for row in self._rows("leaves", **asked)])
        if docket is None or isinstance(docket, Unlike):
            return docket or Unlike("docket", self._partition, last_offset, "a docket", None)
        derived = (docket.log_time, docket.size, docket.prev_leaf, docket.next_due)
        if orjson.loads(from_jsonb(state)) != orjson.loads(dumps(docket)):
            return Unlike("docket state", self._partition, last_offset, "another state", "the one of its records")
        return self._compared(last_offset, found, derived)

    def _compared(self, offset: int, found: Sequence[object], derived: Sequence[object]) -> Unlike | None:
        for name, one, other in zip(_COLUMNS, found, derived, strict=False):
            if one != other:
                return Unlike(f"docket {name}", self._partition, offset, one, other)
        return None

    def _folded(self, leaves: Sequence[bytes]) -> Docket | Unlike | None:
        """Return the docket that *leaves* make; where the rules make something else of one of them, say so."""
        docket = None
        try:
            # On this thread: what others use of the processor, the pace would not see.
            for leaf, (folded, entry) in zip(leaves, judged_again(leaves, self._law(), threads=1), strict=True):
                if entry.leaf != leaf:
                    return Unlike("verdict", self._partition, entry.offset, "another leaf", entry.verdict)
                docket = folded
        except Undecodable:
            return Unlike("leaf", self._partition, self._end - 1, "no leaf", "a leaf")
        return docket

    def _rows(self, name: str, **arguments: object) -> list[tuple[Any, ...]]:
        with reachable():
            return self._connection.execute(_SQL[name], arguments).fetchall()
