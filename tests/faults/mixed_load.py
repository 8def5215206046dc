"""Which cases ask something of all four desks, and what have the desks made of them? Told from logs and databases."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from typing import Final

import psycopg

from tests.cases import MACHINES_SIGN, Case, clue_of_cac, ordered_jointly
from tests.clues import own_case
from tests.inboxes import expected, offsets
from yisong import Publisher
from yisong.desk.paper_intake import PaperIntake
from yisong.desk.papers import Paper
from yisong.desk.policy import OWN_FILE
from yisong.embedded import Bus
from yisong.home import AGENCIES, Agency, Home
from yisong.kafka.producer import KafkaLog
from yisong.ledger import Law
from yisong.postgres import connect

ROUTED: Final = Counter({("W98", "ClueHandedOver"): 1})
"""What machines say of a clue that 网信 has found."""
WORKED: Final = Counter(
    {
        ("T98", "FilingInfoProvided"): 1,
        ("P9801", "ReferralReceipted"): 1,
        **{(organ, "DocumentServed"): 1 for organ in ("V98", "W00", "T00", "P00")},
    }
)
"""What machines say of a case with a look-up, a referral whose papers are there, and a joint supervision."""
Position = tuple[int, int]


def let_machines_sign(home: Home) -> None:
    """Give the bus of *home* a policy under which every desk answers by itself what it may."""
    home.path.mkdir(parents=True, exist_ok=True)
    (home.path / OWN_FILE).write_text(MACHINES_SIGN, encoding="utf-8")


class MixedLoad:
    """Cases that are published without waiting for anybody."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.routed: list[str] = []
        self.worked: list[str] = []
        self._publisher = Publisher(bus.home)
        self._intake = connect(bus.running.dsn["police"], autocommit=True, name="yisong-papers")

    def publish(self, cases: int) -> None:
        """Publish *cases* of each kind."""
        for _ in range(cases):
            number = 10_000 + len(self.worked)
            self._route(own_case(number))
            self._work(own_case(number + 10_000))

    def _route(self, case_id: str) -> None:
        clue_of_cac(Case(self._publisher, case_id, wait=None))
        self.routed.append(case_id)

    def _work(self, case_id: str) -> None:
        """As H1 up to the referral, all of whose papers have come; then a look-up and a joint supervision."""
        case = Case(self._publisher, case_id, wait=None)
        papers = [Paper(one["kind"], bytes.fromhex(one["sha256"]), one["size"], 0) for one in case.attachments(9)]
        PaperIntake(self._intake).receive(case.of("referral", "R")["id"], papers)
        case.lines(1, 2, 3, 6, 7, 8, 9)
        case.line(4, at="2016-08-03T10:20:00+08:00", occurred_at="2016-08-03T10:19:00+08:00")
        ordered_jointly(case, at="2016-08-03T10:30:00+08:00", cc=["V98", "W00", "T00", "P00"])
        self.worked.append(case_id)

    def close(self) -> None:
        self._publisher.close()
        self._intake.close()


def answers(bus: Bus, cases: Sequence[str]) -> dict[str, Counter[tuple[str, str]]]:
    """Return, by case, how often each act of machines in it stands on the log, admitted."""
    found: dict[str, Counter[tuple[str, str]]] = {case_id: Counter() for case_id in cases}
    acts = sorted({act for _, act in (*ROUTED, *WORKED)})
    for docket, publisher, act in rows(
        bus, "police",
        "SELECT docket, publisher, event_type FROM entries WHERE docket = ANY(%s) AND event_type = ANY(%s) "
        "AND verdict LIKE 'admitted%%'", list(cases), acts,
    ):  # fmt: skip
        found[str(docket)][str(publisher), str(act)] += 1
    return found


def rows(bus: Bus, agency: Agency, statement: str, *given: object) -> Sequence[tuple[object, ...]]:
    """Ask the database of an agency."""
    with psycopg.connect(bus.running.dsn[agency]) as connection:
        return connection.execute(statement, given).fetchall()


def settled(bus: Bus, agency: Agency) -> set[Position]:
    """Return the positions on ``case-events`` to which the desk of *agency* has given an outcome."""
    return {(int(str(row[0])), int(str(row[1]))) for row in rows(bus, agency, _SETTLED)}


_SETTLED: Final = 'SELECT "partition", "offset" FROM local_settled WHERE "offset" >= 0'


def concerning(bus: Bus) -> dict[Agency, set[Position]]:
    """Return the positions of all that concerns each agency, told from the log as it stands now."""
    law = Law(bus.home.genesis())
    with closing(KafkaLog(bus.running.bootstrap)) as log:
        ends = log.ends(range(law.bus.partitions))
    found: dict[Agency, set[Position]] = {}
    for agency in AGENCIES:
        wanted = offsets(expected(bus.running.bootstrap, law, agency))
        found[agency] = {(at, offset) for at, those in wanted.items() for offset in those if offset < ends[at]}
    return found


def sent_by_desk(bus: Bus, agency: Agency) -> Counter[str]:
    """Return, by event id, how often what the desk of *agency* has emitted is on the log; 0 where it is not."""
    statement = """
        SELECT encode(emitted.event_id, 'hex'), count(entries."offset")
          FROM local_emitted AS emitted LEFT JOIN entries ON entries.event_id = encode(emitted.event_id, 'hex')::uuid
         GROUP BY emitted.event_id"""
    return Counter({str(event_id): int(str(count)) for event_id, count in rows(bus, agency, statement)})
