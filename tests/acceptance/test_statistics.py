"""
The figures of the example histories, on all four nodes, beside a hand count.

What stands here was counted by reading the files, line by line (H1:9 = line 9 of H1.jsonl); no code took part.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from typer.testing import CliRunner

from tests.waiting import until
from yisong.audit.history_file import History, read_history
from yisong.audit.replay import Stage, replay
from yisong.audit.trails import open_trail
from yisong.cli.main import app
from yisong.embedded import Bus
from yisong.errors import NotDrawable, NotProven
from yisong.home import AGENCIES, Agency, Home
from yisong.ledger.sharing import may_read
from yisong.plots.picture import Missing, Picture, Value
from yisong.plots.reading import Pictures
from yisong.postgres import connect
from yisong.proof.refold import refold
from yisong.statistics.adding import Adding, Vector
from yisong.statistics.gather import Gathering
from yisong.statistics.glance import Brief as Beside
from yisong.statistics.glance import brief, decoded, glance
from yisong.statistics.reading import Reading
from yisong.statistics.rules import FILED_ONLY, READ, WANTED
from yisong.statistics.scope import Scope, scope_of, year_of
from yisong.statistics.versions import document

HISTORIES = Path(__file__).parents[2] / "examples" / "histories"
NOT_READ = "not readable here"
Figures = Mapping[str, Any]

AUGUST = {
    "clues_received": 3,  # H3:1, H4:1, H7:6
    "clues_handed_over": 2,  # H4:2, H7:7
    "clues_fed_back": 1,  # H1:13
    "cases_opened": 2,  # H4:4, H5:4
    "referrals_sent": 1,  # H1:9
    "referrals_receipted": 1,  # H1:10
    "referrals_filed": 1,  # H1:11
    "criminal_cases": 1,  # H1:11
    "amount_involved_fen": 18_640_000,  # H1:11
    "sites_suspended": 1,  # H4:9, which does not say how many
    "sites_restored": 1,  # H4:14, logged on the 20th, restored on the 19th
    "rectifications_ordered": 1,  # H4:10
    "rectifications_passed": 1,  # H4:11
    "rectifications_overdue": 1,  # H5:2, due 4 August, found wanting on the 5th (H5:3)
    "interviews": 1,  # H5:5
}
QUARTER = {
    "sites_patrolled": 2,  # H1:6, H5:1
    "works_checked": 1_380,  # H1:6 1,260 and H5:1 120
    "clues_received": 5,  # H1:1, H3:1, H4:1, H7:6, H7:9
    "clues_handed_over": 2,  # H4:2, H7:7
    "clues_fed_back": 1,  # H1:13
    "cases_opened": 5,  # H1:3, H3:3, H4:4, H5:4, H7:12
    "cases_closed": 2,  # H4:16, H7:21
    "cases_penalised": 2,  # H4:15, H5:8
    "fine_fen": 9_000_000,  # H4:15 3,000,000 and H5:8 6,000,000
    "confiscated_fen": 1_200_000,  # H5:8
    "referrals_sent": 3,  # H1:9, H3:6, H7:17
    "referrals_receipted": 4,  # H1:10, H3:7, H3:9 (after the re-route), H7:18
    "referrals_filed": 3,  # H1:11, H3:10, H7:24
    "criminal_cases": 3,  # the same
    "amount_involved_fen": 24_840_000,  # H1:11 18,640,000 and H7:24 6,200,000; H3:10 does not say
    "sites_suspended": 1,  # H4:9
    "sites_restored": 1,  # H4:14
    "rectifications_ordered": 2,  # H4:10, H5:2
    "rectifications_passed": 1,  # H4:11
    "rectifications_overdue": 1,  # H5:2
    "interviews": 1,  # H5:5
    "self_checks": 1,  # H7:4
}
HALF = {
    **QUARTER,
    "clues_fed_back": 2,  # and H7:26
    "cases_closed": 3,  # and H5:10
    "cases_penalised": 3,  # and H7:32
    "fine_fen": 19_000_000,  # and H7:32 10,000,000
    "supervised_open": 1,  # H7:27, lifted on 3 January (H7:36)
    "list_entries": 1,  # H5:9; H7:34 publishes, and adds nothing
}
JANUARY = {
    "sites_patrolled": 3,  # H7:42
    "works_checked": 260,  # H7:42
    "problems_found": 1,  # H7:42
    "items_seized tape": 40,  # H7:42; the 310 discs were only listed
    "cases_closed": 1,  # H7:41
    "list_entries": 1,  # H7:43
    "rewards": 1,  # H7:40
}
#: What each other line may not read of the second half of 2016: column, how many events, what the others give.
CLOSED: Mapping[Agency, Mapping[str, tuple[int, int]]] = {
    "cac": {
        "sites_patrolled": (2, 0),  # H1:6, H5:1
        "works_checked": (2, 0),
        "problems_found": (2, 0),
        "items_seized": (2, 0),
        "fine_fen": (1, 9_000_000),  # H7:32, which H7:39 corrects in words that are not meant for this line
        "confiscated_fen": (1, 1_200_000),
        "amount_involved_fen": (3, 0),  # H1:11, H3:10, H7:24
        "sites_suspended": (1, 0),  # H4:9
    },
    "miit": {
        "sites_patrolled": (2, 0),
        "works_checked": (2, 0),
        "problems_found": (2, 0),
        "items_seized": (2, 0),
        "fine_fen": (3, 0),  # H4:15, H5:8, H7:32
        "confiscated_fen": (3, 0),
        "amount_involved_fen": (3, 0),
    },
    "police": {
        "sites_patrolled": (1, 1),  # H5:1; H1:6 was handed on with the referral (H1:9 cites it)
        "works_checked": (1, 1_260),
        "problems_found": (1, 0),
        "items_seized": (1, 0),
        "fine_fen": (3, 0),
        "confiscated_fen": (3, 0),
        "sites_suspended": (1, 0),
    },
}


class Counted:
    """A bus on which the histories have been played, and how far its log came by that."""

    def __init__(self, bus: Bus) -> None:
        self.bus, self.stage = bus, Stage.of(bus.home)
        self.law = self.stage.law
        replay(self.stage, [read_history(HISTORIES / f"{name}.jsonl") for name in ("H1", "H3", "H4", "H5", "H7")])
        self.vector = self.brought_up("copyright")
        for agency in AGENCIES[1:]:
            self.vector = {at: max(size, self.vector[at]) for at, size in self.brought_up(agency).items()}

    def brought_up(self, agency: Agency) -> Vector:
        """Count what the node of *agency* has read, and return how far that is."""
        with self.database(agency) as connection:
            return Gathering(connection, agency, self.law, self.bus.home.keystore()).bring_up()

    @contextmanager
    def database(self, agency: Agency) -> Iterator[Any]:
        with closing(connect(self.bus.running.dsn[agency], autocommit=True)) as connection:
            yield connection

    def said(self, scope: Scope, agency: Agency, vector: Vector | None = None) -> dict[str, Any]:
        """Return what the node of *agency* gives at *vector*, by default that of the histories."""
        wanted = vector or self.vector
        until(lambda: all(size >= wanted[at] for at, size in self.brought_up(agency).items()))
        with self.database(agency) as connection:
            return document(Adding(connection, self.law), scope, wanted, self.law)


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counted]:
    with Bus.start(Home(tmp_path_factory.mktemp("statistics"))) as bus:
        yield Counted(bus)


@pytest.fixture
def command(counted: Counted, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("YISONG_HOME", str(counted.bus.home.path))
    return CliRunner()


def total(said: Figures) -> dict[str, Any]:
    """Return what is not 0 of all figures, by column and unit; of what can't be read, how many and what the rest is."""
    found: dict[str, Any] = {}
    for row in said["figures"]["total"]:
        name = f"{row['column']} {row['unit']}" if "unit" in row else row["column"]
        value = (row["not_readable_here"], row["readable"]) if "not_readable_here" in row else row["value"]
        if value != 0:
            found[name] = value
    return {name: value for name, value in found.items() if name not in FILED_ONLY}


