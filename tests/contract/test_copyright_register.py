"""The register of the copyright line, in a real PostgreSQL: what a new clue is put beside."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import psycopg
import pytest

from services.copyright.handle import handle
from services.copyright.marks import CORPORATE, NO_MARKS, Marks
from services.copyright.store import Register
from tests.unit.ledger.story import Story, history
from tests.unit.services.paper_desk import delivery_of
from yisong.desk.delivery import Delivery
from yisong.desk.outcome import Owe
from yisong.desk.policy import Policy
from yisong.desk.store import Store
from yisong.errors import BusUnreachable
from yisong.ledger import Entry, dumps
from yisong.postgres import connect

FIRST, SECOND, FAR = "CRB-980100-2016-000021-5", "CRB-980100-2016-000048-K", "CRB-970200-2016-000072-B"
HANDED_OVER = "CRB-970000-2016-000009-X"
YEAR = "CRB-980000-2017-000000-D"
OFFSETS = count(1_000_000)
CLUE: Mapping[str, Any] = history("H1")[0]["body"]


@pytest.fixture
def service(police_dsn: tuple[str, str]) -> Iterator[psycopg.Connection]:
    """Give the database as a desk has it, empty of what this file writes."""
    with psycopg.connect(police_dsn[1], autocommit=True) as owner:
        owner.execute(
            "TRUNCATE local_clue_series, local_clue_targets, local_clue_works, local_protected_works, local_duties, "
            "local_duty_history"
        )
        owner.execute("DELETE FROM dockets WHERE case_id = ANY(%s)", ([FIRST, SECOND, FAR, HANDED_OVER],))
    with connect(police_dsn[0], autocommit=True) as connection:
        yield connection


@pytest.fixture
def register(service: psycopg.Connection) -> Register:
    return Register(service)


class Case:
    """A docket, with its deliveries to copyright and its row in the trail."""

    def __init__(self, case_id: str, connection: psycopg.Connection) -> None:
        self.story, self._connection = Story(case_id), connection

    def says(self, event_type: str, *, by: str, at: str, body: Mapping[str, Any], **fields: Any) -> Delivery:
        case_id = self.story.case_id
        header = {
            "event_type": event_type, "case_id": case_id, "publisher": by, "occurred_at": at, "pii_level": "P2",
            "region_code": case_id[4:10], "cites": [], **fields,
        }  # fmt: skip
        opened = self.story.opened(at, header, body)
        entry = self.story.record(opened)
        assert entry.verdict == "admitted", entry.reason
        self._record(entry, opened.carried or b"")
        return delivery_of(self.story, entry, "copyright", body)

    def clue(self, by: str = "V9801", at: str = "2016-07-18T09:14:00+08:00", **body: Any) -> Delivery:
        aggregate = {"kind": "clue", "id": f"C-{self.story.case_id}-1"}
        return self.says(
            "ClueFound", by=by, at=at, variant="feedback_wanted", aggregate=aggregate, body={**CLUE, **body}
        )

    def closes(self) -> None:
        self.says(
            "CaseClosed", by="V9801", at="2016-07-20T10:00:00+08:00", variant="not_opened", approver="U-V9801-90",
            aggregate={"kind": "case", "id": self.story.case_id},
            body={"reason": "不予立案", "archive_series": "general"},
        )  # fmt: skip

    def _record(self, entry: Entry, carried: bytes) -> None:
        now = self.story.now
        self._connection.execute(
            """INSERT INTO dockets (case_id, "partition", last_offset, log_time, "index", prev_leaf, next_due, state)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
               ON CONFLICT (case_id) DO UPDATE
               SET "index" = excluded."index", state = excluded.state, log_time = excluded.log_time,
                   last_offset = excluded.last_offset""",
            (
                now.case_id,
                entry.partition,
                entry.offset,
                now.log_time,
                now.size,
                now.prev_leaf,
                None,
                dumps(now).decode(),
            ),
        )
        assert entry.header is not None
        at = (entry.partition, next(OFFSETS))  # a trail is append-only, and tests begin their cases anew
        self._connection.execute(
            """INSERT INTO entries ("partition", "offset", broker_time, log_time, docket, docket_index, event_type,
                                    verdict, remembered, leaf, leaf_hash)
               VALUES (%s, %s, %s, %s, %s, %s, %s, 'admitted', true, %s, %s) ON CONFLICT DO NOTHING""",
            (
                *at,
                entry.log_time,
                entry.log_time,
                now.case_id,
                now.size,
                entry.header.event_type,
                entry.leaf,
                entry.leaf_hash,
            ),
        )
        self._connection.execute("INSERT INTO bodies VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", (*at, carried))


class TestTarget:
    def test_of_another_open_case_is_known_to_the_second_clue(
        self, register: Register, service: psycopg.Connection
    ) -> None:
        """The first clue finds nothing; the second, which names a page of the same site, finds the first case."""
        assert register.marks(Case(FIRST, service).clue()) == Marks(series="hotline_12318")

        page = [{"kind": "url", "value": "http://www.novel-a.example/list?x=1"}]
        assert register.marks(Case(SECOND, service).clue(targets=page)).same_target == (FIRST,)

    def test_is_found_however_often_the_same_clue_is_delivered(
        self, register: Register, service: psycopg.Connection
    ) -> None:
        """A clue is not beside itself."""
        clue = Case(FIRST, service).clue()

        assert [register.marks(clue).same_target for _ in range(3)] == [(), (), ()]
        assert register.marks(Case(FAR, service).clue(by="V9702")).same_target == (FIRST,)

    def test_of_a_closed_case_is_none(self, register: Register, service: psycopg.Connection) -> None:
        first = Case(FIRST, service)
        register.marks(first.clue())
        first.closes()

        assert register.marks(Case(SECOND, service).clue()).same_target == ()


class TestHandOver:
    def test_opens_a_clue_of_another_line_to_the_register(
        self, register: Register, service: psycopg.Connection
    ) -> None:
        """乙省网信办's clue is read when it is handed to 乙省二市版权局, and not before."""
        register.marks(Case(FIRST, service).clue())
        far = Case(HANDED_OVER, service)
        far.clue(by="W97")
        handed = far.says(
            "ClueHandedOver", by="W97", at="2016-07-19T09:00:00+08:00", variant="agency", to=["V9702"],
            aggregate={"kind": "clue", "id": f"C-{HANDED_OVER}-1"}, body={"reason": "属版权职责", "evidence_count": 0},
        )  # fmt: skip

        assert register.marks(handed).same_target == (FIRST,)


