"""Is a case drawn by the rules? Columns, time, handoffs and clocks; figures by hand, and properties of all."""

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.console import geometry as geo
from services.gateway.console.geometry import Spot, clock_bar, linear, plan, silence, ways
from services.gateway.console.shell import STATIC
from yisong.publishing.instants import to_ms

HOUR, DAY = 3_600_000, 86_400_000


def at(text: str) -> int:
    return to_ms(f"2016-{text}:00+08:00")


# The first twelve and the last events of the designed case, and where a person with a ruler finds them.
LOGGED = [
    at(one)
    for one in (
        "08-03T08:52", "08-03T11:32", "08-03T16:02", "08-04T09:32", "08-04T15:02", "08-04T15:12", "08-05T10:02",
        "08-05T11:42", "08-05T14:02", "08-05T19:27", "08-08T10:02", "08-09T10:02", "08-17T15:02", "08-18T09:32",
        "08-18T15:02", "08-20T09:10", "08-24T00:00", "08-25T10:12", "09-05T10:02", "09-30T16:02",
    )
]  # fmt: skip
MIDDLES = [24, 72, 120, 168, 216, 264, 312, 360, 408, 456, 530, 604, 686, 734, 782, 856, 938, 1012, 1104, 1196]


def test_events_stand_where_a_ruler_finds_them() -> None:
    laid = plan(LOGGED)
    assert [column.x for column in laid.columns] == MIDDLES
    assert laid.width == 1220


@pytest.mark.parametrize(
    ("instant", "x"),
    [
        ("08-03T11:30", 71.4),  # two minutes before the second event: 24 + 158/160 of 48
        ("08-04T15:00", 215.7),
        ("08-04T15:10", 254.4),
        ("08-05T14:00", 407.3),
        ("08-19T09:10", 813.8),  # a claim of 24 hours before the log
        ("08-18T23:59", 797.7 - 0.0),
    ],
)
def test_an_instant_lies_between_two_events_in_proportion(instant: str, x: float) -> None:
    assert plan(LOGGED).x(at(instant)) == pytest.approx(x, abs=0.1)


def test_what_lies_beyond_the_last_event_is_drawn_at_the_edge() -> None:
    laid = plan(LOGGED)
    assert laid.x(LOGGED[-1]) == MIDDLES[-1]
    assert laid.x(LOGGED[-1] + 1) == laid.x(LOGGED[-1] + 400 * DAY) == laid.width - 4
    assert laid.x(LOGGED[0] - 1) == 4


@pytest.mark.parametrize(
    ("length", "width"), [(DAY - 1, 0), (DAY, 26), (3 * DAY - 1, 26), (3 * DAY, 34), (10 * DAY - 1, 34), (10 * DAY, 44)]
)
def test_a_silence_widens_the_space_before_an_event(length: int, width: int) -> None:
    assert silence(length) == width


def test_the_veil_begins_right_of_the_newest_event_known() -> None:
    laid = plan(LOGGED)
    assert laid.veil(8) == 360 + 29
    assert laid.veil(len(LOGGED)) == laid.width


def paths(spot: Spot, to: Sequence[int], cc: Sequence[int] = (), *, refused: bool = False) -> dict[str, str]:
    way = ways(spot, to, cc, refused=refused)
    assert way is not None
    return dict(way.paths)


def test_a_handoff_turns_into_the_gutter_and_ends_at_its_receiver() -> None:
    up = paths(Spot(72, 96, 1), [0])
    assert up == {
        "k-halo": "M79 146H90Q96 146 96 140V71", "k-way": "M79 146H90Q96 146 96 140V71", "k-head": "M96 64l-4.5 8h9z"
    }  # fmt: skip
    down = paths(Spot(216, 240, 0), [2])
    assert (down["k-way"], down["k-head"]) == ("M223 60H234Q240 60 240 66V221", "M240 228l-4.5 -8h9z")


def test_a_handoff_within_a_lane_is_an_arc_and_a_copy_a_dotted_line() -> None:
    drawn = ways(Spot(408, 432, 2), [2], [0], refused=False)
    assert drawn is not None
    assert dict(drawn.paths) == {
        "k-halo": "M432 227V64",
        "k-cc": "M432 227V64",
        "k-way": "M413 227C418 219 428 219 432 227",
        "k-head": "M432.5 228.8l-5.6 -5.2 7.2 -1.6z",
    }
    assert set(drawn.rings) == {(432, 232, "k-ring"), (432, 60, "k-ring-cc")}


def test_a_copy_on_the_way_is_a_small_ring() -> None:
    drawn = ways(Spot(456, 480, 2), [0], [1], refused=False)
    assert drawn is not None
    assert "k-cc" not in dict(drawn.paths)
    assert (480, 146, "k-ring-cc") in drawn.rings


def test_what_is_refused_ends_at_a_buffer_stop() -> None:
    drawn = ways(Spot(360, 384, 2), [0], [], refused=True)
    assert drawn is not None
    stop = dict(drawn.paths)["k-stop"]
    assert stop == "M367 232H378Q384 232 384 226V188M378 188H390M378 184H390"
    assert drawn.rings == ()


