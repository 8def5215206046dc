"""
The statistics over HTTP: the figures that the command gives, as each organ may read them, and versions frozen for ever.

What stands here by hand was counted in `test_statistics`, or is said beside it (H1:9 = line 9 of H1.jsonl).
"""

import csv
import re
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from io import StringIO
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

import yisong
from services.gateway.api.counting import Counting
from services.gateway.world import open_world
from tests.acceptance.test_statistics import (
    AUGUST,
    CLOSED,
    HALF,
    Counted,
    _clue,
    _corrected,
    _event_ids,
    _played,
    _renamed,
    _taken,
    total,
)
from tests.cases import Case
from tests.clues import own_case
from tests.commands import run
from tests.gateways import Gateway
from tests.waiting import until
from yisong.accounts.people import add_account
from yisong.accounts.roles import Role
from yisong.audit.readings import readings
from yisong.audit.trails import open_trail
from yisong.embedded import Bus
from yisong.home import AGENCIES, Agency, Home
from yisong.ledger.sharing import Seen, may_read
from yisong.proof.refold import refold
from yisong.statistics.readers import Readers
from yisong.statistics.rules import READ

HALF_YEAR = {"half": "2016-H2"}
MONTH = {"month": "2016-08"}
PASSWORD = "Turnip-7-Lantern"  # noqa: S105 (of invented people)


class Doors:
    """A bus with the histories, counted, and the gateways of copyright and police."""

    def __init__(self, counted: Counted) -> None:
        self.counted, self.bus = counted, counted.bus
        self._people: dict[str, httpx.Client] = {}
        wanted: tuple[Agency, ...] = ("copyright", "police")
        self.gateways = {one: Gateway(self.bus.start_gateway(one), one) for one in wanted}

    def ask(self, organ: str, path: str = "", **params: str) -> httpx.Response:
        """Ask for statistics in the name of *organ*, as often as the gateway is still counting."""
        http = self.gateways[self._line(organ)].caller(organ).http

        def asked() -> httpx.Response:
            return http.get(f"/v1/statistics{path}", params=params)

        until(lambda: asked().status_code != HTTPStatus.ACCEPTED, "it is counting for ever")
        return asked()

    def _line(self, organ: str) -> Agency:
        return next(one for one in AGENCIES if one == self.counted.law.organs[organ].role)

    def total(self, organ: str, **params: str) -> dict[str, Any]:
        """Return what is not 0 of all figures, as `test_statistics.total`."""
        said = self.ask(organ, **params)
        assert said.status_code == 200, said.text
        return total({"figures": {"total": said.json()["figures"]}})

    def person(self, organ: str, *roles: Role) -> httpx.Client:
        """Return the browser, without scripts, of somebody of *organ* who has logged in; it sends what forms send."""
        agency, account = self._line(organ), f"{roles[0]}-{organ.lower()}"
        if account in self._people:
            return self._people[account]
        with psycopg.connect(self.bus.running.admin_dsn[agency], autocommit=True) as owner:
            add_account(
                owner, account, organ=organ, roles=roles, password=PASSWORD, must_change=False,
                by_whom="node:test", now=time.time_ns() // 1_000_000,
            )  # fmt: skip
        client = httpx.Client(base_url=self.gateways[agency].address, timeout=120)
        fields = {"csrf": _csrf(client.get("/login")), "account": account, "password": PASSWORD}
        assert client.post("/login", data=fields).status_code == 303
        client.headers["x-csrf-token"] = _csrf(client.get("/search", headers={"accept": "text/html"}))
        self._people[account] = client
        return client


