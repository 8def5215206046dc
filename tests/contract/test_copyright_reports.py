"""The calendar asks for reports although no event arrives: duties in a real PostgreSQL, opened and closed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import psycopg
import pytest

from services.copyright.reporting import Reporting
from tests.contract.test_copyright_register import Case
from tests.unit.ledger.story import law
from yisong.campaigns.reading import Reader
from yisong.desk.agenda import agenda
from yisong.desk.store import Store
from yisong.ledger import Law
from yisong.postgres import connect
from yisong.publishing.instants import to_ms

YEAR, NEXT = "CRB-980000-2016-000000-U", "CRB-980000-2017-000000-D"
NATIONAL = "CRB-000000-2016-000000-8"
NOW = to_ms("2026-01-01T00:00:00+08:00")


class Report(NamedTuple):
    """One report that somebody owed: which, on what, and what became of it."""

    timer: object
    period: object
    state: str


class Desk:
    """What looks after reports, and how its duties are seen."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection, self.store = connection, Store(connection)
        self.cases: dict[str, Case] = {}

    def looks(self, *, now: str = "2026-01-01T00:00:00+08:00", under: Law | None = None) -> None:
        Reporting(self.connection, under or law()).look(now=to_ms(now))

    def reports(self, organ: str = "V98") -> list[Report]:
        duties = [one for one in self.store.duties(organ=organ, closed=True) if one.is_of_calendar]
        return [Report(one.duty.advice["timer"], one.duty.advice["period"], one.state) for one in duties]

    def files(self, variant: str, period: str, *, at: str, docket: str = YEAR, **fields: Any) -> None:
        body = {
            "period": period, "template": "JW2016-1", "report_version": 1, "figures": [], "derived_diff": [],
            "focus": [], "duties": [],
        }  # fmt: skip
        self.case(docket).says("PeriodicReportFiled", by="V98", at=at, variant=variant, to=["V00"], body=body, **fields)

    def announces(self, starts_on: str, ends_on: str, *, at: str = "2016-06-20T09:02:00+08:00") -> None:
        """Let V00 announce 剑网2016 for these days."""
        body = {
            "phase": "whole", "name": "剑网2016", "series_no": 12, "starts_on": starts_on, "ends_on": ends_on,
            "date_precision": "day", "focus": [],
        }  # fmt: skip
        self.case(NATIONAL).says(
            "CampaignPhaseChanged", by="V00", at=at, body=body, campaign_id="JW2016", doc_no="示国版发〔2016〕5号"
        )

    def corrects(self, field: str, value: str, *, by: str, at: str, docket: str = YEAR) -> None:
        """Let *by* put right what it said last in *docket*."""
        case = self.case(docket)
        body = {"reason": "录入错误", "corrected_fields": [{"field": field, "value": value}]}
        cites = [{"kind": "event", "id": str(case.story.ids[-1])}]
        case.says("EventCorrected", by=by, at=at, body=body, cites=cites)

    def patrols(self, *, at: str, docket: str = YEAR) -> None:
        """Put something else into the register docket, which moves its time."""
        self.files("adhoc", "2016", at=at, docket=docket)

    def case(self, docket: str) -> Case:
        return self.cases.setdefault(docket, Case(docket, self.connection))


@pytest.fixture
def desk(police_dsn: tuple[str, str]) -> Iterator[Desk]:
    """Give a desk over a trail that has no register docket yet."""
    with psycopg.connect(police_dsn[1], autocommit=True) as owner:
        owner.execute("TRUNCATE local_duties, local_duty_history, local_live")
        owner.execute("ALTER TABLE entries DISABLE TRIGGER ALL; ALTER TABLE bodies DISABLE TRIGGER ALL")
        owner.execute("DELETE FROM entries; DELETE FROM bodies; DELETE FROM dockets")
        owner.execute("ALTER TABLE entries ENABLE TRIGGER ALL; ALTER TABLE bodies ENABLE TRIGGER ALL")
    with connect(police_dsn[0], autocommit=True) as connection:
        yield Desk(connection)