def test_a_clock_shows_what_was_used_and_both_of_its_ends() -> None:
    laid = plan(LOGGED)
    strict, rolled = at("08-06T23:59") + 59_999, at("08-08T23:59") + 59_999
    bar = clock_bar(
        laid.x, start=at("08-03T11:30"), strict=strict, rolled=rolled, stopped=at("08-04T09:32"), now=LOGGED[-1]
    )
    shown = {one.style: (round(one.x, 1), round(one.width, 1)) for one in bar.bars}
    assert shown == {"g-left": (71.4, 418.4), "g-used": (71.4, 96.6), "g-roll": (489.8, 83.3)}
    assert (round(bar.strict, 1), round(bar.rolled, 1), bar.stop) == (489.8, 573.1, 168)


def test_a_clock_that_was_stopped_late_shows_by_how_much() -> None:
    laid = plan(LOGGED)
    end = at("08-23T23:59") + 59_999
    bar = clock_bar(laid.x, start=at("08-09T10:00"), strict=end, rolled=end, stopped=LOGGED[17], now=LOGGED[-1])
    shown = {one.style: (round(one.x, 1), round(one.width, 1)) for one in bar.bars}
    assert shown == {"g-left": (603.9, 334.1), "g-used": (603.9, 334.1), "g-over": (938.0, 74.0)}


instants = st.integers(0, 4_000 * DAY)
logs = st.lists(instants, min_size=1, max_size=60).map(sorted)


@given(logs, instants, instants)
def test_time_never_runs_backwards_on_the_page(times: list[int], one: int, other: int) -> None:
    laid = plan(times)
    earlier, later = sorted((one, other))
    assert 0 <= laid.x(earlier) <= laid.x(later) <= laid.width


@given(logs)
def test_no_two_events_overlap_whatever_their_times(times: list[int]) -> None:
    columns = plan(times).columns
    for before, after in pairwise(columns):
        assert after.left - before.left == geo.COLUMN + after.gap
        assert after.x - before.x >= geo.COLUMN


lanes = st.integers(0, 3)


@given(
    st.integers(24, 9_000), lanes, st.lists(lanes, max_size=4, unique=True), st.lists(lanes, max_size=4, unique=True)
)
def test_every_handoff_ends_on_the_track_of_its_receiver(x: int, lane: int, to: list[int], cc: list[int]) -> None:
    spot = Spot(x, x + 24, lane)
    drawn = ways(spot, to, cc, refused=False)
    assert (drawn is None) == (not to and not cc)
    if drawn is None:
        return
    assert {(ring[0], ring[1]) for ring in drawn.rings if ring[2] == "k-ring"} == {
        (spot.g, geo.track(one)) for one in to
    }
    told = {geo.track(one) for one in cc if one not in to and one != lane}
    assert {ring[1] for ring in drawn.rings if ring[2] == "k-ring-cc"} == told
    for style, path in drawn.paths:
        if style == "k-way" and "V" in path:
            end = int(path.rpartition("V")[2])
            assert any(abs(end - geo.track(one)) == 11 for one in to if one != lane)


@given(st.integers(24, 9_000), lanes, st.lists(lanes, min_size=1, max_size=4, unique=True))
def test_what_is_refused_reaches_nobody(x: int, lane: int, to: list[int]) -> None:
    drawn = ways(Spot(x, x + 24, lane), to, [], refused=True)
    assert drawn is not None
    assert drawn.rings == ()
    ends = [int(one) for one in re.findall(r"V(\d+)", dict(drawn.paths)["k-stop"])]
    assert all(end not in {geo.track(one) for one in range(4)} for end in ends)


@given(logs, instants, st.integers(0, 90 * DAY), st.integers(0, 20 * DAY), st.none() | instants, instants)
def test_the_stretches_of_a_clock_join_and_are_never_negative(  # noqa: PLR0917 (its instants)
    times: list[int], start: int, length: int, roll: int, stopped: int | None, now: int
) -> None:
    strict = start + length
    rolled = strict + roll
    stop = None if stopped is None else max(stopped, start)
    for x in (plan(times).x, linear(start, max(rolled, now, stop or 0))):
        bar = clock_bar(x, start=start, strict=strict, rolled=rolled, stopped=stop, now=max(now, start))
        assert all(one.width > 0 for one in bar.bars)
        assert bar.strict <= bar.rolled <= bar.end
        assert (bar.stop is None) == (stop is None)


def test_the_style_sheet_and_the_drawing_use_the_same_numbers() -> None:
    css = (STATIC / "console.css").read_text(encoding="utf-8")
    tokens = dict(re.findall(r"--(ev-w|ruler|lane|strip|clock): (\d+)px", css.partition(":lang(en)")[0]))
    assert tokens == {
        "ev-w": str(geo.COLUMN), "ruler": str(geo.RULER), "lane": str(geo.LANE), "strip": str(geo.STRIP),
        "clock": str(geo.CLOCK),
    }  # fmt: skip
    assert f":lang(en) {{ --ev-w: {geo.WIDE_COLUMN}px;" in css
