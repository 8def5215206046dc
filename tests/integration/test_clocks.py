"""Four clocks services before a real log and real databases, and a wall clock that stands still until it is moved."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import Event
from typing import Final

import psycopg
import pytest

from services.clocks.rounds import Pace, Rounds
from services.clocks.store import Due, Store
from tests.trails import Servers
from tests.waiting import until
from yisong.audit.build import Builder
from yisong.audit.forecast import Forecast
from yisong.audit.fresh import FIRST_FRESH, renumbered, renumbering, unused_ids
from yisong.audit.history_file import History, Line, read_history
from yisong.audit.signers import Signers
from yisong.home import AGENCIES, Agency
from yisong.kafka.producer import KafkaLog
from yisong.postgres import connect
from yisong.publishing.instants import to_ms, to_text
from yisong.publishing.own_trail import PostgresTrail
from yisong.publishing.rounds import Sender
from yisong.publishing.signer import Signer
from yisong.publishing.stores import PostgresOutbox

H1: Final = read_history(Path(__file__).parents[2] / "examples" / "histories" / "H1.jsonl")
PACE: Final = Pace(margin=1_000, grace=20_000, again=10_000, under_way=100)
NOON: Final = to_ms("2026-01-05T12:00:00+08:00")
_NUMBERS: Final = count(FIRST_FRESH + 40_000)


class WallClock:
    """The same for all four, and moved by the test only; ms."""

    def __init__(self) -> None:
        self.now = NOON

    def wait(self, seconds: float) -> None:
        self.now += round(seconds * 1000)


class Node:
    """One agency's node, step by step: trail, clocks, sender."""

    def __init__(self, servers: Servers, agency: Agency, clock: WallClock, *, pace: Pace = PACE) -> None:
        self.agency, self.dsn, self.pace = agency, servers.database(), pace
        self._servers, self._clock = servers, clock
        self._log = KafkaLog(servers.bus.running.bootstrap)
        self._trail = servers.trail(self.dsn)
        self.store = Store(self.dsn)
        self.start()

    def start(self) -> None:
        """Begin as a process does, whatever became of the one before."""
        self.store.close()
        self.store = Store(self.dsn)
        until(self.store.hold, "somebody else still has the lock")
        self.rounds = Rounds(
            agency=self.agency,
            law=self._servers.law,
            store=self.store,
            ends=self._servers.ends,
            now=lambda: self._clock.now,
            pace=self.pace,
        )
        self.rounds.begin()

    def record(self) -> None:
        """Read the log to its end."""
        ends = self._servers.ends()
        while any(self._trail.positions[partition] < end for partition, end in ends.items()):
            self._trail.step(timeout_ms=500)

    def look(self) -> int:
        """Read the log to its end, do rounds until nothing is to be done, and return how many notices were decided."""
        before = len(self.outbox())
        self.record()
        for _ in range(100):
            if not self.rounds.round():
                return len(self.outbox()) - before
        raise AssertionError("the clocks do not come to rest")

    def send(self) -> None:
        """Send what the outbox holds, and settle it."""
        law = self._servers.law
        with closing(PostgresOutbox(connect(self.dsn, autocommit=True))) as outbox:
            signer, trail = Signer(law, self._servers.keys), PostgresTrail(outbox.connection)
            sender = Sender(outbox=outbox, trail=trail, log=self._log, signer=signer, law=law)
            sender.begin(Event())
            for _ in range(3):
                sender.round()
                self.record()
            sender.round()

    def outbox(self) -> list[tuple[str, str | None, str | None, int | None]]:
        """Return state, verdict, reason and log time of what was decided, in its order."""
        with psycopg.connect(self.dsn) as connection:
            rows = connection.execute("SELECT state, verdict, reason, log_time FROM local_outbox ORDER BY serial")
            return [(row[0], row[1], row[2], row[3]) for row in rows]

    def watched(self) -> dict[str, int]:
        """Return what is to be said, and when it is our turn."""
        with psycopg.connect(self.dsn) as connection:
            return dict(connection.execute("SELECT notice, turn_at FROM local_watch").fetchall())

    def close(self) -> None:
        self.store.close()
        self._trail.close()
        self._log.close()


