"""When have all four trails judged what was sent?"""

import time
from collections.abc import Iterable, Mapping, Sequence

from yisong.audit.history_file import Expectation
from yisong.audit.played import Found, Judged, Position
from yisong.audit.trails import Trail
from yisong.errors import TimedOut
from yisong.ledger import Docket

_PAUSE = 0.05


def wait_until_read(trails: Sequence[Trail], ends: Mapping[int, int], *, timeout: float) -> None:
    """
    Wait until every trail has come to *ends*, the next offset per partition.

    Raises TimedOut, which names every node that is missing, and from where on, once none of those waited for has come
    any further for *timeout* seconds: a long file takes its time, and a node that is down takes no more than this.
    """
    deadline, before = time.monotonic() + timeout, dict[str, Mapping[int, int]]()
    while behind := {trail.agency: found for trail in trails if (found := _behind(trail, ends))}:
        now = time.monotonic()
        if any(found != before.get(agency) for agency, found in behind.items()):
            deadline, before = now + timeout, behind
        elif now >= deadline:
            raise TimedOut(_missing([trail for trail in trails if trail.agency in behind], ends, timeout))
        time.sleep(_PAUSE)


def found_by(trail: Trail, positions: Iterable[Position], case_ids: Iterable[str]) -> Found:
    """Return what *trail* says of the records at *positions*, all of which it has judged, and of these dockets."""
    dockets = ((case_id, trail.docket(case_id)) for case_id in case_ids)
    return Found(
        agency=trail.agency,
        judged=_judged(trail, tuple(positions)),
        dockets={case_id: docket for case_id, docket in dockets if docket is not None},
    )


def heads_of(trail: Trail, case_ids: Iterable[str]) -> Mapping[str, Docket]:
    """Return those of the dockets that are on the bus already, as of their newest record."""
    known = trail.known_dockets(sorted(set(case_ids)))
    found = ((case_id, trail.docket(case_id)) for case_id in known)
    return {case_id: docket for case_id, docket in found if docket is not None}


def _judged(trail: Trail, positions: Sequence[Position]) -> Mapping[Position, Judged]:
    rows = trail.rows(
        "verdicts",
        partitions=[position.partition for position in positions],
        offsets=[position.offset for position in positions],
    )
    return {
        Position(partition, offset): Judged(Expectation(verdict=verdict, reason=reason), leaf)
        for partition, offset, verdict, reason, leaf in rows
    }


def _behind(trail: Trail, ends: Mapping[int, int]) -> Mapping[int, int]:
    """Return the partitions that *trail* has not read to the end, with its next offset there."""
    positions = trail.positions()
    return {
        partition: positions.get(partition, 0) for partition, end in ends.items() if positions.get(partition, 0) < end
    }


def _missing(trails: Sequence[Trail], ends: Mapping[int, int], timeout: float) -> str:
    lines = [f"Not all four trails have judged everything, and those behind have not moved for {timeout:g} s."]
    for trail in trails:
        where = ", ".join(
            f"partition {partition} stands at {at} of {ends[partition]}"
            for partition, at in _behind(trail, ends).items()
        )
        lines.append(f"  - the node of {trail.agency} is missing: {where or 'it has just arrived'}")
    lines.append("See what `yisong status` and the logs of these nodes say, and run the command again.")
    return "\n".join(lines)
