"""What is known of a row from earlier imports, and is it like what the row says now?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple
from uuid import UUID

from yisong.envelope.codec import SALT_BYTES
from yisong.errors import NotPublishable
from yisong.importing.case import Case, Stated
from yisong.importing.columns import HEADINGS
from yisong.importing.kept import EVENTS, Document, Kept, Where, event_id
from yisong.importing.row import Note
from yisong.ledger import Law
from yisong.publishing.compose import content, digest_of
from yisong.schemas import pii_level

ATTEMPTS: Final = 3
"""So many case numbers are tried for a row where dockets turn out to be strangers'."""
ADMITTED: Final = ("admitted", "admitted-late")
_STRANGERS: Final = ("illegal-transition", "case-closed", "not-holder")
_DATES: Final = {"clue": "clue_date", "opened": "opened_date", "penalty": "penalty_date", "closed": "closed_date"}

What = Literal["new", "continued", "same"]


class Step(NamedTuple):
    """One event of a row, its id, and what was *kept* of it; None where it is still to be published."""

    stated: Stated
    event_id: UUID
    kept: Kept | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """
    A row that can be taken. *case_id*: None before it has one. *attempt*: see `yisong.importing.kept.event_id`.

    *late*: some of it would be admitted late, since a clock has run out.
    """

    case: Case
    case_id: str | None
    attempt: int
    steps: tuple[Step, ...]
    late: bool = False

    @property
    def to_do(self) -> tuple[Step, ...]:
        """The events that are still to be published."""
        return tuple(step for step in self.steps if step.kept is None)

    @property
    def what(self) -> What:
        """Whether the row is new, goes on where an earlier import ended, or is there as it is."""
        if self.case_id is None:
            return "new"
        return "continued" if self.to_do else "same"


def planned(case: Case, organ: str, known: Mapping[UUID, Kept]) -> Planned:
    """Return the row of *case* with what was *known* of it before, under the last case number that was tried."""
    attempt = 1
    while attempt < ATTEMPTS and strangers(known.get(event_id(organ, case.number, case.events[0].name, attempt))):
        attempt += 1
    steps = []
    for stated in case.events:
        chosen = event_id(organ, case.number, stated.name, attempt)
        steps.append(Step(stated, chosen, known.get(chosen)))
    number = next((step.kept.case_id for step in steps if step.kept is not None), None)
    return Planned(case=case, case_id=number, attempt=attempt, steps=tuple(steps))


def strangers(one: Kept | None) -> bool:
    """Hold where the first event of a row was refused because somebody else has that docket."""
    return one is not None and one.verdict == "refused" and one.reason in _STRANGERS


def header_of(stated: Stated, number: str) -> Mapping[str, object]:
    """Return the header of *stated* in the docket *number*, with the level of its body."""
    return {**stated.of(number), "pii_level": pii_level(str(stated.header["event_type"]), stated.body)}


def unlike(row: Planned, organ: str, known: Mapping[UUID, Kept], law: Law) -> Iterator[Note]:
    """Yield in what a row is unlike what was published of it before, or does not go on from it."""
    line = row.case.line
    told = {step.stated.name for step in row.steps}
    for name in EVENTS:
        if name not in told and (one := known.get(event_id(organ, row.case.number, name, row.attempt))) is not None:
            what = f"the row says no more what stands in {one.case_id}: an `EventCorrected` says what was wrong there"
            yield Note(line, date_of(name), what)
    missing: Step | None = None
    for step in row.steps:
        if step.kept is None:
            missing = missing or step
            continue
        if missing is not None:
            what = f"{event_type(missing)} comes too late: in {step.kept.case_id} stands what followed it"
            yield Note(line, date_of(missing.stated.name), what)
        if step.kept.verdict == "refused":
            said = f"was refused when it was published ({why_refused(step.kept.reason, law)})"
            yield Note(
                line, date_of(step.stated.name), f"{said}: say by `yisong publish` what is right, and leave it out"
            )
        elif not _says_the_same(step, step.kept):
            what = f"the row says otherwise than {event_type(step)} in {step.kept.case_id}, which stands"
            yield Note(line, date_of(step.stated.name), f"{what}: correct it there by an `EventCorrected`, not here")


def told_elsewhere(row: Planned, written: Mapping[Document, Where]) -> Iterator[Note]:
    """Yield what *row* would say a second time: a case or a penalty that is on record by other means than an import."""
    for step in row.to_do:
        known = written.get(Document(event_type(step), str(step.stated.header.get("doc_no"))))
        if known is not None and known.event_id != step.event_id:
            what = f"stands in {known.case_id} already, which no row of this number has told: leave the row out"
            yield Note(row.case.line, HEADINGS[f"{step.stated.name}_doc_no"], what)


def event_type(step: Step) -> str:
    """Return the type of the event of *step*."""
    return str(step.stated.header["event_type"])


def date_of(name: str) -> str:
    """Return the heading of the date on which the event *name* of a row happened."""
    return HEADINGS[_DATES[name]]


def _says_the_same(step: Step, before: Kept) -> bool:
    """Compare an event with what the outbox has of it; where only the trail has it, it counts as the same."""
    if before.row is None:
        return True
    said = before.row.draft.said
    # Whether it travels sealed is the law's to say at the time, and no word of the row.
    fields = {**header_of(step.stated, before.case_id), **{k: v for k, v in said.fields.items() if k == "sealing"}}
    schema, body = {said.body_schema}, step.stated.body
    try:
        now = content(fields, body, event_id=said.event_id, salt=bytes(SALT_BYTES), registered=schema)
    except NotPublishable:
        return False
    return digest_of(now) == before.row.draft.digest


def why_refused(reason: str | None, law: Law) -> str:
    """Return the *reason* of a refusal with what it means."""
    known = law.reasons.codes.get(reason or "")
    return reason or "no reason" if known is None else f"{reason}: {known.en}"
