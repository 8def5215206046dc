from dataclasses import replace

from tests.unit.audit.on_paper import Desk, first, history
from yisong.audit.fresh import Renumbering, renumbered
from yisong.audit.outcome import outcome
from yisong.publishing.instants import to_ms

ONE, OTHER = "CRB-980100-2016-000033-Y", "CRB-980100-2016-000048-K"
NEWER, OLDER = "CRB-980100-2016-000085-A", "CRB-980100-2016-000021-5"
AS_OF = to_ms("2016-08-06T00:00:00+08:00")


class TestLabels:
    def test_follow_the_numbers_of_the_file_and_not_those_on_the_bus(self, desk: Desk) -> None:
        """Two orders run out at one instant; played under numbers in reverse order their breaches keep their labels."""
        order = first(history("H5"), 2)
        twin = renumbered(order, Renumbering({ONE: OTHER}))
        lines = [replace(line, number=at) for at, line in enumerate((*order.lines, *twin.lines), start=1)]
        both = replace(order, lines=tuple(lines))
        reverse = Renumbering({ONE: NEWER, OTHER: OLDER})

        plain, fresh = desk.play(both), desk.play(both, table=reverse)
        stated = outcome(plain.played, plain.found(), desk.law, as_of=AS_OF)

        assert sorted((row.label, row.aggregate.id[2:26]) for row in stated.derived) == [("D1", ONE), ("D2", OTHER)]
        assert outcome(fresh.played, fresh.found(), desk.law, as_of=AS_OF) == stated

    def test_name_the_breach_that_started_a_clock(self, desk: Desk) -> None:
        """The period to act on an order that ran out begins with its breach."""
        on_paper = desk.play(first(history("H5"), 2))
        found = outcome(on_paper.played, on_paper.found(), desk.law, as_of=AS_OF)

        assert [(row.id, row.started_by) for row in found.timers] == [("T-RECT", 2), ("P-RECT-ESC", "D1")]
