"""What does this node know of a case, record by record, and how well is each proven?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from psycopg import Connection

from services.gateway.console.proofs import cosigned
from yisong.audit.corrections import corrected
from yisong.audit.timeline import Stored
from yisong.audit.trails import Trail, present
from yisong.ledger import Docket, Entry, Law, advance
from yisong.ledger.sharing import may_read
from yisong.proof.refold import refold

EVERYTHING = 1 << 62
"""Later than any log time."""


class Record(NamedTuple):
    """
    One record of the case: what it is, the case after it, how many nodes vouch for it, and who may read its body.

    *corrects*, *corrected_by*: numbers of the records that it puts right, and that put it right.
    """

    entry: Entry
    docket: Docket
    cosigners: int
    readers: frozenset[str]
    corrects: tuple[int, ...] = ()
    corrected_by: tuple[int, ...] = ()

    @property
    def number(self) -> int:
        """Its number in the case, from 1."""
        return self.entry.docket_index


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """
    A case with all its *records*, in log order; there is at least one.

    *as_of* (ms): the instant of which it is told, now or asked for. *known*: how many records were known then.
    *docket*: the case as of that instant. *is_now*: no instant was asked for.
    """

    case_id: str
    records: tuple[Record, ...]
    docket: Docket
    as_of: int
    known: int
    is_now: bool

    @property
    def partition(self) -> int:
        """The partition in which all of its records lie."""
        return self.records[0].entry.partition

    def number_at(self, offset: int | str | None) -> int | None:
        """Return the number of the record at *offset*; None where none lies there."""
        return next((one.number for one in self.records if one.entry.offset == offset), None)


def casefile(  # noqa: PLR0913 (of which case, by which law, seen when)
    connection: Connection[Any], trail: Trail, case_id: str, law: Law, *, at: int | None, now: int
) -> CaseFile | None:
    """
    Return all of a case, told as of *at* (ms) or of today; None where the trail has nothing of it.

    The records are folded again from the first. Raises NotProven where the trail is not what the rules make of them,
    BusUnreachable.
    """
    stored = [Stored(*row) for row in trail.rows("docket_entries", case_id=case_id, at=EVERYTHING)]
    if not stored:
        return None
    folded = refold([one.leaf for one in stored], law)
    readers = {(one.partition, one.offset): one.readers for one in may_read(folded, law)}
    proven = cosigned(connection, stored[0].partition, [one.offset for one in stored])
    corrects, corrected_by = _corrections([entry for entry, _ in folded])
    records = tuple(
        Record(
            entry,
            docket,
            proven.get(entry.offset, 0),
            readers.get((entry.partition, entry.offset), frozenset()),
            corrects.get(entry.docket_index, ()),
            corrected_by.get(entry.docket_index, ()),
        )
        for entry, docket in folded
    )
    newest = records[-1].docket
    as_of = present(newest, law, live=trail.live(), now=now) if at is None else at
    known = sum(one.entry.log_time <= as_of for one in records)
    then = records[known - 1].docket if known else Docket(case_id, as_of)
    return CaseFile(
        case_id=case_id,
        records=records,
        docket=advance(then, as_of, law),
        as_of=as_of,
        known=known,
        is_now=at is None,
    )


def _corrections(entries: list[Entry]) -> tuple[Mapping[int, tuple[int, ...]], Mapping[int, tuple[int, ...]]]:
    corrects: dict[int, tuple[int, ...]] = {}
    corrected_by: dict[int, tuple[int, ...]] = {}
    for by, of in corrected(entries):
        corrects[by.docket_index] = (*corrects.get(by.docket_index, ()), of.docket_index)
        corrected_by[of.docket_index] = (*corrected_by.get(of.docket_index, ()), by.docket_index)
    return corrects, corrected_by