def grouped(said: Figures, by: str, column: str) -> dict[str, Any]:
    """Return one column by what it was grouped by, with the grain of sites."""
    return {
        f"{row['key']} {row['grain']}" if "grain" in row else row["key"]: row["value"]
        for row in said["figures"][by]
        if row["column"] == column
    }


@pytest.mark.parametrize(
    ("period", "by_hand"), [("2016-08", AUGUST), ("2016-Q3", QUARTER), ("2016-H2", HALF), ("2017-01", JANUARY)]
)
def test_the_copyright_line_gives_what_was_counted_by_hand(
    counted: Counted, period: str, by_hand: Mapping[str, int]
) -> None:
    assert total(counted.said(scope_of(period), "copyright")) == by_hand


@pytest.mark.parametrize("agency", AGENCIES[1:])
def test_every_other_line_gives_the_same_save_what_it_may_not_read(counted: Counted, agency: Agency) -> None:
    assert total(counted.said(scope_of("2016-H2"), agency)) == {**HALF, **CLOSED[agency]}


def test_they_are_counted_by_organ_province_work_platform_and_source(counted: Counted) -> None:
    said = counted.said(scope_of("2016-H2"), "copyright")

    # H4:15 of V97, H5:8 of V9801, H7:32 of V9702.
    assert grouped(said, "organ", "fine_fen") == {"V97": 3_000_000, "V9801": 6_000_000, "V9702": 10_000_000}
    assert grouped(said, "province", "fine_fen") == {"970000": 13_000_000, "980000": 6_000_000}
    # H4: T97 decided, T96 gives access.
    assert grouped(said, "province", "sites_suspended") == {"970000 decision": 1, "960000 access": 1}
    # H3 was sent by V9801, and filed by P9702 after the re-route.
    assert grouped(said, "province", "referrals_filed") == {"980000": 2, "970000": 1}
    assert grouped(said, "province", "criminal_cases") == {"980000": 1, "970000": 2}
    # H1 literature; H3 software and book; H4, H5, H7 film_tv.
    assert grouped(said, "work_type", "cases_opened") == {"literature": 1, "software": 1, "book": 1, "film_tv": 3}
    assert grouped(said, "platform_type", "cases_opened") == {"website": 3, "cloud_storage": 1, "app_store": 1}
    # Of the clue H7:6 no case was opened; H5 began with an inspection.
    assert grouped(said, "platform_type", "cases_closed") == {"website": 1, "unknown": 1, "app_store": 1}
    assert grouped(said, "source", "clues_received") == dict.fromkeys(
        ("hotline_12318", "third_party_monitor", "monitoring", "public_report", "foreign_rightsholder"), 1
    )
    assert grouped(said, "source", "cases_opened")["unknown"] == 1