class TestProtectedWorks:
    WORK: Mapping[str, Any] = {"title": "合成电影甲", "work_type": "film_tv"}

    def listed(self, service: psycopg.Connection, register: Register, *variants: str, **body: Any) -> None:
        year = Case(YEAR, service)
        for day, variant in enumerate(variants, start=19):
            entry = {"list": "protected_works", "entry": "合成电影甲", "work": self.WORK, **body}
            register.marks(
                year.says(
                    "ListEntryChanged",
                    by="V98",
                    at=f"2017-01-{day}T10:02:00+08:00",
                    variant=variant,
                    doc_no=f"甲版保〔2017〕{day}号",
                    body=entry,
                )
            )

    def complained(self, service: psycopg.Connection, register: Register, at: str, **work: Any) -> tuple[str, ...]:
        clue = Case(FIRST, service).clue(at=at, works=[{**self.WORK, **work}])
        return register.marks(clue).protected

    def test_mark_a_clue_within_their_days(self, register: Register, service: psycopg.Connection) -> None:
        """H7: 合成电影甲, from 28 January to 31 March 2017, both included; written in other quotes, too."""
        self.listed(service, register, "add", valid_from="2017-01-28", valid_to="2017-03-31")

        assert self.complained(service, register, "2017-01-27T23:00:00+08:00") == ()
        for at in ("2017-01-28T00:00:00+08:00", "2017-03-31T23:59:00+08:00"):
            assert self.complained(service, register, at, title="《合成电影甲》") == ("甲版保〔2017〕19号",)
        assert self.complained(service, register, "2017-04-01T00:00:00+08:00") == ()

    def test_mark_nothing_of_another_kind(self, register: Register, service: psycopg.Connection) -> None:
        """A song of that name is another work."""
        self.listed(service, register, "add")

        assert self.complained(service, register, "2017-02-01T10:00:00+08:00", work_type="music") == ()

    def test_mark_nothing_once_they_are_removed(self, register: Register, service: psycopg.Connection) -> None:
        self.listed(service, register, "add", "remove")

        assert self.complained(service, register, "2017-02-01T10:00:00+08:00") == ()

    def test_are_not_those_of_another_list(self, register: Register, service: psycopg.Connection) -> None:
        self.listed(service, register, "add", list="white")

        assert self.complained(service, register, "2017-02-01T10:00:00+08:00") == ()


