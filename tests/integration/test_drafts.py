"""Acts with two signatures, over a real broker and real databases: each node signs with its own keys only."""

import logging
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from tests.cases import ADMITTED, Case
from tests.exchange import Node
from tests.trails import Servers
from yisong import Publisher
from yisong.envelope.case_id import case_id
from yisong.envelope.header import Signature
from yisong.kafka.drafts_topic import topic
from yisong.publishing.access import Access
from yisong.publishing.countersigning.messages import (
    LIFETIME_MS,
    Countersigned,
    Declined,
    Drafted,
    Withdrawn,
    encode,
)
from yisong.publishing.instants import to_ms
from yisong.signing.sign import sign_bytes

_NUMBERS = count(610_001)
WHY = "清单与实物数量不符"


class Pair(NamedTuple):
    """The node of the organ that hands items over, and of the police who take them."""

    copyright: Node
    police: Node

    def restart(self) -> None:
        for node in self:
            node.restart()


class Handing(NamedTuple):
    """A case in which items are to be handed over: by which draft, and what V9801 wants to say after it."""

    case: Case
    event_id: bytes
    behind: bytes


@pytest.fixture(scope="module")
def pair(trails: Servers) -> Iterator[Pair]:
    with closing(Node(trails, "copyright")) as ours, closing(Node(trails, "police")) as police:
        yield Pair(ours, police)