def test_a_campaign_has_what_names_it_whenever_it_happened(counted: Counted) -> None:
    said = counted.said(scope_of(campaign="JW2016"), "copyright")

    # H1:16, H4:16, H5:10, H7:21, H7:41; and H7:42 seized 40 tapes in January.
    assert (total(said)["cases_closed"], total(said)["items_seized tape"]) == (5, 40)
    assert total(counted.said(scope_of("2016-08", "JW2016"), "copyright")) == AUGUST
    assert total(counted.said(scope_of("2016-08", "JW2017"), "copyright")) == {}


def test_derived_stands_beside_filed_with_the_difference(counted: Counted) -> None:
    """H7:38 is the second version of the monthly report of H7:37; H7:29 is the summary of the campaign."""
    (monthly,) = counted.said(scope_of("2016-12"), "copyright")["filed"]
    (summary,) = counted.said(scope_of(campaign="JW2016"), "copyright")["filed"]

    assert (monthly["organ"], monthly["report_version"]) == ("V98", 2)
    assert [(row["column"], row["filed"], row["derived"], row["difference"]) for row in monthly["figures"]] == [
        ("sites_patrolled", 310, 0, 310),
        ("links_removed", 1_240, 0, 1_240),
        ("items_seized", 95, 0, 95),
    ]
    # In province 98 there are H1:6, H5:1 and H7:42, the cases H1, H3 and H5, the referrals H1 and H3.
    assert [(row["column"], row["filed"], row["derived"], row["difference"]) for row in summary["figures"]] == [
        ("sites_patrolled", 4_120, 5, 4_115),
        ("cases_opened", 31, 3, 28),
        ("referrals_sent", 4, 2, 2),
        ("training_sessions", 3, None, None),
    ]
    assert summary["figures"][3]["note"] == "filed only"


