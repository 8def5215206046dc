"""
What do the registers and exports say of the example histories, on the nodes of lines that may read more or less?

Expected by hand from the lines of H1, H3, H4, H5 and H7. Other files are on the bus, too: of each row only what came
from these lines is looked at.
"""

import csv
from collections.abc import Mapping
from io import StringIO
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from tests.commands import run
from yisong.audit.played import Position
from yisong.audit.readings import readings
from yisong.audit.replay import Replay
from yisong.cli.main import app
from yisong.embedded import Bus
from yisong.postgres import connect

AT = "2017-03-01T00:00:00+08:00"
SEAL, CLOUD, WAVES, INK = "91980100FAKE0003XU", "91970200FAKE00056P", "91980100FAKE00064H", "91980100FAKE000139"
CLOSED = "not readable here"
Row = Mapping[str, Any]
Said = tuple[str, int]
"""A line of a history: H5, 9."""

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def lines(bus: Bus, everything: Replay) -> Mapping[str, Said]:
    """Return by event id which line of which example history it was."""
    places = {
        position: (played.history.name, line.number)
        for played in everything.played
        if played.history.name in ("H1", "H3", "H4", "H5", "H7")
        for line, position in played.lines()
    }
    with connect(bus.running.dsn["miit"], autocommit=True) as connection:
        rows = connection.execute('SELECT "partition", "offset", event_id FROM entries').fetchall()
    return {str(event_id): places[at] for *place, event_id in rows if (at := Position(*place)) in places}


class Seen:
    """What the node of one agency says, as of a day in 2017, of what the example histories tell."""

    def __init__(self, lines: Mapping[str, Said], agency: str) -> None:
        self._lines, self._agency = lines, agency

    def register(self, name: str) -> tuple[list[Row], set[Said]]:
        """Return the rows that came from the histories, and which of their lines are not readable here."""
        said = orjson.loads(run("registers", name, "--agency", self._agency, "--at", AT, "--json"))
        assert (said["register"], said["node"], said["as_of"]) == (name, self._agency, AT)
        rows = [row for row in said["rows"] if self.told(row)]
        return rows, {self._lines[one["event"]] for one in said["not_readable_here"] if one["event"] in self._lines}

    def export(self, name: str, *options: str) -> list[Row]:
        """Return what goes out of what the histories tell, or with ``--withheld`` what does not."""
        said = orjson.loads(_out("export", name, "--agency", self._agency, "--at", AT, "--json", *options))
        return [row for row in said if self.told(row)]

    def told(self, row: Row) -> set[Said]:
        """Return from which lines a row came."""
        return self.of(row.get("sources", [row]))

    def of(self, parts: list[Row]) -> set[Said]:
        """Return which lines the parts of a row name."""
        return {self._lines[one["event"]] for one in parts if one["event"] in self._lines}

    def those(self, parts: list[Row]) -> list[Row]:
        """Return the parts of a row that came from the histories."""
        return [one for one in parts if one["event"] in self._lines]


def _out(*argv: str) -> str:
    """Return what a command prints for programs; what it says to its user beside that is not part of it."""
    result = CliRunner().invoke(app, list(argv))
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def copyright_(home: Bus, lines: Mapping[str, Said]) -> Seen:
    del home
    return Seen(lines, "copyright")


@pytest.fixture
def police(home: Bus, lines: Mapping[str, Said]) -> Seen:
    del home
    return Seen(lines, "police")


@pytest.fixture
def cac(home: Bus, lines: Mapping[str, Said]) -> Seen:
    del home
    return Seen(lines, "cac")


def test_the_black_list_is_the_same_for_every_line(copyright_: Seen, police: Seen) -> None:
    """H5 line 9 adds 叠浪, unpublished; H7 line 34 publishes 云帙. Both are reviewed within the year."""
    for node in (copyright_, police):
        rows, closed = node.register("black-list")
        found = {row["uscc"]: row for row in rows}

        assert {code: node.told(row) for code, row in found.items()} == {WAVES: {("H5", 9)}, CLOUD: {("H7", 34)}}
        waves, cloud = found[WAVES], found[CLOUD]
        assert (waves["organ"], waves["doc_no"], waves["listed"], waves["published"]) == (
            "V98", "甲版黑〔2016〕2号", "2016-10-10", None,
        )  # fmt: skip
        assert (cloud["organ"], cloud["published"], cloud["sector"]) == ("V97", "2016-12-30", "other")
        duties = [*waves["duties"], *cloud["duties"]]
        assert [(one["by"], one["on"], one["standing"]) for one in duties] == [
            ("V98", "2017-10-10", "coming"),
            ("V97", "2017-12-29", "coming"),
        ]
        assert closed == set()


