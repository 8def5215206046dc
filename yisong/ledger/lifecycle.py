"""
Does the present state allow the event, and what does it change? Steps 9 to 11, and the rows that are then taken.

Rules 1 to 4 and 7 of lifecycles.yaml: in each machine that has rows for the event one row must contain the present
state; all machines agree, or nothing moves.
"""

from typing import NamedTuple

from yisong.envelope.header import AggregateRef, Header
from yisong.ledger import clocks
from yisong.ledger.checks import Given
from yisong.ledger.docket import Aggregate, Clock, Docket
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
        for ref in instances(rows, header):
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


def instances(rows: Rows, header: Header) -> tuple[AggregateRef, ...]:
    """Name the instances that the event moves in one machine; without a cite of its kind a `cited` row is silent."""
    if rows.mode == "case_id":
        return (AggregateRef("case", header.case_id),)
    if rows.mode == "aggregate":
        return (header.aggregate,) if header.aggregate is not None else ()
    cited = (cite for cite in header.cites if cite.kind == rows.machine.kind and header.case_id in cite.id)
    return tuple(dict.fromkeys(AggregateRef(cite.kind, cite.id) for cite in cited))


def _guarded(given: Given, found: tuple[Move, ...]) -> str | None:
    """Step 11: all guards of all rows must hold, in order; the first failure names the reason."""
    lifecycles = given.law.rulebook.lifecycles
    for move in found:
        exists = move.machine.kind != "case" and move.aggregate.ref in given.docket.aggregates
        names = (*lifecycles.general, *move.row.guards) if exists else move.row.guards
        if not names:
            continue
        act = Act(given.header, given.log_time, move.aggregate, given.docket, given.law, given.memory)
        for name in names:
            if not GUARDS[name](act):
                return lifecycles.guards[name].reason
    return None


def take(given: Given, taken: tuple[Move, ...]) -> tuple[Docket, bool]:
    """Return the docket after the event has taken its rows, and whether a clock that it stopped had run out."""
    docket = given.docket
    aggregates, running, late = dict(docket.aggregates), list(docket.clocks), False
    for move in taken:
        late |= _take(move, given, aggregates, running)
    due = [clock.due_rolled for clock in running if clock.outcome == "running"]
    docket = docket._replace(aggregates=aggregates, clocks=tuple(running), next_due=min(due, default=None))
    return learn_filing_info(docket, given.header), late


def _take(move: Move, given: Given, aggregates: dict[AggregateRef, Aggregate], running: list[Clock]) -> bool:
    """Take one row: stops come first, then voids, then starts; what ends voids its running clocks (rules 4 and 7)."""
    row, law, ref, late = move.row, given.law, move.aggregate.ref, False
    offset, log_time = given.opened.offset, given.log_time
    if row.stops:
        late = clocks.stop(running, row.stops, ref, offset=offset, log_time=log_time)
    if row.voids:
        clocks.void(running, row.voids, ref, offset=offset, log_time=log_time)
    aggregates[ref] = aggregate = learn(move.aggregate, given.header, state=row.to or move.aggregate.state)
    if row.starts:
        clocks.start(running, row.starts, aggregate, given.header, law, offset=offset, log_time=log_time)
    if aggregate.state in move.machine.terminal:
        clocks.void_at_end(running, ref, law, offset=offset, log_time=log_time)
    return late