def test_a_report_that_another_line_filed_is_shown_as_not_readable(counted: Counted) -> None:
    filed = counted.said(scope_of("2016-12"), "miit")["filed"]

    assert {(one["organ"], one["readable_here"]) for one in filed} == {("V98", False)}
    assert all(one["figures"] == [] for one in filed)


@pytest.mark.parametrize("agency", AGENCIES)
def test_who_may_read_what_is_as_the_docket_folded_again_says(counted: Counted, agency: Agency) -> None:
    law = counted.law
    with open_trail(counted.bus.running, agency) as trail, counted.database(agency) as connection:
        rows = connection.execute(_ROWS, {"wanted": sorted(WANTED)}).fetchall()
        found, _ = Reading(law, agency, None).read(rows)  # type: ignore[arg-type] # nothing is sealed here
        assert len(found) > 5
        for case_id, events in found.items():
            leaves = [leaf for (leaf,) in connection.execute(_LEAVES, {"case_id": case_id})]
            seen = may_read(((one.entry, one.docket) for one in refold(leaves, law)), law)
            ours = {
                one.offset for one in seen
                if one.header.event_type in READ and any(law.organs[organ].role == agency for organ in one.readers)
            }  # fmt: skip
            assert {one.offset for one in events if one.event_type in READ and one.why != "not-in-audience"} == ours
        del trail


def test_a_glance_at_a_header_sees_what_the_decoder_sees(counted: Counted) -> None:
    with counted.database("police") as connection:
        rows = connection.execute(_ROWS, {"wanted": sorted(WANTED)}).fetchall()

    for row in rows:
        whole = decoded(row[11])
        short = brief(row[11], Beside(row[2], row[5], row[6], row[7], row[8], row[9], row[10]))
        assert glance(row[11]) == whole
        assert short == whole._replace(to=(), cc=(), cites=())


_ROWS = """
SELECT "partition", "offset", docket, docket_index, uuid_send(event_id), event_type, variant, publisher, organ,
       aggregate_kind, aggregate_id, leaf, carried
  FROM entries LEFT JOIN bodies USING ("partition", "offset")
 WHERE event_type = ANY(%(wanted)s) AND verdict IN ('admitted', 'admitted-late') ORDER BY docket, docket_index"""
_LEAVES = "SELECT leaf FROM entries WHERE docket = %(case_id)s ORDER BY docket_index"


