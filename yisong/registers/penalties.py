"""On whom was a penalty imposed? A decision names a party of its case, or none where there is only one."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from yisong.audit.acts import Act
from yisong.registers.public import public_part
from yisong.registers.rows import NOT_READABLE, Acts
from yisong.registers.said import Value, credit_code, records, says, text, whole
from yisong.rulebook.model import Catalogue


class Organisation(NamedTuple):
    """A party that is an organisation; nothing of persons ever becomes one of these."""

    uscc: str
    name: str | None


class Sanction(NamedTuple):
    """One penalty of a decision: its kind, and in fen what was fined or confiscated, where it is money."""

    kind: str | None
    amount_fen: int | None

    def __str__(self) -> str:
        return f"{self.kind}" if self.amount_fen is None else f"{self.kind} {self.amount_fen} fen"


class Imposed(NamedTuple):
    """A *sanction*, and on which *organisation*; None where that is not clear, or must not be shown: *why_not*."""

    sanction: Sanction
    organisation: Organisation | None
    why_not: str | None


def openings(acts: Acts) -> Mapping[str, Act]:
    """Return by case the event that opened it and names its parties."""
    return {act.case_id: act for act in acts if act.event_type == "CaseOpened"}


def is_public(act: Act) -> bool:
    """Hold for a decision that its publisher has marked as public, as far as that is known here."""
    return act.event_type == "PenaltyDecided" and says(act).get("public") is True


def imposed(decision: Act, opened: Mapping[str, Act], catalogue: Catalogue) -> Iterator[Imposed]:
    """Yield each penalty of *decision*, with the party that it was imposed on; what is shown is public of each."""
    said = records(says(decision), "penalties")
    public = records(public_part(decision.event_type, says(decision), catalogue), "penalties")
    for one, shown in zip(said, public, strict=True):
        found = _party(text(one, "party_id"), opened.get(decision.case_id), catalogue)
        organisation, why_not = (found, None) if isinstance(found, Organisation) else (None, found)
        yield Imposed(Sanction(text(shown, "kind"), whole(shown, "amount_fen")), organisation, why_not)


def _party(party_id: str | None, opening: Act | None, catalogue: Catalogue) -> Organisation | str:
    """Return the party, or why it is not clear."""
    if opening is None:
        return "no case was opened in this docket, so it has no parties"
    if opening.body is None:
        return f"the parties of the case are {NOT_READABLE} ({opening.masked})"
    if opening.doubts:
        return f"the parties of the case: {'; '.join(opening.doubts)}"
    parties = records(opening.body, "parties")
    shown = records(public_part(opening.event_type, opening.body, catalogue), "parties")
    pairs = [
        (one, seen)
        for one, seen in zip(parties, shown, strict=True)
        if party_id is None or text(one, "party_id") == party_id
    ]
    if len(pairs) != 1:
        return _unclear(party_id, len(pairs))
    return _organisation(*pairs[0])


def _unclear(party_id: str | None, found: int) -> str:
    if party_id is None:
        return "the case has several parties, and the penalty names none" if found else "the case names no party"
    return "the case has several parties of that number" if found else "the penalty names a party that the case has not"


def _organisation(party: Value, shown: Value) -> Organisation | str:
    match text(party, "kind"):
        case "person":
            return "the party is a person"
        case "organisation":
            code = credit_code(text(shown, "uscc"))
            return "the party has no credit code" if code is None else Organisation(code, text(shown, "name"))
        case _:
            return "it is not known whether the party is an organisation"