class TestAWorkThatIsListedLater:
    """重点作品白名单: the clue came first, and nobody has taken it up yet."""

    def clue(self, service: psycopg.Connection, register: Register, case_id: str = FIRST, **work: Any) -> None:
        """Settle a clue of 18 July 2016 about a work, as the desk does."""
        found = Case(case_id, service).clue(by="V9801", works=[{**TestProtectedWorks.WORK, **work}])
        outcome = handle(found, policy=Policy(agency="copyright"), marks=register.marks(found))
        assert isinstance(outcome, Owe)
        Store(service).owe(found, outcome.duties)

    def listed(self, service: psycopg.Connection, register: Register, **body: Any) -> None:
        TestProtectedWorks().listed(service, register, "add", **body)

    def advice(self, service: psycopg.Connection, case_id: str = FIRST) -> Mapping[str, object]:
        (triage,) = (
            one for one in Store(service).open_duties(case_id) if (one.duty.clock_id or "").startswith("P-TRIAGE")
        )
        return triage.duty.advice

    def test_marks_the_clue(self, register: Register, service: psycopg.Connection) -> None:
        """Who has to take it up sees on which entry its work stands, once; and the duty's history says so."""
        self.clue(service, register)
        assert register.mark_earlier_clues() == 0

        self.listed(service, register, valid_from="2017-01-19")

        assert register.mark_earlier_clues() == 1
        assert self.advice(service)["protected_works"] == ["甲版保〔2017〕19号"]
        assert register.mark_earlier_clues() == 0
        (changes,) = service.execute(
            "SELECT count(*) FROM local_duty_history JOIN local_duties ON duty = id WHERE clock_id LIKE 'P-TRIAGE/%'"
        ).fetchone() or (0,)
        assert changes == 2

    def test_marks_it_with_the_proposal_to_merge_where_another_case_has_its_target(
        self, register: Register, service: psycopg.Connection
    ) -> None:
        self.clue(service, register)
        self.clue(service, register, SECOND, title="合成电影乙")

        self.listed(service, register)
        register.mark_earlier_clues()

        marked = {"protected_works": ["甲版保〔2017〕19号"], "same_target": [SECOND], "propose": "merge"}
        assert self.advice(service).items() >= marked.items()

    def test_marks_no_clue_of_another_work_and_none_that_is_taken_up(
        self, register: Register, service: psycopg.Connection
    ) -> None:
        self.clue(service, register, title="合成电影乙")
        self.clue(service, register, SECOND)
        service.execute("UPDATE local_duties SET state = 'done' WHERE case_id = %s", (SECOND,))

        self.listed(service, register)

        assert register.mark_earlier_clues() == 0

    def test_marks_nothing_where_its_days_are_over(self, register: Register, service: psycopg.Connection) -> None:
        self.clue(service, register)
        self.listed(service, register, valid_from="2016-12-01", valid_to="2017-01-18")

        assert register.mark_earlier_clues() == 0


class TestArchive:
    def test_series_is_remembered_from_the_clue_to_the_case(
        self, register: Register, service: psycopg.Connection
    ) -> None:
        """A company's complaint says nothing of itself in CaseOpened."""
        case = Case(FIRST, service)
        register.marks(case.clue(company_complaint=True))
        opened = case.says(
            "CaseOpened", by="V9801", at="2016-07-19T10:02:00+08:00", decided_at="2016-07-19T10:00:00+08:00",
            aggregate={"kind": "case", "id": FIRST}, officers=["U-V9801-01", "U-V9801-02"],
            doc_no="甲一文立字〔2016〕21号", body=history("H1")[2]["body"],
        )  # fmt: skip

        assert register.marks(opened) == Marks(series=CORPORATE)


class TestWorld:
    def test_other_events_ask_nothing_of_the_database(self, register: Register, service: psycopg.Connection) -> None:
        evidence = Case(FIRST, service).says(
            "EvidencePreserved", by="V9801", at="2016-07-18T15:42:00+08:00", officers=["U-1", "U-2"],
            aggregate={"kind": "evidence", "id": f"E-{FIRST}-1"}, attachments=history("H1")[1]["header"]["attachments"],
            body=history("H1")[1]["body"],
        )  # fmt: skip
        service.close()

        assert register.marks(evidence) == NO_MARKS

    def test_a_database_that_is_away_is_no_fault_of_the_case(
        self, register: Register, service: psycopg.Connection
    ) -> None:
        """The delivery waits for it, and is not parked."""
        clue = Case(FIRST, service).clue()
        service.close()

        with pytest.raises(BusUnreachable):
            register.marks(clue)