class TestTheCommand:
    def test_shows_a_table_with_what_was_filed(self, command: CliRunner) -> None:
        said = command.invoke(app, ["stats", "--campaign", "JW2016"]).output

        assert "amount_involved_fen" in said
        assert "24840000" in said
        assert "1 say that it is not known" in said
        assert "filed only 只有报数" in said
        assert "+4115" in said

    def test_says_what_this_node_cannot_read(self, command: CliRunner) -> None:
        said = command.invoke(app, ["stats", "--quarter", "2016-Q3", "--agency", "miit"]).output

        (fines,) = (line for line in said.splitlines() if line.startswith("fine_fen"))
        assert NOT_READ in fines

    def test_writes_csv_by_province(self, command: CliRunner) -> None:
        said = command.invoke(app, ["stats", "--half", "2016-H2", "--by", "province", "--csv"]).output.splitlines()

        assert said[0] == "column,key,grain,unit,value,not_readable_here,unknown"
        assert "fine_fen,970000,,,13000000,," in said
        assert "sites_suspended,960000,access,,1,," in said

    def test_counts_only_what_lies_before_a_vector(self, command: CliRunner, counted: Counted) -> None:
        nothing = orjson.dumps(dict.fromkeys(map(str, counted.vector), 0)).decode()
        beyond = orjson.dumps({str(at): size + 10_000 for at, size in counted.vector.items()}).decode()

        assert (
            total(
                orjson.loads(command.invoke(app, ["stats", "--month", "2016-08", "--vector", nothing, "--json"]).output)
            )
            == {}
        )
        with pytest.raises(NotProven, match="has not read as far"):
            command.invoke(app, ["stats", "--month", "2016-08", "--vector", beyond], catch_exceptions=False)

    @pytest.mark.parametrize(
        ("arguments", "fault"),
        [
            ([], "name one of"),
            (["--month", "2016-08", "--half", "2016-H2"], "name one of"),
            (["--month", "2016-13"], "is no month"),
            (["--quarter", "2016-08"], "is no quarter"),
            (["--campaign", "剑网2016"], "is no campaign"),
            (["--month", "2016-08", "--vector", "yesterday"], "is no vector"),
            (["--month", "1999-01"], "is no month"),
            (["--half", "2016-H1", "--version", "3"], "there is no version 3"),
        ],
    )
    def test_says_what_is_wrong_with_what_was_asked(self, command: CliRunner, arguments: list[str], fault: str) -> None:
        said = command.invoke(app, ["stats", *arguments])

        assert said.exit_code == 2
        assert fault in said.output