def test_the_protected_film_of_h7_has_a_window_and_clues_that_the_police_cannot_count(
    copyright_: Seen, police: Seen
) -> None:
    """Nobody complained of 合成电影甲; five clues are on the log, and the police may read none of them."""
    ours, closed = copyright_.register("protected-works")
    (row,) = ours
    assert (row["title"], row["work_type"], row["valid_from"], row["valid_to"], row["state"]) == (
        "合成电影甲", "film_tv", "2017-01-28", "2017-03-31", "listed",
    )  # fmt: skip
    assert [(one["what"], one["on"], one["standing"]) for one in row["duties"]] == [
        ("end of window 保护期届满", "2017-03-31", "coming")
    ]
    assert (copyright_.those(row["clues"]), closed) == ([], set())

    theirs, closed = police.register("protected-works")
    assert [row["title"] for row in theirs] == ["合成电影甲"]
    assert theirs[0]["clues_count"]["not_readable_here"] >= 5
    assert closed == {("H1", 1), ("H3", 1), ("H4", 1), ("H7", 6), ("H7", 9)}


def _items(node: Seen, rows: list[Row]) -> set[tuple[Any, ...]]:
    return {
        (row["category"], row["measure"], row["unit"], row["counts"], item["name"], item["quantity"])
        for row in rows
        for item in node.those(row["items"])
    }


def test_the_seizure_ledger_counts_what_was_seized_and_the_police_have_what_was_handed_to_them(
    copyright_: Seen, police: Seen
) -> None:
    """H1 lists 2 servers and a box; H7 seizes 40 tapes and lists 310 discs. H1's referral cites its inspection."""
    server_room = {(None, None, "set", False, "服务器", 2), (None, None, "box", False, "光盘", 1)}
    shops = {
        ("illegal_import", "seized", "tape", True, "录像带", 40),
        ("pirated", "listed", "disc", False, "光盘", 310),
    }

    rows, closed = copyright_.register("seizures")
    assert (_items(copyright_, rows), closed) == (server_room | shops, set())
    rows, closed = police.register("seizures")
    assert (_items(police, rows), closed) == (server_room, {("H5", 1), ("H7", 42)})
    assert all(row["quantity"]["not_readable_here"] >= 2 for row in rows)


def test_platforms_are_held_to_what_they_did_and_what_cannot_be_read_is_no_zero(copyright_: Seen, police: Seen) -> None:
    """云帙 let 64 links stand in H7 and had rectified in time in H4; 叠浪 had not, in H5, and was interviewed."""
    rows, closed = copyright_.register("platform-compliance")
    found = {row["uscc"]: row for row in rows}
    assert closed == set()
    (takedown,) = copyright_.those(found[CLOUD]["takedowns"])
    assert (takedown["how"], takedown["links"], takedown["notice"], takedown["action"], takedown["delay_s"]) == (
        "no_action", 64, "2016-08-25T10:00:00+08:00", None, None,
    )  # fmt: skip
    done = {code: copyright_.those(found[code]["rectifications"]) for code in (CLOUD, WAVES)}
    assert [(one["state"], one["late"], one["due"], one["verified"]) for one in (*done[CLOUD], *done[WAVES])] == [
        ("passed", False, "2016-08-18", "2016-08-17"),
        ("failed", True, "2016-08-04", "2016-08-05"),
    ]
    assert [one["kind"] for one in copyright_.those(found[WAVES]["measures_taken"])] == ["interview"]
    assert {"black listed"} <= set(found[WAVES]["lists"])
    assert {"black published"} <= set(found[CLOUD]["lists"])

    rows, closed = police.register("platform-compliance")
    assert {row["uscc"] for row in rows} == {CLOUD, WAVES}
    # A clue that was never the police's to read may be one that a platform reported.
    clues = {("H1", 1), ("H3", 1), ("H4", 1), ("H7", 6), ("H7", 9)}
    assert closed == {("H4", 10), ("H4", 11), ("H5", 2), ("H5", 3), ("H5", 5), ("H7", 11), *clues}
    assert all(row["no_action"]["not_readable_here"] > 0 for row in rows)


