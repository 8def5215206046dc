"""What must the registers hold to that a desk asks: filings of the telecoms line, papers of the police?"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import psycopg
import pytest

from tests.filings import NOVELS
from yisong.desk.filing_register import FilingRegister
from yisong.desk.filings import Asked
from yisong.desk.paper_intake import PaperIntake
from yisong.desk.papers import Paper
from yisong.postgres import connect
from yisong.postgres.connection import Rows

REFERRAL = "R-CRB-980100-2016-000021-5-1"
BY_NAME = Asked("domain", ("www.novel-a.example", "novel-a.example"))


@pytest.fixture
def database(police_dsn: tuple[str, str]) -> Iterator[Rows]:
    """Give the connection of a node's service, with both registers empty."""
    service, admin = police_dsn
    with psycopg.connect(admin, autocommit=True) as owner:
        owner.execute("TRUNCATE local_filings, local_papers RESTART IDENTITY")
    with connect(service, autocommit=True) as connection:
        yield connection


class TestFilings:
    def test_come_back_as_they_were_kept(self, database: Rows) -> None:
        register = FilingRegister(database)

        assert register.keep([NOVELS]) == (1, 0, 0)
        assert register.find(BY_NAME, on=date(2016, 7, 20)) == NOVELS

    def test_that_are_imported_again_change_only_what_they_say_otherwise(self, database: Rows) -> None:
        register = FilingRegister(database)
        other = replace(NOVELS, value="films-d.example")
        register.keep([NOVELS, other])

        assert register.keep([replace(NOVELS, access_region="960000"), other]) == (0, 1, 1)
        found = register.find(BY_NAME, on=date(2016, 7, 20))
        assert found is not None
        assert found.access_region == "960000"

    def test_hold_from_their_first_day_until_before_their_last(self, database: Rows) -> None:
        register = FilingRegister(database)
        register.keep([replace(NOVELS, valid_to=date(2016, 8, 1))])

        days = (date(2015, 12, 31), date(2016, 1, 1), date(2016, 7, 31), date(2016, 8, 1))
        assert [register.find(BY_NAME, on=day) is not None for day in days] == [False, True, True, False]

    def test_that_moved_to_another_province_are_found_there_from_then_on(self, database: Rows) -> None:
        """Nobody has ended the older one; the newer one holds."""
        register = FilingRegister(database)
        register.keep([NOVELS, replace(NOVELS, authority="T97", valid_from=date(2016, 6, 1))])

        found = [register.find(BY_NAME, on=day) for day in (date(2016, 5, 31), date(2016, 6, 1))]

        assert [one and one.authority for one in found] == ["T98", "T97"]

    def test_are_found_under_the_most_exact_name(self, database: Rows) -> None:
        register = FilingRegister(database)
        exact = replace(NOVELS, value="www.novel-a.example", authority="T97")
        register.keep([replace(NOVELS, valid_from=date(2016, 6, 1)), exact])

        assert register.find(BY_NAME, on=date(2016, 7, 20)) == exact

    def test_of_an_app_are_none_of_a_domain(self, database: Rows) -> None:
        register = FilingRegister(database)
        register.keep([NOVELS])

        assert register.find(Asked("app", ("novel-a.example",)), on=date(2016, 7, 20)) is None

    def test_are_kept_all_or_none(self, database: Rows) -> None:
        register = FilingRegister(database)

        with pytest.raises(psycopg.errors.CheckViolation):
            register.keep([NOVELS, replace(NOVELS, value="x.example", valid_to=date(2015, 1, 1))])
        assert register.find(BY_NAME, on=date(2016, 7, 20)) is None


class TestPapers:
    def test_come_back_in_the_order_in_which_they_were_handed_in(self, database: Rows) -> None:
        intake = PaperIntake(database)
        papers = [Paper("transfer_letter", b"1" * 32, 7, 1_000), Paper("appraisal", b"2" * 32, 8, 900)]

        assert intake.receive(REFERRAL, papers) == 2
        assert intake.of(REFERRAL) == tuple(papers)
        assert intake.of("R-CRB-980100-2016-000048-K-1") == ()

    def test_that_come_twice_are_noted_once(self, database: Rows) -> None:
        intake = PaperIntake(database)
        letter = Paper("transfer_letter", b"1" * 32, 7, 1_000)
        intake.receive(REFERRAL, [letter])

        assert intake.receive(REFERRAL, [letter._replace(received_at=2_000)]) == 0
        assert intake.of(REFERRAL) == (letter,)