class TestPictures:
    """What is drawn are the figures that stand above, and what the files say of clocks and of what is open."""

    def test_months_and_provinces_have_the_figures_of_the_statistics(self, counted: Counted) -> None:
        with pictures(counted, "copyright") as made:
            quarter = made.months(scope_of("2016-Q3"), ("cases_opened", "fine_fen"), at=counted.vector)
            half = made.provinces(scope_of("2016-H2"), ("fine_fen",), at=counted.vector)

        assert quarter.labels == ("2016-07", "2016-08", "2016-09")
        assert bars(quarter) == {
            "cases_opened": (1, 2, 2),  # H1:3; H4:4, H5:4; H3:3, H7:12
            "fine_fen": (0, 0, 9_000_000),  # H4:15, H5:8
        }
        assert half.labels == ("960000 示例丙省", "970000 示例乙省", "980000 示例甲省")
        assert bars(half) == {"fine_fen": (0, 13_000_000, 6_000_000)}

    def test_what_a_line_may_not_read_is_no_0_there(self, counted: Counted) -> None:
        with pictures(counted, "miit") as made:
            found = made.months(scope_of("2016-Q3"), ("cases_opened", "fine_fen"), at=counted.vector)

        assert bars(found) == {"cases_opened": (1, 2, 2), "fine_fen": (0, 0, Missing.UNREAD)}
        assert any("2016-09 fine_fen (2)" in line for line in found.caption)

    def test_a_campaign_has_the_months_in_which_something_counts_for_it(self, counted: Counted) -> None:
        with pictures(counted, "copyright") as made:
            campaign = made.months(scope_of(campaign="JW2016"), ("items_seized",))
            year = made.months(year_of("2017"), ("rewards",), at=counted.vector)
            with pytest.raises(NotDrawable, match="nothing counts for JW1999 here"):
                made.months(scope_of(campaign="JW1999"))

        assert (campaign.labels[0], campaign.labels[-1]) == ("2016-07", "2017-04")  # H1:1, H1:16
        assert bars(campaign) == {"items_seized": (0, 0, 0, 0, 0, 0, 40, 0, 0, 0)}  # H7:42
        assert bars(year) == {"rewards": (1, 0, 0, 0, *[Missing.NOT_YET] * 8)}  # H7:40; the log ends in April (H1:16)

    @pytest.mark.parametrize("agency", AGENCIES)
    def test_clocks_and_what_is_open_are_the_same_on_every_node(self, counted: Counted, agency: Agency) -> None:
        with pictures(counted, agency) as made:
            august = made.clocks(scope_of("2016-08"), now=0)
            everything = made.ageing(Scope(), now=0)
            of_campaign = made.ageing(scope_of(campaign="JW2016"), now=0)
            of_august = made.ageing(scope_of("2016-08"), now=0)
            with pytest.raises(NotDrawable, match="no clock ended or runs"):
                made.clocks(scope_of("2015-08"), now=0)

        assert outcomes(august) == CLOCKS_OF_AUGUST
        # H3 alone is not at its end: opened on 1 September, proposed on the 12th; its newest record is of the 21st.
        assert bars(everything) == bars(of_campaign) == {
            "clues": (0, 0, 0, 0, 0, 0), "cases": (0, 0, 1, 0, 0, 0), "referrals": (0, 1, 0, 0, 0, 0),
        }  # fmt: skip
        assert {value for values in bars(of_august).values() for value in values} == {0}

    def test_the_command_writes_a_png_and_an_svg_and_says_of_what(self, command: CliRunner, tmp_path: Path) -> None:
        png, svg = tmp_path / "months.png", tmp_path / "clocks.svg"

        months = command.invoke(app, ["stats", "--half", "2016-H2", "--agency", "police", "--plot", str(png)])
        clocks = command.invoke(app, ["stats", "--plot", str(svg), "--plot-of", "clocks"])

        assert png.read_bytes().startswith(b"\x89PNG")
        drawn = svg.read_text("utf-8")
        for label in ("T-REF-07 决定是否立案", "rolled_on_time 顺延内", "all there is 全部 · node 节点 copyright"):
            assert label in drawn
        assert (months.exit_code, clocks.exit_code) == (0, 0)
        assert "By month 按月 2016-H2" in months.output
        assert "vector 位置 {" in clocks.output

    def test_the_command_says_everything_that_is_wrong_at_once(self, command: CliRunner, tmp_path: Path) -> None:
        asked = ["stats", "--month", "2016-13", "--plot", str(tmp_path / "a.pdf"), "--column", "cases", "--json"]

        with pytest.raises(NotDrawable, match="No picture was drawn") as raised:
            command.invoke(app, asked, catch_exceptions=False)

        said = "\n".join(raised.value.faults)
        assert len(raised.value.faults) == 4
        for fault in ("neither in .png nor", "'2016-13' is no month", "cases is no column", "--json says nothing"):
            assert fault in said
        assert "are for pictures" in command.invoke(app, ["stats", "--year", "2016"]).output
        (tmp_path / "b.png").mkdir()
        with pytest.raises(NotDrawable, match="Is a directory"):
            command.invoke(
                app, ["stats", "--plot", str(tmp_path / "b.png"), "--plot-of", "ageing"], catch_exceptions=False
            )


#: By timer and outcome. The clue of H1 and its look-up ended in July, all of H3 in September.
CLOCKS_OF_AUGUST = {
    ("P-FEEDBACK", "on_time"): 1,  # H1:13
    ("T-REF-01", "on_time"): 1,  # H1:8
    ("T-REF-02", "on_time"): 1,  # H1:9
    ("T-REF-03", "on_time"): 1,  # H1:10
    ("T-REF-04", "lapsed"): 1,  # of H1:10
    ("T-REF-06", "lapsed"): 1,  # of H1:10
    ("T-REF-07", "on_time"): 1,  # H1:11
    ("T-REF-14", "on_time"): 1,  # H1:12
    ("P-TRIAGE", "on_time"): 2,  # H4:2, H7:7
    ("P-CLUE-ACK", "on_time"): 1,  # H4:4
    ("P-FILING", "on_time"): 1,  # H4:7
    ("P-SITE-01", "on_time"): 1,  # H4:8
    ("P-SITE-02", "on_time"): 1,  # H4:9
    ("T-RECT", "on_time"): 1,  # H4:11
    ("T-RECT", "late"): 1,  # H5:3, a day after it was due
    ("P-RECT-ESC", "on_time"): 1,  # H5:4
    ("P-EXT-REPLY", "on_time"): 1,  # H7:8
}


