"""Does the page of a case show who did what, as it was known at an instant? On whole histories, folded in memory."""

from functools import cache

import pytest

from services.gateway.console.body_view import body_fields
from services.gateway.console.casefile import CaseFile, Record
from services.gateway.console.clocks import clock_views
from services.gateway.console.drawing import days_of_rest, drawing
from services.gateway.console.geometry import COLUMN, track
from services.gateway.console.names import LANES, Names
from services.gateway.console.rows import counts, facts, rows
from services.gateway.console.texts import texts
from tests.desks import Told
from tests.unit.ledger.story import law
from yisong.ledger import advance
from yisong.ledger.sharing import may_read
from yisong.publishing.instants import to_ms

ZH, EN = Names(law(), texts("zh")), Names(law(), texts("en"))
DAY = 86_400_000


@cache
def told(name: str) -> Told:
    story = Told(name)
    for line in story.lines:
        story.line(line)
    return story


def case(name: str, *, at: int | None = None) -> CaseFile:
    story = told(name)
    seen = {(one.partition, one.offset): one.readers for one in may_read(((e, d) for _, e, d in story.kept), law())}
    records = tuple(
        Record(entry, docket, 4, seen.get((entry.partition, entry.offset), frozenset()))
        for _, entry, docket in story.kept
    )
    as_of = records[-1].entry.log_time if at is None else at
    known = sum(one.entry.log_time <= as_of for one in records)
    docket = advance(records[known - 1].docket, as_of, law())
    return CaseFile(case_id=docket.case_id, records=records, docket=docket, as_of=as_of, known=known, is_now=at is None)


@pytest.mark.parametrize("name", ["H1", "H3", "H4", "H5", "H7"])
def test_every_event_stands_in_the_lane_of_its_speaker_and_goes_where_it_was_sent(name: str) -> None:
    found = case(name)
    for one in drawing(found, law(), ZH, wide=COLUMN).placed:
        header = one.record.entry.header
        assert header is not None
        role = law().organs[header.speaker].role
        if role != "system":
            assert LANES[one.lane] == role
        if one.way is not None and one.record.entry.verdict != "refused":
            ends = {ring[1] for ring in one.way.rings if ring[2] == "k-ring"}
            assert ends == {track(LANES.index(law().organs[organ].role)) for organ in header.to}
            assert header.to or header.cc


def test_the_row_of_an_event_says_when_by_whom_and_what_became_of_it() -> None:
    found = case("H4")
    drawn = drawing(found, law(), ZH, wide=COLUMN)
    shown = rows(found, drawn, ZH, organ="T97")
    first, second = shown[0], shown[1]
    assert (first.lines, first.organ, first.lane_class, first.verdict) == (("线索", "登记"), "W97", "lane-w", "接纳")
    assert (first.day, second.day) == ("8月3日", "")
    assert second.who == "乙省网信办 → 乙省版权局"
    late = next(one for one in shown if one.lag_is_long)
    assert (late.lag, late.placed.claimed is not None) == ("+24时", True)
    assert [one.readable for one in shown] == ["T97" in one.readers for one in found.records]
    assert 0 < sum(one.readable for one in shown) < len(shown)


def test_the_heading_tells_the_states_of_then() -> None:
    now = {one.name: one.state for one in facts(case("H4"), ZH)}
    then = {one.name: one.state for one in facts(case("H4", at=to_ms("2016-08-05T15:00:00+08:00")), ZH)}
    assert now == {"案件": "已结案", "网站处置": "已恢复", "备案查询": "已答复", "责令整改": "已完成"}
    assert (then["案件"], then["网站处置"], then["责令整改"]) == ("已立案", "已同意暂停", "")
    assert facts(case("H4"), EN)[0].state == "closed"


def test_what_was_not_known_lies_under_the_veil_and_is_not_counted() -> None:
    found = case("H4", at=to_ms("2016-08-05T15:00:00+08:00"))
    drawn = drawing(found, law(), ZH, wide=COLUMN)
    assert drawn.placed[found.known - 1].x < drawn.veil < drawn.placed[found.known].x
    assert sum(counts(found).values()) == found.known < len(found.records)


@pytest.mark.parametrize("name", ["H1", "H3", "H4", "H5", "H7"])
def test_a_clock_is_shown_from_its_start_to_what_stopped_it(name: str) -> None:
    found = case(name)
    drawn = drawing(found, law(), ZH, wide=COLUMN)
    views = clock_views(found, drawn.plan, law(), ZH, now=found.as_of)
    assert [one.clock.id for one in views] == [one.id for one in found.docket.clocks]
    for one in views:
        if one.clock.stopped_at is not None:
            assert found.records[one.stop - 1].entry.offset == one.clock.stopped_by
            assert one.bar.stop == pytest.approx(drawn.plan.x(one.clock.stopped_at), abs=0.1)
        if isinstance(one.clock.started_by, int):
            assert found.records[one.start - 1].entry.offset == one.clock.started_by
        assert (one.look == "late") == (one.clock.outcome == "late")
        # Red is for what is late: a right that lapsed is gone, and not late.
        assert any(bar.style == "g-over" for bar in one.bar.bars) <= (one.clock.outcome == "late")
        assert 0 <= one.bar.strict <= one.bar.rolled <= drawn.plan.width
        assert 0 <= one.scale.end <= 140


def test_days_of_rest_are_those_of_the_calendar() -> None:
    first, last = to_ms("2016-09-29T12:00:00+08:00"), to_ms("2016-10-10T12:00:00+08:00")
    (rest,) = [(to_text(begin), to_text(end)) for begin, end in days_of_rest(first, last, law())]
    # National Day of 2016, of which Saturday 8 and Sunday 9 October were worked for.
    assert rest == ("2016-10-01", "2016-10-08")


def to_text(instant: int) -> str:
    from services.gateway.console.times import at  # noqa: PLC0415

    return at(instant).strftime("%Y-%m-%d")


@pytest.mark.parametrize("names", [ZH, EN], ids=["zh", "en"])
@pytest.mark.parametrize("name", ["H1", "H3", "H4", "H5", "H7"])
def test_every_field_of_every_body_is_laid_out(name: str, names: Names) -> None:
    for line in told(name).lines:
        body = line["body"]
        said = [field for field, value in body.items() if value not in (None, [])]
        shown = body_fields(line["header"]["event_type"], body, names)
        assert len(shown) == len(said)
        assert all(one.text or one.parts for one in shown)
