"""
Does the present state allow the event, and what does it change? Steps 9 to 11, and the rows that are then taken.

Rules 1 to 4 and 7 of lifecycles.yaml: in each machine that has rows for the event one row must contain the present
state; all machines agree, or nothing moves.
"""

from collections.abc import Iterator
from typing import NamedTuple

from yisong.envelope.header import AggregateRef, Header
from yisong.ledger import clocks
from yisong.ledger.checks import Given
from yisong.ledger.docket import Aggregate, Docket
from yisong.ledger.facts import learn, learn_filing_info
from yisong.ledger.guards import GUARDS, Act
from yisong.ledger.law import Law, Rows
from yisong.rulebook.model import Machine, Row


class Move(NamedTuple):
    """One row that the event takes, and the aggregate that it moves, as it stands before."""

    machine: Machine
    row: Row
    aggregate: Aggregate


def moves(given: Given) -> tuple[Move, ...] | str:
    """Return the rows that the event takes, or the reason why it may take none (steps 9 to 11)."""
    found = _rows_of_present_state(given)
    if isinstance(found, str):
        return found
    role = given.law.organs[given.header.publisher].role
    if any(role not in move.row.by for move in found):
        return "wrong-role"
    return _guarded(given, found) or found


def _rows_of_present_state(given: Given) -> tuple[Move, ...] | str:
    """Step 9: one row a machine and instance must contain the present state; the first that fails gives the reason."""
    header, docket, law = given.header, given.docket, given.law
    kind = header.aggregate.kind if header.aggregate else None
    found: list[Move] = []
    for rows in law.rows(header.event_type, header.variant, kind):
        for ref in _instances(rows, header):
            aggregate = docket.aggregates.get(ref) or Aggregate(ref, rows.machine.initial)
            row = rows.by_state.get(aggregate.state)
            if row is None:
                return _not_allowed(docket, law)
            if row.refuse is not None:
                return row.refuse
            found.append(Move(rows.machine, row, aggregate))
    return tuple(found) or _not_allowed(docket, law)


def _not_allowed(docket: Docket, law: Law) -> str:
    return "case-closed" if docket.case.state in law.machines["case"].terminal else "illegal-transition"


def _instances(rows: Rows, header: Header) -> Iterator[AggregateRef]:
    match rows.mode:
        case "case_id":
            yield AggregateRef("case", header.case_id)
        case "aggregate":
            if header.aggregate is not None:
                yield header.aggregate
        case "cited":  # without such a cite the row is silent
            cited = (cite for cite in header.cites if cite.kind == rows.machine.kind and header.case_id in cite.id)
            yield from dict.fromkeys(AggregateRef(cite.kind, cite.id) for cite in cited)


def _guarded(given: Given, found: tuple[Move, ...]) -> str | None:
    """Step 11: all guards of all rows must hold, in order; the first failure names the reason."""
    lifecycles = given.law.rulebook.lifecycles
    for move in found:
        act = Act(given.header, given.log_time, move.aggregate, given.docket, given.law, given.memory)
        exists = move.machine.kind != "case" and move.aggregate.ref in given.docket.aggregates
        for name in (*(lifecycles.general if exists else ()), *move.row.guards):
            if not GUARDS[name](act):
                return lifecycles.guards[name].reason
    return None


def take(given: Given, taken: tuple[Move, ...]) -> tuple[Docket, bool]:
    """Return the docket after the event has taken its rows, and whether a clock that it stopped had run out."""
    docket, offset = given.docket, given.opened.offset
    for move in taken:
        docket = _take(docket, move, given)
    late = any(move.row.stops for move in taken) and any(
        clock.stopped_by == offset and clock.outcome == "late" for clock in docket.clocks
    )
    return learn_filing_info(docket, given.header), late


def _take(docket: Docket, move: Move, given: Given) -> Docket:
    """Take one row: stops come first, then voids, then starts; what ends voids its running clocks (rules 4 and 7)."""
    row, header, law = move.row, given.header, given.law
    offset, log_time, ref = given.opened.offset, given.log_time, move.aggregate.ref
    if row.stops:
        docket = clocks.stop(docket, row.stops, ref, offset=offset, log_time=log_time)
    if row.voids:
        docket = clocks.void(docket, row.voids, ref, offset=offset, log_time=log_time)
    aggregate = learn(move.aggregate, header, state=row.to or move.aggregate.state)
    if aggregate is not move.aggregate:
        docket = docket.with_aggregate(aggregate)
    if row.starts:
        docket = clocks.start(docket, row.starts, aggregate, header, law, offset=offset, log_time=log_time)
    if aggregate.state in move.machine.terminal:
        docket = clocks.void_at_end(docket, ref, law, offset=offset, log_time=log_time)
    return docket