@contextmanager
def pictures(counted: Counted, agency: Agency) -> Iterator[Pictures]:
    """Give what makes pictures of a node that has counted what the histories brought."""
    counted.said(scope_of("2016-08"), agency)
    with counted.database(agency) as connection:
        yield Pictures(connection, counted.law, agency=agency)


def bars(picture: Picture) -> dict[str, tuple[Value, ...]]:
    """Return what is drawn, by the first word of a series, or of its panel where it has no name."""
    return {
        (series.name or panel.title).split(" ")[0]: series.values for panel in picture.panels for series in panel.series
    }


def outcomes(picture: Picture) -> dict[tuple[str, str], Value]:
    """Return how many clocks are drawn, by timer and outcome."""
    return {
        (label.split(" ")[0], outcome): value
        for outcome, values in bars(picture).items()
        for label, value in zip(picture.labels, values, strict=True)
        if value
    }


class TestFrozen:
    """Last, because it adds to the log; what stands above asks for what lay before it."""

    def test_a_late_event_and_a_correction_make_the_next_version_and_leave_the_first_as_it_is(
        self, counted: Counted, tmp_path: Path, command: CliRunner
    ) -> None:
        taken = _played(counted, tmp_path, [_clue("2016-08-20", at="2016-08-20"), _taken("2016-08-21")], fresh=True)
        case_id = taken.lines[0].case_id
        first = _frozen(command)

        (publisher_event,) = _event_ids(counted, case_id, "TakedownRecorded")
        corrected = _corrected(publisher_event, "14", at="2016-09-02")
        _played(counted, tmp_path, [_renamed(corrected, case_id)], fresh=False)
        late = _played(counted, tmp_path, [_clue("2016-08-31", at="2016-09-03")], fresh=True)
        second = _frozen(command)
        third = _frozen(command)

        said = orjson.loads(second)
        (correction,) = _event_ids(counted, case_id, "EventCorrected")
        (late_clue,) = _event_ids(counted, late.lines[0].case_id, "ClueFound")
        clues, links = said["differences"]
        assert (clues["column"], clues["before"], clues["after"]) == ("clues_received", 4, 5)
        assert [(one["kind"], one["event_id"], one["before"], one["after"]) for one in clues["events"]] == [
            ("late", late_clue, 0, 1)
        ]
        assert (links["column"], links["before"], links["after"]) == ("links_removed", 10, 14)
        assert [(one["kind"], one["event_id"], one["through"]) for one in links["events"]] == [
            ("corrected", publisher_event, correction)
        ]
        assert (said["version"], orjson.loads(third)["differences"]) == (2, [])
        assert "differences" not in orjson.loads(first)
        assert command.invoke(app, [*_ASKED, "--version", "1", "--json"]).stdout_bytes.rstrip(b"\n") == first
        assert "late ClueFound of V9801" in command.invoke(app, [*_ASKED, "--version", "2"]).output

    def test_the_same_vector_gives_the_same_figures_on_every_node_that_may_read(
        self, counted: Counted, command: CliRunner
    ) -> None:
        """What was frozen at first, from what lies before its vector, after more has come behind it."""
        frozen = orjson.loads(command.invoke(app, [*_ASKED, "--version", "1", "--json"]).output)
        vector = {int(partition): size for partition, size in frozen["vector"].items()}
        law = counted.law

        assert frozen["rulebook"] == {"n": 1, "hash": law.rulebook.hash.hex()}
        again = counted.said(scope_of("2016-08"), "copyright", vector)
        assert {**again, "version": 1} == frozen
        for agency in AGENCIES[1:]:
            said = total(counted.said(scope_of("2016-08"), agency, vector))
            assert said.keys() >= total(frozen).keys()
            assert all(isinstance(value, tuple) or value == total(frozen)[name] for name, value in said.items())

    def test_a_frozen_version_is_drawn_as_it_was_frozen(
        self, counted: Counted, command: CliRunner, tmp_path: Path
    ) -> None:
        """A late clue of 甲省一市 came after the first version."""
        file = tmp_path / "provinces.svg"
        asked = [*_ASKED, "--column", "clues_received", "--plot", str(file)]
        frozen = command.invoke(app, [*_ASKED, "--version", "1", "--json"]).stdout_bytes

        with pictures(counted, "copyright") as made:
            first = bars(made.frozen(scope_of("2016-08"), frozen, ("clues_received",)))
            now = bars(made.provinces(scope_of("2016-08"), ("clues_received",)))
        said = command.invoke(app, [*asked, "--version", "1"])

        assert [a - b for a, b in zip(now["clues_received"], first["clues_received"], strict=True)] == [0, 0, 1]  # type: ignore[operator]
        assert "frozen version 固定 1" in said.output
        assert "frozen version 固定 1" in file.read_text("utf-8")

    def test_nobody_rewrites_a_frozen_version(self, counted: Counted) -> None:
        with (
            closing(connect(counted.bus.running.admin_dsn["copyright"], autocommit=True)) as owner,
            pytest.raises(Exception, match="append-only"),
        ):
            owner.execute("UPDATE local_statistics SET document = ''")


