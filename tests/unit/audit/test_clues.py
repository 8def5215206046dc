"""Clues that nobody took up, on paper."""

from tests.unit.audit.on_paper import Desk, first, history
from yisong.audit.clues import Ageing, Clue, ageing, clue_of
from yisong.envelope.open import open_record
from yisong.publishing.instants import to_ms

FOUND = to_ms("2016-08-03T08:50:00+08:00")


def clue(desk: Desk, lines: int, *, agency: str, at: str) -> Clue:
    """Return the clue of H4 after its first *lines*, as a node of *agency* sees it at *at*."""
    played = desk.play(first(history("H4"), lines))
    record, entry = played.records[0], played.entries[0]
    opened = open_record(record.partition, 0, record.timestamp, record.key, record.value)
    (docket,) = played.dockets.values()
    assert entry.header is not None
    return clue_of(docket, entry.header, opened.carried, desk.law, agency=agency, at=to_ms(at))


class TestClue:
    def test_is_late_once_its_time_to_be_taken_up_has_run_out(self, desk: Desk) -> None:
        """乙省网信办 finds it on 3 August 2016; the 15 days end on the 18th."""
        in_time = clue(desk, 1, agency="cac", at="2016-08-18T23:59:59+08:00")
        late = clue(desk, 1, agency="cac", at="2016-08-19T00:00:00+08:00")

        assert (in_time.late, late.late) == (False, True)
        assert (late.source, late.holders, late.group) == ("monitoring", ("W97",), 2)

    def test_is_no_matter_of_copyright_until_it_is_handed_over(self, desk: Desk) -> None:
        """What it says is for its finder and whoever holds it; that it waits, everybody may see."""
        before = clue(desk, 1, agency="copyright", at="2016-08-04T08:50:00+08:00")
        after = clue(desk, 2, agency="copyright", at="2016-08-04T08:50:00+08:00")

        assert (before.source, after.source) == (None, "monitoring")
        assert (after.state, after.holders) == ("handed_over", ("V97",))
        assert after.clock is not None
        assert after.clock.timer == "P-CLUE-ACK"

    def test_has_no_age_before_what_is_known_of_it(self, desk: Desk) -> None:
        """Nobody asks how old a clue was before its newest record."""
        assert clue(desk, 1, agency="cac", at="2016-01-01T00:00:00+08:00").age == 2 * 60_000


class TestAgeing:
    def test_counts_by_source_and_age(self, desk: Desk) -> None:
        """Three days are the first group, to the millisecond; sources that cannot be read come last."""
        one = clue(desk, 1, agency="cac", at="2016-08-03T08:52:00+08:00")
        day = 86_400_000
        clues = [
            one._replace(as_of=FOUND + 3 * day),
            one._replace(as_of=FOUND + 3 * day + 1),
            one._replace(as_of=FOUND + 31 * day, source=None),
        ]

        assert list(ageing(clues)) == [Ageing("monitoring", (1, 1, 0, 0), 0), Ageing(None, (0, 0, 0, 1), 0)]
        assert list(ageing([])) == []