def test_the_party_register_has_four_companies_and_one_of_them_in_two_cases(copyright_: Seen, police: Seen) -> None:
    """云帙 is the party of H4 and of H7. No opening of a case went to the police."""
    rows, closed = copyright_.register("parties")
    assert {row["uscc"]: copyright_.told(row) for row in rows} == {
        INK: {("H1", 3)},
        SEAL: {("H3", 3)},
        CLOUD: {("H4", 4), ("H7", 12)},
        WAVES: {("H5", 4)},
    }
    assert closed == set()
    assert police.register("parties") == ([], {("H1", 3), ("H3", 3), ("H4", 4), ("H5", 4), ("H7", 12)})


def test_plans_and_rewards_have_come_in_on_every_node_and_say_what_they_say_on_ours(
    copyright_: Seen, police: Seen
) -> None:
    """甲省's plan of H7 names three focus areas, as asked for; its publicity plan needs none."""
    rows, closed = copyright_.register("plans")
    assert [
        (row["kind"], row["period"], row["focus_areas"], row["duties_assigned"], row["warning"]) for row in rows
    ] == [
        ("plan", "2016", 3, 2, None),
        ("publicity_plan", "2016", 0, 0, None),
    ]
    assert closed == set()
    rows, closed = police.register("plans")
    assert [(row["organ"], row["kind"], row["focus_areas"], row["warning"]) for row in rows] == [
        ("V98", "plan", CLOSED, None),
        ("V98", "publicity_plan", CLOSED, None),
    ]
    assert closed == {("H7", 2), ("H7", 3)}

    ((reward,), _), ((theirs,), _) = copyright_.register("rewards"), police.register("rewards")
    assert (reward["kind"], reward["unit"], reward["persons"]) == ("有功单位", "甲省一市文化市场行政执法支队", 1)
    assert (theirs["doc_no"], theirs["unit"], theirs["persons"]) == ("示国版奖〔2017〕1号", CLOSED, CLOSED)


def test_a_sealed_body_is_opened_by_the_line_that_it_was_sealed_to(home: Bus, everything: Replay) -> None:
    """From 2030 on the tokens of a reward travel sealed (sealed_from_2030_and_a_register, line 10)."""
    del home, everything
    found = {}
    for agency in ("copyright", "police"):
        said = orjson.loads(run("registers", "rewards", "--agency", agency, "--at", "2031-01-01", "--json"))
        (found[agency],) = [row for row in said["rows"] if row["doc_no"] == "丙版奖〔2030〕1号"]

    assert (found["copyright"]["unit"], found["copyright"]["persons"]) == ("甲省一市文化市场行政执法支队", 1)
    assert (found["police"]["unit"], found["police"]["persons"]) == (CLOSED, CLOSED)


def test_nobody_has_registered_a_site_or_a_channel_in_these_histories(copyright_: Seen) -> None:
    for name in ("white-list", "model-enterprises", "sites", "platform-contacts"):
        assert copyright_.register(name)[0] == []


def test_as_of_an_earlier_instant_a_register_knows_no_more_than_was_known_then(
    home: Bus, lines: Mapping[str, Said]
) -> None:
    """On 1 November 2016 云帙 was on no list yet."""
    del home
    said = orjson.loads(run("registers", "black-list", "--at", "2016-11-01", "--json"))

    assert {lines[one["event"]] for row in said["rows"] for one in row["sources"] if one["event"] in lines} == {
        ("H5", 9)
    }


