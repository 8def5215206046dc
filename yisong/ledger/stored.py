"""
How a docket is kept: as canonical JSON, the same bytes on every node.

Keys are sorted, hashes are hexadecimal, instants integers of milliseconds. What follows from the rest (the next due
instant) is not stored.
"""

from typing import Any

import orjson

from yisong.envelope.header import AggregateRef
from yisong.ledger.docket import Aggregate, Chain, Clock, Docket, FilingInfo


def dumps(docket: Docket) -> bytes:
    """Return *docket* as canonical JSON: sorted keys, no white space, UTF-8."""
    return orjson.dumps(
        {
            "log_time": docket.log_time,
            "size": docket.size,
            "prev_leaf": docket.prev_leaf.hex() if docket.prev_leaf else None,
            "aggregates": [_aggregate(one) for one in docket.aggregates.values()],
            "clocks": [_clock(clock) for clock in docket.clocks],
            "chains": {publisher: [chain.length, chain.last.hex()] for publisher, chain in docket.chains.items()},
            "filing_infos": [list(info) for info in docket.filing_infos],
            "notices": sorted(docket.notices),
        },
        option=orjson.OPT_SORT_KEYS,
    )


def _aggregate(one: Aggregate) -> dict[str, Any]:
    return {"kind": one.ref.kind, "id": one.ref.id, "state": one.state, "born": one.born, "facts": dict(one.facts)}


def _clock(clock: Clock) -> dict[str, Any]:
    return {
        "timer": clock.timer,
        "kind": clock.aggregate.kind,
        "aggregate": clock.aggregate.id,
        "number": clock.number,
        "started_by": clock.started_by,
        "start": clock.start,
        "span_from": clock.span_from,
        "due_strict": clock.due_strict,
        "due_rolled": clock.due_rolled,
        "owed_by": clock.owed_by,
        "window": clock.window,
        "provisional": clock.provisional,
        "outcome": clock.outcome,
        "stopped_by": clock.stopped_by,
        "stopped_at": clock.stopped_at,
        "breached_at": clock.breached_at,
        "ended": clock.ended,
    }


def loads(case_id: str, data: bytes | str) -> Docket:
    """Return the docket that `dumps` wrote. Raises KeyError or ValueError on bytes that it did not write."""
    stored: dict[str, Any] = orjson.loads(data)
    aggregates = (_read_aggregate(one) for one in stored["aggregates"])
    docket = Docket(
        case_id=case_id,
        log_time=stored["log_time"],
        size=stored["size"],
        prev_leaf=bytes.fromhex(stored["prev_leaf"]) if stored["prev_leaf"] else None,
        aggregates={one.ref: one for one in aggregates},
        chains={name: Chain(length, bytes.fromhex(last)) for name, (length, last) in stored["chains"].items()},
        filing_infos=tuple(FilingInfo(*info) for info in stored["filing_infos"]),
        notices=frozenset(stored["notices"]),
    )
    clocks = tuple(_read_clock(clock) for clock in stored["clocks"])
    return docket.with_clocks(clocks)


def _read_aggregate(one: dict[str, Any]) -> Aggregate:
    facts = {name: tuple(values) for name, values in one["facts"].items()}
    return Aggregate(AggregateRef(one["kind"], one["id"]), one["state"], one["born"], facts)


def _read_clock(stored: dict[str, Any]) -> Clock:
    fields = {name: value for name, value in stored.items() if name not in ("kind", "aggregate", "owed_by")}
    ref = AggregateRef(stored["kind"], stored["aggregate"])
    return Clock(aggregate=ref, owed_by=tuple(stored["owed_by"]), **fields)
