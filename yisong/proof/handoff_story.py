"""What became of a referral that was sent? A receipt, or the breach of the receipt clock with no receipt before it."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

from yisong.envelope.header import Header
from yisong.envelope.leaf import Leaf
from yisong.errors import NotProven
from yisong.proof.exact import shown
from yisong.proof.statement import instant

#: The clock that a sending starts and a receipt stops (timers.yaml).
RECEIPT_CLOCK: Final = "T-REF-03"

Part = Literal["sending", "receipt", "breach"]
_ADMITTED: Final = ("admitted", "admitted-late")
_HOUR: Final = 3_600_000


class Told(NamedTuple):
    """The sending and the end of a handoff; *end* is what the last record is."""

    sent: Leaf
    sending: Header
    end: Part
    ended: Leaf
    ending: Header

    @property
    def late(self) -> bool:
        """Hold where the receipt clock had run out."""
        return self.end == "breach" or self.ended.verdict == "admitted-late"


def part_of(leaf: Leaf, header: Header | None, referral: str) -> Part | None:
    """Return what an admitted record is to the handing over of *referral* (its id); None: nothing."""
    if header is None or leaf.verdict not in _ADMITTED or header.aggregate is None:
        return None
    if (header.aggregate.kind, header.aggregate.id) != ("referral", referral):
        return None
    match header.event_type, header.variant:
        case ("CriminalReferralSent", _) | ("ReferralRerouted", "jurisdiction"):
            return "sending"
        case "ReferralReceipted", _:
            return "receipt"
        case "DeadlineBreached", _ if any(one.id.startswith(f"{RECEIPT_CLOCK}/{referral}/") for one in header.cites):
            return "breach"
        case _:
            return None


def told(leaves: Sequence[tuple[Leaf, Header | None]], referral: str) -> Told:
    """
    Return what *leaves*, a docket from the sending of *referral* on, say became of it.

    Raises NotProven where they do not begin with a sending, do not end with its receipt or breach, or hold another
    sending or receipt between: then they would tell of something else.
    """
    parts = [part_of(leaf, header, referral) for leaf, header in leaves]
    (sent, sending), (ended, ending), end = leaves[0], leaves[-1], parts[-1]
    if parts[0] != "sending" or sending is None:
        raise NotProven(f"The first record is no admitted sending of {shown(referral.encode())}.")
    if end is None or end == "sending" or ending is None:
        raise NotProven("The last record is neither an admitted receipt of it nor the breach of its receipt clock.")
    if "sending" in parts[1:-1]:
        raise NotProven("It was sent once more in between: the proof would have to begin there.")
    if "receipt" in parts[1:-1]:
        raise NotProven("There is a receipt in between: the proof would have to end there.")
    if end == "breach" and not (ending.due_at or 0) >= sending.occurred_at:
        raise NotProven("The breach is of the receipt clock of an earlier sending.")
    addressed = {*sending.to} if end == "breach" else {ending.publisher, ending.speaker}
    if not addressed & {*(ending.to if end == "breach" else sending.to)}:
        raise NotProven("It was sent to others than those who answered, or who owed the answer.")
    return Told(sent, sending, end, ended, ending)


def says(story: Told, referral: str) -> str:
    """Return *story* for people, one sentence a line; claims beside log times."""
    return "\n".join(_sentences(story, referral))


def _sentences(story: Told, referral: str) -> Iterator[str]:
    sending, ending = story.sending, story.ending
    to = ", ".join(_word(organ) for organ in sending.to)
    yield (
        f"{_word(sending.publisher)} offered {_word(referral)} to {to} at {instant(sending.occurred_at)} "
        f"(logged {instant(story.sent.log_time)})."
    )
    if story.end == "receipt":
        within = "after the receipt clock had run out" if story.late else "within the receipt clock"
        yield (
            f"{_word(ending.publisher)} receipted it at {instant(ending.occurred_at)} "
            f"(logged {instant(story.ended.log_time)}), {within}."
        )
        return
    due = ending.due_at or 0
    hours = (due - sending.occurred_at) / _HOUR
    yield f"It was unanswered at {instant(due)}, {hours:g} h after it was offered, when the receipt clock ran out."
    yield f"That this was a breach by {to} was admitted at {instant(story.ended.log_time)} (log time)."


def _word(text: str) -> str:
    return shown(text.encode())
