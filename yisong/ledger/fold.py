"""
One record in, one entry out: the pure fold that every node runs over the log.

State × (position, log time, header) → verdict and new state. No clock, network, database or random number is read
here; the same log and the same rulebook give the same trail on every node and at every later time.
"""

from collections.abc import Mapping
from functools import lru_cache

from yisong.envelope.case_id import CASE_ID_LENGTH, case_id_of_key
from yisong.envelope.header import Header
from yisong.envelope.leaf import encode_leaf, leaf_hash
from yisong.envelope.open import Opened
from yisong.envelope.partition import partition_of
from yisong.ledger import checks, lifecycle, notices
from yisong.ledger.checks import Given
from yisong.ledger.cites import cited_events
from yisong.ledger.clocks import advance
from yisong.ledger.docket import Chain, Docket
from yisong.ledger.law import Law
from yisong.ledger.verdict import Entry, Judgement, Memory


def docket_of(opened: Opened, law: Law) -> str | None:
    """Return the docket that a record belongs to: its key, where that is a case id in its own partition; else None."""
    key = opened.key
    if key is None or len(key) != CASE_ID_LENGTH:  # a key of noise is neither hashed nor kept
        return None
    return _docket(key, opened.partition, law.bus.partitions)


@lru_cache(maxsize=65536)
def _docket(key: bytes, partition: int, partitions: int) -> str | None:
    case_id = case_id_of_key(key)
    return case_id if case_id is not None and partition_of(key, partitions) == partition else None


def ids_needed(opened: Opened) -> tuple[bytes, ...]:
    """Return the event ids of whose memory `fold` may ask: the record's own, and those that it cites."""
    if opened.header is None:
        return ()
    cited = (event_id for event_id in cited_events(opened.header) if event_id is not None)
    return (opened.header.event_id, *cited)


def fold(docket: Docket | None, opened: Opened, law: Law, memory: Memory) -> tuple[Docket | None, Entry]:
    """
    Judge one record by the law in force at its log time, and return its docket after it, with its entry in the trail.

    *law* is any version of the bus; how many partitions there are, and so the docket, is the same in all of them.
    *docket* is None where the docket has no record yet, or the record has no docket; what is returned is None for a
    record without a docket. Never raises, whatever the record holds.
    """
    case_id = docket_of(opened, law)
    if case_id is None:
        judgement = _stranger(opened, law.at(opened.broker_time))
        return None, _entry(opened, judgement, opened.broker_time, None)
    log_time = opened.broker_time if docket is None else max(docket.log_time, opened.broker_time)
    before = Docket(case_id, log_time) if docket is None else docket
    before = advance(before, log_time, law)  # once, before the record is judged
    after, judgement = _judge(before, opened, log_time, law.at(log_time), memory)
    entry = _entry(opened, judgement, log_time, before)
    chains = _chained(before, opened.header, entry) if judgement.remembered else before.chains
    return after._replace(log_time=log_time, size=before.size + 1, prev_leaf=entry.leaf_hash, chains=chains), entry


def _chained(docket: Docket, header: Header | None, entry: Entry) -> Mapping[str, Chain]:
    """Return the docket's chains after a remembered event; a system organ, whose number is 0, is in no chain."""
    if header is None or entry.header_hash is None or header.publisher_seq == 0:
        return docket.chains
    return {**docket.chains, header.publisher: Chain(header.publisher_seq, entry.header_hash)}


def _stranger(opened: Opened, law: Law) -> Judgement:
    """Judge a record that belongs to no docket: step 1 or 2 refuses it, since its key is no case id in its place."""
    if opened.fault is not None or opened.header is None:
        return Judgement("refused", opened.fault or "malformed", remembered=False)
    return Judgement("refused", checks.in_place(opened, opened.header, law) or "wrong-key", remembered=False)


def _judge(docket: Docket, opened: Opened, log_time: int, law: Law, memory: Memory) -> tuple[Docket, Judgement]:
    """Run steps 1 to 5, and hand what passes to the rest."""
    header = opened.header
    if opened.fault is not None or header is None:
        return docket, _refused(opened.fault or "malformed")
    if header.case_id != docket.case_id:  # step 2: the record's key is a case id in its place, or it had no docket
        return docket, _refused("wrong-key")
    if (reason := checks.marked(header, law)) is not None:
        return docket, _refused(reason)
    given = Given(opened, header, log_time, docket, law, memory)
    if (reason := checks.signed(given)) is not None:
        return docket, _refused(reason)
    seen_before = checks.is_duplicate(given)
    if seen_before is not None:
        same = Judgement("duplicate", None, remembered=False)
        return docket, same if seen_before else _refused("duplicate-id-different-bytes")
    if (reason := checks.chained(given)) is not None:
        return docket, _refused(reason)
    if law.organs[header.publisher].role == "system":
        return _judge_notice(given)
    return _judge_remembered(given)


def _refused(reason: str, *, remembered: bool = False) -> Judgement:
    return Judgement("refused", reason, remembered)


def _judge_remembered(given: Given) -> tuple[Docket, Judgement]:
    """Run steps 6 to 11 on an event that is genuine and in its place: it counts in its chain, whatever they say."""
    reason = _not_whole(given)
    taken = lifecycle.moves(given) if reason is None else reason
    if isinstance(taken, str):
        return given.docket, _refused(taken, remembered=True)
    moved, late = lifecycle.take(given, taken)
    return moved, Judgement("admitted-late" if late else "admitted", None, remembered=True)


def _judge_notice(given: Given) -> tuple[Docket, Judgement]:
    """Run steps 6 to 8 and its own step 9 on what a system organ says: it is remembered only if it is admitted."""
    reason = _not_whole(given) or notices.judge(given)
    if reason is not None:
        return given.docket, _refused(reason)
    return notices.record(given.docket, given.header), Judgement("admitted", None, remembered=True)


def _not_whole(given: Given) -> str | None:
    for check in checks.WHOLE:
        if (reason := check(given)) is not None:
            return reason
    return None


def _entry(opened: Opened, judgement: Judgement, log_time: int, docket: Docket | None) -> Entry:
    """Return the row of the trail, with its leaf; *docket* as it was before the record."""
    index, docket_prev = (docket.size + 1, docket.prev_leaf) if docket else (0, None)
    leaf = encode_leaf(
        partition=opened.partition,
        offset=opened.offset,
        broker_time=opened.broker_time,
        log_time=log_time,
        key=opened.key,
        docket_index=index,
        docket_prev=docket_prev,
        header=opened.header_bytes,
        carried_hash=opened.carried_hash,
        signatures=opened.signatures,
        verdict=judgement.verdict,
        reason=judgement.reason,
        record_hash=opened.record_hash,
    )
    return Entry(
        opened.partition,
        opened.offset,
        opened.broker_time,
        log_time,
        docket.case_id if docket else None,
        index,
        docket_prev,
        judgement.verdict,
        judgement.reason,
        judgement.remembered,
        leaf,
        leaf_hash(leaf),
        opened.header,
        opened.header_hash,
    )


def absent_entry(partition: int, offset: int) -> Entry:
    """Return the entry of an offset that holds no record. Only its leaf is ever done with it."""
    opened = Opened(partition, offset, broker_time=0, key=None, record_hash=None)
    return _entry(opened, Judgement("absent", None, remembered=False), 0, None)