@pytest.fixture(scope="module")
def publisher(trails: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    """Publish without a node, what comes before the items."""
    access = Access(bootstrap=trails.bus.running.bootstrap, law=trails.law, keys=trails.keys)
    with Publisher(access, store=tmp_path_factory.mktemp("store") / "outbox.db") as publisher:
        yield publisher


@pytest.fixture
def handing(pair: Pair, publisher: Publisher) -> Iterator[Handing]:
    """Tell H1 up to the notice that a criminal case was filed, and put the items into the outbox of V9801's node."""
    for node in pair:
        node.ahead = 0
    case = Case(publisher, case_id("980100", 2016, next(_NUMBERS)))
    case.lines(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
    yield Handing(case, _submit(pair, case, 12), _submit(pair, case, 13))
    for node in pair:
        node.ahead = 0
        node.alarms.clear()


def _submit(pair: Pair, case: Case, number: int) -> bytes:
    header, body, at = case.stated(number)
    return pair.copyright.submit(header, body, at=to_ms(at))


def offered(pair: Pair, handing: Handing) -> bytes:
    """Let the draft reach the police, and return the bytes of its header."""
    pair.copyright.send()
    pair.copyright.exchanges()
    pair.police.exchanges()
    return pair.police.received(handing.event_id).header_bytes


def signatures(node: Node, handing: Handing) -> list[str]:
    """Return whose signatures stand on the event in the trail of *node*, its verdict before them."""
    node.record()
    rows = node.connection.execute(
        "SELECT verdict FROM entries WHERE remembered AND event_id = %s", (UUID(bytes=handing.event_id),)
    ).fetchall()
    return [str(row[0]) for row in rows]


def on_topic(servers: Servers, agency: str) -> list[bytes]:
    """Return every value on a drafts topic."""
    part = TopicPartition(topic(agency), 0)
    with closing(KafkaConsumer(bootstrap_servers=servers.bus.running.bootstrap, enable_auto_commit=False)) as consumer:
        consumer.assign([part])
        consumer.seek(part, 0)
        end, found = consumer.end_offsets([part])[part], []
        while consumer.position(part) < end:
            found += [record.value for record in consumer.poll(timeout_ms=500).get(part, ())]
    return found


def put(servers: Servers, agency: str, *values: bytes | None) -> None:
    """Put something onto a drafts topic, as whoever may write there could."""
    with closing(KafkaProducer(bootstrap_servers=servers.bus.running.bootstrap)) as producer:
        for value in values:
            producer.send(topic(agency), key=b"x", value=value, partition=0).get(timeout=60)


class TestAnActWithTwoSignatures:
    def test_is_published_once_the_other_organ_has_signed_the_very_same_header(
        self, pair: Pair, handing: Handing
    ) -> None:
        before = pair.copyright.servers.ends()
        header = offered(pair, handing)

        assert pair.copyright.servers.ends() == before, "nothing of a draft is on the log"
        assert pair.copyright.row(handing.event_id).state == "drafted"
        assert pair.copyright.row(handing.behind).state == "waiting"
        duty = pair.police.duty(handing.event_id)
        assert duty is not None
        assert (duty.state, duty.duty.by, duty.duty.article) == ("open", "P9801", "D310 12; CX 185")
        assert pair.police.sign(handing.event_id)
        pair.police.exchanges()
        pair.copyright.exchanges()
        pair.copyright.send()

        row = pair.copyright.row(handing.event_id)
        assert (row.state, row.verdict) == ("settled", "admitted")
        assert header in (row.value or b"")
        assert pair.copyright.row(handing.behind).verdict in ADMITTED
        assert pair.copyright.row(handing.behind).seq == (row.seq or 0) + 1
        assert signatures(pair.police, handing) == ["admitted"]
        settled = pair.police.duty(handing.event_id)
        assert settled is not None
        assert (settled.state, settled.officer) == ("done", "U-P9801-01")

    def test_that_is_declined_waits_for_a_person_and_gives_its_number_back(self, pair: Pair, handing: Handing) -> None:
        offered(pair, handing)
        seq = pair.copyright.row(handing.event_id).seq
        assert pair.police.decline(handing.event_id, reason=WHY)
        pair.police.exchanges()
        pair.copyright.exchanges()
        pair.copyright.send()

        row = pair.copyright.row(handing.event_id)
        assert (row.state, row.reason) == ("parked", f"declined by P9801 (U-P9801-01): {WHY}")
        assert [WHY in alarm for alarm in pair.copyright.alarms] == [False]
        assert "declined by P9801" in pair.copyright.alarms[0]
        behind = pair.copyright.row(handing.behind)
        assert (behind.verdict in ADMITTED, behind.seq) == (True, seq)
        assert signatures(pair.police, handing) == []
        duty = pair.police.duty(handing.event_id)
        assert duty is not None
        assert duty.state == "done"
        assert not pair.police.sign(handing.event_id), "what was declined is not signed later"

    def test_that_nobody_answers_is_withdrawn_after_a_day_and_a_later_signature_is_not_used(
        self, pair: Pair, handing: Handing, caplog: pytest.LogCaptureFixture
    ) -> None:
        offered(pair, handing)
        pair.copyright.ahead = LIFETIME_MS - 60_000
        pair.copyright.exchanges()
        pair.copyright.send()
        assert pair.copyright.row(handing.event_id).state == "drafted"

        pair.copyright.ahead = LIFETIME_MS + 60_000
        pair.copyright.exchanges()
        # By the clock of the police there is time left, and nobody has told them yet.
        assert pair.police.sign(handing.event_id)
        pair.police.exchanges()
        pair.copyright.send()
        row = pair.copyright.row(handing.event_id)
        assert (row.state, row.reason) == ("parked", "unanswered by P9801 within 24 hours")
        pair.copyright.exchanges()
        pair.copyright.send()

        assert "after it was withdrawn" in caplog.text
        assert pair.copyright.counted("late") == 1
        assert signatures(pair.police, handing) == []
        assert pair.copyright.row(handing.behind).verdict in ADMITTED
        pair.police.exchanges()
        assert pair.police.received(handing.event_id).state == "withdrawn"

    def test_that_its_own_organ_takes_back_is_nobodys_to_sign_and_its_number_is_free(
        self, pair: Pair, handing: Handing
    ) -> None:
        offered(pair, handing)
        seq = pair.copyright.row(handing.event_id).seq
        assert pair.copyright.take_back(handing.event_id, reason=WHY)
        assert not pair.copyright.take_back(handing.event_id, reason=WHY), "it is taken back once"
        pair.copyright.exchanges()
        pair.police.exchanges()
        pair.copyright.send()

        row, duty = pair.copyright.row(handing.event_id), pair.police.duty(handing.event_id)
        assert (row.state, row.reason) == ("parked", f"withdrawn by V9801 (U-V9801-01): {WHY}")
        assert (pair.police.received(handing.event_id).state, duty and duty.state) == ("withdrawn", "void")
        assert not pair.police.sign(handing.event_id)
        behind = pair.copyright.row(handing.behind)
        assert (behind.verdict in ADMITTED, behind.seq) == (True, seq)
        assert signatures(pair.police, handing) == []

    def test_is_not_taken_back_once_the_other_organ_has_signed(self, pair: Pair, handing: Handing) -> None:
        offered(pair, handing)
        assert pair.police.sign(handing.event_id)
        pair.police.exchanges()
        pair.copyright.exchanges()
        assert not pair.copyright.take_back(handing.event_id, reason=WHY)
        pair.copyright.send()

        assert pair.copyright.row(handing.event_id).verdict == "admitted"

    def test_ends_for_the_officer_too_when_its_time_is_over(self, pair: Pair, handing: Handing) -> None:
        offered(pair, handing)
        pair.police.ahead = LIFETIME_MS + 60_000
        assert not pair.police.sign(handing.event_id)
        pair.police.exchanges()

        draft, duty = pair.police.received(handing.event_id), pair.police.duty(handing.event_id)
        assert (draft.state, draft.carried) == ("expired", None)
        assert duty is not None
        assert duty.state == "void"

    def test_survives_that_both_nodes_die_between_any_two_steps(self, pair: Pair, handing: Handing) -> None:
        pair.copyright.send()
        pair.restart()
        pair.copyright.exchanges()
        pair.restart()
        pair.police.exchanges()
        header = pair.police.received(handing.event_id).header_bytes
        pair.restart()
        pair.copyright.send()
        assert pair.police.sign(handing.event_id)
        pair.restart()
        assert not pair.police.sign(handing.event_id), "it is signed once"
        pair.police.exchanges()
        pair.restart()
        pair.copyright.exchanges()
        pair.restart()
        pair.copyright.send()

        row = pair.copyright.row(handing.event_id)
        assert (row.verdict, row.attempts) == ("admitted", 1)
        assert header in (row.value or b"")

    def test_is_said_twice_rather_than_never_and_with_the_same_bytes(
        self, pair: Pair, handing: Handing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A node dies when Kafka has the message, and before it has forgotten it."""
        for node, step in (
            (pair.copyright, pair.copyright.send),
            (pair.police, lambda: pair.police.sign(handing.event_id)),
        ):
            step()
            known = on_topic(node.servers, "police" if node is pair.copyright else "copyright")
            dying = node.exchange._statements
            monkeypatch.setattr(dying, "run", _dying_at("lies_there", dying.run))
            with pytest.raises(RuntimeError, match="killed"):
                node.exchange.round(timeout_ms=1)
            node.restart()
            node.exchanges()
            new = on_topic(node.servers, "police" if node is pair.copyright else "copyright")[len(known) :]
            assert (len(new), len(set(new))) == (2, 1)
            pair.police.exchanges()
        duplicates = pair.copyright.counted("known")
        pair.copyright.exchanges()
        pair.copyright.send()

        assert pair.copyright.counted("known") == duplicates + 1
        assert pair.copyright.row(handing.event_id).verdict == "admitted"
        assert len(pair.police.drafts.received(closed=True, event_id=handing.event_id)) == 1

    def test_is_taken_again_where_the_node_died_before_its_position_was_kept(
        self, pair: Pair, handing: Handing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pair.copyright.send()
        pair.copyright.exchanges()
        dying = pair.police.exchange._statements
        monkeypatch.setattr(dying, "run", _dying_at("move", dying.run))
        with pytest.raises(RuntimeError, match="killed"):
            pair.police.exchange.round(timeout_ms=60_000)
        assert pair.police.drafts.received(closed=True, event_id=handing.event_id) == []
        pair.police.restart()
        pair.police.exchanges()

        assert pair.police.received(handing.event_id).state == "open"
        pair.police.decline(handing.event_id, reason=WHY)
        pair.police.exchanges()
        pair.copyright.exchanges()
        pair.copyright.send()

    def test_whose_number_somebody_else_has_taken_is_drafted_and_signed_anew(
        self, pair: Pair, handing: Handing
    ) -> None:
        """A system of V9801 without a node publishes in the same case while the draft is with the police."""
        first = offered(pair, handing)
        handing.case.line(2, at="2016-08-08T09:50:00+08:00")
        assert pair.police.sign(handing.event_id)
        for _ in range(2):
            pair.police.exchanges()
            pair.copyright.exchanges()
            pair.copyright.send()
        pair.copyright.exchanges()
        pair.police.exchanges()
        second = pair.police.received(handing.event_id)
        assert (second.state, second.header_bytes == first) == ("open", False)
        assert pair.police.sign(handing.event_id)
        pair.police.exchanges()
        pair.copyright.exchanges()
        pair.copyright.send()

        row = pair.copyright.row(handing.event_id)
        assert (row.verdict, row.attempts) == ("admitted", 2)
        assert pair.copyright.row(handing.behind).seq == (row.seq or 0) + 1

    def test_of_two_organs_of_one_line_goes_the_same_way(self, pair: Pair, handing: Handing) -> None:
        """V98 signs beside V9801; both are copyright offices, and one node speaks for both."""
        ours, header = pair.copyright, handing.case.stated(2)[0]
        offered(pair, handing)
        pair.police.decline(handing.event_id, reason=WHY)
        pair.police.exchanges()
        ours.exchanges()
        ours.send()
        body, at = handing.case.stated(2)[1], "2016-09-01T10:00:00+08:00"
        stated = {**header, "countersignature": "V98", "occurred_at": at}
        both = ours.submit(stated, body, at=to_ms(at))
        ours.send()
        ours.exchanges()

        duty = ours.duty(both)
        assert duty is not None
        assert (duty.state, duty.duty.by) == ("open", "V98")
        assert ours.sign(both, officer="U-V98-01")
        ours.exchanges()
        ours.send()
        assert ours.row(both).verdict in ADMITTED


class TestNoiseOnTheTopic:
    def test_stops_nobody_and_is_counted_and_logged_without_its_content(
        self, pair: Pair, handing: Handing, trails: Servers, caplog: pytest.LogCaptureFixture
    ) -> None:
        header = offered(pair, handing)
        draft = pair.police.received(handing.event_id)
        assert draft.carried is not None
        said = Drafted(header, draft.carried, draft.at, draft.until)
        noise: dict[str, list[bytes | None]] = {
            "unreadable": [None, b"", b"\xff\x00", b"[1]", b'{"v":1,"said":"SECRET"}', b'{"v":2}', b"[" * 100_000],
            "bad-key": [as_organ(trails, "V9702", said)],
            "bad-signature": [
                as_organ(trails, "V9801", said, bus="another"),
                as_organ(trails, "V9801", said).replace(str(draft.until).encode(), str(draft.until + 1).encode()),
            ],
            "not-canonical": [as_organ(trails, "V9801", said._replace(header=header + b"\x00"))],
            "carried-differs": [as_organ(trails, "V9801", said._replace(carried=b"SECRET"))],
            "unknown": [
                as_organ(trails, "V9801", Withdrawn(b"x" * 32)),
                as_organ(trails, "P9801", Declined(b"y" * 32, "U", "SECRET")),
            ],
        }
        before = {result: pair.police.counted(result) for result in noise}
        caplog.set_level(logging.INFO)
        put(trails, "police", *(value for values in noise.values() for value in values))
        put(trails, "cac", as_organ(trails, "V9801", said))
        pair.police.exchanges()

        assert {result: pair.police.counted(result) - before[result] for result in noise} == {
            result: len(values) for result, values in noise.items()
        }
        assert "passed over: bad-signature" in caplog.text
        assert "SECRET" not in caplog.text
        with closing(Node(trails, "cac")) as cac:
            cac.exchanges()
            assert cac.counted("not-ours") == 1
        assert pair.police.received(handing.event_id).state == "open"
        assert pair.police.sign(handing.event_id), "the node goes on"

    def test_makes_no_answer_of_what_another_organ_says(self, pair: Pair, handing: Handing, trails: Servers) -> None:
        """P9702 declines in the name of P9801, signs for it, and P9801 signs another header."""
        header = offered(pair, handing)
        draft = pair.police.received(handing.event_id)
        stranger = pair.police.signer.signature("P9702", header, at=draft.at)
        other = pair.police.signer.signature("P9801", header + b"\x00", at=draft.at)
        put(
            trails,
            "copyright",
            as_organ(trails, "P9702", Declined(draft.header_hash, "U-P9702-01", "no")),
            as_organ(trails, "P9801", Countersigned(draft.header_hash, stranger)),
            as_organ(trails, "P9801", Countersigned(draft.header_hash, other)),
            as_organ(trails, "P9801", Countersigned(draft.header_hash, other._replace(key_id="V9801#1"))),
        )
        before = pair.copyright.counted("bad-key"), pair.copyright.counted("bad-signature")
        pair.copyright.exchanges()
        pair.copyright.send()

        counted = pair.copyright.counted("bad-key"), pair.copyright.counted("bad-signature")
        assert (counted[0] - before[0], counted[1] - before[1]) == (3, 1)
        assert pair.copyright.row(handing.event_id).state == "drafted"


def as_organ(servers: Servers, organ: str, said: Any, *, bus: str | None = None) -> bytes:
    """Return *said* as *organ* would say it, to the last byte."""
    private = servers.keys.private(f"{organ}#1")

    def sign(message: bytes) -> Signature:
        return Signature(f"{organ}#1", "ed25519", sign_bytes(message, private))

    return encode(said, bus=bus or servers.law.bus.name, sign=sign)


def _dying_at(name: str, run: Any) -> Any:
    def dying(asked: str, **params: object) -> Any:
        if asked == name:
            raise RuntimeError("killed")
        return run(asked, **params)

    return dying