def test_the_credit_export_has_what_is_public_by_code(copyright_: Seen) -> None:
    """Three public penalties and one published entry; that 叠浪 was added to the black list is not public."""
    rows = copyright_.export("credit")

    found = {next(iter(copyright_.told(row))): (row["uscc"], row["kind"], row["sanctions"]) for row in rows}
    assert found == {
        ("H4", 15): (CLOUD, "penalty", [{"kind": "fine", "amount_fen": 3_000_000}]),
        ("H7", 32): (CLOUD, "penalty", [{"kind": "fine", "amount_fen": 10_000_000}]),
        ("H7", 34): (CLOUD, "list entry", []),
        ("H5", 8): (
            WAVES,
            "penalty",
            [{"kind": "confiscate_gains", "amount_fen": 1_200_000}, {"kind": "fine", "amount_fen": 6_000_000}],
        ),
    }
    assert copyright_.export("credit", "--withheld") == []


def test_whoever_may_not_read_parties_or_a_correction_exports_no_penalty_and_says_why(cac: Seen) -> None:
    """网信 may read penalties, but neither who the parties are nor what H7's bureau put right."""
    assert [cac.told(row) for row in cac.export("credit")] == [{("H7", 34)}]
    assert {(next(iter(cac.told(one))), one["why"]) for one in cac.export("credit", "--withheld")} == {
        (("H4", 15), "the parties of the case are not readable here (not-in-audience)"),
        (("H5", 8), "the parties of the case are not readable here (not-in-audience)"),
        (("H7", 32), "a correction of it is not readable here"),
    }


def test_the_public_docket_shows_amounts_as_corrected_and_no_officer(copyright_: Seen) -> None:
    rows = {next(iter(copyright_.told(row))): row for row in copyright_.export("docket")}

    assert {said: row["kind"] for said, row in rows.items()} == {
        ("H4", 15): "penalty", ("H5", 8): "penalty", ("H7", 32): "penalty", ("H7", 34): "list entry",
    }  # fmt: skip
    assert rows["H7", 32]["business_amount_fen"] == 6_210_000
    assert rows["H7", 32]["organisations"] == [{"uscc": CLOUD, "name": "乙二市云帙传媒有限公司(合成)"}]
    written = orjson.dumps(list(rows.values())).decode()
    assert "U-V" not in written
    assert "K-V" not in written


def test_the_three_forms_of_a_register_agree_and_a_wrong_name_is_told(copyright_: Seen, command: CliRunner) -> None:
    rows, _ = copyright_.register("black-list")
    table = run("registers", "black-list", "--at", AT)
    listed = list(csv.DictReader(StringIO(_out("registers", "black-list", "--at", AT, "--csv"), newline="")))

    assert all(row["doc_no"] in table and row["entry"] in table for row in rows)
    assert {row["doc_no"] for row in rows} <= {row["doc_no"] for row in listed}
    assert "as of 2017-03-01 00:00:00 +08:00, from the node of copyright" in table
    public = [*csv.DictReader(StringIO(_out("export", "docket", "--at", AT, "--csv"), newline=""))]
    assert {"乙版罚字〔2016〕8号", "乙版黑〔2016〕3号"} <= {row["doc_no"] for row in public}
    assert "乙版罚字〔2016〕8号" in _out("export", "credit", "--at", AT)
    held_back = _out("export", "credit", "--agency", "cac", "--at", AT, "--withheld")
    assert "乙版罚字〔2016〕8号" in held_back
    assert "a correction of it is not readable here" in held_back
    said = command.invoke(app, ["registers", "grey-list"])
    assert said.exit_code == 2
    assert "black-list" in said.output


def test_whoever_reads_a_register_is_written_down_with_all_events_that_were_shown(
    home: Bus, police: Seen, lines: Mapping[str, Said]
) -> None:
    """A register shows what was said in many cases, so the reading names the events and no case."""
    police.register("seizures")

    with connect(home.running.dsn["police"], autocommit=True) as connection:
        newest = readings(connection, most=1)[0]
    assert (newest.what, newest.organ, newest.case_id, newest.purpose) == (
        "register", "S-police", "", "register seizures",
    )  # fmt: skip
    _, closed = police.register("seizures")
    shown = {lines[str(one)] for one in newest.events if str(one) in lines}
    assert shown
    assert not shown & closed