class Cooperation:
    """Four nodes, each made when it is first asked for, and one wall clock."""

    def __init__(self, servers: Servers) -> None:
        self.servers, self.clock = servers, WallClock()
        self._made: dict[Agency, Node] = {}

    def __getitem__(self, agency: Agency) -> Node:
        if agency not in self._made:
            self._made[agency] = Node(self.servers, agency, self.clock)
        return self._made[agency]

    @property
    def nodes(self) -> Mapping[Agency, Node]:
        """All four."""
        return {agency: self[agency] for agency in AGENCIES}

    def said(self, case_id: str) -> Counter[tuple[str, str, str | None]]:
        """Return what stands on the log of this docket's clocks, by event type, verdict and reason."""
        node = next(iter(self._made.values()))
        node.record()
        with psycopg.connect(node.dsn) as connection:
            rows = connection.execute(
                "SELECT event_type, verdict, reason FROM entries WHERE docket = %s AND publisher LIKE 'S-%%'",
                (case_id,),
            ).fetchall()
        return Counter((row[0], row[1], row[2]) for row in rows)

    def close(self) -> None:
        for node in self._made.values():
            node.close()


@pytest.fixture
def cooperation(trails: Servers) -> Iterator[Cooperation]:
    with closing(Cooperation(trails)) as made:
        yield made


def play(servers: Servers, lines: Sequence[Line]) -> str:
    """Append these lines of H1 as a case of its own, and return its id."""
    history = History(name="H1", lines=tuple(replace(one, number=at) for at, one in enumerate(lines, start=1)))
    table = renumbering(history, unused_ids((), lambda: next(_NUMBERS)))
    ours = renumbered(history, table)
    law = servers.law
    records = Builder(law, Signers(servers.keys, law.rulebook), Forecast(law, {})).build(ours.lines)
    log = KafkaLog(servers.bus.running.bootstrap)
    assert None not in log.append(records)
    log.close()
    return ours.lines[0].case_id


def later(at: str) -> Line:
    """Return evidence that is logged at an instant, and moves the docket's time to it."""
    return replace(H1[2], at=to_ms(at))


def overdue(servers: Servers) -> str:
    """Play H1 up to the referral, without a receipt within 24 hours: T-REF-03 of the police is breached."""
    return play(servers, [*H1.lines[:9], later("2016-08-05T09:00:00+08:00")])


BREACHED: Final = ("DeadlineBreached", "admitted", None)
TWICE: Final = ("DeadlineBreached", "refused", "already-recorded")


class TestOneBreach:
    def test_is_said_once_by_the_line_that_waits(self, cooperation: Cooperation) -> None:
        """The copyright office waits for the receipt; once it has said so, the three others have nothing to say."""
        case = overdue(cooperation.servers)
        for node in cooperation.nodes.values():
            assert node.look() == 0  # a replay may still be going on
        cooperation.clock.wait(1)

        decided = [cooperation[agency].look() for agency in AGENCIES]
        cooperation["copyright"].send()
        cooperation.clock.wait(3600)
        again = [cooperation[agency].look() for agency in AGENCIES]

        assert decided == [1, 0, 0, 0]
        assert again == [0, 0, 0, 0]
        assert cooperation.said(case) == {BREACHED: 1}
        assert not any(node.watched() for node in cooperation.nodes.values())

    def test_does_not_move_the_time_of_its_docket(self, cooperation: Cooperation) -> None:
        """On a demo bus the log time of a docket is its now: the notice bears it, though it is said in 2026."""
        overdue(cooperation.servers)
        cooperation["copyright"].look()
        cooperation.clock.wait(1)
        cooperation["copyright"].look()
        cooperation["copyright"].send()

        ((state, verdict, _, log_time),) = cooperation["copyright"].outbox()
        assert (state, verdict) == ("settled", "admitted")
        assert to_text(log_time or 0) == "2016-08-05T09:00:00+08:00"

    def test_is_not_said_before_the_docket_has_come_to_its_instant(self, cooperation: Cooperation) -> None:
        """Ten years later by the wall clock, and for this docket it is still the hour of the referral."""
        case = play(cooperation.servers, H1.lines[:9])
        for _ in range(3):
            assert cooperation["copyright"].look() == 0
            cooperation.clock.wait(3600)

        assert not [notice for notice in cooperation["copyright"].watched() if case in notice]

    def test_is_said_by_the_next_line_after_its_grace_where_the_first_is_silent(self, cooperation: Cooperation) -> None:
        """The node of copyright is down: cac says it 20 seconds later, miit and police then need not."""
        case = overdue(cooperation.servers)
        others = AGENCIES[1:]
        for agency in others:
            cooperation[agency].look()
        cooperation.clock.wait(20)
        assert [cooperation[agency].look() for agency in others] == [0, 0, 0]

        cooperation.clock.wait(1)
        decided = [cooperation[agency].look() for agency in others]
        cooperation["cac"].send()
        cooperation.clock.wait(3600)
        again = [node.look() for node in cooperation.nodes.values()]

        assert decided == [1, 0, 0]
        assert again == [0, 0, 0, 0]
        assert cooperation.said(case) == {BREACHED: 1}

    def test_that_all_four_say_at_once_is_on_record_once(self, cooperation: Cooperation) -> None:
        """No patience, and nobody hears the others in time: one is admitted, three are refused, and none retries."""
        case = overdue(cooperation.servers)
        for node in cooperation.nodes.values():
            node.pace = replace(PACE, margin=0, grace=0)
            node.start()

        decided = [node.look() for node in cooperation.nodes.values()]
        for node in cooperation.nodes.values():
            node.send()
        cooperation.clock.wait(3600)
        again = [node.look() for node in cooperation.nodes.values()]

        assert decided == [1, 1, 1, 1]
        assert again == [0, 0, 0, 0]
        assert cooperation.said(case) == {BREACHED: 1, TWICE: 3}
        assert {node.outbox()[0][0] for node in cooperation.nodes.values()} == {"settled"}

    def test_is_not_said_by_a_node_whose_trail_has_not_come_as_far_as_the_log(self, cooperation: Cooperation) -> None:
        """Somebody may have said it long ago; a node that was away reads first and speaks then."""
        case = overdue(cooperation.servers)
        late = cooperation["cac"]
        late.look()
        cooperation["copyright"].look()
        cooperation.clock.wait(3600)
        cooperation["copyright"].look()
        cooperation["copyright"].send()

        assert not late.rounds.round()
        assert late.outbox() == []
        assert late.look() == 0
        assert cooperation.said(case) == {BREACHED: 1}


