from tests.unit.audit.on_paper import Desk, OnPaper, first, history
from yisong.audit.handoffs import Act, Cell, Handoff, cells, handoffs_of
from yisong.audit.played import Position

HOUR = 3_600_000


def _handoffs(desk: Desk, on_paper: OnPaper) -> list[Handoff]:
    acts = {
        Position(one.partition, one.offset): Act(one.header.speaker, one.log_time, one.header.event_type)
        for one in on_paper.entries
        if one.header is not None
    }
    return [one for docket in on_paper.dockets.values() for one in handoffs_of(docket, acts, desk.law, now=0)]


class TestHandoff:
    def test_is_an_act_that_makes_another_organ_owe_something(self, desk: Desk) -> None:
        """In H1 look-up, referral and filing are answered by others; what one owes oneself is no handoff."""
        found = _handoffs(desk, desk.play(history("H1")))

        assert [(one.timer, one.sender, one.receiver, one.receipted) for one in found] == [
            ("P-FILING", "V9801", "T98", True),
            ("T-REF-03", "V9801", "P9801", True),
            ("T-REF-14", "P9801", "V9801", True),
        ]

    def test_is_not_a_right_that_somebody_may_let_lapse(self, desk: Desk) -> None:
        """Who is told that no case is filed may ask for reconsideration, and nobody waits for it."""
        on_paper = desk.play(history("N40"))
        running = [clock.timer for docket in on_paper.dockets.values() for clock in docket.clocks if clock.window]

        assert "T-REF-09" in running
        assert not {one.timer for one in _handoffs(desk, on_paper)} & set(running)

    def test_is_pending_until_it_is_answered(self, desk: Desk) -> None:
        """When 甲省一市公安局 has not signed yet, the referral has been waiting since it was logged."""
        on_paper = desk.play(first(history("H1"), 9))
        (*_, referral) = _handoffs(desk, on_paper)

        assert (referral.timer, referral.pending, referral.receipted, referral.age) == ("T-REF-03", True, False, 0)

    def test_that_nobody_answered_in_time_is_pending_and_late(self, desk: Desk) -> None:
        """In N72 the receipt is overdue, and still owed."""
        on_paper = desk.play(history("N72"))
        (*_, referral) = _handoffs(desk, on_paper)

        assert (referral.pending, referral.clock.outcome, referral.age // HOUR) == (True, "late", 24)


class TestCells:
    def test_add_up(self, desk: Desk) -> None:
        """What was sent is receipted, pending or ended; what was refused is beside it."""
        on_paper = desk.play(history("N56"))  # the second sending of the referral cites no decision
        refused = [one.header for one in on_paper.entries if one.verdict == "refused" and one.header is not None]
        found = list(cells(_handoffs(desk, on_paper), refused))

        assert all(one.sent == one.receipted + one.pending + one.ended for one in found)
        assert found[0] == Cell(
            sender="V9801",
            receiver="P9801",
            sent=0,
            receipted=0,
            pending=0,
            late=0,
            ended=0,
            refused=1,
            oldest=None,
        )
