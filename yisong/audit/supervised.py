"""How does a joint supervision 联合督办 stand, over the dockets of all its member cases? From headers, and states."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from yisong.audit.acts import Act
from yisong.audit.supervisions import Acknowledgement
from yisong.envelope.header import AggregateRef
from yisong.ledger import Clock, Docket, Law, advance
from yisong.ledger.guards import dealt_with

READ = ("JointSupervisionOrdered", "SupervisionProgressReported", "JointSupervisionLifted")
"""The event types that say how a supervision goes; who has acknowledged it says `yisong.audit.supervisions`."""


class Supervised(NamedTuple):
    """A member case. *state*, *owner*: None where this bus has no docket of it. *dealt_with*: see lifecycles.yaml."""

    case_id: str
    state: str | None
    owner: str | None
    dealt_with: bool


class Progress(NamedTuple):
    """A report on the progress of a supervision; *period* None where it can't be read here. *log_time* in ms."""

    variant: str
    organ: str
    period: str | None
    log_time: int
    event_id: str = ""


class Lifted(NamedTuple):
    """The end of a supervision: how (``completed``, ``waived``, ``withdrawn``), and when it was logged (ms)."""

    variant: str
    log_time: int


class Supervision(NamedTuple):
    """
    A joint supervision, ordered by *orderer* in the docket of *case_id*; *leads* answer for it.

    *level*: ``joint`` or ``single_ministry``, None where it can't be read here. *state*: of the machine. *due*: the
    clock of its end; *report_due*: that of the next progress report, None where none is awaited any more. *members*: in
    the order of the order, with the case of its docket first. Instants in ms.
    """

    ref: AggregateRef
    case_id: str
    orderer: str
    doc_no: str | None
    ordered_at: int
    leads: tuple[str, ...]
    level: str | None
    state: str
    members: tuple[Supervised, ...]
    acknowledgements: tuple[Acknowledgement, ...]
    reports: tuple[Progress, ...]
    due: Clock | None
    report_due: Clock | None
    lifted: Lifted | None
    event_id: str = ""

    @property
    def awaited(self) -> tuple[str, ...]:
        """The co-signers that have not acknowledged it, while it is not lifted."""
        return tuple(
            one.co_signer for one in self.acknowledgements if one.acknowledged_at is None and self.lifted is None
        )

    @property
    def open_members(self) -> tuple[str, ...]:
        """The member cases that are not dealt with. The rule that lifts a supervision reads that of its docket only."""
        return tuple(one.case_id for one in self.members if not one.dealt_with)


def supervisions_of(
    acts: Sequence[Act],
    acknowledged: Iterable[Acknowledgement],
    dockets: Mapping[str, tuple[Docket, int]],
    law: Law,
) -> tuple[Supervision, ...]:
    """
    Return every joint supervision among *acts*, those that go on first, the oldest of them first.

    *acts*: those of `READ`, in log order; *dockets*: by case id, as far as this bus has them, each with the instant
    (ms) as of which it is seen.
    """
    said = list(acknowledged)
    found = [_supervision(one, acts, said, dockets, law) for one in acts if one.event_type == "JointSupervisionOrdered"]
    return tuple(sorted(found, key=lambda one: (one.lifted is not None, one.ordered_at, one.ref.id)))


def members_of(act: Act) -> tuple[str, ...]:
    """Return the member cases of a ``JointSupervisionOrdered``: those that it cites, and its own."""
    cited = (cite.id for cite in act.header.cites if cite.kind == "case")
    return tuple(dict.fromkeys((act.case_id, *cited)))


def _supervision(
    order: Act,
    acts: Iterable[Act],
    acknowledged: Iterable[Acknowledgement],
    dockets: Mapping[str, tuple[Docket, int]],
    law: Law,
) -> Supervision:
    ref = order.header.aggregate or AggregateRef("supervision", "")
    own = [one for one in acts if one.header.aggregate == ref]
    docket = advance(*dockets[order.case_id], law)
    body: Mapping[str, Any] = order.body or {}
    ends = [one for one in own if one.event_type == "JointSupervisionLifted"]
    return Supervision(
        ref=ref,
        case_id=order.case_id,
        orderer=order.header.speaker,
        doc_no=order.header.doc_no,
        ordered_at=order.log_time,
        leads=order.header.to,
        level=body.get("level"),
        state=docket.states.get(ref, "none"),
        members=tuple(_member(one, dockets) for one in members_of(order)),
        acknowledgements=tuple(one for one in acknowledged if one.supervision == ref),
        reports=tuple(_progress(one) for one in own if one.event_type == "SupervisionProgressReported"),
        due=_newest(docket.clocks, ref, "T-JS-DUE"),
        report_due=_awaited(docket.clocks, ref),
        lifted=Lifted(ends[-1].header.variant or "", ends[-1].log_time) if ends else None,
        event_id=order.id,
    )


def _member(case_id: str, dockets: Mapping[str, tuple[Docket, int]]) -> Supervised:
    if case_id not in dockets:
        return Supervised(case_id, None, None, dealt_with=False)
    case = dockets[case_id][0].case
    owner = case.fact("owner")
    return Supervised(case_id, case.state, owner[0] if owner else None, dealt_with(case))


def _progress(act: Act) -> Progress:
    period = None if act.body is None else str(act.body["period"])
    return Progress(act.header.variant or "", act.header.speaker, period, act.log_time, act.id)


def _newest(clocks: Iterable[Clock], ref: AggregateRef, timer: str) -> Clock | None:
    found = [one for one in clocks if (one.timer, one.aggregate) == (timer, ref)]
    return found[-1] if found else None


def _awaited(clocks: Iterable[Clock], ref: AggregateRef) -> Clock | None:
    newest = _newest(clocks, ref, "T-JS-RPT")
    return newest if newest is not None and newest.stoppable else None