class TestAWarning:
    def test_falls_at_four_fifths_of_a_statutory_duty(self, cooperation: Cooperation) -> None:
        """The police must decide by the end of 6 August; at 5 August 20:50 no more than a fifth of that is left."""
        early = play(cooperation.servers, [*H1.lines[:10], later("2016-08-05T20:40:00+08:00")])
        due = play(cooperation.servers, [*H1.lines[:10], later("2016-08-06T10:00:00+08:00")])
        cooperation["copyright"].look()
        cooperation.clock.wait(1)
        cooperation["copyright"].look()
        cooperation["copyright"].send()

        assert cooperation.said(early) == {}
        assert cooperation.said(due) == {("DeadlineApproaching", "admitted", None): 1}

    def test_that_an_act_has_overtaken_is_dropped(self, cooperation: Cooperation) -> None:
        """The breach is said, the warning before it is not any more."""
        case = play(cooperation.servers, [*H1.lines[:10], later("2016-08-10T10:00:00+08:00")])
        cooperation["copyright"].look()
        cooperation.clock.wait(1)
        cooperation["copyright"].look()
        cooperation["copyright"].send()

        assert cooperation.said(case) == {BREACHED: 1}


class TestADowntime:
    def test_is_caught_up_without_a_storm_and_without_missing_one(self, cooperation: Cooperation) -> None:
        """Thirty breaches while copyright was down: never more than seven are under way, and each is said once."""
        cases = [overdue(cooperation.servers) for _ in range(30)]
        node = cooperation["copyright"]
        node.pace = replace(PACE, under_way=7)
        node.start()
        node.look()
        cooperation.clock.wait(1)

        steps = 0
        while decided := node.look():
            assert decided <= 7
            node.send()
            steps += 1

        assert steps == 5
        assert [cooperation.said(case) for case in cases] == [{BREACHED: 1}] * 30

    def test_leaves_the_first_word_to_the_line_that_waits_all_the_same(self, cooperation: Cooperation) -> None:
        """All nodes were down; when they come up again, the grace of the others begins anew."""
        overdue(cooperation.servers)
        for node in cooperation.nodes.values():
            node.look()
        cooperation.clock.wait(24 * 3600)
        for node in cooperation.nodes.values():
            node.start()

        assert [node.look() for node in cooperation.nodes.values()] == [1, 0, 0, 0]
        cooperation["copyright"].send()

    def test_that_begins_in_the_middle_of_a_round_loses_and_doubles_nothing(
        self, cooperation: Cooperation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The process dies between two notices of one round: neither stands in the outbox, and both are said later."""
        cases = [overdue(cooperation.servers) for _ in range(2)]
        node = cooperation["copyright"]
        node.look()
        cooperation.clock.wait(1)
        with monkeypatch.context() as patch:
            patch.setattr(Store, "say", _dies_at_the_second(Store.say))
            with pytest.raises(KeyboardInterrupt):
                node.look()
        assert node.outbox() == []

        node.start()
        assert node.look() == 2
        node.send()

        assert [cooperation.said(case) for case in cases] == [{BREACHED: 1}] * 2

    def test_of_the_sender_does_not_make_the_clocks_say_it_again(self, cooperation: Cooperation) -> None:
        """What waits in the outbox is under way, however long that takes."""
        overdue(cooperation.servers)
        node = cooperation["copyright"]
        node.look()
        cooperation.clock.wait(1)

        decided = []
        for _ in range(4):
            decided.append(node.look())
            cooperation.clock.wait(3600)

        assert decided == [1, 0, 0, 0]
        node.send()


class TestATryThatComesToNothing:
    def test_is_repeated_under_another_id(self, cooperation: Cooperation) -> None:
        """A key that was not at hand: the notice is parked, and said again once there is a key."""
        case = overdue(cooperation.servers)
        node = cooperation["copyright"]
        node.look()
        cooperation.clock.wait(1)
        node.look()
        with psycopg.connect(cooperation.servers.owner_of(node.dsn)) as owner:
            owner.execute("UPDATE local_outbox SET state = 'parked', verdict = 'refused', reason = 'no key'")

        cooperation.clock.wait(9)
        assert node.look() == 0
        cooperation.clock.wait(1)
        assert node.look() == 1
        node.send()

        assert cooperation.said(case) == {BREACHED: 1}
        assert [row[0] for row in node.outbox()] == ["parked", "settled"]


class TestALiveDocket:
    def test_follows_the_wall_clock(self, cooperation: Cooperation) -> None:
        """Marked live, the case of 2016 is years overdue in 2026, and no further record is needed to say so."""
        case = play(cooperation.servers, H1.lines[:9])
        node = cooperation["copyright"]
        node.look()
        with psycopg.connect(node.dsn) as connection:
            connection.execute("INSERT INTO local_live (case_id) VALUES (%s)", (case,))
        node.look()
        assert {to_text(turn) for notice, turn in node.watched().items() if case in notice} == {
            "2026-01-05T12:00:01+08:00"
        }

        cooperation.clock.wait(1)
        node.look()
        node.send()

        assert cooperation.said(case) == {BREACHED: 2}  # the receipt, and the feedback to whoever gave the clue

    def test_is_watched_before_its_instant(self, cooperation: Cooperation) -> None:
        """What will fall due stands on the watch list, the copyright office a second after the instant, cac 21."""
        case = play(cooperation.servers, H1.lines[:9])
        cooperation.clock.now = to_ms("2016-08-03T11:00:00+08:00")
        for agency in ("copyright", "cac"):
            with psycopg.connect(cooperation[agency].dsn) as connection:
                connection.execute("INSERT INTO local_live (case_id) VALUES (%s)", (case,))
            cooperation[agency].look()

        receipt = f"DeadlineBreached::T-REF-03/R-{case}-1/1"
        turns = [cooperation[agency].watched()[receipt] for agency in ("copyright", "cac")]
        assert [to_text(turn) for turn in turns] == ["2016-08-04T10:15:01.001+08:00", "2016-08-04T10:15:21.001+08:00"]


def test_only_one_clocks_service_watches_a_node(cooperation: Cooperation) -> None:
    """A second process waits until the first one is gone."""
    with closing(Store(cooperation["miit"].dsn)) as second:
        assert not second.hold()
        cooperation["miit"].store.close()
        until(second.hold, "somebody else still has the lock")


def _dies_at_the_second(say: Callable[..., None]) -> Callable[..., None]:
    times = count(1)

    def say_or_die(store: Store, one: Due, draft: object, *, turn_at: int) -> None:
        if next(times) > 1:
            raise KeyboardInterrupt
        say(store, one, draft, turn_at=turn_at)

    return say_or_die