class TestOnADemoBus:
    """A register docket's own log time is its now."""

    def test_nothing_is_owed_where_no_register_docket_is(self, desk: Desk) -> None:
        desk.looks()

        assert desk.reports() == []

    def test_a_report_is_owed_once_its_month_is_over_in_its_docket(self, desk: Desk) -> None:
        """Between 20 June and 2 July: the campaign's plans and the quarter's figures; on 2 August those of July."""
        desk.announces("2016-07-01", "2016-11-30")
        desk.patrols(at="2016-06-20T10:00:00+08:00")
        desk.looks()
        assert {one.timer for one in desk.reports()} == {"T-RPT-PLAN", "T-RPT-PLAN2", "T-RPT-PUB"}

        desk.patrols(at="2016-07-02T10:00:00+08:00")
        desk.looks()

        assert Report("T-RPT-Q", "2016-Q2", "open") in desk.reports()
        assert not [one for one in desk.reports() if one.timer == "T-RPT-M"]

        desk.patrols(at="2016-08-02T10:00:00+08:00")
        desk.looks()

        assert Report("T-RPT-M", "2016-07", "open") in desk.reports()

    def test_a_campaign_that_nobody_announced_asks_for_no_month(self, desk: Desk) -> None:
        desk.patrols(at="2016-06-20T10:00:00+08:00")
        desk.patrols(at="2016-08-02T10:00:00+08:00")
        desk.looks()

        assert not [one for one in desk.reports() if one.timer == "T-RPT-M"]

    def test_a_month_that_is_not_asked_for_any_more_is_void_and_owed_again_where_it_is(self, desk: Desk) -> None:
        """The ministry ends the campaign in July, then takes that back."""
        desk.announces("2016-07-01", "2016-11-30")
        desk.patrols(at="2016-07-02T10:00:00+08:00")
        desk.patrols(at="2016-09-01T10:00:00+08:00")
        desk.looks()

        desk.announces("2016-07-01", "2016-07-31", at="2016-09-01T11:00:00+08:00")
        desk.looks()
        months = {one.period: one.state for one in desk.reports() if one.timer == "T-RPT-M"}
        assert months == {"2016-07": "open", "2016-08": "void"}

        desk.announces("2016-07-01", "2016-11-30", at="2016-09-01T12:00:00+08:00")
        desk.looks()
        months = {one.period: one.state for one in desk.reports() if one.timer == "T-RPT-M"}
        assert months == {"2016-07": "open", "2016-08": "open"}

    def test_looking_again_changes_nothing(self, desk: Desk) -> None:
        desk.patrols(at="2016-06-20T10:00:00+08:00")
        desk.looks()
        before = desk.reports()
        desk.looks()

        assert desk.reports() == before
        (changes,) = desk.connection.execute("SELECT count(*) FROM local_duty_history").fetchone() or (0,)
        assert changes == len(before)

    def test_a_report_that_is_filed_is_done_and_its_like_of_another_month_is_not(self, desk: Desk) -> None:
        desk.announces("2016-07-01", "2016-11-30")
        desk.patrols(at="2016-08-01T10:00:00+08:00")
        desk.patrols(at="2016-09-02T10:00:00+08:00")
        desk.looks()
        desk.files("monthly", "2016-07", at="2016-09-04T10:00:00+08:00")
        desk.looks()

        months = {one.period: one.state for one in desk.reports() if one.timer == "T-RPT-M"}
        assert months == {"2016-07": "done", "2016-08": "open"}

    def test_a_correction_of_the_period_counts_and_so_does_one_of_the_campaign(self, desk: Desk) -> None:
        """July's figures were filed as June's; the campaign was announced to the end of October by mistake."""
        desk.announces("2016-07-01", "2016-10-31")
        desk.patrols(at="2016-08-01T10:00:00+08:00")
        desk.patrols(at="2016-12-02T10:00:00+08:00")
        desk.files("monthly", "2016-06", at="2016-12-02T11:00:00+08:00")
        desk.looks()
        months = {one.period: one.state for one in desk.reports() if one.timer == "T-RPT-M"}
        assert months == dict.fromkeys(("2016-07", "2016-08", "2016-09", "2016-10"), "open")

        desk.corrects("period", "2016-07", by="V98", at="2016-12-02T12:00:00+08:00")
        desk.corrects("ends_on", "2016-11-30", by="V00", at="2016-12-02T12:00:00+08:00", docket=NATIONAL)
        desk.looks()

        months = {one.period: one.state for one in desk.reports() if one.timer == "T-RPT-M"}
        assert months == {
            "2016-07": "done", **dict.fromkeys(("2016-08", "2016-09", "2016-10", "2016-11"), "open"),
        }  # fmt: skip

    def test_one_filed_late_in_the_docket_of_the_next_year_is_done_too(self, desk: Desk) -> None:
        """11 月月报, due on 5 December 2016 and filed in January."""
        desk.announces("2016-07-01", "2016-11-30")
        desk.patrols(at="2016-12-02T10:00:00+08:00")
        desk.looks()
        assert Report("T-RPT-M", "2016-11", "open") in desk.reports()

        desk.files("monthly", "2016-11", at="2017-01-09T10:00:00+08:00", docket=NEXT)
        desk.looks()

        assert Report("T-RPT-M", "2016-11", "done") in desk.reports()

    def test_one_that_is_not_filed_is_late_by_the_time_of_its_docket(self, desk: Desk) -> None:
        desk.announces("2016-07-01", "2016-11-30")
        desk.patrols(at="2016-08-02T10:00:00+08:00")
        desk.patrols(at="2016-08-06T10:00:00+08:00")
        desk.looks()

        seen = agenda(desk.store, "copyright", law(), now=0, organ="V98")
        assert [one.is_late for one in seen if one.kept.duty.advice["period"] == "2016-07"] == [True]


