"""One file shows that a referral was receipted in time, late, or not at all; nobody can tell another story with it."""

import json

import pytest

from tests.unit.proof import dossier_world as world
from tests.unit.proof.dossier_world import CASE, POLICY, law
from tests.unit.proof.handoff_world import RECEIPTED, REFERRAL, UNANSWERED, receipted_late
from yisong.errors import NotProven, Unreadable
from yisong.proof.handoff import Handoff, handoff_bytes, parse_handoff
from yisong.proof.handoff_story import told
from yisong.proof.statement import Statement
from yisong.proof.verifier import verify
from yisong.rulebook.identity import canonical


def proven(made: Handoff) -> Statement:
    return verify(handoff_bytes(made), policy=POLICY, keys=law().rulebook.keys)


class TestHandoff:
    def test_shows_a_receipt_within_the_clock(self) -> None:
        statement = proven(RECEIPTED)

        assert statement.kind == "handoff"
        assert (statement.facts["receipted"], statement.facts["late"]) == (True, False)
        assert "within the receipt clock" in statement.proven[1]

    def test_shows_that_nobody_answered_in_24_hours(self) -> None:
        """Offered at T, unanswered at T + 24 h: the breach is admitted, and no record between them is a receipt."""
        statement = proven(UNANSWERED)

        assert statement.kind == "non-receipt"
        assert statement.facts["receipted"] is False
        assert "24 h after it was offered" in statement.proven[1]
        assert "That no receipt came later: the file ends with the breach." in statement.unproven
        assert statement.facts["records"] == 4

    def test_shows_a_receipt_that_came_late(self) -> None:
        """The notice of the breach stands between; the receipt is admitted late, and the file says so."""
        statement = proven(receipted_late())

        assert (statement.kind, statement.facts["late"]) == ("handoff", True)
        assert "after the receipt clock had run out" in statement.proven[1]

    def test_is_read_and_written_byte_for_byte(self) -> None:
        for made in (RECEIPTED, UNANSWERED):
            assert parse_handoff(handoff_bytes(made)) == made


class TestForgedHandoff:
    @pytest.mark.parametrize("at", [1, 2])
    def test_with_a_record_taken_from_the_middle(self, at: int) -> None:
        """What was taken away might have been the receipt."""
        with pytest.raises(NotProven, match=r"Step 6.*withheld"):
            proven(UNANSWERED._replace(links=UNANSWERED.links[:at] + UNANSWERED.links[at + 1 :]))

    def test_without_its_sending(self) -> None:
        with pytest.raises(NotProven, match=r"Step 7.*no admitted sending"):
            proven(UNANSWERED._replace(links=UNANSWERED.links[1:]))

    def test_without_its_end(self) -> None:
        with pytest.raises(NotProven, match=r"Step 7.*neither an admitted receipt"):
            proven(UNANSWERED._replace(links=UNANSWERED.links[:-1]))

    def test_of_another_referral(self) -> None:
        with pytest.raises(NotProven, match=r"Step 7.*no admitted sending"):
            proven(UNANSWERED._replace(referral=f"R-{CASE}-2"))

    def test_that_says_something_else(self) -> None:
        with pytest.raises(NotProven, match=r"Step 9.*another story"):
            proven(RECEIPTED._replace(says=RECEIPTED.says.replace("within", "after")))

    def test_that_hides_the_receipt_before_the_end(self) -> None:
        """A chain that goes on past a receipt shows it."""
        leaves = [(world.decode(link.leaf), world.header(link.leaf)) for link in RECEIPTED.links]
        with pytest.raises(NotProven, match="There is a receipt in between"):
            told([*leaves, leaves[-1]], REFERRAL)

    def test_that_begins_before_it_was_sent_again(self) -> None:
        """The clock of the first sending says nothing of the second."""
        sending, *others = [(world.decode(link.leaf), world.header(link.leaf)) for link in UNANSWERED.links]
        with pytest.raises(NotProven, match="sent once more in between"):
            told([sending, sending, *others], REFERRAL)

    def test_with_the_breach_of_an_earlier_sending(self) -> None:
        *others, (leaf, breach) = [(world.decode(link.leaf), world.header(link.leaf)) for link in UNANSWERED.links]
        sending = others[0][1]
        assert breach is not None
        assert sending is not None
        with pytest.raises(NotProven, match="of an earlier sending"):
            told([*others, (leaf, breach._replace(due_at=sending.occurred_at - 1))], REFERRAL)
        with pytest.raises(NotProven, match="sent to others"):
            told([*others, (leaf, breach._replace(to=("P00",)))], REFERRAL)
        with pytest.raises(NotProven, match="neither an admitted receipt"):
            told([*others, (leaf, breach._replace(cites=()))], REFERRAL)

    def test_with_two_sentences_in_one_line(self) -> None:
        row = json.loads(handoff_bytes(RECEIPTED))
        row["says"] = ["\n".join(row["says"])]
        with pytest.raises(NotProven, match=r"Step 1.*one a line"):
            verify(canonical(row), policy=POLICY)

    def test_recorded_by_too_few(self) -> None:
        signed = RECEIPTED.signed
        with pytest.raises(NotProven, match=r"Step 4.*recorded by 1 of 4"):
            proven(RECEIPTED._replace(signed=signed._replace(signatures=signed.signatures[:1])))

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (b"{", "cut short"),
            (b"{}", "names its format"),
            (canonical({"format": "yisong-handoff/2"}), "of another version"),
            (canonical({"format": "something"}), "No proof of a handoff"),
            (handoff_bytes(RECEIPTED)[:-1], "cut short"),
        ],
    )
    def test_what_is_no_handoff_is_unreadable(self, data: bytes, why: str) -> None:
        with pytest.raises(Unreadable, match=f"Step 1.*{why}"):
            verify(data, policy=POLICY)

    def test_with_fields_of_other_types(self) -> None:
        row = json.loads(handoff_bytes(RECEIPTED))
        for name in ("case_id", "says", "records", "checkpoint"):
            for other in (None, 1, [1], {"a": 1}):
                with pytest.raises(NotProven):
                    verify(canonical({**row, name: other}), policy=POLICY)
