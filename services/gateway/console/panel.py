"""What does one see of the chosen event: its header, what it did, what it says, and how it is proven?"""

from collections.abc import Sequence
from typing import NamedTuple

from services.gateway.console.body_view import Field, body_fields
from services.gateway.console.casefile import Record
from services.gateway.console.clocks import ClockView
from services.gateway.console.head import Head, head
from services.gateway.console.names import Names
from services.gateway.console.proofs import Checkpointed
from services.gateway.console.rows import VERDICTS, title
from yisong.audit.bodies import Body
from yisong.envelope.header import Header


class Panel(NamedTuple):
    """
    The chosen event as shown.

    *head*: its header, None where it has none that could be read. *reason*: why it was refused, and at which step.
    *starts*, *stops*: the clocks that it moves. *body*: its fields, None where it is *masked*. *readers*: who may read
    it, where one may not.
    """

    record: Record
    title: str
    verdict: str
    verdict_look: str
    head: Head | None
    reason: str
    step: int
    starts: tuple[ClockView, ...]
    stops: tuple[ClockView, ...]
    body: tuple[Field, ...] | None
    masked: str
    readers: str
    proof: Checkpointed

    @property
    def header(self) -> Header | None:
        """Its header, None where it has none that could be read."""
        return self.record.entry.header


def panel(record: Record, clocks: Sequence[ClockView], body: Body, proof: Checkpointed, names: Names) -> Panel:
    """Lay out the event of *record*; *body* as whoever looks may see it."""
    header, entry = record.entry.header, record.entry
    known = names.law.reasons.codes.get(entry.reason or "")
    readable = body.value is not None and header is not None
    return Panel(
        record=record,
        title=title(record, names),
        verdict=names.t(f"verdict.{entry.verdict}"),
        verdict_look=VERDICTS[entry.verdict][1],
        head=None if header is None else head(header, names),
        reason="" if entry.reason is None else names.reason(entry.reason),
        step=0 if known is None else known.step,
        starts=tuple(one for one in clocks if one.clock.started_by == entry.offset),
        stops=tuple(one for one in clocks if one.clock.stopped_by == entry.offset),
        body=body_fields(header.event_type, body.value or {}, names) if readable and header is not None else None,
        masked=body.masked or "",
        readers=_readers(record, names),
        proof=proof,
    )


def _readers(record: Record, names: Names) -> str:
    """Say who may read a body: whole lines of agencies by their name, single organs by theirs."""
    by_role: dict[str, list[str]] = {}
    for organ in sorted(record.readers):
        by_role.setdefault(names.role_of(organ), []).append(organ)
    every: dict[str, int] = {}
    for one in names.law.organs.values():
        every[one.role] = every.get(one.role, 0) + 1
    said: list[str] = []
    for role, organs in by_role.items():
        if len(organs) == every.get(role):
            said.append(names.t("case.all_of_line", line=names.line(role)))
        else:
            said += [names.organ(organ) for organ in organs]
    return names.t("case.and").join(said)
