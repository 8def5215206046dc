"""What a whole docket gives: whose it is, since when, until when, and what a correction makes of it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from tests.unit.ledger.story import law
from yisong.envelope.header import Cite
from yisong.statistics.derive import derive
from yisong.statistics.rows import Counted, Derived, RanOut, Stated
from yisong.statistics.rules import Why

CASE = "CRB-980100-2016-000021-5"


class Docket:
    """Events of one docket, ten offsets apart."""

    def __init__(self) -> None:
        self.events: list[Stated] = []

    def add(
        self,
        event_type: str,
        variant: str | None = None,
        *,
        by: str = "V9801",
        about: str | None = None,
        of_case: bool = False,
        to: tuple[str, ...] = (),
        cites: Iterable[Stated | str] = (),
        why: Why | None = None,
        **body: object,
    ) -> Stated:
        number = len(self.events) + 1
        cited = tuple(
            Cite("case", one) if isinstance(one, str) else Cite("event", str(UUID(bytes=one.event_id))) for one in cites
        )
        one = Stated(
            3, 10 * number, number, number.to_bytes(16, "big"), event_type, variant, by, by, about, of_case,
            1_000 * number, "JW2016", to, (), cited, None if why else body, why,
        )  # fmt: skip
        self.events.append(one)
        return one

    def derived(self) -> Derived:
        return derive(CASE, self.events, catalogue=law().rulebook.catalogue)

    def rows(self, *stats: str, ran_out: Iterable[RanOut] = ()) -> list[Counted]:
        found = derive(CASE, self.events, ran_out, catalogue=law().rulebook.catalogue).counted
        return [one for one in found if one.stat in stats]


def at(rows: Iterable[Counted], size: int) -> list[int | None]:
    """Return what counts before an offset."""
    return [one.value for one in rows if one.since < size and (one.until is None or one.until >= size)]


def test_what_becomes_of_a_referral_counts_for_who_sent_it_and_the_criminal_case_for_who_filed_it() -> None:
    docket = Docket()
    docket.add("CriminalReferralSent", about="R-1", to=("P9801",))
    docket.add("ReferralReceipted", "general", by="P9702", about="R-1")
    docket.add("CriminalCaseFiled", by="P9702", about="R-1", amount_involved_fen=5)

    rows = docket.rows("referrals_receipted", "referrals_filed", "criminal_cases", "amount_involved_fen")

    assert {one.stat: one.organ for one in rows} == {
        "referrals_receipted": "V9801",
        "referrals_filed": "V9801",
        "criminal_cases": "P9702",
        "amount_involved_fen": "P9702",
    }


def test_a_case_that_the_police_began_is_no_referral() -> None:
    docket = Docket()
    docket.add("CriminalCaseFiled", by="P9702", of_case=True)

    assert [one.stat for one in docket.rows("criminal_cases", "referrals_filed")] == ["criminal_cases"]


def test_a_site_counts_for_who_decided_and_apart_for_who_gives_access() -> None:
    docket = Docket()
    docket.add("SiteActionDecided", "suspend_approved", by="T97", about="S-1", to=("T96",))
    docket.add("SiteSuspended", by="T96", about="S-1", sites_count=None)
    docket.add("LicenceOrFilingCancelled", "filing_cancelled", by="T97", about="S-1")

    rows = docket.rows("sites_suspended", "sites_closed", "filings_cancelled")

    assert {(one.organ, one.access) for one in rows} == {("T97", "T96")}


def test_each_member_of_a_cluster_is_one_case_and_names_its_cluster() -> None:
    docket = Docket()
    docket.add("CriminalCaseFiled", by="P9702", about="R-1", cluster_id="K-7")
    docket.add("CasesLinked", "cluster", by="P9702", cites=["CRB-960300-2016-000001-0"], cluster_id="K-7")

    (case,) = docket.rows("criminal_cases")
    (link,) = docket.rows("cluster_links")

    assert (case.value, case.detail) == (1, "K-7")
    assert (link.value, link.detail, link.about) == (0, "K-7", "CRB-960300-2016-000001-0")


def test_a_correction_ends_what_was_said_and_begins_what_is_right() -> None:
    docket = Docket()
    fined = docket.add(
        "PenaltyDecided", "monetary", hearing_held=False, public=True, penalties=[{"kind": "fine", "amount_fen": 100}]
    )
    by = docket.add(
        "EventCorrected",
        cites=[fined],
        reason="录入错误",
        corrected_fields=[{"field": "penalties[0].amount_fen", "value": "250"}],
    )

    rows = docket.rows("fine_fen")

    assert (at(rows, fined.offset), at(rows, by.offset), at(rows, by.offset + 1)) == ([], [100], [250])


def test_a_correction_can_be_corrected_in_its_turn() -> None:
    docket = Docket()
    taken = docket.add("TakedownRecorded", "delete", platform="合成", links=10)
    first = docket.add(
        "EventCorrected", cites=[taken], reason="一", corrected_fields=[{"field": "links", "value": "99"}]
    )
    docket.add(
        "EventCorrected",
        cites=[first],
        reason="二",
        corrected_fields=[{"field": "corrected_fields[0].value", "value": "12"}],
    )

    rows = docket.rows("links_removed")

    assert [at(rows, size) for size in (11, 21, 31)] == [[10], [99], [12]]


def test_a_correction_that_fits_nothing_leaves_what_was_published() -> None:
    docket = Docket()
    taken = docket.add("TakedownRecorded", "delete", platform="合成", links=10)
    wrong = [{"field": "links", "value": "many"}, {"field": "sites", "value": "7"}]
    docket.add("EventCorrected", cites=[taken], reason="", corrected_fields=wrong)

    assert at(docket.rows("links_removed"), 1_000) == [10]


def test_what_another_organ_says_is_no_correction() -> None:
    docket = Docket()
    taken = docket.add("TakedownRecorded", "delete", platform="合成", links=10)
    docket.add(
        "EventCorrected", by="V98", cites=[taken], reason="", corrected_fields=[{"field": "links", "value": "9"}]
    )

    assert at(docket.rows("links_removed"), 1_000) == [10]


def test_what_was_corrected_in_words_that_cannot_be_read_here_cannot_be_read_here_any_more() -> None:
    docket = Docket()
    taken = docket.add("TakedownRecorded", "delete", platform="合成", links=10)
    docket.add("EventCorrected", cites=[taken], why="not-in-audience")

    rows = docket.rows("links_removed")

    assert at(rows, 20) == [10]
    assert at(rows, 1_000) == [None]
    assert rows[-1].why == "correction"


def test_an_overdue_rectification_counts_from_the_record_on_by_which_the_log_says_so() -> None:
    docket = Docket()
    order = docket.add("RectificationOrdered", about="Q-1")
    missed = RanOut("T-RECT", "Q-1", order.offset, 5_000, 70)

    (row,) = docket.rows("rectifications_overdue", ran_out=[missed])

    assert (row.at, row.since, row.organ, row.value) == (5_000, 70, "V9801", 1)


def test_a_supervision_is_open_from_its_order_to_its_end_once_for_each_case_in_it() -> None:
    docket = Docket()
    members = ["CRB-970200-2016-000072-B", "CRB-960300-2016-000001-0"]
    order = docket.add("JointSupervisionOrdered", by="V97", about="D-1", cites=members)
    end = docket.add("JointSupervisionLifted", "waived", by="V97", about="D-1")
    missed = RanOut("T-JS-DUE", "D-1", order.offset, 1_500, 20)

    opened = docket.rows("supervised_open")
    overdue = docket.rows("supervised_overdue", ran_out=[missed])

    assert [(one.about, one.value, one.at) for one in opened] == [
        (members[0], 1, order.occurred_at),
        (members[1], 1, order.occurred_at),
        (members[0], -1, end.occurred_at),
        (members[1], -1, end.occurred_at),
    ]
    assert sum(one.value or 0 for one in overdue) == 0
    assert {one.at for one in overdue} == {1_500, end.occurred_at}


def test_a_docket_is_of_the_kind_that_its_clue_and_its_case_say_from_each_of_them_on() -> None:
    docket = Docket()
    clue = docket.add("ClueFound", source="monitoring", work_types=["film_tv"], platform_type="website")
    case = docket.add("CaseOpened", work_types=["software", "book"], platform_type="app")

    first, second = docket.derived().kinds

    assert first[:2] == (clue.offset, case.offset)
    assert first[2:] == ("monitoring", ["film_tv"], "website", ["unknown"], "unknown")
    assert second[2:] == ("monitoring", ["film_tv"], "website", ["book", "software"], "app")


def test_a_case_that_the_police_began_is_of_unknown_kind_and_one_that_cannot_be_read_of_none() -> None:
    police, closed = Docket(), Docket()
    police.add("ClueFound", by="P9702", source="police", work_types=["music"], platform_type="app")
    police.add("CriminalCaseFiled", by="P9702", of_case=True)
    closed.add("ClueFound", source="monitoring", work_types=["music"], platform_type="app")
    closed.add("CaseOpened", why="not-in-audience")

    (born,) = police.derived().kinds

    assert born[5:] == (["unknown"], "unknown")
    assert closed.derived().kinds[-1][5:] == (None, None)


def test_a_report_gives_its_figures_line_by_line_and_one_without_where_it_cannot_be_read() -> None:
    docket = Docket()
    form: dict[str, Any] = {"period": "2016-12", "template": "JW2016-1", "report_version": 2}
    figures = [
        {"column": "items_seized", "value": 95, "unit": "tape"},
        {"column": "links_removed", "value": 3, "source": "police"},
    ]
    docket.add("PeriodicReportFiled", "monthly", by="V98", figures=figures, **form)
    docket.add("PeriodicReportFiled", "monthly", by="V97", why="not-in-audience")
    docket.add("PeriodicReportFiled", "plan", by="V97", figures=[], **form)

    found = docket.derived().reported

    assert [(one.organ, one.period, one.stat, one.unit, one.kind, one.key, one.value) for one in found] == [
        ("V98", "2016-12", "items_seized", "tape", None, None, 95),
        ("V98", "2016-12", "links_removed", None, "source", "police", 3),
        ("V97", None, None, None, None, None, None),
    ]