_ASKED = ["stats", "--month", "2016-08"]


def _frozen(command: CliRunner) -> bytes:
    return command.invoke(app, [*_ASKED, "--freeze", "--json"]).stdout_bytes.rstrip(b"\n")


def _clue(day: str, *, at: str) -> dict[str, Any]:
    return _line("H7", 6, day, at)


def _taken(day: str) -> dict[str, Any]:
    line = _line("H7", 11, day, day)
    line["header"] |= {"variant": "delete", "publisher": "V9801", "region_code": "980100", "cites": []}
    line["header"]["case_id"] = _line("H7", 6, day, day)["header"]["case_id"]
    line["body"] |= {"links": 10, "action_at": f"{day}T11:00:00+08:00"}
    return line


def _corrected(event_id: str, links: str, *, at: str) -> dict[str, Any]:
    line = _line("H7", 39, at, at)
    line["header"] |= {"publisher": "V9801", "region_code": "980100", "cites": [{"kind": "event", "id": event_id}]}
    line["body"] = {"reason": "录入错误", "corrected_fields": [{"field": "links", "value": links}]}
    return line


def _line(name: str, number: int, day: str, at: str) -> dict[str, Any]:
    line = orjson.loads((HISTORIES / f"{name}.jsonl").read_bytes().splitlines()[number - 1])
    line["header"]["occurred_at"] = f"{day}T10:00:00+08:00"
    return {**line, "at": f"{at}T10:02:00+08:00"}


def _renamed(line: dict[str, Any], case_id: str) -> dict[str, Any]:
    return {**line, "header": {**line["header"], "case_id": case_id}}


def _played(counted: Counted, folder: Path, lines: list[dict[str, Any]], *, fresh: bool) -> History:
    """Play *lines*, and return them under the case numbers that they have on the bus."""
    file = folder / "more.jsonl"
    file.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    done = replay(counted.stage, [read_history(file)], fresh=fresh)
    assert {judged.verdict.verdict for one in done.found for judged in one.judged.values()} == {"admitted"}
    (played,) = done.played
    fields = [{**line.fields, "case_id": played.table.text(line.case_id)} for line in played.history.lines]
    lines_there = zip(played.history.lines, fields, strict=True)
    return replace(played.history, lines=tuple(replace(line, fields=said) for line, said in lines_there))


def _event_ids(counted: Counted, case_id: str, event_type: str) -> list[str]:
    with counted.database("copyright") as connection:
        query = "SELECT event_id FROM entries WHERE docket = %s AND event_type = %s ORDER BY docket_index"
        return [str(UUID(str(one))) for (one,) in connection.execute(query, (case_id, event_type))]