def _csrf(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
    assert found is not None, page.status_code
    return found[1]


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with Bus.start(Home(tmp_path_factory.mktemp("figures"))) as bus, pytest.MonkeyPatch.context() as patch:
        patch.setenv("YISONG_HOME", str(bus.home.path))
        yield Doors(Counted(bus))


class TestFigures:
    def test_the_organ_at_the_head_of_a_line_gets_what_was_counted_by_hand(self, doors: Doors) -> None:
        assert doors.total("V00", **MONTH) == AUGUST
        assert doors.total("V00", **HALF_YEAR) == HALF
        assert doors.total("P00", **HALF_YEAR) == {**HALF, **CLOSED["police"]}

    def test_an_organ_gets_no_amount_of_a_body_that_it_may_not_read_and_never_0_for_it(self, doors: Doors) -> None:
        """Penalties and inspections are for the whole line; what was filed, suspended and corrected is not."""
        assert doors.total("V98", **HALF_YEAR) == {
            **HALF,
            "fine_fen": (1, 9_000_000),  # H7:39 corrects H7:32 in words for V9702 and those above it
            "confiscated_fen": (1, 1_200_000),
            "amount_involved_fen": (1, 18_640_000),  # H7:24; H3:10 is of a case of V9801, and does not say
            "sites_suspended": (1, 0),  # H4:9, of a case of V97
        }
        assert doors.total("V97", **HALF_YEAR) == {**HALF, "amount_involved_fen": (2, 6_200_000)}  # H1:11, H3:10

    def test_of_what_kind_a_foreign_clue_was_is_not_known_either(self, doors: Doors) -> None:
        said = doors.ask("V97", by="source", **HALF_YEAR).json()

        found = {one["key"]: one["value"] for one in said["figures"] if one["column"] == "clues_received"}
        # H1:1, H3:1 and H7:6 are of V9801, and stayed there; H4:1 was handed over to V97, H7:9 is of V9702 below it.
        assert found["not readable here"] == 3
        assert sum(found.values()) == HALF["clues_received"]
        assert (said["by"], said["organ"], said["node"]) == ("source", "V97", "copyright")

    @pytest.mark.parametrize("agency", AGENCIES)
    def test_for_every_organ_what_is_closed_is_what_the_page_of_the_case_masks(
        self, doors: Doors, agency: Agency
    ) -> None:
        law, rows = doors.counted.law, _restricted(doors, agency)
        ours = [organ.id for organ in law.organs.values() if organ.role == agency]
        seen = [one for case_id in _dockets(doors, agency) for one in _seen(doors, agency, case_id)]
        assert len(seen) > 20
        for one in seen:
            found = rows.get((one.partition, one.offset), frozenset(ours))
            assert found == one.readers & frozenset(ours), (one.header.event_type, one.header.case_id)

    def test_csv_is_that_of_the_command(self, doors: Doors) -> None:
        over_http = doors.ask("V00", by="province", form="csv", **HALF_YEAR)
        accepted = (
            doors.gateways["copyright"]
            .caller("V00")
            .http.get("/v1/statistics", params={"by": "province", **HALF_YEAR}, headers={"accept": "text/csv"})
        )

        assert over_http.text == accepted.text == run("stats", "--half", "2016-H2", "--by", "province", "--csv")
        assert over_http.headers["content-disposition"] == 'attachment; filename="statistics-2016-H2-province.csv"'
        rows = list(csv.DictReader(StringIO(over_http.text)))
        assert {row["key"]: row["value"] for row in rows if row["column"] == "fine_fen"} == {
            "970000": "13000000", "980000": "6000000",
        }  # fmt: skip

    def test_derived_stands_beside_filed_and_the_reading_of_the_report_is_on_record(self, doors: Doors) -> None:
        (report,) = doors.ask("V00", campaign="JW2016").json()["filed"]

        assert [(one["column"], one["filed"], one["difference"]) for one in report["figures"]] == [
            ("sites_patrolled", 4_120, 4_115),
            ("cases_opened", 31, 28),
            ("referrals_sent", 4, 2),
            ("training_sessions", 3, None),
        ]
        assert _read(doors, "V00", "statistics JW2016") == {UUID(report["event_id"])}

    def test_sums_are_nobodys_words_and_their_reading_is_not_on_record(self, doors: Doors) -> None:
        doors.total("V9702", month="2016-07")

        assert _read(doors, "V9702", "statistics 2016-07") == set()

    def test_everything_that_is_wrong_with_a_question_is_said_at_once(self, doors: Doors) -> None:
        said = doors.ask("V00", month="2016-Q3", quarter="2016-13")

        assert said.status_code == 422
        assert [one["parameter"] for one in said.json()["faults"]] == ["month", "quarter", "month"]

    def test_a_long_trail_is_counted_by_a_process_of_its_own(self, doors: Doors) -> None:
        """Everything anew, as after a repair of the trail; meanwhile it is said how far it is."""
        world = open_world(doors.bus.home, "copyright")
        try:
            with psycopg.connect(doors.bus.running.admin_dsn["copyright"], autocommit=True) as owner:
                owner.execute("UPDATE local_figures_read SET next_offset = 0")
            counting = Counting(world, long=1)
            begun = counting.come(patience=0)
            assert begun.counted <= begun.records
            until(lambda: counting.come(patience=5).ready, "it was not counted")
            until(lambda: counting.come(patience=5).counted >= begun.records, "it was not counted to the end")
        finally:
            world.close()
        assert doors.total("V00", **MONTH) == AUGUST


class TestPage:
    def test_says_what_the_viewers_organ_may_read_and_what_it_may_not(self, doors: Doors) -> None:
        viewer = doors.person("V98", "approver")

        page = viewer.get("/statistics", params={"period": "2016-H2", "column": "fine_fen"})

        assert page.status_code == HTTPStatus.OK
        assert "1 件不可读, 其余合计 9,000,000" in page.text  # as H7:39 corrects H7:32 in words for others
        assert 'class="ch-no"' in page.text  # of 乙省, and of December
        assert "固定为第 1 版" not in page.text  # V98 does not stand at the head of its line
        assert doors.person("V00", "approver").get("/statistics?period=2016-H2").text.count("19,000,000") == 1

    def test_compares_the_months_of_the_year_and_shows_what_was_filed(self, doors: Doors) -> None:
        page = doors.person("V00", "approver").get("/statistics?period=2016-12&by=organ").text

        months = re.findall(r'<th scope="row">(2016-\d\d)</th>', page)
        assert months == [f"2016-{month:02}" for month in range(1, 13)]
        assert "+1,240" in page  # H7:38, whose links nothing derives
        assert "乙省二市版权局" in page

    def test_of_nothing_that_is_a_period_there_is_a_page_that_says_so(self, doors: Doors) -> None:
        assert doors.person("V00", "approver").get("/statistics?period=2016-13").status_code == HTTPStatus.BAD_REQUEST

    def test_a_version_is_frozen_by_a_form_and_has_a_page_of_its_own(self, doors: Doors) -> None:
        approver = doors.person("V00", "approver")
        fields = {"csrf": approver.headers["x-csrf-token"], "period": "2016-07", "campaign": "", "version": "1"}

        sent = [approver.post("/statistics/versions", data=fields) for _ in range(2)]

        assert [one.headers["location"] for one in sent] == ["/statistics/versions/1?period=2016-07"] * 2
        assert "第 1 版" in approver.get(sent[0].headers["location"]).text
        assert len(doors.ask("V00", "/versions", month="2016-07").json()["versions"]) == 1
        shut = doors.person("V97", "officer").get("/statistics/versions/1?period=2016-07")
        assert shut.status_code == HTTPStatus.FORBIDDEN


#: As if keys came late: what comes in is laid aside.
_ASIDE = (
    "CREATE TABLE laid_aside (LIKE local_body_keys)",
    """CREATE FUNCTION aside() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
       'BEGIN INSERT INTO laid_aside SELECT NEW.*; RETURN NULL; END'""",
    "CREATE TRIGGER aside BEFORE INSERT ON local_body_keys FOR EACH ROW EXECUTE FUNCTION aside()",
)


@pytest.fixture(scope="module")
def case(doors: Doors) -> Iterator[Case]:
    """Give a case that goes as H1, to be told on from test to test."""
    with yisong.Publisher(doors.bus.home) as publisher:
        yield Case(publisher, own_case(88_201), like="H1")


class TestSealed:
    """One case, told on: its inspection (H1:6) saw 1 site and 1,260 works, and H1:9 hands it on to the police."""

    def test_a_body_that_is_sealed_to_this_line_is_opened_and_counted_and_no_other_line_has_it(
        self, doors: Doors, case: Case
    ) -> None:
        before = {organ: _works(doors, organ) for organ in ("V00", "V97", "P00")}

        for number in range(1, 7):
            case.line(number, sealing="sealed")

        until(lambda: _works(doors, "V00") == before["V00"] + 1_260, "what is sealed to the line was not counted")
        assert _works(doors, "V97") == before["V97"] + 1_260
        unread, read = before["P00"]
        until(lambda: _works(doors, "P00") == (unread + 1, read), "it is not said that it cannot be read")

    def test_what_there_is_no_key_for_yet_is_not_readable_and_counts_once_it_came(
        self, doors: Doors, case: Case
    ) -> None:
        unread, read = _works(doors, "P00")
        with psycopg.connect(doors.bus.running.admin_dsn["police"], autocommit=True) as owner:
            for statement in _ASIDE:
                owner.execute(statement)
            case.lines(7, 8, 9)

            def waits() -> bool:
                assert _works(doors, "P00") == (unread, read)
                asked = (
                    "SELECT count(*) FROM local_figures WHERE docket = %s AND why = 'sealed' AND stat = 'works_checked'"
                )
                return owner.execute(asked, (case.case_id,)).fetchone() == (1,)

            until(waits, "it is not said that there is no key")
            until(lambda: owner.execute("SELECT count(*) FROM laid_aside").fetchone() != (0,), "no key came")
            owner.execute("DROP TRIGGER aside ON local_body_keys")
            owner.execute("INSERT INTO local_body_keys SELECT * FROM laid_aside")
            owner.execute("DROP TABLE laid_aside")
        until(lambda: _works(doors, "P00") == (unread - 1, read + 1_260), "the key came, and it was not counted")

    def test_what_was_erased_is_not_readable_any_more(self, doors: Doors, case: Case) -> None:
        before = _works(doors, "V00")
        (inspection,) = _event_ids(doors.counted, case.case_id, "InspectionRecorded")

        run("bodies", "erase", inspection, "--approver", "U-V9801-09", "--reason", "个保法 47")

        until(lambda: _works(doors, "V00") == (1, before - 1_260), "what was erased still counts")


def _works(doors: Doors, organ: str) -> Any:
    """Return how many works were checked in the quarter, or how many events are not readable and what others give."""
    return doors.total(organ, quarter="2016-Q3")["works_checked"]


class TestFrozen:
    """Last, because it adds to August; what stands above asks for what lay before it."""

    def test_a_version_is_frozen_once_and_given_byte_for_byte(self, doors: Doors) -> None:
        approver = doors.person("V00", "approver")
        wanted = {**MONTH, "version": 1}

        first = approver.post("/v1/statistics/versions", json=wanted)
        again = approver.post("/v1/statistics/versions", json=wanted)
        far = approver.post("/v1/statistics/versions", json={**wanted, "version": 3})

        assert (first.status_code, again.status_code, far.status_code) == (201, 200, 409), first.text
        asked = ["stats", "--month", "2016-08", "--version", "1", "--json"]
        assert first.content == again.content == doors.ask("V00", "/versions/1", **MONTH).content
        assert run(*asked).encode().rstrip(b"\n") == first.content
        assert total(first.json()) == doors.total("V00", **MONTH)
        (listed,) = doors.ask("V00", "/versions", **MONTH).json()["versions"]
        assert (listed["version"], listed["frozen_for"], listed["readable_here"]) == (1, "V00", True)

    def test_who_need_not_know_all_that_it_says_is_shown_none_of_it(self, doors: Doors) -> None:
        (listed,) = doors.ask("V97", "/versions", **MONTH).json()["versions"]

        assert listed["readable_here"] is False
        for path in ("/versions/1", "/versions/1/differences"):
            said = doors.ask("V97", path, **MONTH)
            assert said.status_code == 403
            assert "need not know" in said.json()["detail"]
        assert doors.ask("V00", "/versions/2", **MONTH).status_code == 404

    def test_only_an_approver_at_the_head_of_a_line_freezes(self, doors: Doors) -> None:
        wanted = {**MONTH, "version": 2}
        officer, below = doors.person("V00", "officer"), doors.person("V98", "approver")

        refused = [one.post("/v1/statistics/versions", json=wanted) for one in (officer, below)]

        assert [one.status_code for one in refused] == [403, 403]
        assert "none above it" in refused[1].json()["detail"]
        assert len(doors.ask("V00", "/versions", **MONTH).json()["versions"]) == 1

    def test_what_comes_late_and_what_is_corrected_makes_the_second_and_leaves_the_first(
        self, doors: Doors, tmp_path: Any
    ) -> None:
        first = doors.ask("V00", "/versions/1", **MONTH).content
        taken = _played(
            doors.counted, tmp_path, [_clue("2016-08-20", at="2016-08-20"), _taken("2016-08-21")], fresh=True
        )
        case_id = taken.lines[0].case_id
        approver = doors.person("V00", "approver")
        until(lambda: doors.total("V00", **MONTH).get("links_removed") == 10, "it was not counted")
        assert approver.post("/v1/statistics/versions", json={**MONTH, "version": 2}).status_code == 201
        (event,) = _event_ids(doors.counted, case_id, "TakedownRecorded")
        _played(doors.counted, tmp_path, [_renamed(_corrected(event, "14", at="2016-09-02"), case_id)], fresh=False)
        until(lambda: doors.total("V00", **MONTH).get("links_removed") == 14, "it was not corrected")

        third = approver.post("/v1/statistics/versions", json={**MONTH, "version": 3})

        found = doors.ask("V00", "/versions/3/differences", **MONTH)
        (links,) = found.json()["differences"]
        assert (third.status_code, links["column"], links["before"], links["after"]) == (201, "links_removed", 10, 14)
        assert [(one["kind"], one["event_id"], one["before"], one["after"]) for one in links["events"]] == [
            ("corrected", event, 10, 14)
        ]
        (row,) = csv.DictReader(StringIO(doors.ask("V00", "/versions/3/differences", form="csv", **MONTH).text))
        assert (row["column"], row["event_id"], row["event_after"]) == ("links_removed", event, "14")
        assert doors.ask("V00", "/versions/1", **MONTH).content == first
        run("stats", "--month", "2016-08", "--version", "3")
        for organ in ("V00", doors.counted.law.system_organ("copyright")):  # the command reads as the line itself
            assert _read(doors, organ, "statistics 2016-08 version 3") == {UUID(event)}


def _restricted(doors: Doors, agency: Agency) -> Mapping[tuple[int, int], frozenset[str]]:
    """Return who of a line may read which event, where not all of it may: as it is kept beside the figures."""
    doors.counted.brought_up(agency)
    with doors.counted.database(agency) as connection:
        Readers(connection, agency, doors.counted.law).bring_up()
        rows = connection.execute(
            'SELECT "partition", "offset", organs FROM local_figure_readers WHERE since = "offset"'
        ).fetchall()
    return {(partition, offset): frozenset(organs) for partition, offset, organs in rows}


def _dockets(doors: Doors, agency: Agency) -> list[str]:
    with doors.counted.database(agency) as connection:
        return [row[0] for row in connection.execute("SELECT case_id FROM dockets").fetchall()]


def _seen(doors: Doors, agency: Agency, case_id: str) -> list[Seen]:
    """Return what counts of a docket, with its readers as the page of the case has them."""
    law = doors.counted.law
    with open_trail(doors.bus.running, agency) as trail:
        leaves = [row[2] for row in trail.rows("docket_leaves", case_id=case_id)]
    found = may_read(((one.entry, one.docket) for one in refold(leaves, law)), law)
    return [one for one in found if one.admitted and one.header.event_type in READ - {"EventCorrected"}]


def _read(doors: Doors, organ: str, purpose: str) -> set[UUID]:
    """Return the events that the log of readings has of *organ* for *purpose*."""
    with doors.counted.database("copyright") as connection:
        found = readings(connection, organs=[organ])
    return {event for one in found if one.purpose == purpose for event in one.events}
