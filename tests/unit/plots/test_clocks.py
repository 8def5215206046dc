"""How the clocks of two histories ended, counted by hand from the files (H3:8 = line 8 of H3.jsonl)."""

from collections.abc import Mapping

from tests.unit.ledger.story import Story, history, law, told
from tests.unit.plots.telling import SOURCE, said
from yisong.ledger import Clock, advance
from yisong.plots.clocks import OUTCOMES, Between, clocks, ended_at, within
from yisong.publishing.instants import to_ms

JULY = Between(to_ms("2016-07-01T00:00:00+08:00"), to_ms("2016-08-01T00:00:00+08:00"))
AUGUST = Between(JULY.end, to_ms("2016-09-01T00:00:00+08:00"))
SEPTEMBER = Between(AUGUST.end, to_ms("2016-10-01T00:00:00+08:00"))


def story(name: str, lines: int | None = None) -> Story:
    """Return a history told up to one of its lines, or to its end."""
    found = told(name)
    for line in history(name)[:lines]:
        found.line(line)
    return found


def counted(found: Story, span: Between, *, at: str | None = None) -> Mapping[str, Mapping[str, int]]:
    """Return what the picture shows of the clocks of a story: how many have which outcome, by timer."""
    docket = advance(found.now, found.now.log_time if at is None else to_ms(at), law())
    picture = clocks(within(docket.clocks, span), law(), SOURCE)
    (panel,) = picture.panels
    names = [one.name.split(" ")[0] for one in panel.series]
    found_of = zip(*(one.values for one in panel.series), strict=True)
    return {
        label.split(" ")[0]: {
            name: value for name, value in zip(names, values, strict=True) if isinstance(value, int) and value
        }
        for label, values in zip(picture.labels, found_of, strict=True)
    }


def test_a_referral_that_is_rerouted_ends_its_clocks_in_four_ways() -> None:
    """H3 of September 2016."""
    assert counted(story("H3"), SEPTEMBER) == {
        "T-REF-01": {"on_time": 1},  # H3:5
        "T-REF-02": {"on_time": 1},  # H3:6
        "T-REF-03": {"on_time": 2},  # H3:7, H3:9
        "T-REF-04": {"lapsed": 1, "void": 1},  # nobody asked for papers; the re-route ended the first (H3:8)
        "T-REF-06": {"on_time": 1, "lapsed": 1},  # H3:8; the second receiver did not pass it on
        "T-REF-07": {"on_time": 2},  # H3:8, H3:10
        "T-REF-14": {"on_time": 1},  # H3:11
        "P-TRIAGE": {"on_time": 1},  # H3:3, on 1 September
    }


def test_what_ran_out_counts_in_the_month_in_which_it_ran_out_although_the_act_came_after() -> None:
    """H5: due 4 August, breached on the 5th, found wanting on the 5th; and the breach starts the next clock."""
    assert counted(story("H5"), AUGUST) == {"T-RECT": {"late": 1}, "P-RECT-ESC": {"on_time": 1}}
    assert counted(story("H5"), JULY) == {}


def test_what_has_ended_later_is_not_in_the_month_in_which_it_began() -> None:
    """The clue of H3 was found on 29 August, and taken up on 1 September."""
    assert counted(story("H3"), AUGUST) == {}


def test_what_still_runs_counts_from_the_month_in_which_it_began() -> None:
    """After H3:7, the receipt of 14 September, three clocks run; nobody has looked since."""
    running = {timer: {"running": 1} for timer in ("T-REF-04", "T-REF-06", "T-REF-07")}

    assert {timer: row for timer, row in counted(story("H3", 7), SEPTEMBER).items() if "running" in row} == running
    assert counted(story("H3", 7), AUGUST) == {}


def test_a_clock_that_ends_on_a_date_in_a_header_runs_from_the_order_and_not_from_the_date() -> None:
    """H5:2 of 20 July orders a rectification by 4 August."""
    assert counted(story("H5", 2), JULY) == {"T-RECT": {"running": 1}}


def test_a_clock_that_has_run_out_by_now_is_late_though_no_record_says_so() -> None:
    assert counted(story("H5", 2), AUGUST, at="2016-08-06T00:00:00+08:00")["T-RECT"] == {"late": 1}


def test_without_a_period_all_of_them_count() -> None:
    found = story("H3")

    assert sum(sum(row.values()) for row in counted(found, Between()).values()) == len(found.now.clocks) == 12


def test_an_act_after_the_breach_does_not_move_when_the_clock_was_late() -> None:
    """H5: T-RECT was stopped at 10:02 on 5 August, and had been late since midnight."""
    (late,) = (one for one in story("H5").now.clocks if one.outcome == "late")

    assert late.stopped_at == to_ms("2016-08-05T10:02:00+08:00")
    assert ended_at(late) == to_ms("2016-08-05T00:00:00+08:00")


def test_outcomes_stand_in_one_order_and_provisional_clocks_are_said() -> None:
    one = story("H3").now.clocks[0]
    rolled: Clock = one._replace(outcome="rolled_on_time", provisional=True)

    picture = clocks([rolled], law(), SOURCE)

    assert tuple(series.name.split(" ")[0] for series in picture.panels[0].series) == OUTCOMES
    assert [series.values for series in picture.panels[0].series] == [(0,), (1,), (0,), (0,), (0,), (0,)]
    assert said(picture.caption, "provisional").startswith("1 of them")
