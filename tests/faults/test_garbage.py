"""Whatever lies on the log, each node gives it an entry, the same on every node, and goes on."""

import random
from collections.abc import Mapping
from contextlib import closing
from typing import NamedTuple

import psycopg
import pytest
from kafka import KafkaProducer

from bench.events import Event
from tests.trails import Servers, digests
from yisong.envelope.codec import encode_envelope
from yisong.envelope.header import Signature
from yisong.envelope.open import Envelope, registered_readers
from yisong.kafka.log import TOPIC

# A key of small order and the R that goes with it: an unwary verifier accepts S = 0 under any message.
_SMALL_ORDER = bytes([1]) + bytes(31)
_PREFIX = 10


Four = tuple[list[str], dict[str, tuple[tuple[int, int], str]]]
"""The databases of four nodes; by name of the garbage, its position and the reason it should have."""


class Poison(NamedTuple):
    """A record that should never have been sent, and the reason that its entry gives."""

    record: Event
    reason: str


def _poisons(good: Event) -> Mapping[str, Poison]:
    """Spoil a *good* event in every way: the name says what it is now."""
    noise = random.Random(3).randbytes(1_048_577)  # noqa: S311 (repeatable on purpose)
    value = good.value or b""
    envelope = _parts(value)
    forged = Signature(envelope.signatures[0].key_id, "ed25519", _flipped(envelope.signatures[0].value))
    small = Signature(envelope.signatures[0].key_id, "ed25519", _SMALL_ORDER + bytes(32))
    return {
        "a tombstone": Poison(good._replace(value=None), "malformed"),
        "an empty value": Poison(good._replace(value=b""), "malformed"),
        "a wrong magic": Poison(good._replace(value=b"\xc3\x02" + value[2:]), "malformed"),
        "an unknown fingerprint": Poison(good._replace(value=value[:2] + b"\xff" * 8 + value[10:]), "unknown-schema"),
        "a truncated envelope": Poison(good._replace(value=value[:-7]), "malformed"),
        "a byte too many": Poison(good._replace(value=value + b"\0"), "malformed"),
        "a megabyte of noise": Poison(good._replace(value=noise), "malformed"),
        "an absurd length": Poison(good._replace(value=value[:_PREFIX] + b"\xfe\xff\xff\xff\x0f"), "malformed"),
        "text": Poison(good._replace(value="移送".encode()), "malformed"),
        "a long varint": Poison(good._replace(value=_long_varint(value)), "malformed"),
        "another key": Poison(good._replace(key=b"CRB-980100-2016-000021-6"), "wrong-key"),
        "no key": Poison(good._replace(key=None), "wrong-key"),
        "a key of noise": Poison(good._replace(key=noise[:5000]), "wrong-key"),
        "another partition": Poison(good._replace(partition=(good.partition + 1) % 12), "wrong-partition"),
        "a forged signature": Poison(good._replace(value=_signed(envelope, forged)), "bad-signature"),
        "a small-order point": Poison(good._replace(value=_signed(envelope, small)), "bad-signature"),
        "no signature": Poison(good._replace(value=_signed(envelope)), "malformed"),
        "nobody's key": Poison(good._replace(value=_signed(envelope, forged._replace(key_id="\0?#1"))), "unknown-key"),
    }


@pytest.fixture(scope="module")
def four(trails: Servers) -> Four:
    """Four trails of one log, in which sound events and garbage alternate."""
    events = trails.events(60, seed=8)
    poisons = _poisons(events[-1])
    sent: dict[str, tuple[tuple[int, int], str]] = {}
    for number, (name, poison) in enumerate(poisons.items()):
        position, *_ = trails.send([poison.record, events[number]])
        sent[name] = (position, poison.reason)
    trails.send(events[len(poisons) :])
    nodes = [trails.database() for _ in range(4)]
    for dsn in nodes:
        trails.record(dsn)
    return nodes, sent


def test_garbage_never_stops_a_node(four: Four, trails: Servers) -> None:
    """Sound events before, between and behind the garbage are all admitted."""
    nodes, sent = four
    with psycopg.connect(nodes[0]) as connection:
        found = connection.execute("SELECT verdict, count(*) FROM entries GROUP BY verdict").fetchall()
        verdicts: dict[str, int] = dict(found)

    assert verdicts["refused"] == len(sent)
    assert sum(verdicts.values()) == sum(trails.ends().values()) == len(sent) + 60


def test_each_piece_of_garbage_is_refused_with_its_reason(
    four: Four,
) -> None:
    """A wrong byte, a wrong key or a wrong signature each has the reason that reasons.yaml gives it."""
    nodes, sent = four
    with psycopg.connect(nodes[0]) as connection:
        found = connection.execute('SELECT "partition", "offset", reason FROM entries WHERE verdict = \'refused\'')
        reasons = {(partition, offset): reason for partition, offset, reason in found}

    assert {name: reasons.get(position) for name, (position, _) in sent.items()} == {
        name: reason for name, (_, reason) in sent.items()
    }


def test_all_four_trails_say_the_same(four: Four) -> None:
    """Every column of every row is equal on all four nodes."""
    nodes, _ = four

    assert len({tuple(digests(dsn).items()) for dsn in nodes}) == 1


def test_what_a_transaction_leaves_behind_is_absent_and_its_records_are_judged(trails: Servers) -> None:
    """
    Nothing here uses transactions, and still anybody may: even the records of an aborted one are read and judged.

    The offset of Kafka's own marker holds no record. It is entered as absent, but only once a later record has come.
    """
    first, second, last = trails.events(3, seed=99)
    place = first.partition
    producer = KafkaProducer(bootstrap_servers=trails.bus.running.bootstrap, transactional_id="stranger")
    producer.init_transactions()
    producer.begin_transaction()
    for one in (first, second):
        producer.send(TOPIC, key=one.key, value=one.value, partition=place, timestamp_ms=one.at)
    producer.flush()
    producer.abort_transaction()
    producer.close()
    dsn = trails.database()
    with closing(trails.trail(dsn)) as trail:
        ends = trails.ends()
        marker = ends[place] - 1  # nothing is delivered there, so the trail stands before it
        while any(trail.positions[at] < (marker if at == place else end) for at, end in ends.items()):
            trail.step(timeout_ms=500)
        assert trail.positions[place] == marker
    trails.send([last._replace(partition=place)])
    trails.record(dsn)

    with psycopg.connect(dsn) as connection:
        found = connection.execute(
            'SELECT "offset" - %s, verdict FROM entries WHERE "partition" = %s AND "offset" >= %s - 2 ORDER BY 1',
            (marker, place, marker),
        ).fetchall()
    assert [offset for offset, _ in found] == [-2, -1, 0, 1]
    assert [verdict == "absent" for _, verdict in found] == [False, False, True, False]


def _parts(value: bytes) -> Envelope:
    decoded = registered_readers().envelope[value[:_PREFIX]](value, _PREFIX)
    assert isinstance(decoded, Envelope)
    return decoded


def _signed(envelope: Envelope, *signatures: Signature) -> bytes:
    return encode_envelope(envelope.header, envelope.carried, signatures)


def _flipped(signature: bytes) -> bytes:
    return signature[:-1] + bytes([signature[-1] ^ 1])


def _long_varint(value: bytes) -> bytes:
    """Write the length of the header with one byte more than it needs: it decodes, and is not canonical."""
    first, second = value[_PREFIX], value[_PREFIX + 1]
    assert first & 0x80
    assert not second & 0x80
    return value[:_PREFIX] + bytes([first, second | 0x80, 0]) + value[_PREFIX + 2 :]