class TestOnAProductionBus:
    """The wall clock counts, and what fell due before the bus began is not asked for."""

    LAW = Law(replace(law().rulebook, bus=replace(law().bus, profile="production")))

    def test_every_organ_owes_its_reports_without_having_said_anything(self, desk: Desk) -> None:
        desk.connection.execute(
            """INSERT INTO entries ("partition", "offset", broker_time, log_time, docket_index, verdict, remembered,
                                    leaf, leaf_hash) VALUES (0, 0, %(at)s, %(at)s, 0, 'absent', false, '', '')""",
            {"at": to_ms("2026-03-20T10:00:00+08:00")},
        )
        desk.looks(now="2026-03-31T10:00:00+08:00", under=self.LAW)
        assert desk.reports() == [Report("T-RPT-AP", "2026", "open")]

        desk.looks(now="2026-04-01T00:00:01+08:00", under=self.LAW)

        assert desk.reports() == [Report("T-RPT-AP", "2026", "open"), Report("T-RPT-Q", "2026-Q1", "open")]
        assert desk.reports("V9801") == [Report("T-RPT-Q", "2026-Q1", "open")]
        assert desk.reports("V00") == []

    def test_nothing_is_owed_before_the_log_has_begun(self, desk: Desk) -> None:
        desk.looks(now="2026-04-01T00:00:01+08:00", under=self.LAW)

        assert desk.reports() == []


class TestReading:
    """What a node's register dockets say, read again and again by one that keeps what it has read."""

    @pytest.fixture
    def reader(self, desk: Desk) -> Reader:
        desk.announces("2016-07-01", "2016-11-30")
        desk.files("monthly", "2016-07", at="2016-08-04T10:00:00+08:00")
        return Reader(desk.connection, law(), agency="copyright")

    def test_an_organ_is_told_what_it_may_read_and_that_there_is_more(self, reader: Reader) -> None:
        """A report is for the copyright line; a phase is for everybody."""
        ours, theirs = (reader.noted(now=NOW, organ=organ) for organ in ("V97", "P98"))

        assert [(one.period, one.version) for one in ours.filed] == [("2016-07", 1)]
        assert [(one.organ, one.period, one.version) for one in theirs.filed] == [("V98", None, None)]
        assert ours.phases == theirs.phases == reader.noted(now=NOW).phases

    def test_a_correction_counts_for_whom_it_means_and_no_other(self, desk: Desk, reader: Reader) -> None:
        """It is for nobody but its publisher here: V00 still reads July."""
        desk.corrects("period", "2016-08", by="V98", at="2016-08-05T10:00:00+08:00")

        assert [one.period for one in reader.noted(now=NOW, organ="V98").filed] == ["2016-08"]
        assert [one.period for one in reader.noted(now=NOW, organ="V00").filed] == ["2016-07"]

    def test_a_body_that_was_erased_since_is_forgotten(
        self, desk: Desk, reader: Reader, police_dsn: tuple[str, str]
    ) -> None:
        (before,) = reader.noted(now=NOW).filed
        erased = (before.partition, before.offset, before.event_id)
        desk.connection.execute("INSERT INTO local_erased VALUES (%s, %s, %s, 0)", erased)
        (after,) = reader.noted(now=NOW).filed
        with psycopg.connect(police_dsn[1], autocommit=True) as owner:
            owner.execute("TRUNCATE local_erased")

        assert (before.period, after.period, after.event_id) == ("2016-07", None, before.event_id)
